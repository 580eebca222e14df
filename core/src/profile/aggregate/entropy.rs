//! How evenly things are spread over a few classes.

use super::super::limits::CLASSES;
use super::super::moment::Moment;
use super::super::ring::Ring;
use super::super::window::Window;
use super::distinct::hash;
use crate::codec::{Reader, Writer};
use crate::error::Malformed;
use crate::event::Value;

/// Bins for times between events.
const BINS: usize = 16;
/// Upper end of the first bin, ms; each further one reaches twice as far.
const FIRST_BIN_MS: i64 = 250;

/// Counts per value of a property, the last place for all values without one of their own.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Values {
    /// Hashes of the values that hold, or held last, the places.
    held: [Option<u64>; CLASSES],
    counts: Ring<[u32; CLASSES + 1]>,
}

impl Values {
    pub(super) fn new(window: Window) -> Self {
        Self { held: [None; CLASSES], counts: Ring::new(window) }
    }

    pub(super) fn bytes(window: Window) -> usize {
        size_of::<Self>() + Ring::<[u32; CLASSES + 1]>::bytes(window)
    }

    pub(super) fn apply(&mut self, value: &Value, moment: &Moment<'_>) {
        let Some(value) = hash(value) else { return };
        let known = self.held.iter().position(|held| *held == Some(value));
        let place = known.or_else(|| self.take(value, moment)).unwrap_or(CLASSES);
        if let Some(count) = self.counts.bucket(moment).get_mut(place) {
            *count = count.saturating_add(1);
        }
    }

    /// Gives the value the first free place.
    fn take(&mut self, value: u64, moment: &Moment<'_>) -> Option<usize> {
        let counts = self.counts.sum(moment);
        let mut places = self.held.iter_mut().zip(counts).enumerate();
        let free = places.find(|(_, (held, count))| held.is_none() || *count == 0);
        free.map(|(place, (held, _))| {
            *held = Some(value);
            place
        })
    }

    pub(super) fn read(&self, moment: &Moment<'_>) -> Option<f64> {
        shannon(&self.counts.sum(moment))
    }

    pub(super) fn changes_at(&self, moment: &Moment<'_>) -> Option<i64> {
        self.counts.changes_at(moment)
    }

    pub(super) fn encode(&self, out: &mut Writer<'_>) {
        self.held.iter().for_each(|held| out.optional(*held, Writer::unsigned));
        self.counts.encode(out);
    }

    pub(super) fn decode(window: Window, input: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut held = [None; CLASSES];
        for place in &mut held {
            *place = input.optional(Reader::unsigned)?;
        }
        Ok(Self { held, counts: Ring::decode(window, input)? })
    }
}

/// Counts per time between events.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Intervals {
    last_at: Option<i64>,
    counts: Ring<[u32; BINS]>,
}

impl Intervals {
    pub(super) fn new(window: Window) -> Self {
        Self { last_at: None, counts: Ring::new(window) }
    }

    pub(super) fn bytes(window: Window) -> usize {
        size_of::<Self>() + Ring::<[u32; BINS]>::bytes(window)
    }

    pub(super) fn apply(&mut self, moment: &Moment<'_>) {
        let at = moment.stamp.at;
        if let Some(last_at) = self.last_at.replace(at)
            && let Some(count) = self.counts.bucket(moment).get_mut(bin(at.saturating_sub(last_at)))
        {
            *count = count.saturating_add(1);
        }
    }

    pub(super) fn read(&self, moment: &Moment<'_>) -> Option<f64> {
        shannon(&self.counts.sum(moment))
    }

    pub(super) fn changes_at(&self, moment: &Moment<'_>) -> Option<i64> {
        self.counts.changes_at(moment)
    }

    pub(super) fn encode(&self, out: &mut Writer<'_>) {
        out.optional(self.last_at, Writer::signed);
        self.counts.encode(out);
    }

    pub(super) fn decode(window: Window, input: &mut Reader<'_>) -> Result<Self, Malformed> {
        let last_at = input.optional(Reader::signed)?;
        Ok(Self { last_at, counts: Ring::decode(window, input)? })
    }
}

fn bin(interval_ms: i64) -> usize {
    (0..BINS - 1).find(|bin| interval_ms < FIRST_BIN_MS << bin).unwrap_or(BINS - 1)
}

/// Entropy in bits; `None` if nothing was counted.
fn shannon(counts: &[u32]) -> Option<f64> {
    let total: u64 = counts.iter().map(|count| u64::from(*count)).sum();
    // At most 2^37: exact.
    let total = super::super::filter::approximate(i64::try_from(total).ok()?);
    let shares = counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count) / total);
    (total > 0.0).then(|| shares.fold(0.0, |sum, share| sum - share * libm::log2(share)))
}

#[cfg(test)]
mod tests {
    use super::{BINS, bin, shannon};

    #[test]
    fn bins_double_from_a_quarter_of_a_second() {
        let found =
            [0, 249, 250, 499, 500, 999, 2_047_999, 4_095_999, 4_096_000, i64::MAX].map(bin);
        assert_eq!(found, [0, 0, 1, 1, 2, 2, 13, 14, 15, BINS - 1]);
    }

    #[test]
    fn entropy_is_0_for_one_class_and_full_for_equal_ones() {
        let bits = |counts: &[u32]| shannon(counts).map(f64::to_bits);
        assert_eq!(bits(&[0, 0]), None);
        assert_eq!(bits(&[0, 7]), Some(0.0_f64.to_bits()));
        assert_eq!(bits(&[3, 3, 0, 3, 3]), Some(2.0_f64.to_bits()));
    }
}
