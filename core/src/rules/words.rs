//! Comparisons in words a person can read, in English and Chinese.

mod derived;
mod subject;
mod timed;
mod windows;

pub(crate) use derived::shares as shares_text;

use super::explain::{Comparison, Part};
use crate::profile::{BaselineFigure, Feature, Rhythm, Scalar, Summary, Timed};
use crate::text::Language;
use crate::time::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS};

impl Comparison {
    /// What was measured, what came out and what it was compared with, such as
    /// "no `open` for 6 d (>= 5 d)".
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        let subject = self.subject(language);
        if !self.parts.is_empty() {
            return self.calculated(language);
        }
        if let (Scalar::Flag(value), Scalar::Flag(_)) = (self.value, self.limit) {
            let (yes, no) = match language {
                Language::English => ("", "not "),
                Language::Chinese => ("", "非"),
            };
            return format!("{}{subject}", if value { yes } else { no });
        }
        let (value, limit) = (self.scalar(self.value, language), self.scalar(self.limit, language));
        let not = if self.held { "" } else { language.pick("not ", "非") };
        let shares = derived::shares(&self.shares);
        format!("{subject} {value}{shares} ({not}{} {limit})", self.relation)
    }

    /// The same of a value that was calculated: what from comes first, such as
    /// "`a` today: 3, `b` today: 4, calculated: 7 (>= 5)".
    fn calculated(&self, language: Language) -> String {
        let part = |part: &Part| {
            let (feature, name) = (part.feature.clone(), part.name.clone());
            let of = Self { feature, name, parts: Vec::new(), shares: Vec::new(), ..self.clone() };
            format!("{} {}", of.subject(language), of.scalar(part.value, language))
        };
        let mut said: Vec<String> = self.parts.iter().map(part).collect();
        let figure = |scalar| match scalar {
            Scalar::Number(value) => format!("{value:.2}"),
            other => self.scalar(other, language),
        };
        let not = if self.held { "" } else { language.pick("not ", "非") };
        let (value, limit) = (figure(self.value), figure(self.limit));
        let calculated = language.pick("calculated:", "计算得");
        said.push(format!("{calculated} {value} ({not}{} {limit})", self.relation));
        said.join(language.pick(", ", "，"))
    }

    fn scalar(&self, scalar: Scalar, language: Language) -> String {
        match scalar {
            Scalar::Integer(ms) if self.feature.is_duration() => duration(ms, language),
            Scalar::Integer(value) => value.to_string(),
            Scalar::Number(value) if derived::is_of(&self.feature) => {
                derived::number(&self.feature, value)
            }
            Scalar::Number(value) if is_percentage(&self.feature) => {
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

/// Whether a number is a part of something.
fn is_percentage(feature: &Feature) -> bool {
    match feature {
        Feature::Baseline(baseline) => baseline.figure != BaselineFigure::Zscore,
        Feature::Timed(timed) => {
            matches!(timed, Timed::Path(_) | Timed::Rhythm(Rhythm::ActiveShare { .. }))
        }
        Feature::Aggregate(aggregate) => matches!(aggregate.summary, Summary::Share { .. }),
        _ => false,
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
    use crate::profile::Events;
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
            feature: Feature::Absent(Events::named("open")),
            name: String::new(),
            relation: Relation::GreaterOrEqual,
            value: Scalar::Integer(6 * 86_400_000),
            limit: Scalar::Integer(5 * 86_400_000),
            held: true,
            shares: Vec::new(),
            parts: Vec::new(),
        };
        assert_eq!(comparison.text(Language::English), "no `open` for 6 d (>= 5 d)");
        assert_eq!(comparison.text(Language::Chinese), "没有`open`已 6天 (>= 5天)");
    }
}
