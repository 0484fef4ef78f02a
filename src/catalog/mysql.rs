//! Reads mysql.

use super::*;

pub struct Session;

impl Session {
    pub async fn open(_target: &Target) -> Result<Self, CatalogError> {
        todo!()
    }

    pub async fn observe(&mut self, _interest: &Interest) -> Result<Observation, CatalogError> {
        todo!()
    }

    pub async fn probe(&mut self) -> Result<Option<Fingerprint>, CatalogError> {
        todo!()
    }

    pub async fn fingerprint(&mut self) -> Result<Option<Fingerprint>, CatalogError> {
        todo!()
    }

    pub async fn close(self) {}
}
