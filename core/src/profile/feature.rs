//! The vocabulary that rules may read.

use super::aggregate::{Aggregate, AggregateState};
use super::facts::TextTest;
use super::filter::Events;
use super::last::LastValue;
use super::ring::Ring;
use super::scalar::{Motion, ScalarType};
use super::slot::{Slot, ring_window};
use super::window::{Unit, Window};

/// One number or state about the person, defined by what it measures.
///
/// All durations are milliseconds; "endless" is [`super::Scalar::ENDLESS`].
#[derive(Debug, Clone, PartialEq)]
pub enum Feature {
    /// Events within a window.
    Count {
        /// Which events.
        events: Events,
        /// How far back.
        window: Window,
    },
    /// What the events within a window come to.
    Aggregate(Aggregate),
    /// The last value of a property.
    LastValue(LastValue),
    /// Time since the last such event; endless if there was none.
    SinceLast(Events),
    /// Time since the first such event; endless if there was none.
    SinceFirst(Events),
    /// Time since the last such event, or since the profile began.
    Absent(Events),
    /// Local days within the window with at least one such event.
    ActiveDays {
        /// Which events.
        events: Events,
        /// How many local days back, today included.
        days: u16,
    },
    /// By how much each of the last `recent_days` complete local days fell below the mean of the
    /// `baseline_days` before them: the smallest of these drops (0.5 = down by half). 0 while the
    /// profile is younger than both together, or the mean is 0.
    BaselineDrop {
        /// What is measured per day.
        measure: Measure,
        /// Days that must all be down.
        recent_days: u16,
        /// Days they are compared with.
        baseline_days: u16,
    },
    /// Steps reached in a funnel's current attempt, 0 to all.
    FunnelStep(u16),
    /// Time since the last step of the current attempt; endless if there is none.
    FunnelAge(u16),
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
    /// A fact that is a whole number or a flag (0, 1); no value if it is unset or anything else.
    FactInteger(String),
    /// A context value that is a whole number or a flag; no value if it is unset or anything else.
    ContextInteger(String),
    /// Time since a fact was set to its value; endless while it is unset.
    FactAge(String),
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
            Self::Aggregate(aggregate) => aggregate.scalar_type(),
            Self::LastValue(last) => last.scalar_type(),
            Self::BaselineDrop { .. } => ScalarType::Number,
            Self::Signal(_) | Self::FactIs(_) | Self::ContextIs(_) => ScalarType::Flag,
            _ => ScalarType::Integer,
        }
    }

    /// How its value moves with time.
    #[must_use]
    pub fn motion(&self) -> Motion {
        match self {
            Self::Count { window, .. }
            | Self::Aggregate(Aggregate { window, .. })
            | Self::SessionCount(window)
            | Self::SessionTime(window) => match window.unit {
                unit if unit.passes() => Motion::Steps(unit),
                _ => Motion::Still,
            },
            Self::SinceLast(_)
            | Self::SinceFirst(_)
            | Self::Absent(_)
            | Self::SignalAge(_)
            | Self::FactAge(_) => Motion::Grows,
            Self::FunnelStep(_) | Self::FunnelAge(_) | Self::SessionLength => Motion::Ends,
            Self::ActiveDays { .. } | Self::BaselineDrop { .. } | Self::Weekday => {
                Motion::Steps(Unit::Days)
            }
            Self::Hour => Motion::Steps(Unit::Hours),
            Self::Signal(_)
            | Self::FactIs(_)
            | Self::ContextIs(_)
            | Self::FactInteger(_)
            | Self::ContextInteger(_)
            | Self::LastValue(_) => Motion::Still,
        }
    }

    /// Whether it is a duration in ms.
    #[must_use]
    pub fn is_duration(&self) -> bool {
        matches!(
            self,
            Self::SinceLast(_)
                | Self::SinceFirst(_)
                | Self::Absent(_)
                | Self::FunnelAge(_)
                | Self::SessionTime(_)
                | Self::SessionLength
                | Self::SignalAge(_)
                | Self::FactAge(_)
        )
    }

    /// The event whose occurrence changes it, if it is one event.
    #[must_use]
    pub fn event(&self) -> Option<&str> {
        match self {
            Self::BaselineDrop { measure: Measure::Events(event), .. } => Some(event),
            _ => self.events().map(|events| events.name.as_str()),
        }
    }

    /// The events it looks at, if they are of one name and tested.
    pub(super) fn events(&self) -> Option<&Events> {
        match self {
            Self::Count { events, .. }
            | Self::Aggregate(Aggregate { events, .. })
            | Self::LastValue(LastValue { events, .. })
            | Self::ActiveDays { events, .. }
            | Self::SinceLast(events)
            | Self::SinceFirst(events)
            | Self::Absent(events) => Some(events),
            _ => None,
        }
    }

    /// The window it looks back through, if it keeps one.
    pub(super) fn window(&self) -> Option<Window> {
        match self {
            Self::Aggregate(aggregate) => Some(aggregate.window),
            other => ring_window(other),
        }
    }

    /// Whether any doing of the person can change it: it is about sessions.
    pub(super) fn is_of_sessions(&self) -> bool {
        let of_sessions = matches!(
            self,
            Self::SessionCount(_)
                | Self::SessionTime(_)
                | Self::SessionLength
                | Self::BaselineDrop { measure: Measure::SessionTime, .. }
        );
        of_sessions || self.window().is_some_and(|window| window.unit == Unit::Sessions)
    }

    /// Whether a fact or the context can change it.
    #[must_use]
    pub fn is_of_facts(&self) -> bool {
        matches!(
            self,
            Self::FactIs(_)
                | Self::FactInteger(_)
                | Self::FactAge(_)
                | Self::ContextIs(_)
                | Self::ContextInteger(_)
        )
    }

    /// Upper bound of what its state takes in memory on a device.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let kept = match self {
            Self::Aggregate(aggregate) => AggregateState::bytes(aggregate),
            other => ring_window(other).map_or(0, Ring::<i64>::bytes),
        };
        size_of::<Slot>().saturating_add(kept)
    }
}
