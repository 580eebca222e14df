//! What the host told: facts, the context, and what follows from the region.

use staykit_core::event::Value;
use staykit_core::profile::{FactChange, Feature, Scalar};
use staykit_core::time::Stamp;

use super::order::{flag, integer};
use super::{History, Moment};

/// A fact, or a value of the context, was set or unset.
#[derive(Debug)]
pub(super) struct Told {
    key: String,
    context: bool,
    value: Option<Value>,
    at: i64,
}

impl Told {
    pub(super) fn at(&self) -> i64 {
        self.at
    }
}

impl History {
    /// The host tells facts, or with `context` values of the context.
    pub fn tell(&mut self, changes: &[FactChange], context: bool, stamp: &Stamp) {
        let told = |(key, value): &FactChange| Told {
            key: key.clone(),
            context,
            value: value.clone(),
            at: stamp.at,
        };
        self.told.extend(changes.iter().map(told));
    }

    /// Whether the host told just that last.
    #[must_use]
    pub fn knows(&self, changes: &[FactChange], context: bool) -> bool {
        changes.iter().all(|(key, value)| self.known(key, context) == value.as_ref())
    }

    pub(super) fn of_facts(&self, feature: &Feature, now: Moment) -> Option<Scalar> {
        let is = |key: &str, text: &str, context: bool| matches!(self.known(key, context), Some(Value::Text(known)) if known == text);
        let whole = |key: &str, context: bool| match self.known(key, context)? {
            Value::Integer(value) => Some(*value),
            Value::Flag(flag) => Some(i64::from(*flag)),
            _ => None,
        };
        match feature {
            Feature::FactIs(test) => flag(is(&test.key, &test.text, false)),
            Feature::ContextIs(test) => flag(is(&test.key, &test.text, true)),
            Feature::FactInteger(key) => whole(key, false).and_then(integer),
            Feature::ContextInteger(key) => whole(key, true).and_then(integer),
            Feature::FactAge(key) => {
                integer(self.known_since(key).map_or(i64::MAX, |since| now.at - since))
            }
            _ => None,
        }
    }

    fn all_told(&self, key: &str, context: bool) -> impl DoubleEndedIterator<Item = &Told> {
        self.told.iter().filter(move |told| told.key == key && told.context == context)
    }

    fn known(&self, key: &str, context: bool) -> Option<&Value> {
        self.all_told(key, context).last().and_then(|told| told.value.as_ref())
    }

    /// Since when a fact has the value that it has.
    fn known_since(&self, key: &str) -> Option<i64> {
        let value = self.known(key, false)?;
        let same = self.all_told(key, false).rev();
        same.take_while(|told| told.value.as_ref() == Some(value)).last().map(|told| told.at)
    }

    /// Whether a local day is a holiday in the region that the person is in now.
    pub(super) fn is_holiday(&self, day: i64) -> bool {
        let Some(Value::Text(region)) = self.known("region", false) else { return false };
        let mut ranges = self.holidays.of(region).iter();
        ranges.any(|range| (i64::from(range.first)..=i64::from(range.last)).contains(&day))
    }
}
