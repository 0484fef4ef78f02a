//! What the applied migrations of one database must have made.

use std::collections::BTreeSet;

use super::{Manifest, MayTouch};
use crate::dialect::Naming;
use crate::schema::Schema;

/// The expected schema and what may have changed it unseen.
#[derive(Clone, Debug, Default)]
pub struct Expectation {
    pub schema: Schema,
    pub blind_spots: Vec<BlindSpot>,
    /// Changes that did not fit, one sentence each.
    pub problems: Vec<(u32, String)>,
}

/// What an opaque operation of an applied migration may have touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlindSpot {
    /// The migration's position in the manifest.
    pub migration: u32,
    pub reason: String,
    pub may_touch: MayTouch,
}

/// Folds the changes of the migrations in `applied` (positions in the manifest).
pub fn fold(_manifest: &Manifest, _applied: &BTreeSet<u32>, _naming: &Naming) -> Expectation {
    todo!()
}
