//! Sorting, where it is certain what comes before what.

use std::cmp::Ordering;
use std::rc::Rc;
use std::sync::Arc;

use super::super::Interpreter;
use super::super::live::*;
use super::super::special::elements_of;
use crate::compile::django::read::syntax::tree::Span;

/// What Python compares, in a total order: what it does not compare has one here too, and is told.
enum Key {
    /// As a number with a fraction, and its whole part for those that this cannot tell apart.
    Number(f64, i128),
    Text(Arc<str>),
    Sequence(Vec<Key>),
}

/// Nested sequences; deeper ones are not compared.
const MAX_DEPTH: u32 = 20;

impl Interpreter<'_> {
    /// As `sorted(items, key=…, reverse=…)`; `None` where the order is not known.
    pub fn sorted(
        &mut self,
        items: Vec<Live>,
        key: Option<&Live>,
        reverse: bool,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Vec<Live>>, Stop> {
        self.steps(items.len() * 4)?;
        if let (Some(key), Some(Live::Unknown(why))) = (key, items.iter().find(|it| it.is_unknown())) {
            let why = why.clone();
            self.call_repeatedly(key, &why, scope, span)?;
            return Ok(None);
        }
        let mut keyed = Vec::with_capacity(items.len());
        let mut is_known = true;
        for item in items {
            let key = match key {
                Some(Live::None) | None => item.clone(),
                Some(key) => self.call(key, vec![item.clone()], Vec::new(), scope, span)?,
            };
            match self.key_of(&key, MAX_DEPTH)? {
                Some(key) => keyed.push((key, item)),
                None => is_known = false,
            }
        }
        keyed.sort_by(|(a, _), (b, _)| {
            let order = order(a, b, &mut is_known);
            if reverse { order.reverse() } else { order }
        });
        Ok(is_known.then(|| keyed.into_iter().map(|(_, item)| item).collect()))
    }

    fn key_of(&mut self, value: &Live, depth: u32) -> Result<Option<Key>, Stop> {
        let Some(depth) = depth.checked_sub(1) else { return Ok(None) };
        self.step()?;
        let value = self.force(value)?;
        let items = match self.assume(&value) {
            Live::Int(it) => return Ok(Some(Key::Number(it as f64, it))),
            Live::Bool(it) => return Ok(Some(Key::Number(f64::from(u8::from(it)), i128::from(it)))),
            Live::Float(it) if !it.is_nan() => return Ok(Some(Key::Number(it + 0.0, it as i128))),
            Live::Str(it) => return Ok(Some(Key::Text(it))),
            Live::Tuple(items) => items.to_vec(),
            Live::List(items) => items.borrow().clone(),
            other => match elements_of(&other) {
                Some(elements) => elements,
                None => return Ok(None),
            },
        };
        let mut keys = Vec::with_capacity(items.len());
        for item in &items {
            match self.key_of(item, depth)? {
                Some(key) => keys.push(key),
                None => return Ok(None),
            }
        }
        Ok(Some(Key::Sequence(keys)))
    }
}

fn order(a: &Key, b: &Key, is_known: &mut bool) -> Ordering {
    match (a, b) {
        (Key::Number(a, whole), Key::Number(b, other)) => a.total_cmp(b).then(whole.cmp(other)),
        (Key::Text(a), Key::Text(b)) => a.cmp(b),
        (Key::Sequence(a), Key::Sequence(b)) => {
            let first = a.iter().zip(b).map(|(a, b)| order(a, b, is_known)).find(|it| it.is_ne());
            first.unwrap_or_else(|| a.len().cmp(&b.len()))
        }
        (a, b) => {
            *is_known = false;
            a.rank().cmp(&b.rank())
        }
    }
}

impl Key {
    fn rank(&self) -> u8 {
        match self {
            Self::Number(..) => 0,
            Self::Text(_) => 1,
            Self::Sequence(_) => 2,
        }
    }
}
