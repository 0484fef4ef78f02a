//! The graph of migrations.
