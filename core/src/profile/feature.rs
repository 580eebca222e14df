//! The vocabulary that rules may read.

use ring::digest::{SHA256, digest};

use crate::codec::{Reader, Writer};
use crate::error::Malformed;

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
}

/// A property, fact or context value compared with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextTest {
    /// Its name.
    pub key: String,
    /// The text it must equal.
    pub text: String,
}

/// What a baseline measures per local day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measure {
    /// Events of a name.
    Events(String),
    /// Time spent in sessions.
    SessionTime,
}

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
}

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
#[derive(Debug, Clone, Copy, PartialEq)]
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
    /// It changes when a window's unit ends.
    Steps(Unit),
    /// It is measured from something that may end by itself: a funnel's attempt, a session.
    Ends,
}

impl Feature {
    /// Type of its value.
    #[must_use]
    pub fn scalar_type(&self) -> ScalarType {
        match self {
            Self::Sum { fraction: true, .. } | Self::BaselineDrop { .. } => ScalarType::Number,
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
            Self::FunnelStep(_) | Self::FunnelAge(_) | Self::SessionLength => Motion::Ends,
            Self::ActiveDays { .. } | Self::BaselineDrop { .. } | Self::Weekday => {
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
        matches!(
            self,
            Self::SinceLast(_)
                | Self::SinceFirst(_)
                | Self::Absent(_)
                | Self::FunnelAge(_)
                | Self::SessionTime(_)
                | Self::SessionLength
                | Self::SignalAge(_)
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

    /// Key under which its state is kept: a hash of the definition, so that another pack with
    /// the same definition goes on counting. `None` for features that hold no state of their own.
    #[must_use]
    pub fn key(&self) -> Option<u64> {
        let stateless = matches!(
            self,
            Self::FunnelStep(_)
                | Self::FunnelAge(_)
                | Self::SessionLength
                | Self::Signal(_)
                | Self::SignalAge(_)
                | Self::Hour
                | Self::Weekday
                | Self::FactIs(_)
                | Self::ContextIs(_)
                | Self::FactInteger(_)
                | Self::ContextInteger(_)
        );
        if stateless {
            return None;
        }
        let mut definition = Vec::new();
        self.encode(&mut Writer::new(&mut definition));
        Some(hash(&definition))
    }

    pub(crate) fn encode(&self, out: &mut Writer<'_>) {
        out.byte(self.number());
        match self {
            Self::Count { event, window, filter } => {
                out.text(event);
                window.encode(out);
                out.optional(filter.as_ref(), |out, test| test.encode(out));
            }
            Self::Sum { event, property, window, fraction } => {
                out.text(event);
                out.text(property);
                window.encode(out);
                out.flag(*fraction);
            }
            Self::SinceLast(text)
            | Self::SinceFirst(text)
            | Self::Absent(text)
            | Self::FactInteger(text)
            | Self::ContextInteger(text) => out.text(text),
            Self::ActiveDays { event, days } => {
                out.text(event);
                out.unsigned(u64::from(*days));
            }
            Self::BaselineDrop { measure, recent_days, baseline_days } => {
                let event = match measure {
                    Measure::Events(event) => Some(event),
                    Measure::SessionTime => None,
                };
                out.optional(event, |out, event| out.text(event));
                out.unsigned(u64::from(*recent_days));
                out.unsigned(u64::from(*baseline_days));
            }
            Self::FunnelStep(number)
            | Self::FunnelAge(number)
            | Self::Signal(number)
            | Self::SignalAge(number) => out.unsigned(u64::from(*number)),
            Self::SessionCount(window) | Self::SessionTime(window) => window.encode(out),
            Self::FactIs(test) | Self::ContextIs(test) => test.encode(out),
            Self::SessionLength | Self::Hour | Self::Weekday => {}
        }
    }

    pub(crate) fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        let text = |input: &mut Reader<'_>| input.text().map(str::to_owned);
        let short = |input: &mut Reader<'_>| {
            u16::try_from(input.unsigned()?).map_err(|_| input.malformed())
        };
        Ok(match input.byte()? {
            1 => Self::Count {
                event: text(input)?,
                window: Window::decode(input)?,
                filter: input.optional(TextTest::decode)?,
            },
            2 => Self::Sum {
                event: text(input)?,
                property: text(input)?,
                window: Window::decode(input)?,
                fraction: input.flag()?,
            },
            3 => Self::SinceLast(text(input)?),
            4 => Self::SinceFirst(text(input)?),
            5 => Self::Absent(text(input)?),
            6 => Self::ActiveDays { event: text(input)?, days: short(input)? },
            7 => Self::BaselineDrop {
                measure: input.optional(text)?.map_or(Measure::SessionTime, Measure::Events),
                recent_days: short(input)?,
                baseline_days: short(input)?,
            },
            8 => Self::FunnelStep(short(input)?),
            9 => Self::FunnelAge(short(input)?),
            10 => Self::SessionCount(Window::decode(input)?),
            11 => Self::SessionTime(Window::decode(input)?),
            12 => Self::SessionLength,
            13 => Self::Signal(short(input)?),
            14 => Self::SignalAge(short(input)?),
            15 => Self::Hour,
            16 => Self::Weekday,
            17 => Self::FactIs(TextTest::decode(input)?),
            18 => Self::ContextIs(TextTest::decode(input)?),
            19 => Self::FactInteger(text(input)?),
            20 => Self::ContextInteger(text(input)?),
            _ => return Err(input.malformed()),
        })
    }

    /// Its number in files: that of its field in the pack's `Feature` message.
    fn number(&self) -> u8 {
        match self {
            Self::Count { .. } => 1,
            Self::Sum { .. } => 2,
            Self::SinceLast(_) => 3,
            Self::SinceFirst(_) => 4,
            Self::Absent(_) => 5,
            Self::ActiveDays { .. } => 6,
            Self::BaselineDrop { .. } => 7,
            Self::FunnelStep(_) => 8,
            Self::FunnelAge(_) => 9,
            Self::SessionCount(_) => 10,
            Self::SessionTime(_) => 11,
            Self::SessionLength => 12,
            Self::Signal(_) => 13,
            Self::SignalAge(_) => 14,
            Self::Hour => 15,
            Self::Weekday => 16,
            Self::FactIs(_) => 17,
            Self::ContextIs(_) => 18,
            Self::FactInteger(_) => 19,
            Self::ContextInteger(_) => 20,
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

impl Window {
    fn encode(self, out: &mut Writer<'_>) {
        out.byte(match self.unit {
            Unit::Minutes => 1,
            Unit::Hours => 2,
            Unit::Days => 3,
            Unit::Weeks => 4,
            Unit::Ever => 5,
        });
        out.unsigned(u64::from(self.length));
    }

    fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        let unit = match input.byte()? {
            1 => Unit::Minutes,
            2 => Unit::Hours,
            3 => Unit::Days,
            4 => Unit::Weeks,
            5 => Unit::Ever,
            _ => return Err(input.malformed()),
        };
        let length = u16::try_from(input.unsigned()?).map_err(|_| input.malformed())?;
        Ok(Self { unit, length })
    }
}

impl TextTest {
    fn encode(&self, out: &mut Writer<'_>) {
        out.text(&self.key);
        out.text(&self.text);
    }

    fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self { key: input.text()?.to_owned(), text: input.text()?.to_owned() })
    }
}

/// First 64 bits of the SHA-256 of a definition.
pub(super) fn hash(definition: &[u8]) -> u64 {
    digest(&SHA256, definition).as_ref().first_chunk().map_or(0, |b| u64::from_le_bytes(*b))
}
