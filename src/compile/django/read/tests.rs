//! Small projects in a temporary folder, read whole.
