//! The vocabulary that rules may read.

use super::aggregate::Aggregate;
use super::baseline::{self, Baseline, Measure};
use super::derived::Derived;
use super::facts::TextTest;
use super::filter::Events;
use super::last::LastValue;
use super::scalar::{Motion, ScalarType};
use super::timed::Timed;
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
    /// A fact that is a whole number or a flag (0, 1); no value if it is unset or anything else.
    FactInteger(String),
    /// A context value that is a whole number or a flag; no value if it is unset or anything else.
    ContextInteger(String),
    /// What the rules conclude.
    Derived(Derived),
    /// How likely an action is the next one, by a prediction of the pack (its number), 0 to 1.
    Next {
        /// The prediction.
        prediction: u16,
        /// The action.
        action: String,
    },
    /// Of time and order.
    Timed(Timed),
    /// Time since a fact was set to its value; endless while it is unset.
    FactAge(String),
}

/// What it takes to read a feature, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Effort {
    /// The clock tells.
    Clock,
    /// It is at hand.
    #[default]
    Held,
    /// It is worked out of what is held.
    Derived,
}

impl Feature {
    /// What it takes to read it.
    #[must_use]
    pub fn effort(&self) -> Effort {
        match self {
            Self::Hour | Self::Weekday => Effort::Clock,
            Self::Aggregate(_)
            | Self::ActiveDays { .. }
            | Self::Baseline(_)
            | Self::Derived(_)
            | Self::Next { .. }
            | Self::Timed(_) => Effort::Derived,
            _ => Effort::Held,
        }
    }

    /// Type of its value.
    #[must_use]
    pub fn scalar_type(&self) -> ScalarType {
        match self {
            Self::Derived(derived) => derived.scalar_type(),
            Self::Timed(timed) => timed.scalar_type(),
            Self::Aggregate(aggregate) => aggregate.scalar_type(),
            Self::LastValue(last) => last.scalar_type(),
            Self::Baseline(_) | Self::Next { .. } => ScalarType::Number,
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
            | Self::SessionTime(window) => Motion::of_window(*window),
            Self::Timed(timed) => timed.motion(),
            Self::SinceLast(_)
            | Self::SinceFirst(_)
            | Self::Absent(_)
            | Self::SignalAge(_)
            | Self::FactAge(_)
            | Self::Derived(Derived::Age(_)) => Motion::Grows,
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
            | Self::ContextInteger(_)
            | Self::LastValue(_)
            | Self::Derived(_)
            | Self::Next { .. } => Motion::Still,
        }
    }

    /// Whether its value follows the time evenly, so that only thresholds tell when it matters.
    #[must_use]
    pub fn flows(&self) -> bool {
        matches!(self.motion(), Motion::Grows | Motion::Shrinks)
            || matches!(self, Self::FunnelAge(_))
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
            | Self::SignalAge(_)
            | Self::FactAge(_)
            | Self::Derived(Derived::Age(_)) => true,
            Self::Timed(timed) => timed.is_duration(),
            _ => false,
        }
    }

    /// The events whose occurrence changes it by their names; one may come several times.
    #[must_use]
    pub fn event_names(&self) -> Vec<&str> {
        match self {
            Self::Timed(timed) => timed.events(),
            Self::Baseline(Baseline { measure: Measure::Events(event), .. }) => vec![event],
            _ => self.events().map(|events| events.name.as_str()).into_iter().collect(),
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
            Self::Timed(timed) => timed.window(),
            other => other.ring_window(),
        }
    }

    /// The window through which it counts whole numbers, if it does.
    pub(super) fn ring_window(&self) -> Option<Window> {
        let days = |length| Window { unit: Unit::Days, length };
        match self {
            Self::Count { window, .. } | Self::SessionCount(window) | Self::SessionTime(window) => {
                Some(*window)
            }
            Self::ActiveDays { days: length, .. } => Some(days(*length)),
            Self::Baseline(_) => Some(baseline::DAYS),
            _ => None,
        }
    }

    /// Whether any doing of the person can change it: it is about sessions.
    pub(super) fn is_of_sessions(&self) -> bool {
        let of_sessions = matches!(
            self,
            Self::SessionCount(_)
                | Self::SessionTime(_)
                | Self::SessionLength
                | Self::Baseline(Baseline { measure: Measure::SessionTime, .. })
        );
        of_sessions
            || matches!(self, Self::Timed(timed) if timed.is_of_any_event())
            || self.window().is_some_and(|window| window.unit == Unit::Sessions)
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
                // Their holidays are those of the fact `region`.
                | Self::Baseline(_)
                | Self::Timed(Timed::Holiday)
        )
    }
}
