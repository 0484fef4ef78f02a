//! The service as its users meet it: real sockets, real SQLite files, the real binary.

mod api;
mod audits;
mod crowds;
mod django;
mod failures;
pub mod harness;
mod held;
mod leaks;
mod live;
mod probes;
pub mod process;
pub mod proxy;
mod refusals;
mod reload;
mod repair_plan;
mod restart;
mod schedule;
mod secrets;
mod shutdown;
mod watch;
