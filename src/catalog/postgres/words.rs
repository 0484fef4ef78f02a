//! What the raw rows are written in, kept once: of a hundred thousand rows most share their texts and lists.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use foldhash::fast::RandomState;
use sqlx::postgres::PgRow;
use sqlx::{Row, error::BoxDynError};

use super::rows::{ColumnForm, ConstraintForm, IndexForm};
use crate::schema::Name;

/// The texts and lists of one full read.
#[derive(Debug, Default)]
pub struct Words {
    texts: Distinct<str>,
    lists: Distinct<[i16]>,
    /// Names that hardly two rows have, one behind the other.
    names: String,
    pub columns: Forms<ColumnForm>,
    pub constraints: Forms<ConstraintForm>,
    pub indexes: Forms<IndexForm>,
}

/// What rows have in common with many others, kept once.
#[derive(Debug)]
pub struct Forms<F> {
    all: Vec<F>,
    numbers: HashMap<F, u32, RandomState>,
    nothing: F,
}

/// The place of a form among its [`Forms`].
#[derive(Clone, Copy, Debug)]
pub struct FormAt(u32);

impl<F: Default> Default for Forms<F> {
    fn default() -> Self {
        Self { all: Vec::new(), numbers: HashMap::default(), nothing: F::default() }
    }
}

impl<F: Clone + Hash + Eq> Forms<F> {
    pub fn number(&mut self, form: F) -> Result<FormAt, sqlx::Error> {
        if let Some(number) = self.numbers.get(&form) {
            return Ok(FormAt(*number));
        }
        let number = number(self.all.len())?;
        self.all.push(form.clone());
        self.numbers.insert(form, number);
        Ok(FormAt(number))
    }

    pub fn at(&self, at: FormAt) -> &F {
        self.all.get(at.0 as usize).unwrap_or(&self.nothing)
    }

    pub fn all(&self) -> &[F] {
        &self.all
    }
}

/// A text among [`Words`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Word(u32);

/// A list of numbers among [`Words`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct List(u32);

/// A name among [`Words`].
#[derive(Clone, Copy, Debug)]
pub struct NameAt {
    start: u32,
    length: u32,
}

impl Words {
    pub fn word(&mut self, text: &str) -> Result<Word, sqlx::Error> {
        self.texts.number(text).map(Word)
    }

    pub fn list(&mut self, numbers: &[i16]) -> Result<List, sqlx::Error> {
        self.lists.number(numbers).map(List)
    }

    pub fn name(&mut self, name: &str) -> Result<NameAt, sqlx::Error> {
        let at = NameAt { start: number(self.names.len())?, length: number(name.len())? };
        self.names.push_str(name);
        Ok(at)
    }

    /// The word in this column of a row.
    pub fn word_of(&mut self, row: &PgRow, at: usize) -> Result<Word, sqlx::Error> {
        self.word(row.try_get(at)?)
    }

    /// The name in this column of a row.
    pub fn name_of(&mut self, row: &PgRow, at: usize) -> Result<NameAt, sqlx::Error> {
        self.name(row.try_get(at)?)
    }

    /// The numbers in this column of a row; NULL is none.
    pub fn list_of(&mut self, row: &PgRow, at: usize) -> Result<List, sqlx::Error> {
        let numbers: Option<Vec<i16>> = row.try_get(at)?;
        self.list(&numbers.unwrap_or_default())
    }

    /// Every text, at the place that its word says.
    pub fn texts(&self) -> &[Arc<str>] {
        &self.texts.all
    }

    pub fn text_at(&self, word: Word) -> &Name {
        self.texts.at(word.0)
    }

    pub fn list_at(&self, list: List) -> &[i16] {
        self.lists.at(list.0)
    }

    pub fn name_at(&self, name: NameAt) -> &str {
        let (start, length) = (name.start as usize, name.length as usize);
        self.names.get(start..start + length).unwrap_or_default()
    }
}

impl Word {
    /// Its place among [`Words::texts`].
    pub fn place(self) -> usize {
        self.0 as usize
    }
}

/// Values that are each kept once and known by their number.
#[derive(Debug)]
struct Distinct<T: ?Sized> {
    all: Vec<Arc<T>>,
    numbers: HashMap<Arc<T>, u32, RandomState>,
    nothing: Arc<T>,
}

impl<T: ?Sized> Default for Distinct<T>
where
    Arc<T>: Default,
{
    fn default() -> Self {
        Self { all: Vec::new(), numbers: HashMap::default(), nothing: Arc::default() }
    }
}

impl<T: ?Sized + Hash + Eq> Distinct<T>
where
    for<'t> Arc<T>: From<&'t T>,
{
    fn number(&mut self, value: &T) -> Result<u32, sqlx::Error> {
        if let Some(number) = self.numbers.get(value) {
            return Ok(*number);
        }
        let (number, value) = (number(self.all.len())?, Arc::from(value));
        self.all.push(Arc::clone(&value));
        self.numbers.insert(value, number);
        Ok(number)
    }

    fn at(&self, number: u32) -> &Arc<T> {
        self.all.get(number as usize).unwrap_or(&self.nothing)
    }
}

fn number(of: usize) -> Result<u32, sqlx::Error> {
    u32::try_from(of).map_err(|error| sqlx::Error::Decode(BoxDynError::from(error)))
}
