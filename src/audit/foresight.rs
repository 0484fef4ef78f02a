//! What a database will be expected to be, known as soon as its ledger was read, before its catalog is.

use std::sync::Arc;

use super::{Expected, LedgerObservation};
use crate::dialect::{Dialect, Naming};
use crate::migration::Manifest;
use crate::schema::Name;

/// Told to a reader of the catalog, so that a table that is as expected takes no room of its own: it shares the
/// expected one.
///
/// What is read so is true of every difference, but not of names that the manifest leaves to the server: who needs
/// those (a plan of repair, a snapshot) reads without foresight.
#[derive(Clone, Debug)]
pub struct Foresight {
    manifest: Arc<Manifest>,
    /// What was expected at the look before.
    last: Option<Arc<Expected>>,
    /// What the reader was told.
    told: Option<Arc<Expected>>,
}

impl Foresight {
    /// `last` is what was expected at the audit before, of the same manifest.
    pub fn new(manifest: Arc<Manifest>, last: Option<Arc<Expected>>) -> Self {
        Self { manifest, last, told: None }
    }

    /// What is to be expected after this ledger; `None` where it cannot be said.
    pub fn expect(
        &mut self,
        dialect: Dialect,
        ledger: &LedgerObservation,
        naming: Naming,
        schema: &Name,
    ) -> Option<&Arc<Expected>> {
        self.last = self.told.take().or(self.last.take());
        let rows = ledger.rows().filter(|_| dialect == self.manifest.dialect)?;
        let last = self.last.take().filter(|it| it.is_of(rows, naming, schema));
        let expected =
            last.unwrap_or_else(|| Expected::of_ledger(&self.manifest, rows, naming, schema).into());
        Some(self.told.insert(expected))
    }

    /// What the reader was told last; `None` where it was told nothing, and so shared nothing.
    pub fn told(&self) -> Option<&Arc<Expected>> {
        self.told.as_ref()
    }
}
