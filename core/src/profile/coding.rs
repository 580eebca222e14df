//! The bytes of a definition, and the key of its state.

use ring::digest::{SHA256, digest};

use super::aggregate::Aggregate;
use super::baseline::{Baseline, BaselineFigure, Measure};
use super::derived::Derived;
use super::facts::TextTest;
use super::feature::Feature;
use super::filter::Events;
use super::last::LastValue;
use super::timed::Timed;
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
                | Self::FunnelDropped(_)
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
                | Self::FactAge(_)
        );
        if stateless {
            return None;
        }
        let mut definition = Vec::new();
        let mut out = Writer::new(&mut definition);
        match self {
            // What they remember serves all of their figures.
            Self::Timed(timed) => Self::Timed(timed.kept_for()?).encode(&mut out),
            Self::Baseline(baseline) => {
                out.byte(number_of_baseline(BaselineFigure::Drop));
                encode_measure(&baseline.measure, &mut out);
            }
            _ => self.encode(&mut out),
        }
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
            Self::Baseline(baseline) => {
                encode_measure(&baseline.measure, out);
                out.unsigned(u64::from(baseline.recent_days));
                out.unsigned(u64::from(baseline.baseline_days));
            }
            Self::Timed(timed) => timed.encode(out),
            Self::FunnelStep(number)
            | Self::FunnelAge(number)
            | Self::FunnelDropped(number)
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
        let number = input.byte()?;
        if let Some(figure) = baseline_figure(number) {
            return Ok(Self::Baseline(Baseline {
                figure,
                measure: input.optional(text)?.map_or(Measure::SessionTime, Measure::Events),
                recent_days: short(input)?,
                baseline_days: short(input)?,
            }));
        }
        Ok(match number {
            1 => Self::Count { events: Events::decode(input)?, window: Window::decode(input)? },
            3 => Self::SinceLast(Events::decode(input)?),
            4 => Self::SinceFirst(Events::decode(input)?),
            5 => Self::Absent(Events::decode(input)?),
            6 => Self::ActiveDays { events: Events::decode(input)?, days: short(input)? },
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
            21 => Self::Aggregate(Aggregate::decode(input)?),
            22 => Self::LastValue(LastValue::decode(input)?),
            23 => Self::FactAge(text(input)?),
            40 => Self::FunnelDropped(short(input)?),
            30.. => Self::Timed(Timed::decode(number, input)?),
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
            Self::Baseline(baseline) => number_of_baseline(baseline.figure),
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
            Self::FunnelDropped(_) => 40,
            Self::Timed(timed) => timed.number(),
            Self::Aggregate(_) => 21,
            Self::LastValue(_) => 22,
            Self::FactAge(_) => 23,
        }
    }
}

fn baseline_figure(number: u8) -> Option<BaselineFigure> {
    Some(match number {
        7 => BaselineFigure::Drop,
        36 => BaselineFigure::Rise,
        37 => BaselineFigure::Zscore,
        38 => BaselineFigure::Drift,
        _ => return None,
    })
}

fn number_of_baseline(figure: BaselineFigure) -> u8 {
    match figure {
        BaselineFigure::Drop => 7,
        BaselineFigure::Rise => 36,
        BaselineFigure::Zscore => 37,
        BaselineFigure::Drift => 38,
    }
}

fn encode_measure(measure: &Measure, out: &mut Writer<'_>) {
    let event = match measure {
        Measure::Events(event) => Some(event),
        Measure::SessionTime => None,
    };
    out.optional(event, |out, event| out.text(event));
}

/// First 64 bits of the SHA-256 of a definition.
pub(super) fn hash(definition: &[u8]) -> u64 {
    digest(&SHA256, definition).as_ref().first_chunk().map_or(0, |b| u64::from_le_bytes(*b))
}
