//! A compiled pack as the message that devices read.

mod aggregates;
mod conclusions;
mod features;
mod timed;

use std::collections::BTreeMap;

use staykit_core::event::{EventSpec, Priority, PropertySpec, PropertyType, Sensitivity};
use staykit_core::guidance::{Campaign, Cap, Conversion, Period, QuietHours, Reach, Trigger};
use staykit_core::profile::{DayRange, Funnel, Holidays, Unit, Window};
use staykit_core::rules::{Program, Signal};
use staykit_core::text::Texts;
use staykit_proto::v1;

pub(crate) use conclusions::{score, table};

use self::features::window;

/// Strings, each once, in order of first use.
#[derive(Default)]
pub(crate) struct Strings {
    list: Vec<String>,
    numbers: BTreeMap<String, u32>,
}

impl Strings {
    fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        // The device's limit on strings is far below.
        let number = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        self.list.push(text.to_owned());
        self.numbers.insert(text.to_owned(), number);
        number
    }

    pub(crate) fn into_list(self) -> Vec<String> {
        self.list
    }

    pub(crate) fn funnel(&mut self, funnel: &Funnel) -> v1::Funnel {
        v1::Funnel {
            name: funnel.name.clone(),
            steps: funnel.steps.iter().map(|step| self.number(step)).collect(),
            within_ms: ms(funnel.within_ms),
        }
    }

    pub(crate) fn campaign(&mut self, campaign: &Campaign) -> v1::Campaign {
        v1::Campaign {
            name: campaign.name.clone(),
            goal: campaign.goal.clone(),
            trigger: Some(match &campaign.trigger {
                Trigger::Event(event) => v1::campaign::Trigger::Event(self.number(event)),
                Trigger::Raised(signal) => v1::campaign::Trigger::Raised(u32::from(*signal)),
            }),
            when: campaign.when.as_ref().map(Program::encode).unwrap_or_default(),
            fresh_ms: ms(campaign.fresh_ms),
            caps: campaign.caps.iter().map(|of| cap(*of)).collect(),
            cool_down_ms: ms(campaign.cool_down_ms),
            quiet: campaign.quiet.map(quiet),
            priority: campaign.priority,
            converts: campaign.converts.as_ref().map(|converts| self.conversion(converts)),
            content: Some(v1::Content {
                kind: campaign.content.kind.clone(),
                title: texts(&campaign.content.title),
                body: texts(&campaign.content.body),
                action: campaign.content.action.clone(),
            }),
        }
    }

    fn conversion(&mut self, converts: &Conversion) -> v1::Conversion {
        v1::Conversion { event: self.number(&converts.event), within_ms: ms(converts.within_ms) }
    }
}

pub(crate) fn holidays(holidays: &Holidays) -> Vec<v1::Holidays> {
    let range = |days: &DayRange| v1::DayRange { first: days.first, last: days.last };
    let region = |(region, days): (&str, &[DayRange])| v1::Holidays {
        region: region.to_owned(),
        days: days.iter().map(range).collect(),
    };
    holidays.iter().map(region).collect()
}

pub(crate) fn signal(signal: &Signal) -> v1::Signal {
    v1::Signal {
        name: signal.name.clone(),
        raise: signal.raise.encode(),
        clear: signal.clear.as_deref().map(Program::encode).unwrap_or_default(),
        says: texts(&signal.says),
        values: signal.values.iter().map(|value| u32::from(*value)).collect(),
        tag: signal.tag,
    }
}

pub(crate) fn reach(reach: &Reach) -> v1::Reach {
    v1::Reach {
        caps: reach.caps.iter().map(|of| cap(*of)).collect(),
        cool_down_ms: ms(reach.cool_down_ms),
        quiet: reach.quiet.map(quiet),
    }
}

pub(crate) fn event(spec: &EventSpec) -> v1::EventSpec {
    let priority = match spec.priority {
        Priority::Low => v1::Priority::Low,
        Priority::Normal => v1::Priority::Normal,
        Priority::High => v1::Priority::High,
        Priority::Critical => v1::Priority::Critical,
    };
    v1::EventSpec {
        name: spec.name.to_string(),
        priority: priority.into(),
        sensitivity: sensitivity(spec.sensitivity),
        durable: spec.durable,
        ambient: spec.ambient,
        properties: spec.properties.iter().map(property).collect(),
    }
}

fn property(spec: &PropertySpec) -> v1::PropertySpec {
    let kind = match spec.kind {
        PropertyType::Text => v1::PropertyType::Text,
        PropertyType::Integer => v1::PropertyType::Integer,
        PropertyType::Number => v1::PropertyType::Number,
        PropertyType::Flag => v1::PropertyType::Flag,
        PropertyType::Money => v1::PropertyType::Money,
    };
    v1::PropertySpec {
        name: spec.name.to_string(),
        r#type: kind.into(),
        sensitivity: sensitivity(spec.sensitivity),
    }
}

fn sensitivity(sensitivity: Sensitivity) -> i32 {
    let sensitivity = match sensitivity {
        Sensitivity::Technical => v1::Sensitivity::Technical,
        Sensitivity::Behaviour => v1::Sensitivity::Behaviour,
        Sensitivity::Sensitive => v1::Sensitivity::Sensitive,
    };
    sensitivity.into()
}

fn cap(cap: Cap) -> v1::Cap {
    let (unit, length) = match cap.period {
        Period::Days(days) => (Unit::Days, days),
        Period::Weeks(weeks) => (Unit::Weeks, weeks),
        Period::Ever => (Unit::Ever, 1),
    };
    v1::Cap { window: Some(window(Window { unit, length })), times: cap.times }
}

fn quiet(quiet: QuietHours) -> v1::QuietHours {
    v1::QuietHours { from_min: u32::from(quiet.from_min), to_min: u32::from(quiet.to_min) }
}

fn texts(texts: &Texts) -> Vec<v1::Text> {
    let text = |(locale, text): (&str, &str)| v1::Text {
        locale: locale.to_owned(),
        text: text.to_owned(),
    };
    texts.iter().map(text).collect()
}

/// Durations in a pack are not negative: the compiler refuses those that are.
fn ms(ms: i64) -> u64 {
    u64::try_from(ms).unwrap_or(0)
}
