//! Source files to manifest, by reading only: nothing of what is read is ever run.

pub mod django;
pub mod sql;
