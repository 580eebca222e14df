//! Counts and sums per minute, hour, day or week, for the last so many of them.

use crate::codec::{Reader, Writer};
use crate::error::Malformed;
use crate::time::{HOUR_MS, MINUTE_MS, Stamp, civil};

use super::window::{Unit, Window};

/// What a bucket holds.
pub(super) trait Amount: Copy + Default + PartialEq {
    fn plus(self, other: Self) -> Self;
    fn encode(self, out: &mut Writer<'_>);
    fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed>;
}

impl Amount for i64 {
    fn plus(self, other: Self) -> Self {
        self.saturating_add(other)
    }
    fn encode(self, out: &mut Writer<'_>) {
        out.signed(self);
    }
    fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        input.signed()
    }
}

impl Amount for f64 {
    fn plus(self, other: Self) -> Self {
        self + other
    }
    fn encode(self, out: &mut Writer<'_>) {
        out.float(self);
    }
    fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        input.float()
    }
}

/// One amount per bucket; buckets are numbered by their unit of time, and the ring holds the
/// newest ones.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ring<T> {
    unit: Unit,
    /// Number of the newest bucket that was written.
    newest: i64,
    /// Bucket `n` stands at `n` modulo the length.
    amounts: Box<[T]>,
}

impl<T: Amount> Ring<T> {
    pub(super) fn new(window: Window) -> Self {
        let length = usize::from(window.length.max(1));
        Self { unit: window.unit, newest: i64::MIN, amounts: vec![T::default(); length].into() }
    }

    fn length(&self) -> i64 {
        i64::try_from(self.amounts.len()).unwrap_or(1)
    }

    /// Adds to the bucket of `stamp`.
    pub(super) fn add(&mut self, stamp: &Stamp, amount: T) {
        let bucket = bucket(self.unit, stamp);
        let passed = bucket.saturating_sub(self.newest);
        if passed >= self.length() {
            self.amounts.fill(T::default());
        } else {
            for emptied in (self.newest.saturating_add(1))..=bucket {
                *self.at(emptied) = T::default();
            }
        }
        self.newest = self.newest.max(bucket);
        let at = self.at(bucket);
        *at = at.plus(amount);
    }

    fn place(&self, bucket: i64) -> usize {
        usize::try_from(bucket.rem_euclid(self.length())).unwrap_or(0)
    }

    #[expect(clippy::indexing_slicing, reason = "`place` is below the length, which is never 0")]
    fn at(&mut self, bucket: i64) -> &mut T {
        let place = self.place(bucket);
        &mut self.amounts[place]
    }

    /// The amount in bucket number `bucket`, as long as the ring reaches back to it.
    pub(super) fn amount(&self, bucket: i64) -> T {
        let held = bucket <= self.newest && bucket > self.newest.saturating_sub(self.length());
        let amount = held.then(|| self.amounts.get(self.place(bucket)).copied()).flatten();
        amount.unwrap_or_default()
    }

    /// The buckets that are in the window at `stamp` and were written, oldest first.
    fn window(&self, stamp: &Stamp) -> std::ops::RangeInclusive<i64> {
        let now = bucket(self.unit, stamp);
        let length = self.length();
        let oldest = now.max(self.newest).saturating_sub(length).saturating_add(1);
        oldest.max(self.newest.saturating_sub(length).saturating_add(1))..=self.newest.min(now)
    }

    /// The amounts of the window at `stamp` that were written, oldest first, with the number of the
    /// first of them. Two stretches of the ring: a division a bucket would cost more than the sum.
    fn written(&self, stamp: &Stamp) -> (i64, impl Iterator<Item = T>) {
        let window = self.window(stamp);
        let (first, last) = (*window.start(), *window.end());
        let count = usize::try_from(last.saturating_sub(first).saturating_add(1)).unwrap_or(0);
        let (before, from) = self.amounts.split_at_checked(self.place(first)).unwrap_or_default();
        let from = from.get(..count).unwrap_or(from);
        let before = before.get(..count.saturating_sub(from.len())).unwrap_or_default();
        (first, from.iter().chain(before).copied())
    }

    /// The sum over the window that ends at `stamp`.
    pub(super) fn sum(&self, stamp: &Stamp) -> T {
        self.written(stamp).1.fold(T::default(), T::plus)
    }

    /// In how many buckets of the window there is anything.
    pub(super) fn filled(&self, stamp: &Stamp) -> i64 {
        let filled = self.written(stamp).1.filter(|amount| *amount != T::default());
        i64::try_from(filled.count()).unwrap_or(i64::MAX)
    }

    /// The instant at which the oldest bucket that holds anything leaves the window.
    pub(super) fn changes_at(&self, stamp: &Stamp) -> Option<i64> {
        if self.unit == Unit::Ever {
            return None;
        }
        let (first, mut amounts) = self.written(stamp);
        let offset = amounts.position(|amount| amount != T::default())?;
        let oldest = first.saturating_add(i64::try_from(offset).unwrap_or(i64::MAX));
        Some(start(self.unit, oldest.saturating_add(self.length()), stamp))
    }

    pub(super) fn encode(&self, out: &mut Writer<'_>) {
        out.signed(self.newest);
        for amount in &self.amounts {
            amount.encode(out);
        }
    }

    pub(super) fn decode(window: Window, input: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut ring = Self::new(window);
        ring.newest = input.signed()?;
        for amount in &mut ring.amounts {
            *amount = T::decode(input)?;
        }
        Ok(ring)
    }
}

/// Number of the bucket that `stamp` falls into.
fn bucket(unit: Unit, stamp: &Stamp) -> i64 {
    match unit {
        Unit::Minutes => stamp.at.div_euclid(MINUTE_MS),
        Unit::Hours => stamp.at.div_euclid(HOUR_MS),
        Unit::Days => i64::from(stamp.day),
        Unit::Weeks => civil::week(stamp.day),
        Unit::Ever => 0,
    }
}

/// The instant at which bucket number `bucket` begins, seen from `stamp`.
pub(super) fn start(unit: Unit, bucket: i64, stamp: &Stamp) -> i64 {
    let day = |day: i64| stamp.start_of_day(i32::try_from(day).unwrap_or(i32::MAX));
    match unit {
        Unit::Minutes => bucket.saturating_mul(MINUTE_MS),
        Unit::Hours => bucket.saturating_mul(HOUR_MS),
        Unit::Days => day(bucket),
        Unit::Weeks => day(i64::from(civil::first_day_of_week(bucket))),
        Unit::Ever => i64::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::{Ring, Unit, Window};
    use crate::time::{Clock, DAY_MS, HOUR_MS, Stamp, Timeline, VirtualClock, Zone};

    /// 2023-11-14 22:13:20 UTC.
    const START: i64 = 1_700_000_000_000;

    fn stamp(wall_ms: i64, offset_min: i16) -> Stamp {
        let clock = VirtualClock::at(wall_ms);
        clock.set_zone(Zone::fixed(offset_min));
        Timeline::default().stamp(&clock.read().unwrap())
    }

    #[test]
    fn a_window_of_days_counts_local_days_with_today() {
        let mut ring = Ring::<i64>::new(Window { unit: Unit::Days, length: 2 });
        // 23:13 local; 00:13 the next day an hour later.
        ring.add(&stamp(START, 60), 1);
        ring.add(&stamp(START + HOUR_MS, 60), 1);
        assert_eq!(ring.sum(&stamp(START + HOUR_MS, 60)), 2);
        assert_eq!(ring.filled(&stamp(START + HOUR_MS, 60)), 2);
        assert_eq!(ring.sum(&stamp(START + DAY_MS + HOUR_MS, 60)), 1);
        assert_eq!(ring.sum(&stamp(START + 2 * DAY_MS + HOUR_MS, 60)), 0);
    }

    #[test]
    fn a_sum_changes_when_its_oldest_bucket_leaves_and_not_before() {
        let mut ring = Ring::<i64>::new(Window { unit: Unit::Hours, length: 3 });
        let first = stamp(START, 0);
        ring.add(&first, 5);
        ring.add(&stamp(START + HOUR_MS, 0), 7);
        let at = ring.changes_at(&first).unwrap();
        assert_eq!(ring.sum(&stamp(at - 1, 0)), 12);
        assert_eq!(ring.sum(&stamp(at, 0)), 7);
    }

    #[test]
    fn a_long_pause_empties_every_bucket() {
        let mut ring = Ring::<i64>::new(Window { unit: Unit::Minutes, length: 5 });
        (0..5).for_each(|minute| ring.add(&stamp(START + minute * 60_000, 0), 1));
        assert_eq!(ring.sum(&stamp(START + 4 * 60_000, 0)), 5);
        ring.add(&stamp(START + DAY_MS, 0), 1);
        assert_eq!(ring.sum(&stamp(START + DAY_MS, 0)), 1);
    }
}
