//! Comparisons in words a person can read, in English and Chinese.

use super::explain::Comparison;
use crate::profile::{Feature, Measure, Scalar, TextTest, Unit, Window};
use crate::text::Language;
use crate::time::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS};

impl Comparison {
    /// What was measured, what came out and what it was compared with, such as
    /// "no `open` for 6 d (>= 5 d)".
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        let subject = self.subject(language);
        if let (Scalar::Flag(value), Scalar::Flag(_)) = (self.value, self.limit) {
            let (yes, no) = match language {
                Language::English => ("", "not "),
                Language::Chinese => ("", "非"),
            };
            return format!("{}{subject}", if value { yes } else { no });
        }
        let (value, limit) = (self.scalar(self.value, language), self.scalar(self.limit, language));
        let not = if self.held { "" } else { language.pick("not ", "非") };
        format!("{subject} {value} ({not}{} {limit})", self.relation)
    }

    fn subject(&self, language: Language) -> String {
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
        }
    }

    fn scalar(&self, scalar: Scalar, language: Language) -> String {
        match scalar {
            Scalar::Integer(ms) if self.feature.is_duration() => duration(ms, language),
            Scalar::Integer(value) => value.to_string(),
            Scalar::Number(value) if matches!(self.feature, Feature::BaselineDrop { .. }) => {
                // Cut, not rounded: 49.95 % must not read like 50 %.
                let percent = format!("{:.1}", libm::floor(value * 1_000.0 + 1e-6) / 10.0);
                format!("{} %", percent.strip_suffix(".0").unwrap_or(&percent))
            }
            Scalar::Number(value) => format!("{value:.2}"),
            Scalar::Flag(flag) => {
                let (yes, no) = match language {
                    Language::English => ("yes", "no"),
                    Language::Chinese => ("是", "否"),
                };
                (if flag { yes } else { no }).to_owned()
            }
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

/// A duration in its two largest units, such as "1 d 3 h" or "1天3小时".
#[must_use]
pub fn duration(ms: i64, language: Language) -> String {
    if ms == Scalar::ENDLESS {
        return language.pick("ever", "从未").to_owned();
    }
    let units = [
        (DAY_MS, "d", "天"),
        (HOUR_MS, "h", "小时"),
        (MINUTE_MS, "min", "分钟"),
        (SECOND_MS, "s", "秒"),
    ];
    let mut parts = Vec::new();
    let mut rest = ms.max(0);
    for (size, english, chinese) in units {
        let whole = rest / size;
        rest %= size;
        if whole > 0 {
            parts.push(match language {
                Language::English => format!("{whole} {english}"),
                Language::Chinese => format!("{whole}{chinese}"),
            });
        }
        if parts.len() == 2 || (!parts.is_empty() && whole == 0) {
            break;
        }
    }
    let between = language.pick(" ", "");
    if parts.is_empty() { language.pick("0 s", "0秒").to_owned() } else { parts.join(between) }
}

#[cfg(test)]
mod tests {
    use super::{Comparison, Feature, Language, Scalar, duration};
    use crate::rules::Relation;

    #[test]
    fn durations_have_at_most_two_neighbouring_units() {
        assert_eq!(duration(5 * 86_400_000, Language::English), "5 d");
        assert_eq!(duration(27 * 3_600_000 + 5_000, Language::English), "1 d 3 h");
        assert_eq!(duration(90_000, Language::Chinese), "1分钟30秒");
        assert_eq!(duration(0, Language::English), "0 s");
        assert_eq!(duration(Scalar::ENDLESS, Language::Chinese), "从未");
    }

    #[test]
    fn a_comparison_reads_as_a_phrase_in_both_languages() {
        let comparison = Comparison {
            feature: Feature::Absent("open".into()),
            name: String::new(),
            relation: Relation::GreaterOrEqual,
            value: Scalar::Integer(6 * 86_400_000),
            limit: Scalar::Integer(5 * 86_400_000),
            held: true,
        };
        assert_eq!(comparison.text(Language::English), "no `open` for 6 d (>= 5 d)");
        assert_eq!(comparison.text(Language::Chinese), "没有`open`已 6天 (>= 5天)");
    }
}
