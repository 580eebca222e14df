//! Stretches of time up to now.

use crate::codec::{Reader, Writer};
use crate::error::Malformed;

/// A stretch of time up to now, the current unit included: 7 days are today and the six local
/// days before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// What it counts.
    pub unit: Unit,
    /// How many of them; at least 1, at most [`super::limits::window_length`].
    pub length: u16,
}

/// Units of windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// Minutes on the timeline.
    Minutes,
    /// Hours on the timeline.
    Hours,
    /// Local calendar days.
    Days,
    /// Local calendar weeks, from Monday.
    Weeks,
    /// Everything since the installation.
    Ever,
    /// Sessions, the current or last one included. Time alone never moves such a window.
    Sessions,
}

impl Unit {
    /// Whether units end as time passes.
    #[must_use]
    pub fn passes(self) -> bool {
        !matches!(self, Self::Ever | Self::Sessions)
    }
}

impl Window {
    pub(super) fn encode(self, out: &mut Writer<'_>) {
        out.byte(match self.unit {
            Unit::Minutes => 1,
            Unit::Hours => 2,
            Unit::Days => 3,
            Unit::Weeks => 4,
            Unit::Ever => 5,
            Unit::Sessions => 6,
        });
        out.unsigned(u64::from(self.length));
    }

    pub(super) fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        let unit = match input.byte()? {
            1 => Unit::Minutes,
            2 => Unit::Hours,
            3 => Unit::Days,
            4 => Unit::Weeks,
            5 => Unit::Ever,
            6 => Unit::Sessions,
            _ => return Err(input.malformed()),
        };
        let length = u16::try_from(input.unsigned()?).map_err(|_| input.malformed())?;
        Ok(Self { unit, length })
    }
}
