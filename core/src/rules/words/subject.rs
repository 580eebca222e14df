//! What a comparison is about, in words.

use super::Comparison;
use crate::profile::{Feature, Measure, TextTest, Unit, Window};
use crate::text::Language;

impl Comparison {
    pub(super) fn subject(&self, language: Language) -> String {
        let english = language == Language::English;
        let name = &self.name;
        match &self.feature {
            Feature::Count { event, window, filter } => {
                let (filter, window) = (filtered(filter.as_ref()), window_text(*window, language));
                format!("`{event}`{filter} {window}:")
            }
            Feature::Sum { event, property, window, .. } => {
                format!("`{event}.{property}` {}:", window_text(*window, language))
            }
            Feature::SinceLast(event) if english => format!("last `{event}` before"),
            Feature::SinceLast(event) => format!("距上次`{event}`"),
            Feature::SinceFirst(event) if english => format!("first `{event}` before"),
            Feature::SinceFirst(event) => format!("距首次`{event}`"),
            Feature::Absent(event) if english => format!("no `{event}` for"),
            Feature::Absent(event) => format!("没有`{event}`已"),
            Feature::ActiveDays { event, days } if english => {
                format!("days with `{event}` out of {days}:")
            }
            Feature::ActiveDays { event, days } => format!("{days}天中有`{event}`的天数："),
            Feature::BaselineDrop { measure, recent_days, baseline_days } => {
                let measure = match measure {
                    Measure::Events(event) => format!("`{event}`"),
                    Measure::SessionTime => language.pick("time of use", "使用时长").to_owned(),
                };
                if english {
                    format!(
                        "{measure}, last {recent_days} d against {baseline_days} d before, down"
                    )
                } else {
                    format!("{measure}近{recent_days}天比之前{baseline_days}天下降")
                }
            }
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
        }
    }
}

fn filtered(filter: Option<&TextTest>) -> String {
    filter.map_or_else(String::new, |test| format!("[{} = {}]", test.key, test.text))
}

fn window_text(window: Window, language: Language) -> String {
    let length = window.length;
    match (window.unit, language) {
        (Unit::Days, Language::English) if length == 1 => "today".to_owned(),
        (Unit::Days, Language::Chinese) if length == 1 => "今天".to_owned(),
        (Unit::Weeks, Language::English) if length == 1 => "this week".to_owned(),
        (Unit::Weeks, Language::Chinese) if length == 1 => "本周".to_owned(),
        (Unit::Ever, Language::English) => "ever".to_owned(),
        (Unit::Ever, Language::Chinese) => "至今".to_owned(),
        (unit, Language::English) => format!("in {length} {}", unit_name(unit).0),
        (unit, Language::Chinese) => format!("近{length}{}", unit_name(unit).1),
    }
}

fn unit_name(unit: Unit) -> (&'static str, &'static str) {
    match unit {
        Unit::Minutes => ("min", "分钟"),
        Unit::Hours => ("h", "小时"),
        Unit::Days => ("d", "天"),
        Unit::Weeks => ("weeks", "周"),
        Unit::Ever => ("", ""),
    }
}
