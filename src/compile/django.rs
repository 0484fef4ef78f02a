//! A Django project's migrations, compiled without Python.
//!
//! ```text
//! sources ─read─> Project (migrations, their operations as values) ─state + schema editor─> [Migration]
//! ```

pub mod aliases;
pub mod arguments;
pub mod backend;
pub mod clue;
mod compilation;
pub mod compile;
pub mod editor;
pub mod expression;
pub mod field;
pub mod graph;
pub mod index;
pub mod names;
pub mod notice;
pub mod opaque;
pub mod operation;
pub mod project;
pub mod read;
pub mod said;
pub mod state;

pub use compilation::{Compilation, CompileError, Summary, compile_project};
pub use compile::{Compiled, compile};
pub use read::{DEFAULT_ALIAS, Request};

#[cfg(test)]
mod python;
