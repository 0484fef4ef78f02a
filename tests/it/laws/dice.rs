//! Random choices that shrink towards the first of each.

use proptest::prelude::*;

/// A row of throws; when they are used up, every further choice is the first.
#[derive(Clone)]
pub struct Dice {
    throws: Vec<u8>,
    next: usize,
}

impl std::fmt::Debug for Dice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} throws", self.throws.len())
    }
}

/// Dice for one schema.
pub fn dice() -> impl Strategy<Value = Dice> {
    proptest::collection::vec(any::<u8>(), 0..700).prop_map(|throws| Dice { throws, next: 0 })
}

impl Dice {
    fn throw(&mut self) -> usize {
        let throw = self.throws.get(self.next).copied().unwrap_or_default();
        self.next += 1;
        usize::from(throw)
    }

    /// One of `0..count`; 0 where there is none.
    pub fn below(&mut self, count: usize) -> usize {
        self.throw().checked_rem(count).unwrap_or_default()
    }

    /// Rather no than yes.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.throw() * 100 >= (100 - percent) * 256
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// Some of them, at least one, at most three, in any order.
    pub fn some<T: Clone>(&mut self, from: &[T]) -> Vec<T> {
        let mut rest = from.to_vec();
        let mut chosen = Vec::new();
        for _ in 0..=self.below(3) {
            if !rest.is_empty() {
                chosen.push(rest.swap_remove(self.below(rest.len())));
            }
        }
        chosen
    }
}
