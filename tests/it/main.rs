//! The integration tests, in one binary.

mod catalog_sqlite;
mod config;
mod deltacrown;
mod servers;
mod service;
