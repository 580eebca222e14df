//! What a pack asks the profile to keep, indexed by event.

use std::collections::BTreeMap;
use std::fmt;

use super::chain::CHAIN_BYTES;
use super::coding::hash;
use super::feature::Feature;
use super::filter::Events;
use super::holidays::Holidays;
use super::limits;
use super::prediction::Prediction;
use crate::codec::Writer;

/// Ordered steps within a time limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Funnel {
    /// Its name.
    pub name: String,
    /// Names of the events, in order.
    pub steps: Vec<String>,
    /// An attempt ends this long after its first step, ms.
    pub within_ms: i64,
}

impl Funnel {
    fn key(&self) -> u64 {
        let mut bytes = Vec::new();
        let mut out = Writer::new(&mut bytes);
        out.byte(8);
        for step in &self.steps {
            out.text(step);
        }
        out.signed(self.within_ms);
        hash(&bytes)
    }
}

/// The features and funnels of the active pack.
#[derive(Debug, Clone, PartialEq)]
pub struct Definitions {
    features: Vec<Feature>,
    funnels: Vec<Funnel>,
    /// Keys of the features and of the funnels: each is a hash, and checkpoints need them all.
    keys: Vec<Option<u64>>,
    funnel_keys: Vec<u64>,
    predictions: Vec<Prediction>,
    session_idle_ms: i64,
    by_event: BTreeMap<String, Touched>,
    /// Features that every event that is not ambient changes: those of sessions.
    by_session: Vec<u16>,
    /// Features that remember something of every event that is not ambient.
    by_any: Vec<u16>,
    /// Whether a feature lives on the hours of the week.
    reads_rhythm: bool,
    holidays: Holidays,
}

/// What an event of one name changes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Touched {
    pub(crate) features: Vec<u16>,
    pub(crate) funnels: Vec<u16>,
    pub(crate) predictions: Vec<u16>,
}

/// Why definitions cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DefinitionsError {
    /// More of something than the limit.
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many.
        found: usize,
        /// How many may be.
        limit: usize,
    },
    /// A window, a time limit or a baseline outside its bounds.
    OutOfBounds {
        /// What it is.
        what: &'static str,
        /// Which feature or funnel, by its place from 0.
        place: usize,
    },
    /// A feature of a funnel that does not exist.
    NoSuchFunnel {
        /// Which feature, by its place from 0.
        place: usize,
    },
    /// A feature of a prediction that does not exist.
    NoSuchPrediction {
        /// Which feature, by its place from 0.
        place: usize,
    },
}

impl fmt::Display for DefinitionsError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooMany { what, found, limit } => {
                write!(out, "{found} {what}, at most {limit}")
            }
            Self::OutOfBounds { what, place } => write!(out, "{what} {place} is out of bounds"),
            Self::NoSuchFunnel { place } => {
                write!(out, "feature {place} names a funnel that does not exist")
            }
            Self::NoSuchPrediction { place } => {
                write!(out, "feature {place} names a prediction that does not exist")
            }
        }
    }
}

impl std::error::Error for DefinitionsError {}

impl Definitions {
    /// Checks and indexes what a pack asks for.
    pub fn new(
        features: Vec<Feature>,
        funnels: Vec<Funnel>,
        session_idle_ms: i64,
    ) -> Result<Self, DefinitionsError> {
        at_most("features", features.len(), limits::FEATURES)?;
        at_most("funnels", funnels.len(), limits::FUNNELS)?;
        if !(1..=limits::REACH_MS).contains(&session_idle_ms) {
            return Err(DefinitionsError::OutOfBounds { what: "idle gap of sessions", place: 0 });
        }
        for (place, funnel) in funnels.iter().enumerate() {
            let steps = (1..=limits::FUNNEL_STEPS).contains(&funnel.steps.len());
            if !steps || !(1..=limits::REACH_MS).contains(&funnel.within_ms) {
                return Err(DefinitionsError::OutOfBounds { what: "funnel", place });
            }
        }
        for (place, feature) in features.iter().enumerate() {
            check_feature(feature, place, funnels.len())?;
        }
        at_most("bytes of state", bytes_of(&features, funnels.len(), 0), limits::STATE_BYTES)?;
        let (by_event, by_session, by_any) = index(&features, &funnels);
        let reads_rhythm =
            features.iter().any(|of| matches!(of, Feature::Timed(timed) if timed.reads_rhythm()));
        let keys = features.iter().map(Feature::key).collect();
        let funnel_keys = funnels.iter().map(Funnel::key).collect();
        Ok(Self {
            features,
            funnels,
            keys,
            funnel_keys,
            predictions: Vec::new(),
            session_idle_ms,
            by_event,
            by_session,
            by_any,
            reads_rhythm,
            holidays: Holidays::default(),
        })
    }

    /// The same with predictions of what the person does next.
    pub fn with_predictions(
        mut self,
        predictions: Vec<Prediction>,
    ) -> Result<Self, DefinitionsError> {
        at_most("predictions", predictions.len(), limits::PREDICTIONS)?;
        let bytes = bytes_of(&self.features, self.funnels.len(), predictions.len());
        at_most("bytes of state", bytes, limits::STATE_BYTES)?;
        for (number, feature) in (0..).zip(&self.features) {
            let Feature::Next { prediction, .. } = feature else { continue };
            if usize::from(*prediction) >= predictions.len() {
                return Err(DefinitionsError::NoSuchPrediction { place: usize::from(number) });
            }
            // A new session begins with nothing before it.
            self.by_session.push(number);
        }
        for (number, prediction) in (0..).zip(&predictions) {
            let touched = self.by_event.entry(prediction.event.clone()).or_default();
            touched.predictions.push(number);
        }
        self.predictions = predictions;
        Ok(self)
    }

    /// The predictions, in the order of their numbers.
    #[must_use]
    pub fn predictions(&self) -> &[Prediction] {
        &self.predictions
    }

    /// The same with holidays.
    pub fn with_holidays(self, holidays: Holidays) -> Result<Self, DefinitionsError> {
        at_most("regions with holidays", holidays.iter().count(), limits::HOLIDAY_REGIONS)?;
        let most = holidays.iter().map(|(_, days)| days.len()).max().unwrap_or(0);
        at_most("holidays of a region", most, limits::HOLIDAYS_OF_A_REGION)?;
        Ok(Self { holidays, ..self })
    }

    /// The holidays that the pack knows.
    #[must_use]
    pub fn holidays(&self) -> &Holidays {
        &self.holidays
    }

    /// Features that remember something of every event that is not ambient.
    pub(super) fn any_features(&self) -> &[u16] {
        &self.by_any
    }

    /// Whether the hours of the week are to be kept.
    pub(super) fn reads_rhythm(&self) -> bool {
        self.reads_rhythm
    }

    /// The features, in the order of their numbers.
    #[must_use]
    pub fn features(&self) -> &[Feature] {
        &self.features
    }

    /// Upper bound of what the states of all features, funnels and predictions take in memory.
    #[must_use]
    pub fn bytes(&self) -> usize {
        bytes_of(&self.features, self.funnels.len(), self.predictions.len())
    }

    /// The feature with that number.
    #[must_use]
    pub fn feature(&self, number: u16) -> Option<&Feature> {
        self.features.get(usize::from(number))
    }

    /// Keys under which the states of the features are kept, in the order of their numbers.
    pub(super) fn keys(&self) -> &[Option<u64>] {
        &self.keys
    }

    /// Keys under which the states of the funnels are kept, in the order of their numbers.
    pub(super) fn funnel_keys(&self) -> &[u64] {
        &self.funnel_keys
    }

    /// The funnels, in the order of their numbers.
    #[must_use]
    pub fn funnels(&self) -> &[Funnel] {
        &self.funnels
    }

    /// A pause longer than this ends a session, ms.
    #[must_use]
    pub fn session_idle_ms(&self) -> i64 {
        self.session_idle_ms
    }

    pub(crate) fn touched(&self, event: &str) -> Option<&Touched> {
        self.by_event.get(event)
    }

    /// Features that any event of the person's own doing changes.
    #[must_use]
    pub fn session_features(&self) -> &[u16] {
        &self.by_session
    }

    /// Numbers of the features that an event of that name changes, those of sessions left out.
    #[must_use]
    pub fn features_of(&self, event: &str) -> Vec<u16> {
        let Some(touched) = self.touched(event) else { return Vec::new() };
        let of_funnel = |feature: &Feature| match feature {
            Feature::FunnelStep(funnel)
            | Feature::FunnelAge(funnel)
            | Feature::FunnelDropped(funnel) => touched.funnels.contains(funnel),
            Feature::Next { prediction, .. } => touched.predictions.contains(prediction),
            _ => false,
        };
        let funnels = self.features.iter().enumerate().filter(|(_, feature)| of_funnel(feature));
        let mut all = touched.features.clone();
        all.extend(funnels.filter_map(|(place, _)| u16::try_from(place).ok()));
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Names of the events that change anything.
    pub fn events(&self) -> impl Iterator<Item = &str> {
        self.by_event.keys().map(String::as_str)
    }
}

fn at_most(what: &'static str, found: usize, limit: usize) -> Result<(), DefinitionsError> {
    if found > limit { Err(DefinitionsError::TooMany { what, found, limit }) } else { Ok(()) }
}

/// Upper bound of all states: of features, of so many funnels and predictions.
fn bytes_of(features: &[Feature], funnels: usize, predictions: usize) -> usize {
    let shared = funnels * limits::FUNNEL_BYTES + predictions * CHAIN_BYTES;
    features.iter().map(Feature::bytes).fold(shared, usize::saturating_add)
}

/// Whether a feature is within its bounds.
fn check_feature(feature: &Feature, place: usize, funnels: usize) -> Result<(), DefinitionsError> {
    if let Feature::FunnelStep(funnel) | Feature::FunnelAge(funnel) | Feature::FunnelDropped(funnel) =
        feature
        && usize::from(*funnel) >= funnels
    {
        return Err(DefinitionsError::NoSuchFunnel { place });
    }
    let tests = match feature {
        Feature::Aggregate(aggregate) => aggregate.is_sound(),
        other => other.events().is_none_or(Events::are_sound),
    };
    let sound = match feature {
        Feature::Baseline(baseline) => baseline.is_valid(),
        Feature::Timed(timed) => timed.is_sound(),
        _ => true,
    };
    let window = feature
        .window()
        .is_none_or(|window| (1..=limits::window_length(window.unit)).contains(&window.length));
    match (tests, sound && window) {
        (false, _) => Err(DefinitionsError::OutOfBounds { what: "filter of feature", place }),
        (_, false) => Err(DefinitionsError::OutOfBounds { what: "feature", place }),
        _ => Ok(()),
    }
}

/// What events of each name change, what all of the person's own doing changes, and what only
/// remembers something of it.
type Indexes = (BTreeMap<String, Touched>, Vec<u16>, Vec<u16>);

fn index(features: &[Feature], funnels: &[Funnel]) -> Indexes {
    let mut by_event: BTreeMap<String, Touched> = BTreeMap::new();
    let (mut by_session, mut by_any) = (Vec::new(), Vec::new());
    for (place, feature) in features.iter().enumerate() {
        let Ok(place) = u16::try_from(place) else { break };
        for event in feature.event_names() {
            let touched = by_event.entry(event.to_owned()).or_default();
            if touched.features.last() != Some(&place) {
                touched.features.push(place);
            }
        }
        if feature.is_of_sessions() {
            by_session.push(place);
        }
        if matches!(feature, Feature::Timed(timed) if timed.sees_all_events()) {
            by_any.push(place);
        }
    }
    for (place, funnel) in funnels.iter().enumerate() {
        let Ok(place) = u16::try_from(place) else { break };
        for step in &funnel.steps {
            let touched = by_event.entry(step.clone()).or_default();
            if touched.funnels.last() != Some(&place) {
                touched.funnels.push(place);
            }
        }
    }
    (by_event, by_session, by_any)
}
