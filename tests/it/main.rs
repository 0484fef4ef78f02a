//! The integration tests, in one binary.

mod catalog_sqlite;
mod deltacrown;
mod house;
mod servers;
