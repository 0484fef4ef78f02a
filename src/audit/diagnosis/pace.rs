//! How fast rows of a ledger followed each other, and what that tells of how they came to be.

/// How fast rows followed each other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// The median.
    pub milliseconds: f64,
    /// A busy machine delays rows, and hurries none.
    pub fastest: f64,
    pub slowest: f64,
    pub rows: usize,
}

impl Pace {
    /// Too fast to have done what the other did, by the median over enough rows. The factor leaves room for a busy
    /// machine, and for migrations that do less than others; a smaller one is enough where each row came faster than
    /// any of the other's. (Small migrations that ran on SQLite were seen to take half as long as larger ones.)
    pub fn outruns(self, other: Self) -> bool {
        let is_apart = self.slowest < other.fastest;
        let factor = if is_apart { 3.0 } else { 5.0 };
        self.is_comparable(other) && self.milliseconds * factor <= other.milliseconds
    }

    /// As slow as the other, or slower, and no row of it faster than all of the other's.
    pub fn keeps_to(self, other: Self) -> bool {
        self.is_comparable(other)
            && self.milliseconds * 2.0 >= other.milliseconds
            && self.fastest >= other.fastest
    }

    /// Whether both rest on enough rows.
    fn is_comparable(self, other: Self) -> bool {
        const ENOUGH: usize = 3;
        self.rows >= ENOUGH && other.rows >= ENOUGH
    }
}
