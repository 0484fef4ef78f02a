//! The integration tests, in one binary.

mod catalog_mysql;
mod catalog_sqlite;
mod servers;
