//! What a comparison is about, in words.

use super::windows::window_text;
use super::{Comparison, timed};
use crate::profile::{
    Aggregate, Baseline, BaselineFigure, Constant, Events, Feature, KeptValue, LastValue, Measure,
    Part, Relation, Summary, Test,
};
use crate::text::Language;

impl Comparison {
    pub(super) fn subject(&self, language: Language) -> String {
        let english = language == Language::English;
        let name = &self.name;
        match &self.feature {
            Feature::Count { events, window } => {
                format!("{} {}:", named(events), window_text(*window, language))
            }
            Feature::Aggregate(aggregate) => of_aggregate(aggregate, language),
            Feature::LastValue(LastValue { events, property, kept }) => {
                let last = language.pick("last", "最近一次");
                let of = property_of(events, property);
                match kept {
                    KeptValue::Is(text) => format!("{last} {of} = {text}"),
                    KeptValue::Integer | KeptValue::Number => format!("{last} {of}:"),
                }
            }
            Feature::SinceLast(events) if english => format!("last {} before", named(events)),
            Feature::SinceLast(events) => format!("距上次{}", named(events)),
            Feature::SinceFirst(events) if english => format!("first {} before", named(events)),
            Feature::SinceFirst(events) => format!("距首次{}", named(events)),
            Feature::Absent(events) if english => format!("no {} for", named(events)),
            Feature::Absent(events) => format!("没有{}已", named(events)),
            Feature::ActiveDays { events, days } if english => {
                format!("days with {} out of {days}:", named(events))
            }
            Feature::ActiveDays { events, days } => {
                format!("{days}天中有{}的天数：", named(events))
            }
            Feature::Baseline(of) => baseline(of, language),
            Feature::Timed(of) => timed::subject(of, language),
            Feature::FunnelDropped(_) if english => format!("dropped out of {name} at step"),
            Feature::FunnelDropped(_) => format!("{name}中断于步骤"),
            Feature::FunnelStep(_) => format!("{} {name}:", language.pick("step of", "步骤")),
            Feature::FunnelAge(_) if english => format!("last step of {name} before"),
            Feature::FunnelAge(_) => format!("{name}上一步距今"),
            Feature::SessionCount(window) => {
                format!("{} {}:", language.pick("sessions", "会话"), window_text(*window, language))
            }
            Feature::SessionTime(window) => format!(
                "{} {}:",
                language.pick("time of use", "使用时长"),
                window_text(*window, language)
            ),
            Feature::SessionLength => language.pick("this session", "本次会话").to_owned(),
            Feature::Signal(_) => name.clone(),
            Feature::SignalAge(_) if english => format!("{name} for"),
            Feature::SignalAge(_) => format!("{name}已持续"),
            Feature::Hour => language.pick("hour", "小时").to_owned(),
            Feature::Weekday => language.pick("day of week", "星期").to_owned(),
            Feature::FactIs(test) | Feature::ContextIs(test) => {
                format!("{} = {}", test.key, test.text)
            }
            Feature::FactInteger(key) | Feature::ContextInteger(key) => key.clone(),
            Feature::Derived(of) => super::derived::subject(*of, name, language),
            Feature::Next { action, .. } if english => format!("{name}: `{action}` next"),
            Feature::Next { action, .. } => format!("{name}：下一步`{action}`"),
            Feature::FactAge(key) if english => format!("{key} last changed before"),
            Feature::FactAge(key) => format!("{key}上次变更距今"),
        }
    }
}

fn baseline(baseline: &Baseline, language: Language) -> String {
    let (recent, before) = (baseline.recent_days, baseline.baseline_days);
    let measure = match &baseline.measure {
        Measure::Events(event) => format!("`{event}`"),
        Measure::SessionTime => language.pick("time of use", "使用时长").to_owned(),
    };
    let (english, chinese) = match baseline.figure {
        BaselineFigure::Drop => ("down", "下降"),
        BaselineFigure::Rise => ("up", "上升"),
        BaselineFigure::Drift => ("mean changed by", "均值变化"),
        BaselineFigure::Zscore => ("standard deviations:", "偏离标准差数："),
    };
    match language {
        Language::English => {
            format!("{measure}, last {recent} d against {before} d before, {english}")
        }
        Language::Chinese => format!("{measure}近{recent}天比之前{before}天{chinese}"),
    }
}

/// A figure over many events.
fn of_aggregate(aggregate: &Aggregate, language: Language) -> String {
    let Aggregate { events, window, summary } = aggregate;
    let window = window_text(*window, language);
    let of = aggregate.property().map(|property| property_of(events, property));
    let of = of.unwrap_or_else(|| named(events));
    let figure = match summary {
        Summary::Sum { .. } => return format!("{of} {window}:"),
        Summary::Share { tests } => {
            let passing = brackets(tests);
            return match language {
                Language::English => format!("share of {passing} in {of} {window}:"),
                Language::Chinese => format!("{of}{window}中{passing}的占比："),
            };
        }
        Summary::Mean { .. } => ("mean of", "平均值"),
        Summary::Least { .. } => ("least", "最小值"),
        Summary::Most { .. } => ("greatest", "最大值"),
        Summary::Distinct { .. } => ("different values of", "不同值的个数"),
        Summary::Entropy { .. } => ("entropy of", "熵"),
        Summary::IntervalEntropy => ("entropy of the rhythm of", "间隔熵"),
    };
    match language {
        Language::English => format!("{} {of} {window}:", figure.0),
        Language::Chinese => format!("{of}{window}{}：", figure.1),
    }
}

/// `` `purchase` [amount >= 100] ``
fn named(events: &Events) -> String {
    format!("`{}`{}", events.name, brackets(&events.tests))
}

fn property_of(events: &Events, property: &str) -> String {
    format!("`{}.{property}`{}", events.name, brackets(&events.tests))
}

fn brackets(tests: &[Test]) -> String {
    let tests: Vec<String> = tests.iter().map(in_words).collect();
    if tests.is_empty() { String::new() } else { format!("[{}]", tests.join(", ")) }
}

fn in_words(test: &Test) -> String {
    let currency = if test.part == Part::Currency { ".currency" } else { "" };
    let relation = match test.relation {
        Relation::Equal => "=".to_owned(),
        other => other.to_string(),
    };
    let constant = match &test.constant {
        Constant::Text(wanted) => wanted.clone(),
        Constant::Integer(value) => value.to_string(),
        Constant::Number(value) => value.to_string(),
        Constant::Flag(value) => value.to_string(),
    };
    format!("{}{currency} {relation} {constant}", test.property)
}
