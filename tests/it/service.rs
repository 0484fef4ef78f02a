//! The service as its users meet it: real sockets, real SQLite files, the real binary.

mod api;
mod audits;
mod django;
mod harness;
mod live;
mod probes;
mod reload;
mod secrets;
mod shutdown;
