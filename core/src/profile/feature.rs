//! The vocabulary that rules may read.

use super::baseline::Baseline;
use super::facts::TextTest;
use super::scalar::{Motion, ScalarType};
use super::timed::Timed;
use super::window::{Unit, Window};

/// One number or state about the person, defined by what it measures.
///
/// All durations are milliseconds; "endless" is [`Scalar::ENDLESS`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Feature {
    /// Events of a name within a window, or only those whose property has a text.
    Count {
        /// Name of the events.
        event: String,
        /// How far back.
        window: Window,
        /// Which of them.
        filter: Option<TextTest>,
    },
    /// Sum of a property over events of a name within a window; money in minor units.
    Sum {
        /// Name of the events.
        event: String,
        /// Name of the property.
        property: String,
        /// How far back.
        window: Window,
        /// Sums numbers with a fraction rather than whole numbers.
        fraction: bool,
    },
    /// Time since the last event of that name; endless if there was none.
    SinceLast(String),
    /// Time since the first event of that name; endless if there was none.
    SinceFirst(String),
    /// Time since the last event of that name, or since the profile began.
    Absent(String),
    /// Local days within the window with at least one event of that name.
    ActiveDays {
        /// Name of the events.
        event: String,
        /// How many local days back, today included.
        days: u16,
    },
    /// The last days held against the person's own before them.
    Baseline(Baseline),
    /// Steps reached in a funnel's current attempt, 0 to all.
    FunnelStep(u16),
    /// Time since the last step of the current attempt; endless if there is none.
    FunnelAge(u16),
    /// Step at which the last attempt ended unfinished; 0 if none did, or one was finished since.
    FunnelDropped(u16),
    /// Sessions begun within a window.
    SessionCount(Window),
    /// Time spent in sessions within a window.
    SessionTime(Window),
    /// Length of the current session so far; 0 after it ended.
    SessionLength,
    /// Whether a signal stands.
    Signal(u16),
    /// For how long a signal has stood; endless if it does not.
    SignalAge(u16),
    /// Local hour, 0 to 23.
    Hour,
    /// Local day of the week, 1 = Monday to 7.
    Weekday,
    /// Whether a fact has a text.
    FactIs(TextTest),
    /// Whether a context value has a text.
    ContextIs(TextTest),
    /// A fact that is a whole number or a flag (0, 1); 0 if unset.
    FactInteger(String),
    /// A context value that is a whole number or a flag; 0 if unset.
    ContextInteger(String),
    /// Of time and order.
    Timed(Timed),
}

/// What a baseline measures per local day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measure {
    /// Events of a name.
    Events(String),
    /// Time spent in sessions.
    SessionTime,
}

impl Feature {
    /// Type of its value.
    #[must_use]
    pub fn scalar_type(&self) -> ScalarType {
        match self {
            Self::Timed(timed) => timed.scalar_type(),
            Self::Sum { fraction: true, .. } | Self::Baseline(_) => ScalarType::Number,
            Self::Signal(_) | Self::FactIs(_) | Self::ContextIs(_) => ScalarType::Flag,
            _ => ScalarType::Integer,
        }
    }

    /// How its value moves with time.
    #[must_use]
    pub fn motion(&self) -> Motion {
        match self {
            Self::Count { window, .. }
            | Self::Sum { window, .. }
            | Self::SessionCount(window)
            | Self::SessionTime(window) => Motion::of_window(*window),
            Self::Timed(timed) => timed.motion(),
            Self::SinceLast(_) | Self::SinceFirst(_) | Self::Absent(_) | Self::SignalAge(_) => {
                Motion::Grows
            }
            Self::FunnelStep(_)
            | Self::FunnelAge(_)
            | Self::FunnelDropped(_)
            | Self::SessionLength => Motion::Ends,
            Self::ActiveDays { .. } | Self::Baseline(_) | Self::Weekday => {
                Motion::Steps(Unit::Days)
            }
            Self::Hour => Motion::Steps(Unit::Hours),
            Self::Signal(_)
            | Self::FactIs(_)
            | Self::ContextIs(_)
            | Self::FactInteger(_)
            | Self::ContextInteger(_) => Motion::Still,
        }
    }

    /// Whether it is a duration in ms.
    #[must_use]
    pub fn is_duration(&self) -> bool {
        match self {
            Self::SinceLast(_)
            | Self::SinceFirst(_)
            | Self::Absent(_)
            | Self::FunnelAge(_)
            | Self::SessionTime(_)
            | Self::SessionLength
            | Self::SignalAge(_) => true,
            Self::Timed(timed) => timed.is_duration(),
            _ => false,
        }
    }

    /// Whether facts, or the context, change it.
    #[must_use]
    pub fn reads_facts(&self) -> bool {
        matches!(
            self,
            Self::FactIs(_)
                | Self::FactInteger(_)
                | Self::ContextIs(_)
                | Self::ContextInteger(_)
                // Their holidays are those of the fact `region`.
                | Self::Baseline(_)
                | Self::Timed(Timed::Holiday)
        )
    }

    /// The events whose occurrence changes it by their names; one may come several times.
    #[must_use]
    pub fn events(&self) -> Vec<&str> {
        match self {
            Self::Count { event, .. }
            | Self::Sum { event, .. }
            | Self::ActiveDays { event, .. }
            | Self::SinceLast(event)
            | Self::SinceFirst(event)
            | Self::Absent(event)
            | Self::Baseline(Baseline { measure: Measure::Events(event), .. }) => vec![event],
            Self::Timed(timed) => timed.events(),
            _ => Vec::new(),
        }
    }
}
