//! A Django project's migrations, compiled without Python.
//!
//! ```text
//! sources ─read─> Project (migrations, their operations as values) ─state + schema editor─> [Migration]
//! ```

pub mod project;
pub mod read;
