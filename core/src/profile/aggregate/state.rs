//! What is kept for one aggregate.

use super::currencies::Currencies;
use super::distinct::Distinct;
use super::entropy::{Intervals, Values};
use super::{Aggregate, Summary};
use crate::codec::{Reader, Writer};
use crate::error::Malformed;
use crate::event::{Event, Value};

use super::super::filter::{number, whole};
use super::super::moment::Moment;
use super::super::ring::{Amount, Bucket, Ring};
use super::super::scalar::Scalar;
use super::super::window::Window;

/// State of one aggregate.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct AggregateState {
    kept: Kept,
    currencies: Currencies,
}

#[derive(Debug, Clone, PartialEq)]
enum Kept {
    Sum(Ring<i64>),
    SumOfNumbers(Ring<f64>),
    Mean(Ring<Parts<f64>>),
    Extreme(Ring<Option<i64>>),
    ExtremeNumber(Ring<Option<f64>>),
    Distinct(Distinct),
    Share(Ring<Parts<u32>>),
    Entropy(Box<Values>),
    Intervals(Box<Intervals>),
}

/// A part and the number of events it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Parts<T> {
    part: T,
    count: u32,
}

impl Bucket for Parts<f64> {
    fn encode(self, out: &mut Writer<'_>) {
        out.unsigned(u64::from(self.count));
        if self.count > 0 {
            out.float(self.part);
        }
    }
    fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        let count = input.unsigned32()?;
        Ok(Self { part: if count > 0 { input.float()? } else { 0.0 }, count })
    }
}

impl Amount for Parts<f64> {
    fn plus(self, other: Self) -> Self {
        Self { part: self.part + other.part, count: self.count.saturating_add(other.count) }
    }
}

impl Bucket for Parts<u32> {
    fn encode(self, out: &mut Writer<'_>) {
        out.unsigned(u64::from(self.count));
        out.unsigned(u64::from(self.part));
    }
    fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        let count = input.unsigned32()?;
        Ok(Self { part: input.unsigned32()?, count })
    }
}

impl Amount for Parts<u32> {
    fn plus(self, other: Self) -> Self {
        let part = self.part.saturating_add(other.part);
        Self { part, count: self.count.saturating_add(other.count) }
    }
}

impl AggregateState {
    pub(in super::super) fn new(aggregate: &Aggregate) -> Self {
        Self { kept: Kept::new(aggregate), currencies: Currencies::default() }
    }

    /// Upper bound of what the state takes in memory.
    pub(in super::super) fn bytes(aggregate: &Aggregate) -> usize {
        let window = aggregate.window;
        let of_window = match &aggregate.summary {
            Summary::Sum { .. } => Ring::<i64>::bytes(window),
            Summary::Least { .. } | Summary::Most { .. } => Ring::<Option<i64>>::bytes(window),
            Summary::Mean { .. } => Ring::<Parts<f64>>::bytes(window),
            Summary::Share { .. } => Ring::<Parts<u32>>::bytes(window),
            Summary::Distinct { .. } => Distinct::BYTES,
            Summary::Entropy { .. } => Values::bytes(window),
            Summary::IntervalEntropy => Intervals::bytes(window),
        };
        size_of::<Self>().saturating_add(of_window)
    }

    /// Takes in an event of the aggregate's name.
    pub(in super::super) fn apply(
        &mut self,
        aggregate: &Aggregate,
        event: &Event,
        moment: &Moment<'_>,
    ) {
        if !aggregate.events.include(event) {
            return;
        }
        if let Some(value) = aggregate.property().and_then(|property| event.property(property)) {
            self.currencies.apply(value, aggregate.window, moment);
            self.kept.apply_value(aggregate, value, moment);
        }
        match (&mut self.kept, &aggregate.summary) {
            (Kept::Share(ring), Summary::Share { tests }) => {
                let passes = tests.iter().all(|test| test.holds(event));
                ring.add(moment, Parts { part: u32::from(passes), count: 1 });
            }
            (Kept::Intervals(intervals), _) => intervals.apply(moment),
            _ => {}
        }
    }

    pub(in super::super) fn read(
        &self,
        aggregate: &Aggregate,
        moment: &Moment<'_>,
    ) -> Option<Scalar> {
        let window = aggregate.window;
        if self.currencies.are_mixed(window, moment) && !self.kept.mixes_currencies() {
            return None;
        }
        let least = matches!(aggregate.summary, Summary::Least { .. });
        match &self.kept {
            Kept::Sum(ring) => Some(Scalar::Integer(ring.sum(moment))),
            Kept::SumOfNumbers(ring) => Some(Scalar::Number(ring.sum(moment))),
            Kept::Mean(ring) => {
                let Parts { part, count } = ring.sum(moment);
                (count > 0).then(|| Scalar::Number(part / f64::from(count)))
            }
            Kept::Extreme(ring) => {
                let held = ring.held(moment).flatten();
                let found = if least { held.min() } else { held.max() };
                found.map(Scalar::Integer)
            }
            Kept::ExtremeNumber(ring) => {
                let held = ring.held(moment).flatten();
                let found = held.reduce(if least { f64::min } else { f64::max });
                found.map(Scalar::Number)
            }
            Kept::Distinct(distinct) => Some(Scalar::Integer(distinct.read(window, moment))),
            Kept::Share(ring) => {
                let Parts { part, count } = ring.sum(moment);
                (count > 0).then(|| Scalar::Number(f64::from(part) / f64::from(count)))
            }
            Kept::Entropy(values) => values.read(moment).map(Scalar::Number),
            Kept::Intervals(intervals) => intervals.read(moment).map(Scalar::Number),
        }
    }

    pub(in super::super) fn changes_at(
        &self,
        aggregate: &Aggregate,
        moment: &Moment<'_>,
    ) -> Option<i64> {
        let kept = match &self.kept {
            Kept::Sum(ring) => ring.changes_at(moment),
            Kept::SumOfNumbers(ring) => ring.changes_at(moment),
            Kept::Mean(ring) => ring.changes_at(moment),
            Kept::Extreme(ring) => ring.changes_at(moment),
            Kept::ExtremeNumber(ring) => ring.changes_at(moment),
            Kept::Distinct(distinct) => distinct.changes_at(aggregate.window, moment),
            Kept::Share(ring) => ring.changes_at(moment),
            Kept::Entropy(values) => values.changes_at(moment),
            Kept::Intervals(intervals) => intervals.changes_at(moment),
        };
        let currencies = self.currencies.changes_at(aggregate.window, moment);
        kept.into_iter().chain(currencies).min()
    }

    pub(in super::super) fn encode(&self, out: &mut Writer<'_>) {
        self.currencies.encode(out);
        match &self.kept {
            Kept::Sum(ring) => ring.encode(out),
            Kept::SumOfNumbers(ring) => ring.encode(out),
            Kept::Mean(ring) => ring.encode(out),
            Kept::Extreme(ring) => ring.encode(out),
            Kept::ExtremeNumber(ring) => ring.encode(out),
            Kept::Distinct(distinct) => distinct.encode(out),
            Kept::Share(ring) => ring.encode(out),
            Kept::Entropy(values) => values.encode(out),
            Kept::Intervals(intervals) => intervals.encode(out),
        }
    }

    pub(in super::super) fn decode(
        aggregate: &Aggregate,
        input: &mut Reader<'_>,
    ) -> Result<Self, Malformed> {
        let (currencies, window) = (Currencies::decode(input)?, aggregate.window);
        let kept = match Kept::new(aggregate) {
            Kept::Sum(_) => Kept::Sum(Ring::decode(window, input)?),
            Kept::SumOfNumbers(_) => Kept::SumOfNumbers(Ring::decode(window, input)?),
            Kept::Mean(_) => Kept::Mean(Ring::decode(window, input)?),
            Kept::Extreme(_) => Kept::Extreme(Ring::decode(window, input)?),
            Kept::ExtremeNumber(_) => Kept::ExtremeNumber(Ring::decode(window, input)?),
            Kept::Distinct(_) => Kept::Distinct(Distinct::decode(input)?),
            Kept::Share(_) => Kept::Share(Ring::decode(window, input)?),
            Kept::Entropy(_) => Kept::Entropy(Box::new(Values::decode(window, input)?)),
            Kept::Intervals(_) => Kept::Intervals(Box::new(Intervals::decode(window, input)?)),
        };
        Ok(Self { kept, currencies })
    }
}

impl Kept {
    fn new(aggregate: &Aggregate) -> Self {
        let window: Window = aggregate.window;
        match &aggregate.summary {
            Summary::Sum { fraction: false, .. } => Self::Sum(Ring::new(window)),
            Summary::Sum { .. } => Self::SumOfNumbers(Ring::new(window)),
            Summary::Mean { .. } => Self::Mean(Ring::new(window)),
            Summary::Least { fraction: false, .. } | Summary::Most { fraction: false, .. } => {
                Self::Extreme(Ring::new(window))
            }
            Summary::Least { .. } | Summary::Most { .. } => Self::ExtremeNumber(Ring::new(window)),
            Summary::Distinct { .. } => Self::Distinct(Distinct::new()),
            Summary::Share { .. } => Self::Share(Ring::new(window)),
            Summary::Entropy { .. } => Self::Entropy(Box::new(Values::new(window))),
            Summary::IntervalEntropy => Self::Intervals(Box::new(Intervals::new(window))),
        }
    }

    fn apply_value(&mut self, aggregate: &Aggregate, value: &Value, moment: &Moment<'_>) {
        let least = matches!(aggregate.summary, Summary::Least { .. });
        match self {
            Self::Sum(ring) => {
                if let Some(amount) = whole(value) {
                    ring.add(moment, amount);
                }
            }
            Self::SumOfNumbers(ring) => {
                if let Value::Number(amount) = value {
                    ring.add(moment, *amount);
                }
            }
            Self::Mean(ring) => {
                if let Some(part) = number(value) {
                    ring.add(moment, Parts { part, count: 1 });
                }
            }
            Self::Extreme(ring) => {
                if let Some(value) = whole(value) {
                    let held = ring.bucket(moment);
                    let pick = if least { i64::min } else { i64::max };
                    *held = Some(held.map_or(value, |held| pick(held, value)));
                }
            }
            Self::ExtremeNumber(ring) => {
                if let Value::Number(value) = value {
                    let held = ring.bucket(moment);
                    let pick = if least { f64::min } else { f64::max };
                    *held = Some(held.map_or(*value, |held| pick(held, *value)));
                }
            }
            Self::Distinct(distinct) => distinct.apply(value, aggregate.window, moment),
            Self::Entropy(values) => values.apply(value, moment),
            Self::Share(_) | Self::Intervals(_) => {}
        }
    }

    /// Whether it does not matter in which currency an amount is.
    fn mixes_currencies(&self) -> bool {
        matches!(self, Self::Distinct(_) | Self::Share(_) | Self::Entropy(_) | Self::Intervals(_))
    }
}
