//! Counts and sums per minute, hour, day or week, for the last so many of them.

use crate::codec::{Reader, Writer};
use crate::error::Malformed;
use crate::time::{HOUR_MS, MINUTE_MS, Stamp, civil};

use super::moment::Moment;
use super::window::{Unit, Window};

/// What a bucket holds; by default nothing.
pub(super) trait Bucket: Copy + Default + PartialEq {
    fn encode(self, out: &mut Writer<'_>);
    fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed>;
}

/// Buckets that add up.
pub(super) trait Amount: Bucket {
    fn plus(self, other: Self) -> Self;
}

impl Amount for i64 {
    fn plus(self, other: Self) -> Self {
        self.saturating_add(other)
    }
}

impl Bucket for i64 {
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
}

impl Bucket for f64 {
    fn encode(self, out: &mut Writer<'_>) {
        out.float(self);
    }
    fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        input.float()
    }
}

impl<T: Bucket> Bucket for Option<T> {
    fn encode(self, out: &mut Writer<'_>) {
        out.optional(self, |out, value| value.encode(out));
    }
    fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        input.optional(T::decode)
    }
}

/// Counts of several things at once.
impl<const N: usize> Bucket for [u32; N]
where
    Self: Default,
{
    fn encode(self, out: &mut Writer<'_>) {
        // Most buckets hold nothing.
        out.flag(self != Self::default());
        if self != Self::default() {
            for count in self {
                out.unsigned(u64::from(count));
            }
        }
    }
    fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut counts = Self::default();
        if input.flag()? {
            for count in &mut counts {
                *count = input.unsigned32()?;
            }
        }
        Ok(counts)
    }
}

impl<const N: usize> Amount for [u32; N]
where
    Self: Default,
{
    fn plus(mut self, other: Self) -> Self {
        self.iter_mut().zip(other).for_each(|(sum, count)| *sum = sum.saturating_add(count));
        self
    }
}

/// One amount per bucket; buckets are numbered by their unit of time, and the ring holds the
/// newest ones.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ring<T> {
    unit: Unit,
    /// Number of the newest bucket that was written, and where it stands.
    newest: i64,
    head: usize,
    /// Bucket `n` stands at `n` modulo the length.
    amounts: Box<[T]>,
}

impl<T: Bucket> Ring<T> {
    pub(super) fn new(window: Window) -> Self {
        let length = usize::from(window.length.max(1));
        Self {
            unit: window.unit,
            newest: i64::MIN,
            head: 0,
            amounts: vec![T::default(); length].into(),
        }
    }

    fn length(&self) -> i64 {
        i64::try_from(self.amounts.len()).unwrap_or(1)
    }

    /// Bytes that a ring over such a window takes beside itself.
    pub(super) fn bytes(window: Window) -> usize {
        usize::from(window.length.max(1)).saturating_mul(size_of::<T>())
    }

    /// The bucket of the moment, to be written.
    pub(super) fn bucket(&mut self, moment: &Moment<'_>) -> &mut T {
        let bucket = bucket(self.unit, moment);
        let passed = bucket.saturating_sub(self.newest);
        if passed >= self.length() {
            self.amounts.fill(T::default());
        } else {
            for emptied in (self.newest.saturating_add(1))..=bucket {
                *self.at(emptied) = T::default();
            }
        }
        if bucket > self.newest {
            self.newest = bucket;
            self.head = self.place(bucket);
        }
        self.at(bucket)
    }

    /// Whether the bucket of the moment is the newest one.
    pub(super) fn ends_at(&self, moment: &Moment<'_>) -> bool {
        bucket(self.unit, moment) == self.newest
    }

    /// Number of the bucket that the moment falls into.
    #[inline]
    pub(super) fn bucket_of(&self, moment: &Moment<'_>) -> i64 {
        bucket(self.unit, moment)
    }

    /// Whether a window that ends with this bucket has room for the newest one.
    #[inline]
    pub(super) fn reaches(&self, bucket: i64) -> bool {
        bucket >= self.newest
    }

    /// The first bucket whose window lacks some that holds anything.
    pub(super) fn complete_until(&self) -> i64 {
        let (newer, older) = self.amounts.split_at_checked(self.head + 1).unwrap_or_default();
        let is_filled = |amount: &T| *amount != T::default();
        // The bucket right behind the newest is the oldest of all.
        let offset = older.iter().chain(newer).position(is_filled);
        let offset = offset.map(|offset| i64::try_from(offset).unwrap_or(i64::MAX));
        let after = |offset: i64| self.newest.saturating_add(1).saturating_add(offset);
        offset.map_or(i64::MAX, after)
    }

    /// What every bucket holds, in no order.
    pub(super) fn all(&self) -> impl Iterator<Item = T> {
        self.amounts.iter().copied()
    }

    fn place(&self, bucket: i64) -> usize {
        usize::try_from(bucket.rem_euclid(self.length())).unwrap_or(0)
    }

    #[expect(clippy::indexing_slicing, reason = "`place` is below the length, which is never 0")]
    fn at(&mut self, bucket: i64) -> &mut T {
        let place = self.place(bucket);
        &mut self.amounts[place]
    }

    /// Where a bucket stands that the ring holds. Counted back from the newest: a division for
    /// each reading would cost more than all the rest.
    fn place_back(&self, bucket: i64) -> usize {
        let back = usize::try_from(self.newest.saturating_sub(bucket)).unwrap_or(0);
        let around = if back > self.head { self.amounts.len() } else { 0 };
        (self.head + around).saturating_sub(back)
    }

    /// The amount in bucket number `bucket`, as long as the ring reaches back to it.
    pub(super) fn amount(&self, bucket: i64) -> T {
        let held = bucket <= self.newest && bucket > self.newest.saturating_sub(self.length());
        let amount = held.then(|| self.amounts.get(self.place(bucket)).copied()).flatten();
        amount.unwrap_or_default()
    }

    /// The buckets that are in the window at `stamp` and were written, oldest first.
    fn window(&self, moment: &Moment<'_>) -> std::ops::RangeInclusive<i64> {
        let now = bucket(self.unit, moment);
        let length = self.length();
        let oldest = now.max(self.newest).saturating_sub(length).saturating_add(1);
        oldest.max(self.newest.saturating_sub(length).saturating_add(1))..=self.newest.min(now)
    }

    /// What the buckets of the window hold that ends at the moment and were written, oldest first.
    pub(super) fn held(&self, moment: &Moment<'_>) -> impl Iterator<Item = T> {
        self.written(moment).1
    }

    /// The same, with the number of the first bucket. Two stretches of the ring: a division a
    /// bucket would cost more than the sum.
    fn written(&self, moment: &Moment<'_>) -> (i64, impl Iterator<Item = T>) {
        let window = self.window(moment);
        let (first, last) = (*window.start(), *window.end());
        let count = usize::try_from(last.saturating_sub(first).saturating_add(1)).unwrap_or(0);
        let (before, from) =
            self.amounts.split_at_checked(self.place_back(first)).unwrap_or_default();
        let from = from.get(..count).unwrap_or(from);
        let before = before.get(..count.saturating_sub(from.len())).unwrap_or_default();
        (first, from.iter().chain(before).copied())
    }

    /// In how many buckets of the window there is anything.
    pub(super) fn filled(&self, moment: &Moment<'_>) -> i64 {
        let filled = self.held(moment).filter(|amount| *amount != T::default());
        i64::try_from(filled.count()).unwrap_or(i64::MAX)
    }

    /// The instant at which the oldest bucket that holds anything leaves the window.
    pub(super) fn changes_at(&self, moment: &Moment<'_>) -> Option<i64> {
        if !self.unit.passes() {
            return None;
        }
        let (first, mut amounts) = self.written(moment);
        let offset = amounts.position(|amount| amount != T::default())?;
        let oldest = first.saturating_add(i64::try_from(offset).unwrap_or(i64::MAX));
        Some(start(self.unit, oldest.saturating_add(self.length()), moment.stamp))
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
        ring.head = ring.place(ring.newest);
        for amount in &mut ring.amounts {
            *amount = T::decode(input)?;
        }
        Ok(ring)
    }
}

impl<T: Amount> Ring<T> {
    /// Adds to the bucket of the moment.
    pub(super) fn add(&mut self, moment: &Moment<'_>, amount: T) {
        let bucket = self.bucket(moment);
        *bucket = bucket.plus(amount);
    }

    /// The sum over the window that ends at the moment.
    pub(super) fn sum(&self, moment: &Moment<'_>) -> T {
        self.held(moment).fold(T::default(), Amount::plus)
    }
}

/// Number of the bucket that the moment falls into.
#[inline]
pub(super) fn bucket(unit: Unit, moment: &Moment<'_>) -> i64 {
    let stamp = moment.stamp;
    match unit {
        Unit::Minutes => stamp.at.div_euclid(MINUTE_MS),
        Unit::Hours => stamp.at.div_euclid(HOUR_MS),
        Unit::Days => i64::from(stamp.day),
        Unit::Weeks => civil::week(stamp.day),
        Unit::Sessions => i64::try_from(moment.session).unwrap_or(i64::MAX),
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
        Unit::Sessions | Unit::Ever => i64::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::{Moment, Ring, Unit, Window};
    use crate::time::{Clock, DAY_MS, HOUR_MS, Stamp, Timeline, VirtualClock, Zone};

    /// 2023-11-14 22:13:20 UTC.
    const START: i64 = 1_700_000_000_000;

    fn stamp(wall_ms: i64, offset_min: i16) -> Stamp {
        let clock = VirtualClock::at(wall_ms);
        clock.set_zone(Zone::fixed(offset_min));
        Timeline::default().stamp(&clock.read().unwrap())
    }

    fn moment(stamp: &Stamp) -> Moment<'_> {
        Moment { stamp, session: 1 }
    }

    #[test]
    fn a_window_of_days_counts_local_days_with_today() {
        let mut ring = Ring::<i64>::new(Window { unit: Unit::Days, length: 2 });
        // 23:13 local; 00:13 the next day an hour later.
        ring.add(&moment(&stamp(START, 60)), 1);
        ring.add(&moment(&stamp(START + HOUR_MS, 60)), 1);
        assert_eq!(ring.sum(&moment(&stamp(START + HOUR_MS, 60))), 2);
        assert_eq!(ring.filled(&moment(&stamp(START + HOUR_MS, 60))), 2);
        assert_eq!(ring.sum(&moment(&stamp(START + DAY_MS + HOUR_MS, 60))), 1);
        assert_eq!(ring.sum(&moment(&stamp(START + 2 * DAY_MS + HOUR_MS, 60))), 0);
    }

    #[test]
    fn a_sum_changes_when_its_oldest_bucket_leaves_and_not_before() {
        let mut ring = Ring::<i64>::new(Window { unit: Unit::Hours, length: 3 });
        let first = stamp(START, 0);
        ring.add(&moment(&first), 5);
        ring.add(&moment(&stamp(START + HOUR_MS, 0)), 7);
        let at = ring.changes_at(&moment(&first)).unwrap();
        assert_eq!(ring.sum(&moment(&stamp(at - 1, 0))), 12);
        assert_eq!(ring.sum(&moment(&stamp(at, 0))), 7);
    }

    #[test]
    fn a_long_pause_empties_every_bucket() {
        let mut ring = Ring::<i64>::new(Window { unit: Unit::Minutes, length: 5 });
        (0..5).for_each(|minute| ring.add(&moment(&stamp(START + minute * 60_000, 0)), 1));
        assert_eq!(ring.sum(&moment(&stamp(START + 4 * 60_000, 0))), 5);
        ring.add(&moment(&stamp(START + DAY_MS, 0)), 1);
        assert_eq!(ring.sum(&moment(&stamp(START + DAY_MS, 0))), 1);
    }

    #[test]
    fn a_window_of_sessions_moves_with_them_and_never_with_time() {
        let mut ring = Ring::<i64>::new(Window { unit: Unit::Sessions, length: 2 });
        let (now, later) = (stamp(START, 0), stamp(START + 400 * DAY_MS, 0));
        let at = |stamp, session| Moment { stamp, session };
        ring.add(&at(&now, 1), 1);
        ring.add(&at(&now, 2), 10);
        assert_eq!(ring.sum(&at(&later, 2)), 11);
        assert_eq!(ring.changes_at(&at(&later, 2)), None);
        assert_eq!(ring.sum(&at(&later, 3)), 10);
        assert_eq!(ring.sum(&at(&later, 4)), 0);
    }
}
