//! The values of all features at one moment.

use super::ruleset::Rules;
use super::says::fill;
use super::share::Share;
use super::state::Signals;
use super::value::Readings;
use crate::profile::{Definitions, Derived, Feature, Profile, Scalar};
use crate::text::Texts;
use crate::time::Stamp;

/// What a pass over the rules reads.
#[derive(Clone, Copy)]
pub(crate) struct Pass<'a> {
    pub(crate) rules: &'a Rules,
    pub(crate) definitions: &'a Definitions,
    pub(crate) profile: &'a Profile,
    pub(crate) stamp: &'a Stamp,
}

/// The values of all features at one moment.
pub(crate) struct Reading<'a> {
    pub(crate) pass: &'a Pass<'a>,
    pub(crate) signals: &'a Signals,
}

impl Readings for Reading<'_> {
    fn read(&self, feature: u16) -> Option<Scalar> {
        let Pass { definitions, profile, stamp, .. } = self.pass;
        let raised_at = |signal: u16| self.signals.state(signal).and_then(|state| state.raised_at);
        match definitions.feature(feature)? {
            Feature::Signal(signal) => Some(Scalar::Flag(raised_at(*signal).is_some())),
            Feature::SignalAge(signal) => Some(self.age(raised_at(*signal))),
            Feature::Derived(derived) => self.derived(*derived),
            _ => profile.read(feature, stamp, definitions),
        }
    }

    #[inline]
    fn at_hand(&self, feature: u16) -> Option<i64> {
        self.pass.profile.at_hand(feature, self.pass.stamp)
    }

    fn shares(&self, score: u16) -> Vec<Share> {
        let score = self.pass.rules.score(score);
        score.map_or_else(Vec::new, |score| score.shares(self))
    }
}

impl Reading<'_> {
    fn derived(&self, derived: Derived) -> Option<Scalar> {
        let rules = self.pass.rules;
        if let Derived::Score(score) = derived {
            return Some(rules.score(score)?.read(self));
        }
        let number = derived.table()?;
        let (table, state) = (rules.table(number)?, self.signals.table(number)?);
        let row = state.row.unwrap_or(0);
        Some(match derived {
            Derived::Is { row, .. } => Scalar::Flag(state.row == Some(row)),
            Derived::Age(_) => self.age(state.row.map(|_| state.since_at)),
            Derived::Amount(_) => Scalar::Number(table.amount(self)?),
            Derived::Progress(_) => Scalar::Number(table.progress(row, self)),
            Derived::Left(_) => Scalar::Number(table.left(row, self)),
            Derived::Multiplier(_) => Scalar::Number(table.row(row)?.multiplier),
            Derived::Score(_) => return None,
        })
    }

    /// Words of the pack with the values of now.
    pub(crate) fn says(&self, says: &Texts, values: &[u16]) -> Texts {
        let values: Vec<_> = values.iter().map(|feature| self.read(*feature)).collect();
        fill(says, &values)
    }

    fn age(&self, since_at: Option<i64>) -> Scalar {
        let age = since_at.map(|at| self.pass.stamp.at.saturating_sub(at));
        Scalar::Integer(age.unwrap_or(Scalar::ENDLESS))
    }

    /// The instant from which a growing duration is measured.
    pub(super) fn grows_from(&self, feature: u16) -> Option<i64> {
        let Pass { definitions, profile, .. } = self.pass;
        match definitions.feature(feature)? {
            Feature::SignalAge(signal) => self.signals.state(*signal)?.raised_at,
            Feature::Derived(Derived::Age(table)) => {
                let state = self.signals.table(*table)?;
                state.row.map(|_| state.since_at)
            }
            Feature::Derived(_) => None,
            _ => profile.grows_from(feature, definitions),
        }
    }
}
