//! What is kept for one feature.

use super::aggregate::AggregateState;
use super::feature::Feature;
use super::moment::Moment;
use super::ring::Ring;
use super::scalar::Scalar;
use super::tally::Tally;
use super::timed::Kept;
use crate::codec::{Reader, Writer};
use crate::error::Malformed;
use crate::event::Event;

/// State of one feature.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Slot {
    /// Nothing of its own.
    Empty,
    /// Nothing of its own either: the hour is asked for so often that the slot says so.
    Hour,
    /// A sum, which is the feature's value.
    Sum(Tally),
    /// Amounts of which the value is made.
    Days(Tally),
    Instant(Option<i64>),
    Timed(Box<Kept>),
    Value(Option<Scalar>),
    Aggregate(Box<AggregateState>),
}

impl Slot {
    pub(super) fn new(feature: &Feature) -> Self {
        match feature {
            Feature::Aggregate(aggregate) => {
                Self::Aggregate(Box::new(AggregateState::new(aggregate)))
            }
            Feature::LastValue(_) => Self::Value(None),
            Feature::SinceLast(_) | Feature::SinceFirst(_) | Feature::Absent(_) => {
                Self::Instant(None)
            }
            Feature::Timed(timed) => Self::Timed(Box::new(Kept::new(timed))),
            Feature::Hour => Self::Hour,
            Feature::ActiveDays { .. } | Feature::Baseline(_) => {
                feature.ring_window().map_or(Self::Empty, |window| Self::Days(Tally::new(window)))
            }
            other => {
                other.ring_window().map_or(Self::Empty, |window| Self::Sum(Tally::new(window)))
            }
        }
    }

    pub(super) fn encode(&self, out: &mut Writer<'_>) {
        match self {
            Self::Empty | Self::Hour => {}
            Self::Sum(tally) | Self::Days(tally) => tally.encode(out),
            Self::Aggregate(state) => state.encode(out),
            Self::Value(value) => out.optional(*value, |out, value| value.encode(out)),
            Self::Instant(at) => out.optional(*at, Writer::signed),
            Self::Timed(kept) => kept.encode(out),
        }
    }

    pub(super) fn decode(
        &mut self,
        feature: &Feature,
        input: &mut Reader<'_>,
    ) -> Result<(), Malformed> {
        match (&mut *self, feature) {
            (Self::Sum(tally) | Self::Days(tally), _) => {
                if let Some(window) = feature.ring_window() {
                    *tally = Tally::decode(window, input)?;
                }
            }
            (Self::Aggregate(state), Feature::Aggregate(aggregate)) => {
                **state = AggregateState::decode(aggregate, input)?;
            }
            (Self::Value(value), _) => *value = input.optional(Scalar::decode)?,
            (Self::Instant(at), _) => *at = input.optional(Reader::signed)?,
            (Self::Timed(kept), Feature::Timed(timed)) => {
                **kept = Kept::decode(timed, input)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Takes in an event of the feature's name.
    pub(super) fn apply(&mut self, feature: &Feature, event: &Event, moment: &Moment<'_>) {
        let included = || feature.events().is_none_or(|events| events.include(event));
        match (self, feature) {
            (Self::Aggregate(state), Feature::Aggregate(aggregate)) => {
                state.apply(aggregate, event, moment);
            }
            (Self::Value(value), Feature::LastValue(last)) => {
                *value = last.of(event).or(*value);
            }
            (Self::Timed(kept), Feature::Timed(timed)) => kept.apply(timed, event, moment),
            _ if !included() => {}
            (
                Self::Sum(tally) | Self::Days(tally),
                Feature::Count { .. } | Feature::ActiveDays { .. } | Feature::Baseline(_),
            ) => tally.add(moment, 1),
            (Self::Instant(at), Feature::SinceFirst(_)) => {
                at.get_or_insert(moment.stamp.at);
            }
            (Self::Instant(at), _) => *at = Some(moment.stamp.at),
            _ => {}
        }
    }
}

impl Feature {
    /// Upper bound of what its state takes in memory on a device.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let kept = match self {
            Self::Aggregate(aggregate) => AggregateState::bytes(aggregate),
            Self::Timed(timed) => timed.bytes(),
            other => other.ring_window().map_or(0, Ring::<i64>::bytes),
        };
        size_of::<Slot>().saturating_add(kept)
    }
}
