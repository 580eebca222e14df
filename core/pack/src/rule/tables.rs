use std::collections::{BTreeMap, BTreeSet};

use staykit_core::event::{Catalog, EventSpec};
use staykit_core::profile::{Feature, Funnel, Holidays, Prediction};
use staykit_core::rules::TableKind;

use crate::sense::{Budget, Tree};

/// What the expressions of a pack share and refer to by number.
#[derive(Default)]
pub(crate) struct Tables {
    /// In order of first use.
    pub(crate) features: Vec<Feature>,
    pub(crate) funnels: Vec<Funnel>,
    pub(crate) holidays: Holidays,
    /// Names of the signals that an expression may read, in the order of their numbers.
    pub(crate) signals: Vec<String>,
    /// Which of them are tags.
    pub(crate) tags: BTreeSet<String>,
    /// The same for scores.
    pub(crate) scores: Vec<String>,
    /// The same for tables, with their rows.
    pub(crate) rows: Vec<RowNames>,
    pub(crate) predictions: Vec<Prediction>,
    pub(crate) catalog: Catalog,
    pub(crate) events: Vec<EventSpec>,
    /// When each signal rises, taken apart.
    pub(crate) raise: BTreeMap<u16, Tree>,
    pub(crate) budget: Budget,
}

/// A table and its rows by their names.
#[derive(Debug, Clone)]
pub(crate) struct RowNames {
    pub(crate) kind: TableKind,
    pub(crate) name: String,
    pub(crate) rows: Vec<String>,
}

impl Tables {
    /// The number of a feature, the same for the same definition.
    pub(crate) fn number(&mut self, feature: Feature) -> Option<u16> {
        let known = self.features.iter().position(|known| *known == feature);
        let place = known.unwrap_or(self.features.len());
        let number = u16::try_from(place).ok()?;
        if known.is_none() {
            self.features.push(feature);
        }
        Some(number)
    }

    pub(crate) fn signal(&self, name: &str) -> Option<u16> {
        let place = self.signals.iter().position(|known| known == name)?;
        u16::try_from(place).ok()
    }

    pub(crate) fn funnel(&self, name: &str) -> Option<u16> {
        let place = self.funnels.iter().position(|known| known.name == name)?;
        u16::try_from(place).ok()
    }

    /// Names of the events that the catalog knows.
    pub(crate) fn event_names(&self) -> impl Iterator<Item = &str> {
        let own = self.events.iter().map(|spec| &*spec.name);
        own.chain(Catalog::standard().map(|spec| &*spec.name))
    }
}
