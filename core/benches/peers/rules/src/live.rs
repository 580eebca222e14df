//! The same values for everyone: what the condition reads of each person.

use std::sync::atomic::{AtomicUsize, Ordering};

use cel::common::types::CelInt;
use cel::common::value::CowVal;
use cel::context::VariableResolver;
use staykit_core::profile::Scalar;
use staykit_core::rules::Readings;

use crate::people::{Condition, Person};

/// What the interpreters call the three values.
pub(crate) const NAMES: [&str; 3] = ["screens", "workouts", "hour"];

/// The people, with the numbers of the features that the condition reads.
pub(crate) struct Seen<'a> {
    condition: &'a Condition,
    pub(crate) people: &'a [Person],
    features: [u16; 3],
    pub(crate) values: Vec<[i64; 3]>,
}

impl<'a> Seen<'a> {
    pub(crate) fn new(condition: &'a Condition, people: &'a [Person]) -> Self {
        let features = condition.features();
        let mut seen = Self { condition, people, features, values: Vec::new() };
        seen.values = (0..people.len()).map(|at| seen.read(at)).collect();
        seen
    }

    /// One value of one person, out of the live profile.
    fn value(&self, at: usize, place: usize) -> i64 {
        let reading = self.people[at].reading(self.condition.definitions());
        match reading.read(self.features[place]) {
            Some(Scalar::Integer(value)) => value,
            other => panic!("{other:?} is no whole number"),
        }
    }

    /// All three, out of the live profile.
    pub(crate) fn read(&self, at: usize) -> [i64; 3] {
        [0, 1, 2].map(|place| self.value(at, place))
    }

    /// The right answers.
    pub(crate) fn holds(&self) -> Vec<bool> {
        let holds =
            |[screens, workouts, hour]: &[i64; 3]| *screens >= 3 && *workouts == 0 && *hour >= 18;
        self.values.iter().map(holds).collect()
    }
}

/// CEL's way to a value that is read only if the condition comes to it.
pub(crate) struct Viewer<'a> {
    seen: &'a Seen<'a>,
    at: AtomicUsize,
}

impl<'a> Viewer<'a> {
    pub(crate) fn new(seen: &'a Seen<'a>) -> Self {
        Self { seen, at: AtomicUsize::new(0) }
    }

    pub(crate) fn look_at(&self, at: usize) {
        self.at.store(at, Ordering::Relaxed);
    }
}

impl VariableResolver for Viewer<'_> {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        let place = NAMES.iter().position(|name| *name == variable)?;
        let value = self.seen.value(self.at.load(Ordering::Relaxed), place);
        Some(CowVal::owned(CelInt::from(value)))
    }
}

/// Values that were read before: what our instructions alone cost.
pub(crate) struct Fixed(Vec<Option<Scalar>>);

impl Fixed {
    pub(crate) fn new(seen: &Seen<'_>, at: usize) -> Self {
        let live = seen.people[at].reading(seen.condition.definitions());
        let features = seen.condition.definitions().features().len();
        Self((0..features).map(|feature| live.read(u16::try_from(feature).ok()?)).collect())
    }
}

impl Readings for Fixed {
    fn read(&self, feature: u16) -> Option<Scalar> {
        self.0.get(usize::from(feature)).copied().flatten()
    }
}
