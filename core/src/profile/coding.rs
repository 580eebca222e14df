//! The bytes of a definition, and the key of its state.

use ring::digest::{SHA256, digest};

use super::derived::Derived;
use super::facts::TextTest;
use super::feature::{Feature, Measure};
use super::window::Window;
use crate::codec::{Reader, Writer};
use crate::error::Malformed;

impl Feature {
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
                | Self::Derived(_)
                | Self::Next { .. }
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
            Self::Derived(derived) => derived.encode(out),
            Self::Next { prediction, action } => {
                out.unsigned(u64::from(*prediction));
                out.text(action);
            }
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
            number if Derived::has(number) => Self::Derived(Derived::decode(number, input)?),
            52 => Self::Next { prediction: short(input)?, action: text(input)? },
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
            Self::Derived(derived) => derived.number(),
            Self::Next { .. } => 52,
        }
    }
}

/// First 64 bits of the SHA-256 of a definition.
pub(super) fn hash(definition: &[u8]) -> u64 {
    digest(&SHA256, definition).as_ref().first_chunk().map_or(0, |b| u64::from_le_bytes(*b))
}
