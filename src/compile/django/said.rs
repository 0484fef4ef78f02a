//! What the models say that followed code asks. While files are read there are no models yet, and the usual answer is
//! taken; doing the operations shows where another one is true, with which all is read once more.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::PathBuf;
use std::sync::Arc;

/// A question that followed code asks: in which migration's file, in the how-manieth piece of code of it that is
/// followed, and the text with marks that is to be known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Inquiry {
    pub file: Arc<PathBuf>,
    pub code: usize,
    pub marked: Arc<str>,
}

/// Answers other than the usual ones; `None` where there is none.
#[derive(Clone, Debug, Default)]
pub struct Said(BTreeMap<Inquiry, Option<Arc<str>>>);

impl Said {
    /// How often a project is read at the most: an answer may lead to further questions.
    pub const READINGS: usize = 4;

    pub fn get(&self, asked: &Inquiry) -> Option<&Option<Arc<str>>> {
        self.0.get(asked)
    }

    /// Whether something of it is new. What was answered once so and once so has no answer.
    pub fn learn(&mut self, answers: Vec<(Inquiry, Option<Arc<str>>)>) -> bool {
        let mut is_new = false;
        for (asked, answer) in answers {
            match self.0.entry(asked) {
                Entry::Vacant(entry) => {
                    entry.insert(answer);
                    is_new = true;
                }
                Entry::Occupied(mut entry) if entry.get().is_some() => {
                    entry.insert(None);
                    is_new = true;
                }
                Entry::Occupied(_) => {}
            }
        }
        is_new
    }
}
