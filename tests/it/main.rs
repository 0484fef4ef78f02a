//! The integration tests, in one binary.

mod catalog_sqlite;
mod servers;
