//! Examples that stand with a signal: what happens, and whether it stands then.

use staykit_core::event::Value;

/// Events of one person, and what a signal is then.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// Name of the signal.
    pub signal: String,
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

/// An event, or facts or context that become known.
#[derive(Debug, Clone, PartialEq)]
pub enum Happened {
    /// An event: its name and what it bears.
    Event(String, Vec<(String, Value)>),
    /// The app declares facts: `facts: { device_os: android }`.
    Facts(Vec<(String, Value)>),
    /// The platform tells the context: `context: { network: wifi }`.
    Context(Vec<(String, Value)>),
}

/// What a signal is at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expectation {
    /// When.
    pub at: Instant,
    /// What.
    pub is: Standing,
}

/// Whether a signal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It stands: `raised: true`, `cleared: false`.
    Raised,
    /// It does not stand: `raised: false`.
    NotRaised,
    /// It stood before and stands no more: `cleared: true`.
    Cleared,
}

/// An instant with the offset of the local time there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant {
    /// Ms since 1970-01-01T00:00Z.
    pub at_ms: i64,
    /// Minutes east of UTC.
    pub offset_min: i16,
}
