//! schema-health keeps asking databases whether what their migrations promise is really there.
//!
//! ```text
//! manifest ──────────────────────────────┐
//!                                        v
//!          ┌─ ledger ──resolve──> applied ──fold──> expected Schema
//! database │                                              │
//!          └─ catalog ────canonical────> actual Schema ───┴─ diff ──> findings ──> Report
//!                                                                                    │
//!                                               probes, JSON, Prometheus <── store ──┘
//! ```
//!
//! The modules stand in order of dependence: each uses only those above it (`tests/it/house.rs` keeps
//! that true). Everything that decides is pure; everything that waits is in `catalog`, `service`
//! and `cli`.

pub mod schema;

pub mod dialect;

pub mod migration;

pub mod compile;

pub mod audit;

pub mod snapshot;

pub mod smoke;

pub mod repair;

pub mod catalog;

pub mod config;

pub mod view;

pub mod document;

pub mod service;

pub mod mend;

pub mod cli;
