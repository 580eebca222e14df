//! What is kept for one feature.

use super::baseline;
use super::feature::Feature;
use super::ring::Ring;
use super::timed::Kept;
use super::window::{Unit, Window};
use crate::codec::{Reader, Writer};
use crate::error::Malformed;
use crate::event::{Event, Value};
use crate::time::Stamp;

/// State of one feature.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Slot {
    /// Nothing of its own.
    Empty,
    Whole(Ring<i64>),
    Fraction(Ring<f64>),
    Instant(Option<i64>),
    Timed(Kept),
}

impl Slot {
    pub(super) fn new(feature: &Feature) -> Self {
        match feature {
            Feature::Sum { window, fraction: true, .. } => Self::Fraction(Ring::new(*window)),
            Feature::SinceLast(_) | Feature::SinceFirst(_) | Feature::Absent(_) => {
                Self::Instant(None)
            }
            Feature::Timed(timed) => Self::Timed(Kept::new(timed)),
            other => {
                ring_window(other).map_or(Self::Empty, |window| Self::Whole(Ring::new(window)))
            }
        }
    }

    pub(super) fn encode(&self, out: &mut Writer<'_>) {
        match self {
            Self::Empty => {}
            Self::Whole(ring) => ring.encode(out),
            Self::Fraction(ring) => ring.encode(out),
            Self::Instant(at) => out.optional(*at, Writer::signed),
            Self::Timed(kept) => kept.encode(out),
        }
    }

    pub(super) fn decode(&mut self, feature: &Feature, state: &[u8]) -> Result<(), Malformed> {
        let mut input = Reader::new(state, "feature");
        match (&mut *self, feature) {
            (Self::Whole(ring), _) => {
                if let Some(window) = ring_window(feature) {
                    *ring = Ring::decode(window, &mut input)?;
                }
            }
            (Self::Fraction(ring), Feature::Sum { window, .. }) => {
                *ring = Ring::decode(*window, &mut input)?;
            }
            (Self::Instant(at), _) => *at = input.optional(Reader::signed)?,
            (Self::Timed(kept), Feature::Timed(timed)) => {
                *kept = Kept::decode(timed, &mut input)?;
            }
            _ => {}
        }
        input.end()
    }

    pub(super) fn apply(&mut self, feature: &Feature, event: &Event, stamp: &Stamp) {
        match (self, feature) {
            (Self::Whole(ring), Feature::Count { filter, .. }) => {
                let counts = filter.as_ref().is_none_or(|test| {
                    matches!(event.property(&test.key), Some(Value::Text(text)) if *text == test.text)
                });
                if counts {
                    ring.add(stamp, 1);
                }
            }
            (Self::Whole(ring), Feature::Sum { property, .. }) => {
                if let Some(Value::Integer(amount) | Value::Money { minor: amount, .. }) =
                    event.property(property)
                {
                    ring.add(stamp, *amount);
                }
            }
            (Self::Whole(ring), Feature::ActiveDays { .. } | Feature::Baseline(_)) => {
                ring.add(stamp, 1);
            }
            (Self::Fraction(ring), Feature::Sum { property, .. }) => {
                if let Some(Value::Number(amount)) = event.property(property) {
                    ring.add(stamp, *amount);
                }
            }
            (Self::Instant(at), Feature::SinceFirst(_)) => {
                at.get_or_insert(stamp.at);
            }
            (Self::Instant(at), _) => *at = Some(stamp.at),
            (Self::Timed(kept), Feature::Timed(timed)) => kept.apply(timed, event, stamp),
            _ => {}
        }
    }
}

/// The window of a feature that counts whole numbers.
fn ring_window(feature: &Feature) -> Option<Window> {
    let days = |length| Window { unit: Unit::Days, length };
    match feature {
        Feature::Count { window, .. }
        | Feature::Sum { window, .. }
        | Feature::SessionCount(window)
        | Feature::SessionTime(window) => Some(*window),
        Feature::ActiveDays { days: length, .. } => Some(days(*length)),
        Feature::Baseline(_) => Some(baseline::DAYS),
        _ => None,
    }
}
