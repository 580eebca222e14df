//! Why, and why not, in words.

use super::error::Error;
use super::live::Live;
use super::understanding;
use crate::guidance::{Campaign, Decision, Trigger, Verdict};
use crate::rules::{
    Comparison, Pass, Reading, Score, Signal, Table, TableKind, points_text, reason, shares_text,
};
use crate::text::Language;
use crate::time::{ClockReading, Stamp};

/// A question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// Why was this decided? The decision's number.
    Decision(u64),
    /// Why is this campaign not shown? Its name.
    NotShown(String),
    /// Why does this signal stand, or not? Its name.
    Signal(String),
    /// Why is this score what it is? Its name.
    Score(String),
    /// Why is the person in this segment, stage, level or tier? Name of the table.
    Table(TableKind, String),
}

impl Why {
    /// Why is the campaign of that name not shown?
    #[must_use]
    pub fn not_shown(campaign: impl Into<String>) -> Self {
        Self::NotShown(campaign.into())
    }

    /// Why does the signal of that name stand, or not?
    #[must_use]
    pub fn signal(name: impl Into<String>) -> Self {
        Self::Signal(name.into())
    }
}

/// An answer in every language that the engine speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    english: String,
    chinese: String,
}

impl Explanation {
    /// The answer in a language.
    #[must_use]
    pub fn text(&self, language: Language) -> &str {
        language.pick(&self.english, &self.chinese)
    }

    fn of(word: impl Fn(Language) -> String) -> Self {
        Self { english: word(Language::English), chinese: word(Language::Chinese) }
    }
}

impl std::fmt::Display for Explanation {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.english)
    }
}

pub(super) fn explain(live: &Live, reading: &ClockReading, why: Why) -> Result<Explanation, Error> {
    let stamp = live.state.timeline.stamp(reading);
    match why {
        Why::Decision(id) => {
            let decision = live.state.guidance.decision(id);
            let decision = decision.ok_or_else(|| Error::Unknown(format!("decision {id}")))?;
            Ok(Explanation::of(|language| {
                format!("{} {}", decision.campaign, decision.text(language))
            }))
        }
        Why::NotShown(name) => {
            let campaigns = &live.pack.campaigns;
            let campaign = campaigns.find(&name).and_then(|number| campaigns.campaign(number));
            let campaign = campaign.ok_or_else(|| Error::Unknown(format!("campaign `{name}`")))?;
            Ok(not_shown(live, &stamp, campaign))
        }
        Why::Signal(name) => {
            let rules = &live.pack.rules;
            let found = rules.find(&name).and_then(|n| Some((n, rules.signal(n)?)));
            let unknown = || Error::Unknown(format!("signal `{name}`"));
            let (number, signal) = found.ok_or_else(unknown)?;
            Ok(live.explain_signal(number, signal, &stamp))
        }
        Why::Score(name) => {
            let rules = &live.pack.rules;
            let score = rules.find_score(&name).and_then(|number| rules.score(number));
            let score = score.ok_or_else(|| Error::Unknown(format!("score `{name}`")))?;
            Ok(live.explain_score(score, &stamp))
        }
        Why::Table(kind, name) => {
            let rules = &live.pack.rules;
            let found = rules.find_table(kind, &name).and_then(|n| Some((n, rules.table(n)?)));
            let found = found.ok_or_else(|| Error::Unknown(format!("{kind} `{name}`")))?;
            Ok(live.explain_table(found, &stamp))
        }
    }
}

/// The last decision if there was one, and how things stand now.
fn not_shown(live: &Live, stamp: &Stamp, campaign: &Campaign) -> Explanation {
    let last = live.state.guidance.decisions().rev().find(|d| d.campaign == campaign.name);
    let pass = live.pass(stamp);
    let reading = Reading { pass: &pass, signals: &live.state.signals };
    let now = campaign.when.as_ref().map(|program| {
        crate::rules::explain(program, &reading, &live.pack.definitions, &live.pack.rules)
    });
    Explanation::of(|language| {
        let mut parts = vec![last_decision(campaign, last, language)];
        parts.push(match &campaign.trigger {
            Trigger::Event(event) => match language {
                Language::English => format!("it waits for `{event}`"),
                Language::Chinese => format!("等待事件`{event}`"),
            },
            Trigger::Raised(number) => {
                let signal = live.pack.rules.signal(*number).map_or("", |s| s.name.as_str());
                match language {
                    Language::English => format!("it waits for {signal} to rise"),
                    Language::Chinese => format!("等待{signal}成立"),
                }
            }
        });
        if let Some((held, comparisons)) = &now {
            let state = if *held {
                language.pick("its condition holds now", "条件目前成立")
            } else {
                language.pick("its condition does not hold now", "条件目前不成立")
            };
            parts.push(format!("{state}: {}", reason(comparisons, language)));
        }
        parts.join(language.pick("; ", "；"))
    })
}

fn last_decision(campaign: &Campaign, last: Option<&Decision>, language: Language) -> String {
    let name = &campaign.name;
    match (last, language) {
        (None, Language::English) => format!("{name} was never a candidate"),
        (None, Language::Chinese) => format!("{name}尚未成为候选"),
        (Some(decision), _) if decision.verdict == Verdict::Withhold => {
            let last = language.pick("last time", "上次");
            format!("{name}: {last} {}", decision.text(language))
        }
        (Some(_), Language::English) => format!("{name}: last time it was shown"),
        (Some(_), Language::Chinese) => format!("{name}：上次已展示"),
    }
}

impl Live {
    pub(super) fn pass<'a>(&'a self, stamp: &'a Stamp) -> Pass<'a> {
        Pass {
            rules: &self.pack.rules,
            definitions: &self.pack.definitions,
            profile: &self.state.profile,
            stamp,
        }
    }

    /// A remembered decision with the content that the active pack has for it.
    pub(super) fn with_content(&self, decision: &Decision) -> Decision {
        let campaigns = &self.pack.campaigns;
        let campaign = campaigns.find(&decision.campaign).and_then(|n| campaigns.campaign(n));
        let mut decision = decision.clone();
        if let Some(campaign) = campaign.filter(|_| decision.verdict == Verdict::Show) {
            decision.content = campaign.content.clone();
        }
        decision
    }

    fn explain_signal(&self, number: u16, signal: &Signal, stamp: &Stamp) -> Explanation {
        let pass = self.pass(stamp);
        let reading = Reading { pass: &pass, signals: &self.state.signals };
        let name = &signal.name;
        let state = self.state.signals.state(number);
        let since = self.counted_since(&signal.raise, stamp);
        if let Some(why) = state.filter(|state| state.raised_at.is_some()).map(|s| &s.why) {
            let says = reading.says(&signal.says, &signal.values);
            return Explanation::of(|language| {
                let says = says.find(language.pick("en", "zh")).unwrap_or_default();
                let reason = format!("{}{}", reason(why, language), since(language));
                match (says, language) {
                    ("", Language::English) => format!("{name} stands: {reason}"),
                    ("", Language::Chinese) => format!("{name}成立：{reason}"),
                    (says, Language::English) => format!("{name} stands: {says} ({reason})"),
                    (says, Language::Chinese) => format!("{name}成立：{says}（{reason}）"),
                }
            });
        }
        let (_, now) = crate::rules::explain(&signal.raise, &reading, pass.definitions, pass.rules);
        let missing: Vec<Comparison> = now.into_iter().filter(|c| !c.held).collect();
        Explanation::of(|language| match language {
            Language::English => {
                format!("{name} does not stand: {}{}", reason(&missing, language), since(language))
            }
            Language::Chinese => {
                format!("{name}不成立：{}{}", reason(&missing, language), since(language))
            }
        })
    }
}

impl Live {
    fn explain_score(&self, score: &Score, stamp: &Stamp) -> Explanation {
        let pass = self.pass(stamp);
        let reading = Reading { pass: &pass, signals: &self.state.signals };
        let scored = understanding::scored(score, &reading);
        let points = points_text(scored.hundredths);
        let shares = shares_text(&score.shares(&reading));
        let says = &scored.says;
        Explanation::of(|language| {
            let says = says.find(language.pick("en", "zh")).unwrap_or_default();
            let tier = scored.tier.as_ref().map_or("", |tier| tier.row.as_str());
            let parts = [tier, says].into_iter().filter(|part| !part.is_empty());
            let parts: Vec<&str> = parts.collect();
            let means = match (parts.as_slice(), language) {
                ([], _) => String::new(),
                (parts, Language::English) => format!("; {}", parts.join(": ")),
                (parts, Language::Chinese) => format!("；{}", parts.join("：")),
            };
            let of = language.pick("of 100", "（满分100）");
            let gap = language.pick(" ", "");
            format!("{} {points}{gap}{of}{shares}{means}", scored.name)
        })
    }

    fn explain_table(&self, (number, table): (u16, &Table), stamp: &Stamp) -> Explanation {
        let pass = self.pass(stamp);
        let reading = Reading { pass: &pass, signals: &self.state.signals };
        let name = &table.name;
        let standing = understanding::standing((number, table), &reading);
        let since_at = self.state.signals.table(number).map_or(stamp.at, |state| state.since_at);
        Explanation::of(|language| {
            let Some(standing) = &standing else {
                return match language {
                    Language::English => format!("{name}: nothing is known yet"),
                    Language::Chinese => format!("{name}：尚无记录"),
                };
            };
            let says = standing.says.find(language.pick("en", "zh")).unwrap_or_default();
            let why = language.pick(&standing.why.en, &standing.why.zh);
            let parts = [says, why].into_iter().filter(|part| !part.is_empty());
            let parts: Vec<&str> = parts.collect();
            let parts = parts.join(language.pick("; ", "；"));
            let ms = stamp.at.saturating_sub(since_at);
            let since = crate::rules::duration(ms, language);
            let (row, colon) =
                (&standing.row, if parts.is_empty() { "" } else { language.pick(": ", "：") });
            match language {
                Language::English => format!("{name} is {row} for {since}{colon}{parts}"),
                Language::Chinese => format!("{name}为{row}已{since}{colon}{parts}"),
            }
        })
    }
}
