//! Chance in the schedule, so that databases neither start together nor go on in step.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// Draws evenly distributed times; no two of them are in step. Nothing here is a secret, so a hash will do.
#[derive(Default)]
pub struct Chance {
    state: RandomState,
    drawn: u64,
}

impl Chance {
    /// Anything from zero to `limit`.
    pub fn up_to(&mut self, limit: Duration) -> Duration {
        self.drawn += 1;
        let drawn = u32::try_from(self.state.hash_one(self.drawn) >> 32).unwrap_or(u32::MAX);
        limit.mul_f64(f64::from(drawn) / f64::from(u32::MAX))
    }

    /// `interval`, up to a tenth shorter and never longer: what changes is to be told within it.
    pub fn shorten(&mut self, interval: Duration) -> Duration {
        interval - self.up_to(interval / 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_spread_over_the_whole_range() {
        let mut chance = Chance::default();
        let second = Duration::from_secs(1);
        let mut tenths = [0; 10];
        for _ in 0..10_000 {
            let drawn = chance.up_to(second);
            assert!(drawn <= second);
            tenths[usize::try_from(drawn.as_millis() / 100).unwrap().min(9)] += 1;
        }
        assert!(tenths.iter().all(|count| (800..1200).contains(count)), "{tenths:?}");
        assert!((0..1000).map(|_| chance.shorten(second)).all(|it| it <= second && it >= second * 9 / 10));
        assert_eq!(chance.up_to(Duration::ZERO), Duration::ZERO);
    }
}
