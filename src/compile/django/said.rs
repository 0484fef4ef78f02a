//! What the models say that followed code asks. While files are read there are no models yet, and the usual answer is
//! taken; doing the operations shows where another one is true, with which all is read once more.

use std::collections::BTreeMap;
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

/// `None` where the models do not say.
pub type Answer = Option<Arc<str>>;

/// Answers to what the code of one file asks, by the number of the code and the text with marks.
pub type Answers = BTreeMap<(usize, Arc<str>), Answer>;

/// Answers other than the usual ones.
#[derive(Clone, Debug, Default)]
pub struct Said(BTreeMap<Arc<PathBuf>, Answers>);

impl Said {
    /// How often a project is read at the most before what is still answered otherwise is taken for not known: an answer
    /// may lead to further questions, and one to other models for all that come later.
    pub const TRIALS: usize = 6;

    pub fn get(&self, inquiry: &Inquiry) -> Option<&Answer> {
        self.of(&inquiry.file)?.get(&(inquiry.code, inquiry.marked.clone()))
    }

    /// All that a file is answered; one that is answered the same comes to the same when it is read again.
    pub fn of(&self, file: &PathBuf) -> Option<&Answers> {
        self.0.get(file)
    }

    pub fn learn(&mut self, answers: Vec<(Inquiry, Answer)>) {
        for (Inquiry { file, code, marked }, answer) in answers {
            self.0.entry(file).or_default().insert((code, marked), answer);
        }
    }

    /// What was still answered otherwise has no answer.
    pub fn give_up(&mut self, answers: Vec<(Inquiry, Answer)>) {
        self.learn(answers.into_iter().map(|(inquiry, _)| (inquiry, None)).collect());
    }
}
