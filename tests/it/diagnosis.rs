//! Why something is missing: each cause really happens to a real database, and ranks first.

mod objects;
mod places;
mod rows;
mod stage;
