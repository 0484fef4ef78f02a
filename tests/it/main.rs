//! The integration tests, in one binary.

mod audited_schema;
mod catalog_mysql;
mod catalog_postgres;
mod catalog_sqlite;
mod check;
mod compile;
mod compile_sql;
mod config;
mod conformance;
mod deltacrown;
mod demo;
mod diagnosis;
mod evolve;
mod fuzz;
mod house;
mod laws;
mod observing;
mod repair;
mod report;
mod runbook;
mod servers;
mod service;
mod smoke;
mod snapshot;
