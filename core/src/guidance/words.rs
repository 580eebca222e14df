//! Decisions in words a person can read, in English and Chinese.

use super::campaign::Period;
use super::decision::{Cause, Decision, Gate, Verdict};
use crate::rules::duration;
use crate::text::Language;

impl Decision {
    /// What was decided and why, in a phrase such as
    /// "shown on `open`, `going_quiet`; 0 of 1 this week; outside 22:00-08:00".
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        let verdict = match self.verdict {
            Verdict::Show => language.pick("shown", "展示"),
            Verdict::Withhold => language.pick("withheld", "未展示"),
        };
        format!("{verdict} {}", self.reason(language))
    }

    /// Why, without the verdict.
    #[must_use]
    pub fn reason(&self, language: Language) -> String {
        let cause = match (&self.cause, language) {
            (Cause::Event(name), Language::English) => format!("on `{name}`"),
            (Cause::Event(name), Language::Chinese) => format!("触发于`{name}`"),
            (Cause::Raised(name), Language::English) => format!("as {name} rose"),
            (Cause::Raised(name), Language::Chinese) => format!("因{name}成立"),
        };
        let met = self.why.iter().filter(|comparison| comparison.held);
        let met: Vec<String> = met.map(|comparison| comparison.text(language)).collect();
        let cause = if met.is_empty() { cause } else { format!("{cause}, {}", met.join(", ")) };
        let separator = language.pick("; ", "；");
        if let Some(gate) = self.withheld_by() {
            return format!("{}{separator}{cause}", gate.text(false, language));
        }
        let gates = self.reasons.iter().map(|reason| reason.gate.text(true, language));
        std::iter::once(cause).chain(gates).collect::<Vec<_>>().join(separator)
    }
}

impl Gate {
    /// What the gate said, as it `passed` the campaign or did not.
    #[must_use]
    pub fn text(&self, passed: bool, language: Language) -> String {
        match (self, language) {
            (Self::Consent, _) => language.pick("no consent to guidance", "未同意引导").to_owned(),
            (Self::Cap { all, shown, times, period }, _) => {
                let scope = if *all { language.pick(" over all", "（全部）") } else { "" };
                let period = period_text(*period, language);
                match language {
                    Language::English => format!("{shown} of {times} {period}{scope}"),
                    Language::Chinese => format!("{period}{scope}{shown}/{times}次"),
                }
            }
            (Self::CoolDown { all, passed_ms, needed_ms }, language) => {
                let (since, needed) =
                    (duration(*passed_ms, language), duration(*needed_ms, language));
                let last = match (all, language) {
                    (true, Language::English) => "last show of any campaign",
                    (false, Language::English) => "last show",
                    (true, Language::Chinese) => "距任一活动上次展示",
                    (false, Language::Chinese) => "距上次展示",
                };
                match language {
                    Language::English => format!("{last} {since} ago (cool-down {needed})"),
                    Language::Chinese => format!("{last}{since}（冷却{needed}）"),
                }
            }
            (Self::Quiet { hours, .. }, Language::English) if passed => format!("outside {hours}"),
            (Self::Quiet { hours, minute }, Language::English) => {
                format!("quiet hours {hours} at {}", clock(*minute))
            }
            (Self::Quiet { hours, .. }, Language::Chinese) if passed => {
                format!("不在免打扰时段{hours}")
            }
            (Self::Quiet { hours, minute }, Language::Chinese) => {
                format!("{}在免打扰时段{hours}", clock(*minute))
            }
            (Self::Outranked { by }, Language::English) => format!("{by} goes first"),
            (Self::Outranked { by }, Language::Chinese) => format!("{by}优先"),
        }
    }
}

/// A minute of the day as clocks show it.
fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn period_text(period: Period, language: Language) -> String {
    match (period, language) {
        (Period::Days(1), _) => language.pick("today", "今天").to_owned(),
        (Period::Weeks(1), _) => language.pick("this week", "本周").to_owned(),
        (Period::Ever, _) => language.pick("ever", "至今").to_owned(),
        (Period::Days(days), Language::English) => format!("in {days} d"),
        (Period::Days(days), Language::Chinese) => format!("近{days}天"),
        (Period::Weeks(weeks), Language::English) => format!("in {weeks} weeks"),
        (Period::Weeks(weeks), Language::Chinese) => format!("近{weeks}周"),
    }
}
