//! The integration tests, in one binary.

mod catalog_sqlite;
mod config;
mod servers;
mod service;
