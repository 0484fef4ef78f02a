//! Source files to a [`Project`](super::project::Project): Python is parsed and interpreted, never run.

mod syntax;
