//! Databases for the tests: real ones, each test with its own.

pub mod mysql;
pub mod postgres;
pub mod private;
pub mod sqlite;
