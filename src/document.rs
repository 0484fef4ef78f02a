//! The report of one database as a document for people, in Markdown or HTML: from facts alone, and purely.
//!
//! ```text
//! DatabaseView, Manifest, Plan, … ──section by section──> [Block] ──> Markdown
//!                                                            └──────> HTML, one file
//! ```
//!
//! A section says nothing that no fact stands for, and is left out where there is nothing to say. Names are from
//! outside: what is shown of them is escaped where it is written, in `markdown` and `html`.

mod block;
mod html;
mod markdown;
mod section;
#[cfg(test)]
mod tests;
mod visible;

use jiff::Timestamp;

use crate::audit::Health;
use crate::migration::Manifest;
use crate::view::{DatabaseView, RepairPlanView};
use block::{Block, Tone};

/// Everything that is known of one database, and may be told.
pub struct Facts<'a> {
    pub view: &'a DatabaseView,
    pub manifest: &'a Manifest,
    /// How to mend what is missing; `None` where nothing is.
    pub plan: Option<&'a RepairPlanView>,
    /// Why its smoke checks were not run, where it has some: a sentence without its end.
    pub smoke_not_run: Option<&'a str>,
    /// When the document is written.
    pub written_at: Timestamp,
}

/// One database's report, ready to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    title: String,
    tone: Tone,
    blocks: Vec<Block>,
}

impl Document {
    /// The whole report, section by section.
    pub fn of(facts: &Facts<'_>) -> Self {
        let title = format!("Schema report: {}", facts.view.database);
        let mut blocks = vec![Block::Heading { level: 1, text: title.clone() }];
        for section in section::ALL {
            blocks.extend(section(facts));
        }
        Self { title, tone: tone_of(facts.view.health), blocks }
    }
}

fn tone_of(health: Health) -> Tone {
    match health {
        Health::Healthy => Tone::Good,
        Health::Degraded | Health::Unknown => Tone::Warning,
        Health::Unhealthy => Tone::Bad,
    }
}
