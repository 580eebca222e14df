//! Examples of a pack: what happens, and what is concluded then.

use staykit_core::event::Value;
use staykit_core::rules::TableKind;

/// Events of one person, and what is concluded of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// The signal or tag that it stands with; none if it stands in the pack's own `examples`.
    pub signal: Option<String>,
    /// Line of the YAML it starts on, from 1.
    pub line: usize,
    /// What happens, in order of time.
    pub given: Vec<Happening>,
    /// What is expected, in order of time; at the same instant as an event, after it.
    pub expect: Vec<Expectation>,
}

/// What happens in an example.
#[derive(Debug, Clone, PartialEq)]
pub struct Happening {
    /// When.
    pub at: Instant,
    /// What.
    pub what: Happened,
}

/// An event, facts or context that become known, or a wall clock that is set.
#[derive(Debug, Clone, PartialEq)]
pub enum Happened {
    /// An event: its name and what it bears.
    Event(String, Vec<(String, Value)>),
    /// The app declares facts: `facts: { device_os: android }`.
    Facts(Vec<(String, Value)>),
    /// The platform tells the context: `context: { network: wifi }`.
    Context(Vec<(String, Value)>),
    /// The wall clock is set, and from then on ahead of the true time by so many ms: `clock_ahead:
    /// days(1)`. All instants of an example are the true time.
    ClockAhead(i64),
}

/// What something is at an instant.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// Line of the YAML it starts on, from 1.
    pub line: usize,
    /// When.
    pub at: Instant,
    /// Name of the signal, tag, score or table.
    pub of: String,
    /// What.
    pub is: Standing,
}

/// Whether a signal stands, what a score is, which row of a table somebody is in.
#[derive(Debug, Clone, PartialEq)]
pub enum Standing {
    /// The signal or tag stands: `raised: true`, `cleared: false`, `holds: true`.
    Raised,
    /// It does not stand: `raised: false`, `holds: false`.
    NotRaised,
    /// It stood before and stands no more: `cleared: true`.
    Cleared,
    /// The score is within these bounds, both part of it.
    Score {
        /// `at_least`, in points.
        at_least: Option<f64>,
        /// `at_most`, in points.
        at_most: Option<f64>,
    },
    /// The person is in this row of a table.
    Row {
        /// What kind of table.
        kind: TableKind,
        /// The row.
        row: String,
    },
}

/// An instant with the offset of the local time there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant {
    /// Ms since 1970-01-01T00:00Z.
    pub at_ms: i64,
    /// Minutes east of UTC.
    pub offset_min: i16,
}
