//! A Django project's migrations, compiled without Python.
//!
//! ```text
//! sources ─read─> Project (migrations, their operations as values) ─state + schema editor─> [Migration]
//! ```

pub mod backend;
pub mod expression;
pub mod field;
pub mod index;
pub mod names;
pub mod project;

#[cfg(test)]
mod python;
