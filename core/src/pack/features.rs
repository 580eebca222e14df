//! Features and funnels out of their messages.

use staykit_proto::v1;
use staykit_proto::v1::feature::Kind;

use super::{PackError, Place, limits};
use crate::event::limits::{NAME, PROPERTY_NAME};
use crate::profile::{
    Baseline, BaselineFigure, Derived, Events, Feature, Funnel, Measure, TextTest, Unit, Window,
};

/// The tables that entries of a pack refer to.
pub(super) struct Tables<'a> {
    pub(super) strings: &'a [String],
    pub(super) funnels: usize,
    pub(super) signals: usize,
    pub(super) scores: usize,
    pub(super) of_rows: usize,
    pub(super) predictions: usize,
}

/// One entry and the tables around it.
#[derive(Clone, Copy)]
pub(super) struct Entry<'a> {
    pub(super) tables: &'a Tables<'a>,
    pub(super) at: Place,
}

impl Entry<'_> {
    pub(super) fn invalid(&self, part: &'static str) -> PackError {
        PackError::Invalid { at: self.at, part }
    }

    pub(super) fn string(
        &self,
        index: u32,
        part: &'static str,
        most: usize,
    ) -> Result<String, PackError> {
        let missing = PackError::Reference { at: self.at, to: "string", index };
        let place = usize::try_from(index).map_err(|_| missing.clone())?;
        let text = self.tables.strings.get(place).ok_or(missing)?;
        if is_name(text, most) { Ok(text.clone()) } else { Err(self.invalid(part)) }
    }

    /// The name of an event.
    pub(super) fn event(&self, index: u32) -> Result<String, PackError> {
        self.string(index, "event name", NAME.most)
    }

    /// The number of a signal.
    pub(super) fn signal(&self, index: u32) -> Result<u16, PackError> {
        self.number(index, "signal", self.tables.signals)
    }

    fn funnel(&self, index: u32) -> Result<u16, PackError> {
        self.number(index, "funnel", self.tables.funnels)
    }

    pub(super) fn number(
        &self,
        index: u32,
        to: &'static str,
        count: usize,
    ) -> Result<u16, PackError> {
        let missing = PackError::Reference { at: self.at, to, index };
        let number = u16::try_from(index).map_err(|_| missing.clone())?;
        if usize::from(number) < count { Ok(number) } else { Err(missing) }
    }

    fn days(&self, days: u32) -> Result<u16, PackError> {
        u16::try_from(days).map_err(|_| self.invalid("number of days"))
    }

    pub(super) fn window(&self, window: Option<v1::Window>) -> Result<Window, PackError> {
        let window = window.ok_or_else(|| self.invalid("window"))?;
        let unit = match window.unit() {
            v1::WindowUnit::Unspecified => return Err(self.invalid("unit of a window")),
            v1::WindowUnit::Minutes => Unit::Minutes,
            v1::WindowUnit::Hours => Unit::Hours,
            v1::WindowUnit::Days => Unit::Days,
            v1::WindowUnit::Weeks => Unit::Weeks,
            v1::WindowUnit::Ever => Unit::Ever,
            v1::WindowUnit::Sessions => Unit::Sessions,
        };
        let length = u16::try_from(window.length).map_err(|_| self.invalid("window"))?;
        Ok(Window { unit, length })
    }

    /// A test of a fact or a context value.
    fn test_of_fact(&self, test: v1::TextTest) -> Result<TextTest, PackError> {
        Ok(TextTest { key: self.key(test.key)?, text: self.text(test.text)? })
    }

    /// A text that a condition compares with.
    pub(super) fn text(&self, index: u32) -> Result<String, PackError> {
        self.string(index, "text", limits::TEXT.most)
    }

    /// The name of a property.
    pub(super) fn property_name(&self, index: u32) -> Result<String, PackError> {
        self.string(index, "property name", PROPERTY_NAME.most)
    }

    fn active_days(&self, count: v1::Count) -> Result<Feature, PackError> {
        let window = self.window(count.window)?;
        if window.unit != Unit::Days {
            return Err(self.invalid("window of active days"));
        }
        Ok(Feature::ActiveDays { events: self.counted(count)?, days: window.length })
    }

    fn baseline(
        &self,
        baseline: v1::BaselineDrop,
        figure: BaselineFigure,
    ) -> Result<Feature, PackError> {
        use v1::baseline_drop::Measure as Of;
        let measure = match baseline.measure.ok_or_else(|| self.invalid("measure of a baseline"))? {
            Of::Event(event) => Measure::Events(self.event(event)?),
            Of::SessionTime(v1::Unit {}) => Measure::SessionTime,
        };
        Ok(Feature::Baseline(Baseline {
            figure,
            measure,
            recent_days: self.days(baseline.recent_days)?,
            baseline_days: self.days(baseline.baseline_days)?,
        }))
    }

    /// The key of a fact or a context value.
    fn key(&self, index: u32) -> Result<String, PackError> {
        self.string(index, "key", limits::NAMES.most)
    }

    pub(super) fn feature(&self, feature: v1::Feature) -> Result<Feature, PackError> {
        Ok(match feature.kind.ok_or_else(|| self.invalid("kind of the feature"))? {
            Kind::Count(of) => {
                let window = self.window(of.window)?;
                Feature::Count { events: self.counted(of)?, window }
            }
            Kind::Sum(sum) => Feature::Aggregate(self.sum(sum)?),
            Kind::SinceLast(event) => Feature::SinceLast(Events::named(self.event(event)?)),
            Kind::SinceFirst(event) => Feature::SinceFirst(Events::named(self.event(event)?)),
            Kind::Absent(event) => Feature::Absent(Events::named(self.event(event)?)),
            Kind::ActiveDays(count) => self.active_days(count)?,
            Kind::BaselineDrop(of) => self.baseline(of, BaselineFigure::Drop)?,
            Kind::BaselineRise(of) => self.baseline(of, BaselineFigure::Rise)?,
            Kind::BaselineZscore(of) => self.baseline(of, BaselineFigure::Zscore)?,
            Kind::BaselineDrift(of) => self.baseline(of, BaselineFigure::Drift)?,
            Kind::FunnelStep(funnel) => Feature::FunnelStep(self.funnel(funnel)?),
            Kind::FunnelAge(funnel) => Feature::FunnelAge(self.funnel(funnel)?),
            Kind::FunnelDropped(funnel) => Feature::FunnelDropped(self.funnel(funnel)?),
            Kind::SessionCount(window) => Feature::SessionCount(self.window(Some(window))?),
            Kind::SessionTime(window) => Feature::SessionTime(self.window(Some(window))?),
            Kind::SessionLength(v1::Unit {}) => Feature::SessionLength,
            Kind::Signal(signal) => Feature::Signal(self.signal(signal)?),
            Kind::SignalAge(signal) => Feature::SignalAge(self.signal(signal)?),
            Kind::Hour(v1::Unit {}) => Feature::Hour,
            Kind::Weekday(v1::Unit {}) => Feature::Weekday,
            Kind::FactIs(test) => Feature::FactIs(self.test_of_fact(test)?),
            Kind::ContextIs(test) => Feature::ContextIs(self.test_of_fact(test)?),
            Kind::FactInteger(key) => Feature::FactInteger(self.key(key)?),
            Kind::ContextInteger(key) => Feature::ContextInteger(self.key(key)?),
            Kind::Score(score) => Feature::Derived(Derived::Score(self.score(score)?)),
            Kind::RowIs(row) => self.row_is(row)?,
            Kind::RowAge(table) => self.of_table(table, Derived::Age)?,
            Kind::LevelAmount(table) => self.of_table(table, Derived::Amount)?,
            Kind::LevelProgress(table) => self.of_table(table, Derived::Progress)?,
            Kind::LevelLeft(table) => self.of_table(table, Derived::Left)?,
            Kind::LevelMultiplier(table) => self.of_table(table, Derived::Multiplier)?,
            Kind::NextAction(next) => self.next_action(next)?,
            Kind::SinceLastOf(of) => Feature::SinceLast(self.events(of)?),
            Kind::SinceFirstOf(of) => Feature::SinceFirst(self.events(of)?),
            Kind::AbsentOf(of) => Feature::Absent(self.events(of)?),
            Kind::Statistic(statistic) => Feature::Aggregate(self.statistic(statistic)?),
            Kind::Share(share) => Feature::Aggregate(self.share(share)?),
            Kind::IntervalEntropy(of) => Feature::Aggregate(self.interval_entropy(of)?),
            Kind::LastValue(last) => Feature::LastValue(self.last_value(last)?),
            Kind::FactAge(key) => Feature::FactAge(self.key(key)?),
            timed => Feature::Timed(self.timed(timed)?),
        })
    }

    pub(super) fn funnel_of(&self, funnel: v1::Funnel) -> Result<Funnel, PackError> {
        // Looked at before anything is built of them.
        if funnel.steps.len() > crate::profile::limits::FUNNEL_STEPS {
            return Err(self.invalid("steps"));
        }
        let steps = funnel.steps.iter().map(|step| self.event(*step));
        Ok(Funnel {
            name: self.name(funnel.name, "name")?,
            steps: steps.collect::<Result<_, _>>()?,
            within_ms: self.ms(funnel.within_ms, "time limit")?,
        })
    }

    pub(super) fn name(&self, name: String, part: &'static str) -> Result<String, PackError> {
        if is_name(&name, limits::NAMES.most) { Ok(name) } else { Err(self.invalid(part)) }
    }

    pub(super) fn ms(&self, ms: u64, part: &'static str) -> Result<i64, PackError> {
        i64::try_from(ms).map_err(|_| self.invalid(part))
    }
}

fn is_name(text: &str, most: usize) -> bool {
    !text.is_empty() && text.len() <= most && !text.chars().any(char::is_control)
}
