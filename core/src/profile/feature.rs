//! The vocabulary that rules may read.

use super::derived::Derived;
use super::facts::TextTest;
use super::scalar::{Motion, ScalarType};
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
    /// A fact that is a whole number or a flag (0, 1); 0 if unset.
    FactInteger(String),
    /// A context value that is a whole number or a flag; 0 if unset.
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
            Self::Derived(derived) => derived.scalar_type(),
            Self::Sum { fraction: true, .. } | Self::BaselineDrop { .. } | Self::Next { .. } => {
                ScalarType::Number
            }
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
            | Self::SessionTime(window) => match window.unit {
                Unit::Ever => Motion::Still,
                unit => Motion::Steps(unit),
            },
            Self::SinceLast(_) | Self::SinceFirst(_) | Self::Absent(_) | Self::SignalAge(_) => {
                Motion::Grows
            }
            Self::Derived(Derived::Age(_)) => Motion::Grows,
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
            | Self::Derived(_)
            | Self::Next { .. } => Motion::Still,
        }
    }

    /// Whether its value follows the time evenly, so that only thresholds tell when it matters.
    #[must_use]
    pub fn flows(&self) -> bool {
        self.motion() == Motion::Grows || matches!(self, Self::FunnelAge(_))
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
                | Self::Derived(Derived::Age(_))
        )
    }

    /// The event whose occurrence changes it, if it is one event.
    #[must_use]
    pub fn event(&self) -> Option<&str> {
        match self {
            Self::Count { event, .. }
            | Self::Sum { event, .. }
            | Self::ActiveDays { event, .. }
            | Self::SinceLast(event)
            | Self::SinceFirst(event)
            | Self::Absent(event)
            | Self::BaselineDrop { measure: Measure::Events(event), .. } => Some(event),
            _ => None,
        }
    }
}
