//! The profile itself: a fold over events.

use super::chain::Chain;
use super::definitions::Definitions;
use super::facts::{FactChange, Facts, TooManyFacts};
use super::feature::Feature;
use super::funnel::Attempt;
use super::holidays;
use super::moment::Moment;
use super::ring::start;
use super::scalar::Scalar;
use super::session::{Sessions, Step};
use super::slot::Slot;
use super::timed::{Around, Histogram};
use super::validity::Validity;
use super::window::Unit;
use crate::event::{Event, Value};
use crate::time::{Stamp, civil};

/// Everything that is kept about the person, as far as the active pack asks for it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Profile {
    pub(super) began: Option<Began>,
    pub(super) sessions: Sessions,
    /// In the order of the definitions.
    pub(super) slots: Vec<Slot>,
    pub(super) funnels: Vec<Attempt>,
    pub(super) predictions: Vec<Chain>,
    pub(super) facts: Facts,
    pub(super) context: Facts,
    /// If a feature lives on it.
    pub(super) rhythm: Option<Histogram>,
    pub(super) valid: Validity,
}

/// The first event of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Began {
    pub(super) at: i64,
    pub(super) day: i32,
}

impl Profile {
    /// An empty profile for these definitions.
    #[must_use]
    pub fn new(definitions: &Definitions) -> Self {
        Self {
            slots: definitions.features().iter().map(Slot::new).collect(),
            funnels: vec![Attempt::default(); definitions.funnels().len()],
            predictions: vec![Chain::default(); definitions.predictions().len()],
            rhythm: definitions.reads_rhythm().then(Histogram::default),
            valid: Validity::new(definitions),
            ..Self::default()
        }
    }

    /// Whether any event was taken in.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.began.is_some()
    }

    /// The sessions so far.
    #[must_use]
    pub fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    /// Number of the session that an event would belong to.
    #[must_use]
    pub fn session_of(&self, event: &Event, stamp: &Stamp, definitions: &Definitions) -> u64 {
        if event.is_ambient() {
            // Before the first session it is counted with that one.
            self.sessions.number().max(1)
        } else {
            self.sessions.number_at(stamp.at, definitions.session_idle_ms())
        }
    }

    /// Takes in an event. Allocates nothing.
    pub fn apply(&mut self, event: &Event, stamp: &Stamp, definitions: &Definitions) {
        self.began.get_or_insert(Began { at: stamp.at, day: stamp.day });
        if !event.is_ambient() {
            self.apply_session(event, stamp, definitions);
            if let Some(rhythm) = &mut self.rhythm {
                rhythm.apply(stamp);
            }
        }
        let moment = self.moment(stamp);
        let Some(touched) = definitions.touched(event.name()) else { return };
        for number in &touched.features {
            if let (Some(feature), Some(slot)) =
                (definitions.feature(*number), self.slots.get_mut(usize::from(*number)))
            {
                slot.apply(feature, event, &moment);
            }
        }
        for number in &touched.funnels {
            let place = usize::from(*number);
            if let (Some(funnel), Some(attempt)) =
                (definitions.funnels().get(place), self.funnels.get_mut(place))
            {
                attempt.apply(funnel, event.name(), stamp.at);
            }
        }
        for number in &touched.predictions {
            let place = usize::from(*number);
            if let (Some(prediction), Some(chain)) =
                (definitions.predictions().get(place), self.predictions.get_mut(place))
                && let Some(Value::Text(action)) = event.property(&prediction.property)
            {
                chain.apply(action);
            }
        }
    }

    /// The moment with the session that it is counted with: before the first one, that.
    #[inline]
    fn moment<'a>(&self, stamp: &'a Stamp) -> Moment<'a> {
        Moment { stamp, session: self.sessions.number().max(1) }
    }

    fn apply_session(&mut self, event: &Event, stamp: &Stamp, definitions: &Definitions) {
        let step = self.sessions.apply(stamp.at, definitions.session_idle_ms());
        // What was before the first session is counted with that one.
        if step == Step::Begins && self.sessions.number() > 1 {
            self.predictions.iter_mut().for_each(Chain::forget_last);
        }
        self.apply_any(event, step, stamp, definitions);
        let moment = self.moment(stamp);
        for number in definitions.session_features() {
            let slot = self.slots.get_mut(usize::from(*number));
            if let (Some(feature), Some(Slot::Sum(tally) | Slot::Days(tally))) =
                (definitions.feature(*number), slot)
            {
                match (feature, step) {
                    (Feature::SessionCount(_), Step::Begins) => tally.add(&moment, 1),
                    (Feature::SessionTime(_) | Feature::Baseline(_), Step::Lasts(ms)) => {
                        tally.add(&moment, ms);
                    }
                    _ => {}
                }
            }
        }
    }

    /// What looks at every event of the person's own doing.
    fn apply_any(&mut self, event: &Event, step: Step, stamp: &Stamp, definitions: &Definitions) {
        let length_ms = self.sessions.length_at(stamp.at, definitions.session_idle_ms());
        let (session, moment) = ((step == Step::Begins, length_ms), self.moment(stamp));
        for number in definitions.any_features() {
            let slot = self.slots.get_mut(usize::from(*number));
            if let (Some(Feature::Timed(timed)), Some(Slot::Timed(kept))) =
                (definitions.feature(*number), slot)
            {
                kept.apply_any(timed, event, session, &moment);
            }
        }
    }

    fn around<'a>(&'a self, stamp: &'a Stamp, definitions: &'a Definitions) -> Around<'a> {
        let (holidays, facts) = (definitions.holidays(), &self.facts);
        let session = self.moment(stamp).session;
        Around { stamp, session, rhythm: self.rhythm.as_ref(), holidays, facts }
    }

    /// Whether there is room for these facts (or, with `context`, for this context).
    pub fn admit_facts(&self, facts: &[FactChange], context: bool) -> Result<(), TooManyFacts> {
        if context { self.context.admit(facts) } else { self.facts.admit(facts) }
    }

    /// Whether these facts are known already, and those to be unset are not.
    #[must_use]
    pub fn holds_facts(&self, facts: &[FactChange], context: bool) -> bool {
        if context { self.context.hold(facts) } else { self.facts.hold(facts) }
    }

    /// Sets and unsets facts (or, with `context`, the context): what the host knows and events do not say.
    pub fn apply_facts(&mut self, facts: &[FactChange], context: bool, stamp: &Stamp) {
        let held = if context { &mut self.context } else { &mut self.facts };
        held.apply(facts, stamp.at);
    }

    /// The facts, in order of their names.
    pub fn facts(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.facts.all()
    }

    /// The context, in order of the names.
    pub fn context(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.context.all()
    }

    /// The value of a feature at `stamp`. `None` for signals, which are no part of the profile,
    /// and for a number that does not exist.
    #[must_use]
    pub fn read(&self, number: u16, stamp: &Stamp, definitions: &Definitions) -> Option<Scalar> {
        if let Some(value) = self.at_hand(number, stamp) {
            return Some(Scalar::Integer(value));
        }
        let of = (definitions.feature(number)?, self.slots.get(usize::from(number))?);
        self.read_slot(number, of, stamp, definitions)
    }

    /// What most conditions read, without a look at the definitions: a sum over a window, the
    /// hour. `None` for everything else.
    #[must_use]
    #[inline]
    pub fn at_hand(&self, number: u16, stamp: &Stamp) -> Option<i64> {
        match self.slots.get(usize::from(number))? {
            Slot::Sum(tally) => Some(tally.sum(&self.moment(stamp))),
            Slot::Hour => Some(stamp.hour()),
            _ => None,
        }
    }

    fn read_slot(
        &self,
        number: u16,
        (feature, slot): (&Feature, &Slot),
        stamp: &Stamp,
        definitions: &Definitions,
    ) -> Option<Scalar> {
        let whole = |value: i64| Some(Scalar::Integer(value));
        let moment = self.moment(stamp);
        match (feature, slot) {
            (Feature::Baseline(baseline), Slot::Days(tally)) => {
                let began = self.began.map_or(stamp.day, |began| began.day);
                let holidays = self.around(stamp, definitions).holidays();
                let is_holiday = |day| holidays::contains(holidays, day);
                Some(Scalar::Number(baseline.read(tally.ring(), (began, stamp.day), is_holiday)))
            }
            (Feature::Timed(timed), Slot::Timed(kept)) => {
                kept.read(timed, self.around(stamp, definitions))
            }
            (Feature::ActiveDays { .. }, Slot::Days(tally)) => whole(tally.ring().filled(&moment)),
            (_, Slot::Value(value)) => *value,
            (Feature::Aggregate(aggregate), Slot::Aggregate(state)) => {
                state.read(aggregate, &moment)
            }
            // Before the first event of any name nothing is absent yet.
            (Feature::Absent(_), _) if self.began.is_none() => whole(0),
            (Feature::FactAge(_), _) | (_, Slot::Instant(_)) => {
                whole(since(self.grows_from(number, definitions), stamp))
            }
            (Feature::FunnelStep(funnel), _) => {
                let (attempt, funnel) = self.attempt(*funnel, definitions)?;
                whole(i64::from(attempt.step_at(funnel, stamp.at)))
            }
            (Feature::FunnelDropped(funnel), _) => {
                let (attempt, funnel) = self.attempt(*funnel, definitions)?;
                whole(i64::from(attempt.dropped_at(funnel, stamp.at)))
            }
            (Feature::FunnelAge(funnel), _) => {
                let (attempt, funnel) = self.attempt(*funnel, definitions)?;
                whole(since(attempt.stepped_at(funnel, stamp.at), stamp))
            }
            (Feature::SessionLength, _) => {
                whole(self.sessions.length_at(stamp.at, definitions.session_idle_ms()))
            }
            (Feature::Weekday, _) => whole(i64::from(civil::weekday(stamp.wall_day()))),
            (Feature::FactIs(test), _) => Some(Scalar::Flag(self.facts.is(test))),
            (Feature::ContextIs(test), _) => Some(Scalar::Flag(self.context.is(test))),
            (Feature::FactInteger(key), _) => self.facts.integer(key).map(Scalar::Integer),
            (Feature::ContextInteger(key), _) => self.context.integer(key).map(Scalar::Integer),
            (Feature::Next { prediction, action }, _) => {
                let chain = self.predictions.get(usize::from(*prediction))?;
                Some(Scalar::Number(chain.probability(action)))
            }
            _ => None,
        }
    }

    /// The likeliest next actions by the prediction with that number, the likeliest first, each
    /// with its probability. Nothing for a number that does not exist.
    #[must_use]
    pub fn next_actions(&self, prediction: u16, most: usize) -> Vec<(&str, f64)> {
        let chain = self.predictions.get(usize::from(prediction));
        chain.map_or_else(Vec::new, |chain| chain.likeliest(most))
    }

    /// The instant from which a growing duration is measured.
    #[must_use]
    pub fn grows_from(&self, number: u16, definitions: &Definitions) -> Option<i64> {
        let last = match self.slots.get(usize::from(number))? {
            Slot::Instant(at) => *at,
            _ => None,
        };
        match definitions.feature(number)? {
            Feature::FactAge(key) => self.facts.set_at(key),
            Feature::Absent(_) => last.or(self.began.map(|began| began.at)),
            Feature::FunnelAge(funnel) => {
                let (attempt, funnel) = self.attempt(*funnel, definitions)?;
                attempt.stepped_at(funnel, i64::MIN)
            }
            _ => last,
        }
    }

    /// The instant that a shrinking duration counts down to, seen from `stamp`.
    #[must_use]
    pub fn shrinks_to(&self, number: u16, stamp: &Stamp, definitions: &Definitions) -> Option<i64> {
        match (definitions.feature(number)?, self.slots.get(usize::from(number))?) {
            (Feature::Timed(timed), Slot::Timed(kept)) => {
                kept.shrinks_to(timed, self.around(stamp, definitions))
            }
            _ => None,
        }
    }

    /// The next instant after `stamp` at which the value may change by itself, growing and
    /// shrinking durations left out.
    #[must_use]
    pub fn changes_at(&self, number: u16, stamp: &Stamp, definitions: &Definitions) -> Option<i64> {
        let moment = self.moment(stamp);
        let next_day = || Some(start(Unit::Days, i64::from(stamp.day) + 1, stamp));
        match (definitions.feature(number)?, self.slots.get(usize::from(number))?) {
            (Feature::Timed(timed), Slot::Timed(kept)) => {
                kept.changes_at(timed, self.around(stamp, definitions))
            }
            (Feature::Baseline(_), Slot::Days(tally)) => {
                tally.ring().changes_at(&moment).and_then(|_| next_day())
            }
            (_, Slot::Sum(tally) | Slot::Days(tally)) => tally.ring().changes_at(&moment),
            (Feature::Aggregate(aggregate), Slot::Aggregate(state)) => {
                state.changes_at(aggregate, &moment)
            }
            (
                Feature::FunnelStep(funnel)
                | Feature::FunnelAge(funnel)
                | Feature::FunnelDropped(funnel),
                _,
            ) => {
                let (attempt, funnel) = self.attempt(*funnel, definitions)?;
                Some(attempt.ends_at(funnel).saturating_add(1))
            }
            (Feature::SessionLength, _) => {
                Some(self.sessions.over_at(definitions.session_idle_ms()))
            }
            (Feature::Hour, _) => {
                let minute = (stamp.minute_of_day() / 60 + 1) * 60;
                let midnight = stamp.reading.zone.day(stamp.reading.wall_ms);
                let wall = stamp.reading.zone.instant(midnight, minute);
                Some(stamp.from_wall(wall))
            }
            (Feature::Weekday, _) => {
                let midnight = stamp.wall_day().saturating_add(1);
                Some(stamp.from_wall(stamp.reading.zone.instant(midnight, 0)))
            }
            _ => None,
        }
        .filter(|at| *at > stamp.at)
    }

    fn attempt<'a>(
        &'a self,
        funnel: u16,
        definitions: &'a Definitions,
    ) -> Option<(&'a Attempt, &'a super::Funnel)> {
        let place = usize::from(funnel);
        Some((self.funnels.get(place)?, definitions.funnels().get(place)?))
    }
}

fn since(at: Option<i64>, stamp: &Stamp) -> i64 {
    at.map_or(Scalar::ENDLESS, |at| stamp.at.saturating_sub(at))
}

#[cfg(test)]
mod tests {
    use super::super::Prediction;
    use super::{Definitions, Profile};
    use crate::event::{Catalog, Draft, EventSpec};
    use crate::time::{Clock, HOUR_MS, Timeline, VirtualClock};

    #[test]
    fn what_comes_before_the_first_session_is_followed_within_it() {
        let mut catalog = Catalog::default();
        let mut shown = EventSpec::named("shown");
        shown.ambient = true;
        catalog.add(shown).unwrap();
        let named = |text: &str| text.to_owned();
        let prediction =
            Prediction { name: named("p"), event: named("shown"), property: named("of") };
        let definitions = Definitions::new(Vec::new(), Vec::new(), HOUR_MS).unwrap();
        let definitions = definitions.with_predictions(vec![prediction]).unwrap();
        let (clock, mut line) = (VirtualClock::at(0), Timeline::default());
        let mut profile = Profile::new(&definitions);
        let mut does = |event: &str, of: &str, ms: i64| {
            clock.advance(ms);
            let event = catalog.admit(Draft::new(event).text("of", of)).unwrap();
            let stamp = line.stamp(&clock.read().unwrap());
            profile.apply(&event, &stamp, &definitions);
            line.apply(&stamp);
            profile.predictions[0].probability("b")
        };
        for of in ["a", "b", "a"] {
            does("shown", of, 1);
        }
        // b came once of three times, and each time after a.
        let (alone, after_a) = (0.2, 0.6);
        let found = [does("open", "", 1), does("open", "", 2 * HOUR_MS)];
        assert_eq!(found.map(f64::to_bits), [after_a, alone].map(f64::to_bits));
    }
}
