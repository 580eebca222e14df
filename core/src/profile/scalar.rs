//! Values of features, and how they move.

use super::window::{Unit, Window};
use crate::codec::{Reader, Writer};
use crate::error::Malformed;

/// Type of a feature's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScalarType {
    /// Whole number: counts, durations in ms, money in minor units.
    Integer,
    /// Number with a fraction.
    Number,
    /// Yes or no.
    Flag,
}

/// A feature's value.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
#[serde(untagged)]
pub enum Scalar {
    /// Of type [`ScalarType::Integer`].
    Integer(i64),
    /// Of type [`ScalarType::Number`].
    Number(f64),
    /// Of type [`ScalarType::Flag`].
    Flag(bool),
}

impl Scalar {
    /// The duration since something that never happened.
    pub const ENDLESS: i64 = i64::MAX;
}

/// How a value changes while nothing happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motion {
    /// It does not.
    Still,
    /// It grows by a millisecond each millisecond.
    Grows,
    /// It shrinks by a millisecond each millisecond, to 0.
    Shrinks,
    /// It changes when a window's unit ends.
    Steps(Unit),
    /// It is measured from something that may end by itself: a funnel's attempt, a session.
    Ends,
}

impl Motion {
    /// How what is counted in a window moves.
    pub(super) fn of_window(window: Window) -> Self {
        match window.unit {
            Unit::Ever => Self::Still,
            unit => Self::Steps(unit),
        }
    }
}

impl Scalar {
    pub(crate) fn encode(self, out: &mut Writer<'_>) {
        match self {
            Self::Integer(value) => {
                out.byte(1);
                out.signed(value);
            }
            Self::Number(value) => {
                out.byte(2);
                out.float(value);
            }
            Self::Flag(value) => out.byte(if value { 4 } else { 3 }),
        }
    }

    pub(crate) fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(match input.byte()? {
            1 => Self::Integer(input.signed()?),
            2 => Self::Number(input.float()?),
            3 => Self::Flag(false),
            4 => Self::Flag(true),
            _ => return Err(input.malformed()),
        })
    }
}
