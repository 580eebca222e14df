//! The bytes of a definition, and the key of its state.

use ring::digest::{SHA256, digest};

use super::aggregate::Aggregate;
use super::facts::TextTest;
use super::feature::{Feature, Measure};
use super::filter::Events;
use super::last::LastValue;
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
                | Self::FactAge(_)
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
            Self::Count { events, window } => {
                events.encode(out);
                window.encode(out);
            }
            Self::Aggregate(aggregate) => aggregate.encode(out),
            Self::LastValue(last) => last.encode(out),
            Self::SinceLast(events) | Self::SinceFirst(events) | Self::Absent(events) => {
                events.encode(out);
            }
            Self::FactInteger(key) | Self::ContextInteger(key) | Self::FactAge(key) => {
                out.text(key);
            }
            Self::ActiveDays { events, days } => {
                events.encode(out);
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
            1 => Self::Count { events: Events::decode(input)?, window: Window::decode(input)? },
            3 => Self::SinceLast(Events::decode(input)?),
            4 => Self::SinceFirst(Events::decode(input)?),
            5 => Self::Absent(Events::decode(input)?),
            6 => Self::ActiveDays { events: Events::decode(input)?, days: short(input)? },
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
            21 => Self::Aggregate(Aggregate::decode(input)?),
            22 => Self::LastValue(LastValue::decode(input)?),
            23 => Self::FactAge(text(input)?),
            _ => return Err(input.malformed()),
        })
    }

    /// Its number in files.
    fn number(&self) -> u8 {
        match self {
            Self::Count { .. } => 1,
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
            Self::Aggregate(_) => 21,
            Self::LastValue(_) => 22,
            Self::FactAge(_) => 23,
        }
    }
}

/// First 64 bits of the SHA-256 of a definition.
pub(super) fn hash(definition: &[u8]) -> u64 {
    digest(&SHA256, definition).as_ref().first_chunk().map_or(0, |b| u64::from_le_bytes(*b))
}
