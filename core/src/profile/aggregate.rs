//! What many events come to: sums, means, extremes, different values, shares, entropies.

mod currencies;
mod distinct;
mod entropy;
mod state;

use super::filter::{Events, Test, encode_tests};
use super::scalar::ScalarType;
use super::window::Window;
use crate::codec::{Reader, Writer};
use crate::error::Malformed;

pub(super) use state::AggregateState;

/// A figure over the events in a window.
///
/// Sums, means and extremes of money have no value while the window holds more than one currency;
/// what has nothing to be figured out of has no value either, except for a sum, which is 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// Which events.
    pub events: Events,
    /// How far back.
    pub window: Window,
    /// What of them.
    pub summary: Summary,
}

/// What is figured out of events. Events without the property, or with a value of another type,
/// do not count.
#[derive(Debug, Clone, PartialEq)]
pub enum Summary {
    /// Sum of a property; money in minor units.
    Sum {
        /// Name of the property.
        property: String,
        /// Sums numbers with a fraction rather than whole numbers.
        fraction: bool,
    },
    /// Mean of a property, whatever numeric type it has.
    Mean {
        /// Name of the property.
        property: String,
    },
    /// Least value of a property.
    Least {
        /// Name of the property.
        property: String,
        /// Compares numbers with a fraction rather than whole numbers.
        fraction: bool,
    },
    /// Greatest value of a property.
    Most {
        /// Name of the property.
        property: String,
        /// Compares numbers with a fraction rather than whole numbers.
        fraction: bool,
    },
    /// How many different texts, whole numbers or flags a property had; exact up to
    /// [`super::limits::DISTINCT`], which is the most it ever is.
    Distinct {
        /// Name of the property.
        property: String,
    },
    /// Which part of the events also passes these tests, 0 to 1.
    Share {
        /// The tests.
        tests: Vec<Test>,
    },
    /// Shannon entropy of the values of a property, in bits. Each value takes one of
    /// [`super::limits::CLASSES`] places when it appears and one is free; a place is free as long
    /// as no event in the window was counted in it. While none is free, further values count as
    /// one more.
    Entropy {
        /// Name of the property.
        property: String,
    },
    /// Shannon entropy of the time from each event to the next, in bits. 16 classes: below 250 ms,
    /// below 500 ms, and so on, doubling, the last from 4,096 s on. A pause counts when it ends.
    IntervalEntropy,
}

impl Aggregate {
    /// Type of its value.
    #[must_use]
    pub fn scalar_type(&self) -> ScalarType {
        match self.summary {
            Summary::Sum { fraction, .. }
            | Summary::Least { fraction, .. }
            | Summary::Most { fraction, .. }
                if !fraction =>
            {
                ScalarType::Integer
            }
            Summary::Distinct { .. } => ScalarType::Integer,
            _ => ScalarType::Number,
        }
    }

    /// The property it looks at, if it is one.
    #[must_use]
    pub fn property(&self) -> Option<&str> {
        match &self.summary {
            Summary::Sum { property, .. }
            | Summary::Mean { property }
            | Summary::Least { property, .. }
            | Summary::Most { property, .. }
            | Summary::Distinct { property }
            | Summary::Entropy { property } => Some(property),
            Summary::Share { .. } | Summary::IntervalEntropy => None,
        }
    }

    /// Whether a device can keep it, the window left out.
    pub(super) fn is_sound(&self) -> bool {
        let tests = match &self.summary {
            Summary::Share { tests } => !tests.is_empty() && super::filter::are_sound(tests),
            _ => true,
        };
        tests && self.events.are_sound()
    }

    pub(super) fn encode(&self, out: &mut Writer<'_>) {
        self.events.encode(out);
        self.window.encode(out);
        let (number, fraction) = match &self.summary {
            Summary::Sum { fraction, .. } => (1, *fraction),
            Summary::Mean { .. } => (2, false),
            Summary::Least { fraction, .. } => (3, *fraction),
            Summary::Most { fraction, .. } => (4, *fraction),
            Summary::Distinct { .. } => (5, false),
            Summary::Share { .. } => (6, false),
            Summary::Entropy { .. } => (7, false),
            Summary::IntervalEntropy => (8, false),
        };
        out.byte(number);
        out.flag(fraction);
        out.text(self.property().unwrap_or_default());
        match &self.summary {
            Summary::Share { tests } => encode_tests(tests, out),
            _ => encode_tests(&[], out),
        }
    }

    pub(super) fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        let (events, window) = (Events::decode(input)?, Window::decode(input)?);
        let (number, fraction) = (input.byte()?, input.flag()?);
        let property = input.text()?.to_owned();
        let tests = input.list(Test::decode)?;
        let summary = match number {
            1 => Summary::Sum { property, fraction },
            2 => Summary::Mean { property },
            3 => Summary::Least { property, fraction },
            4 => Summary::Most { property, fraction },
            5 => Summary::Distinct { property },
            6 => Summary::Share { tests },
            7 => Summary::Entropy { property },
            8 => Summary::IntervalEntropy,
            _ => return Err(input.malformed()),
        };
        Ok(Self { events, window, summary })
    }
}
