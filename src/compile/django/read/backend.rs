//! A database backend of the settings that is none of Django's own.

use std::path::Path;

use super::evaluate::{Interpreter, World};
use super::notice;
use super::settings::engine;
use crate::compile::django::notice::{Concern, Notice};

/// Where Django's own backends are.
const OWN: [&str; 2] = ["django.db.backends.", "django.contrib.gis.db.backends."];

/// What the backend does in its own way is told: columns are expected as Django's backends make them.
pub fn tell(file: &Path, world: &World) -> Option<Notice> {
    let engine = engine(world.settings?, world.database)?;
    if OWN.iter().any(|it| engine.starts_with(it)) {
        return None;
    }
    let (concern, message) = match Interpreter::new(world).own_ways(engine) {
        Some(ways) if ways.is_empty() => return None,
        Some(ways) => (
            Concern::Setting,
            format!(
                "the database backend {engine} has {} of its own, of which nothing is followed: what it makes in another way \
                 than Django's is told as if it were wrong",
                ways.join(", ")
            ),
        ),
        None => (
            Concern::Assumed,
            format!(
                "assumed that the database backend {engine}, which is in none of the sources, makes what Django's makes"
            ),
        ),
    };
    Some(notice(concern, file, 1, message))
}
