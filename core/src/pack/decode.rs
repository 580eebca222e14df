//! A pack out of its message: every reference followed, every part checked.

use std::borrow::Cow;

use staykit_proto::v1;

use super::error::{PackError, Place};
use super::features::{Entry, Tables};
use crate::event::{Catalog, EventSpec, Priority, PropertySpec, PropertyType, Sensitivity};
use crate::guidance::Campaigns;
use crate::profile::{Definitions, Holidays};
use crate::rules::{Rules, Signal};

/// The newest format that this version reads; 0 until the format is frozen.
pub const FORMAT: u32 = 1;

/// A pack that has been checked as a whole: using it cannot go wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Pack {
    /// Its name, such as `retention`.
    pub name: String,
    /// Rises with every change.
    pub version: u32,
    /// What the profile must keep.
    pub definitions: Definitions,
    /// The signals.
    pub rules: Rules,
    /// The campaigns and the limits over all of them.
    pub campaigns: Campaigns,
    /// Events that it adds to the catalog.
    pub events: Vec<EventSpec>,
    /// SHA-256 of its bytes: two packs of one hash are the same.
    pub hash: [u8; 32],
}

pub(super) fn pack(message: v1::Pack, hash: [u8; 32]) -> Result<Pack, PackError> {
    if message.format > FORMAT {
        return Err(PackError::Newer { format: message.format, known: FORMAT });
    }
    let tables = Tables {
        strings: &message.strings,
        funnels: message.funnels.len(),
        signals: message.signals.len(),
        scores: message.scores.len(),
        of_rows: message.tables.len(),
        predictions: message.predictions.len(),
    };
    let entry = |list: &'static str| {
        let tables = &tables;
        move |entry: usize| Entry { tables, at: Place { list, entry } }
    };
    let whole = entry("pack")(0);
    let features = each(message.features, entry("feature"), |at, it| at.feature(it))?;
    let funnels = each(message.funnels, entry("funnel"), |at, it| at.funnel_of(it))?;
    let predictions =
        each(message.predictions, entry("prediction"), |at, it| at.prediction_of(it))?;
    let holidays = each(message.holidays, entry("holidays"), |at, it| at.holidays_of(it))?;
    let definitions = Definitions::new(features, funnels, i64::from(message.session_idle_ms))?
        .with_holidays(Holidays::new(holidays))?
        .with_predictions(predictions)?;
    let signals = each(message.signals, entry("signal"), |at, it| at.signal_of(it, &definitions))?;
    let scores = each(message.scores, entry("score"), |at, it| at.score_of(it, &definitions))?;
    let tables = each(message.tables, entry("table"), |at, it| at.table_of(it, &definitions))?;
    let rules = Rules::new(signals, scores, tables, &definitions)?;
    let campaigns =
        each(message.campaigns, entry("campaign"), |at, it| at.campaign(it, &definitions))?;
    let reach = whole.reach(message.reach)?;
    let campaigns = Campaigns::new(campaigns, reach, &rules, &definitions)?;
    let events = each(message.events, entry("event"), |at, it| at.event_spec(it))?;
    let mut catalog = Catalog::default();
    events.iter().try_for_each(|spec| catalog.add(spec.clone()))?;
    let name = whole.name(message.name, "name")?;
    Ok(Pack { name, version: message.version, definitions, rules, campaigns, events, hash })
}

/// Reads every entry of a list.
fn each<'a, M, T>(
    messages: Vec<M>,
    entry: impl Fn(usize) -> Entry<'a>,
    read: impl Fn(Entry<'a>, M) -> Result<T, PackError>,
) -> Result<Vec<T>, PackError> {
    let numbered = messages.into_iter().enumerate();
    numbered.map(|(place, message)| read(entry(place), message)).collect()
}

impl Entry<'_> {
    fn signal_of(
        &self,
        signal: v1::Signal,
        definitions: &Definitions,
    ) -> Result<Signal, PackError> {
        let clear = Some(signal.clear).filter(|bytes| !bytes.is_empty());
        Ok(Signal {
            name: self.name(signal.name, "name")?,
            raise: self.program(&signal.raise, "raise", definitions)?,
            clear: clear
                .map(|bytes| self.program(&bytes, "clear", definitions))
                .transpose()?
                .map(Box::new),
            says: self.texts(signal.says)?,
            values: self.values(&signal.values)?,
            tag: signal.tag,
        })
    }

    fn event_spec(&self, spec: v1::EventSpec) -> Result<EventSpec, PackError> {
        let priority = match spec.priority() {
            v1::Priority::Unspecified => return Err(self.invalid("priority")),
            v1::Priority::Low => Priority::Low,
            v1::Priority::Normal => Priority::Normal,
            v1::Priority::High => Priority::High,
            v1::Priority::Critical => Priority::Critical,
        };
        let sensitivity = self.sensitivity(spec.sensitivity())?;
        let properties = spec.properties.into_iter().map(|property| self.property(property));
        Ok(EventSpec {
            name: Cow::Owned(spec.name),
            priority,
            sensitivity,
            durable: spec.durable,
            ambient: spec.ambient,
            properties: properties.collect::<Result<_, _>>()?,
        })
    }

    fn property(&self, spec: v1::PropertySpec) -> Result<PropertySpec, PackError> {
        let kind = match spec.r#type() {
            v1::PropertyType::Unspecified => return Err(self.invalid("type of a property")),
            v1::PropertyType::Text => PropertyType::Text,
            v1::PropertyType::Integer => PropertyType::Integer,
            v1::PropertyType::Number => PropertyType::Number,
            v1::PropertyType::Flag => PropertyType::Flag,
            v1::PropertyType::Money => PropertyType::Money,
        };
        let sensitivity = self.sensitivity(spec.sensitivity())?;
        Ok(PropertySpec { name: Cow::Owned(spec.name), kind, sensitivity })
    }

    fn sensitivity(&self, sensitivity: v1::Sensitivity) -> Result<Sensitivity, PackError> {
        match sensitivity {
            v1::Sensitivity::Unspecified => Err(self.invalid("sensitivity")),
            v1::Sensitivity::Technical => Ok(Sensitivity::Technical),
            v1::Sensitivity::Behaviour => Ok(Sensitivity::Behaviour),
            v1::Sensitivity::Sensitive => Ok(Sensitivity::Sensitive),
        }
    }
}
