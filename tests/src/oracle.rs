//! What features are worth, figured out from the full list of what happened: slow, with plain
//! lists, and without the profile's windows, counters and states.

mod conclusions;
mod facts;
mod next;
mod order;
mod rhythm;

pub use conclusions::{Conclusions, Turned};

use staykit_core::event::{Event, Value};
use staykit_core::profile::{
    Aggregate, Constant, Definitions, Events, Feature, Funnel, Holidays, KeptValue, LastValue,
    Part, Prediction, Relation, Scalar, Summary, Test, Unit, Window,
};
use staykit_core::time::{ClockReading, HOUR_MS, MINUTE_MS, Stamp};

/// Everything that happened, in order.
#[derive(Debug, Default)]
pub struct History {
    events: Vec<Happened>,
    told: Vec<facts::Told>,
    idle_ms: i64,
    funnels: Vec<Funnel>,
    holidays: Holidays,
    predictions: Vec<Prediction>,
}

#[derive(Debug)]
struct Happened {
    event: Event,
    moment: Moment,
    /// Day and hour that the wall clock showed.
    wall: (i64, i64),
    /// What all clocks showed.
    reading: ClockReading,
}

/// A moment: its instant, its local day, and the session that it is counted with.
#[derive(Debug, Clone, Copy)]
struct Moment {
    at: i64,
    day: i64,
    session: i64,
}

impl History {
    /// Nothing happened yet. Of the definitions the features do not count.
    #[must_use]
    pub fn new(definitions: &Definitions) -> Self {
        Self {
            idle_ms: definitions.session_idle_ms(),
            funnels: definitions.funnels().to_vec(),
            holidays: definitions.holidays().clone(),
            predictions: definitions.predictions().to_vec(),
            ..Self::default()
        }
    }

    /// Whether nothing happened yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// One more event.
    pub fn record(&mut self, event: Event, stamp: &Stamp) {
        let mut moment = self.moment(stamp);
        if !event.is_ambient() && self.begins_session(stamp.at) {
            let begun = self.events.iter().any(|known| !known.event.is_ambient());
            moment.session += i64::from(begun);
        }
        let hour = i64::from(stamp.minute_of_day() / 60);
        let wall = (i64::from(stamp.wall_day()), hour);
        self.events.push(Happened { event, moment, wall, reading: stamp.reading });
    }

    fn begins_session(&self, at: i64) -> bool {
        let last = self.events.iter().rev().find(|known| !known.event.is_ambient());
        last.is_none_or(|last| at - last.moment.at > self.idle_ms)
    }

    fn moment(&self, stamp: &Stamp) -> Moment {
        let session = self.events.last().map_or(1, |last| last.moment.session);
        Moment { at: stamp.at, day: i64::from(stamp.day), session }
    }

    /// What a feature is worth at `stamp`; `None` for features that are not about single events,
    /// `Some(None)` for those that have no value.
    #[must_use]
    pub fn value(&self, feature: &Feature, stamp: &Stamp) -> Option<Option<Scalar>> {
        let now = self.moment(stamp);
        let since = |at: Option<i64>| Some(Scalar::Integer(at.map_or(i64::MAX, |at| now.at - at)));
        Some(match feature {
            Feature::Count { events, window } => {
                Some(whole(self.within(events, *window, now).len()))
            }
            Feature::ActiveDays { events, days } => {
                let window = Window { unit: Unit::Days, length: *days };
                let mut days: Vec<i64> =
                    self.within(events, window, now).iter().map(|known| known.moment.day).collect();
                days.dedup();
                Some(whole(days.len()))
            }
            Feature::SinceLast(events) => since(self.all(events).last().map(|of| of.moment.at)),
            Feature::SinceFirst(events) => since(self.all(events).first().map(|of| of.moment.at)),
            Feature::Absent(events) => {
                let last = self.all(events).last().map(|of| of.moment.at);
                let began = self.events.first().map_or(now.at, |first| first.moment.at);
                since(Some(last.unwrap_or(began)))
            }
            Feature::Aggregate(aggregate) => self.aggregate(aggregate, now),
            Feature::LastValue(last) => self.last_value(last),
            Feature::Next { prediction, action } => Some(self.next(*prediction, action)),
            Feature::FactIs(_)
            | Feature::FactInteger(_)
            | Feature::FactAge(_)
            | Feature::ContextIs(_)
            | Feature::ContextInteger(_) => self.of_facts(feature, now),
            _ => return self.in_order(feature, stamp),
        })
    }

    /// All events of a name that pass the tests.
    fn all(&self, events: &Events) -> Vec<&Happened> {
        let named = self.events.iter().filter(|known| known.event.name() == events.name);
        named.filter(|known| events.tests.iter().all(|test| passes(test, &known.event))).collect()
    }

    fn within(&self, events: &Events, window: Window, now: Moment) -> Vec<&Happened> {
        let inside = |known: &&Happened| is_within(known.moment, window, now);
        self.all(events).into_iter().filter(inside).collect()
    }

    fn aggregate(&self, aggregate: &Aggregate, now: Moment) -> Option<Scalar> {
        let Aggregate { events, window, summary } = aggregate;
        let inside = self.within(events, *window, now);
        let values: Vec<&Value> = aggregate.property().map_or(Vec::new(), |property| {
            inside.iter().filter_map(|known| known.event.property(property)).collect()
        });
        let mut currencies: Vec<&str> = values.iter().filter_map(|of| currency(of)).collect();
        currencies.sort_unstable();
        currencies.dedup();
        if currencies.len() > 1 {
            return None;
        }
        let wholes: Vec<i64> = values.iter().filter_map(|value| as_whole(value)).collect();
        let numbers: Vec<f64> = values.iter().filter_map(|value| as_number(value)).collect();
        let fractions = numbers.iter().copied();
        match summary {
            Summary::Sum { fraction: false, .. } => Some(Scalar::Integer(wholes.iter().sum())),
            Summary::Sum { .. } => Some(Scalar::Number(fractions.sum())),
            Summary::Mean { .. } => mean(&numbers),
            Summary::Least { fraction: false, .. } => wholes.into_iter().min().map(Scalar::Integer),
            Summary::Most { fraction: false, .. } => wholes.into_iter().max().map(Scalar::Integer),
            Summary::Least { .. } => fractions.reduce(f64::min).map(Scalar::Number),
            Summary::Most { .. } => fractions.reduce(f64::max).map(Scalar::Number),
            Summary::Distinct { .. } => {
                let mut words: Vec<String> = values.iter().map(|of| format!("{of:?}")).collect();
                words.sort();
                words.dedup();
                Some(whole(words.len().min(64)))
            }
            Summary::Share { tests } => {
                let passes = |known: &&&Happened| tests.iter().all(|of| passes(of, &known.event));
                let passing: Vec<f64> =
                    inside.iter().map(|known| f64::from(u8::from(passes(&known)))).collect();
                mean(&passing)
            }
            Summary::Entropy { property } => self.entropy(aggregate, property, now),
            Summary::IntervalEntropy => {
                let all = self.all(events);
                let pairs = all.iter().zip(all.iter().skip(1));
                let ended = pairs.filter(|(_, to)| is_within(to.moment, *window, now));
                let class = |ms: i64| (0..15).find(|bin| ms < 250 << bin).unwrap_or(15);
                entropy_of(ended.map(|(from, to)| class(to.moment.at - from.moment.at)).collect())
            }
        }
    }

    /// The class of each event in turn: the place that its value has or gets, or one for all that
    /// get none.
    fn entropy(&self, aggregate: &Aggregate, property: &str, now: Moment) -> Option<Scalar> {
        let mut places: Vec<(usize, String)> = Vec::new();
        let mut classed: Vec<(usize, Moment)> = Vec::new();
        for known in self.all(&aggregate.events) {
            let Some(value) = known.event.property(property) else { continue };
            let (value, at) = (format!("{value:?}"), known.moment);
            let held = places.iter().find(|(_, of)| *of == value).map(|(place, _)| *place);
            let is_free = |place: &usize| {
                let counted = classed.iter().filter(|(class, _)| class == place);
                !counted.into_iter().any(|(_, then)| is_within(*then, aggregate.window, at))
            };
            let place = held.or_else(|| (0..16).find(is_free)).unwrap_or(16);
            if held.is_none() && place < 16 {
                places.retain(|(taken, _)| *taken != place);
                places.push((place, value));
            }
            classed.push((place, at));
        }
        let inside = classed.into_iter().filter(|(_, at)| is_within(*at, aggregate.window, now));
        entropy_of(inside.map(|(class, _)| class).collect())
    }

    fn last_value(&self, last: &LastValue) -> Option<Scalar> {
        let of = |known: &Happened| {
            let value = known.event.property(&last.property)?;
            match (&last.kept, value) {
                (KeptValue::Is(text), Value::Text(value)) => Some(Scalar::Flag(text == value)),
                (KeptValue::Is(_), _) => None,
                (KeptValue::Integer, value) => as_whole(value).map(Scalar::Integer),
                (KeptValue::Number, value) => as_number(value).map(Scalar::Number),
            }
        };
        self.all(&last.events).into_iter().rev().find_map(of)
    }
}

fn is_within(then: Moment, window: Window, now: Moment) -> bool {
    let unit = |of: Moment| match window.unit {
        Unit::Minutes => of.at.div_euclid(MINUTE_MS),
        Unit::Hours => of.at.div_euclid(HOUR_MS),
        Unit::Days => of.day,
        // Day 0 was a Thursday.
        Unit::Weeks => (of.day + 3).div_euclid(7),
        Unit::Sessions => of.session,
        Unit::Ever => 0,
    };
    unit(now) - unit(then) < i64::from(window.length)
}

fn passes(test: &Test, event: &Event) -> bool {
    let Some(value) = event.property(&test.property) else { return false };
    let order = match (test.part, value, &test.constant) {
        (Part::Currency, value, Constant::Text(wanted)) => {
            currency(value).map(|code| code.cmp(wanted.as_str()))
        }
        (_, Value::Text(value), Constant::Text(wanted)) => Some(value.cmp(wanted)),
        (_, Value::Flag(value), Constant::Flag(flag)) => Some(value.cmp(flag)),
        (_, value, Constant::Integer(of)) if as_whole(value).is_some() => {
            as_whole(value).map(|value| value.cmp(of))
        }
        (_, value, Constant::Integer(of)) => {
            as_number(value).and_then(|value| value.partial_cmp(&as_float(*of)))
        }
        (_, value, Constant::Number(of)) => as_number(value).and_then(|n| n.partial_cmp(of)),
        _ => None,
    };
    order.is_some_and(|order| match test.relation {
        Relation::Less => order.is_lt(),
        Relation::LessOrEqual => order.is_le(),
        Relation::Greater => order.is_gt(),
        Relation::GreaterOrEqual => order.is_ge(),
        Relation::Equal => order.is_eq(),
        Relation::NotEqual => order.is_ne(),
    })
}

fn currency(value: &Value) -> Option<&str> {
    match value {
        Value::Money { currency, .. } => Some(currency.code()),
        _ => None,
    }
}

fn as_whole(value: &Value) -> Option<i64> {
    match value {
        Value::Integer(value) | Value::Money { minor: value, .. } => Some(*value),
        _ => None,
    }
}

fn as_number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(value) => Some(*value),
        _ => as_whole(value).map(as_float),
    }
}

#[expect(clippy::cast_precision_loss, reason = "amounts of tests are small")]
fn as_float(value: i64) -> f64 {
    value as f64
}

fn whole(count: usize) -> Scalar {
    Scalar::Integer(i64::try_from(count).unwrap())
}

fn mean(values: &[f64]) -> Option<Scalar> {
    let count = as_float(i64::try_from(values.len()).unwrap());
    (count > 0.0).then(|| Scalar::Number(values.iter().sum::<f64>() / count))
}

fn entropy_of(mut classes: Vec<usize>) -> Option<Scalar> {
    classes.sort_unstable();
    let total = as_float(i64::try_from(classes.len()).unwrap());
    let share = |of: &[usize]| as_float(i64::try_from(of.len()).unwrap()) / total;
    let parts = classes.chunk_by(|a, b| a == b).map(share);
    let bits = parts.map(|share| -share * share.log2()).sum::<f64>();
    (total > 0.0).then_some(Scalar::Number(bits))
}
