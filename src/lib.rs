//! schema-health keeps asking databases whether what their migrations promise is really there.
pub mod audit;
pub mod catalog;
pub mod config;
pub mod dialect;
pub mod migration;
pub mod schema;
