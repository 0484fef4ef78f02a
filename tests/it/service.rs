//! The service as its users meet it: real sockets, real SQLite files, the real binary.

mod api;
mod audits;
mod harness;
mod probes;
mod reload;
mod secrets;
mod shutdown;
