//! What was shown, what became of it, and what is still open.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use super::campaign::{Campaigns, Period};
use super::decision::{Decision, Outcome, Verdict};
use crate::codec::{Reader, Writer};
use crate::error::Malformed;
use crate::event::{Event, Value, names};
use crate::time::{Stamp, civil};

/// Shows that are remembered to count caps by, of all campaigns together.
const MOST_SHOWS: usize = 512;
/// Decisions that are remembered to be explained, answered and converted.
const MOST_DECISIONS: usize = 48;

/// All that guidance knows of the past.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Guidance {
    last_id: u64,
    shows: VecDeque<Show>,
    decisions: VecDeque<Decision>,
    counts: BTreeMap<String, OutcomeCounts>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Show {
    campaign: String,
    at: i64,
    day: i32,
}

/// How often a campaign was decided and answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct OutcomeCounts {
    /// Decisions to show.
    pub show: u64,
    /// Decisions to withhold.
    pub withhold: u64,
    /// Seen.
    pub shown: u64,
    /// Put away.
    pub dismissed: u64,
    /// Followed.
    pub clicked: u64,
    /// Did what it was for.
    pub converted: u64,
}

/// Why an outcome cannot be reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutcomeRefused {
    /// No decision of that number is remembered.
    NoSuchDecision(u64),
    /// The decision was to withhold.
    Withheld(u64),
    /// That outcome was reported before.
    Repeated(u64),
}

impl fmt::Display for OutcomeRefused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchDecision(id) => write!(
                out,
                "decision {id} is not known: the last {MOST_DECISIONS} decisions are remembered"
            ),
            Self::Withheld(id) => write!(out, "decision {id} was to withhold: nothing was shown"),
            Self::Repeated(id) => write!(out, "that outcome of decision {id} was reported before"),
        }
    }
}

impl std::error::Error for OutcomeRefused {}

/// A decision whose campaign just met with success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Converted {
    /// Number of the decision.
    pub decision: u64,
    /// Name of the campaign.
    pub campaign: String,
}

impl Guidance {
    /// Number that the next decision gets.
    #[must_use]
    pub fn next_id(&self) -> u64 {
        self.last_id.saturating_add(1)
    }

    /// The remembered decisions, oldest first.
    #[must_use = "only looks"]
    pub fn decisions(&self) -> impl DoubleEndedIterator<Item = &Decision> {
        self.decisions.iter()
    }

    /// The decision of that number, while it is remembered.
    #[must_use]
    pub fn decision(&self, id: u64) -> Option<&Decision> {
        self.decisions.iter().find(|decision| decision.id == id)
    }

    /// Counts per campaign.
    #[must_use]
    pub fn counts(&self) -> &BTreeMap<String, OutcomeCounts> {
        &self.counts
    }

    /// Shows within a period up to `stamp`: of one campaign, or of all.
    #[must_use]
    pub fn shows(&self, campaign: Option<&str>, period: Period, stamp: &Stamp) -> u32 {
        if period == Period::Ever {
            let of = |(name, _): &(&String, &OutcomeCounts)| campaign.is_none_or(|n| n == *name);
            let shows = self.counts.iter().filter(of).map(|(_, counts)| counts.show);
            let shows = shows.fold(0_u64, u64::saturating_add);
            return u32::try_from(shows).unwrap_or(u32::MAX);
        }
        let inside = |show: &&Show| match period {
            Period::Days(days) => stamp.day.saturating_sub(show.day) < i32::from(days),
            Period::Weeks(weeks) => {
                civil::week(stamp.day) - civil::week(show.day) < i64::from(weeks)
            }
            Period::Ever => true,
        };
        let count = self.shows_of(campaign).filter(inside).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// When last something of a campaign, or of any, was shown.
    #[must_use]
    pub fn last_show_at(&self, campaign: Option<&str>) -> Option<i64> {
        self.shows_of(campaign).last().map(|show| show.at)
    }

    fn shows_of<'a>(&'a self, campaign: Option<&'a str>) -> impl Iterator<Item = &'a Show> {
        self.shows.iter().filter(move |show| campaign.is_none_or(|name| name == show.campaign))
    }

    /// Takes in a decision. A show counts against caps from here on, seen or not: what is never
    /// seen must not make room for more.
    pub fn apply(&mut self, decision: &Decision, day: i32) {
        self.last_id = self.last_id.max(decision.id);
        let counts = self.counts.entry(decision.campaign.clone()).or_default();
        match decision.verdict {
            Verdict::Show => {
                counts.show = counts.show.saturating_add(1);
                let campaign = decision.campaign.clone();
                self.shows.push_back(Show { campaign, at: decision.at, day });
                self.forget_show();
            }
            Verdict::Withhold => counts.withhold = counts.withhold.saturating_add(1),
        }
        self.decisions.push_back(Decision {
            content: super::campaign::Content::default(),
            ..decision.clone()
        });
        self.forget();
    }

    /// Forgets a show over the bound: the oldest of the campaign that has most, so that a busy
    /// one does not make room in the caps of a rare one.
    fn forget_show(&mut self) {
        if self.shows.len() <= MOST_SHOWS {
            return;
        }
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for show in &self.shows {
            *counts.entry(&show.campaign).or_default() += 1;
        }
        let most = counts.values().copied().max().unwrap_or(0);
        let busy = |show: &Show| counts.get(show.campaign.as_str()) == Some(&most);
        if let Some(place) = self.shows.iter().position(busy) {
            self.shows.remove(place);
        }
    }

    /// Forgets a decision over the bound: the oldest that showed nothing, else the oldest that
    /// was answered, else the oldest.
    fn forget(&mut self) {
        if self.decisions.len() <= MOST_DECISIONS {
            return;
        }
        let withheld = self.decisions.iter().position(|d| d.verdict == Verdict::Withhold);
        let answered = || self.decisions.iter().position(|d| !d.is_open());
        let place = withheld.or_else(answered).unwrap_or(0);
        self.decisions.remove(place);
    }

    /// Whether an outcome may be reported, and of which campaign it is.
    pub fn admit(&self, id: u64, outcome: Outcome) -> Result<&str, OutcomeRefused> {
        let decision = self.decision(id).ok_or(OutcomeRefused::NoSuchDecision(id))?;
        if decision.verdict == Verdict::Withhold {
            return Err(OutcomeRefused::Withheld(id));
        }
        let repeated = match outcome {
            Outcome::Shown => decision.outcomes.shown,
            Outcome::Dismissed => decision.outcomes.dismissed,
            Outcome::Clicked => decision.outcomes.clicked,
        };
        if repeated { Err(OutcomeRefused::Repeated(id)) } else { Ok(&decision.campaign) }
    }

    /// Takes in an event that is the outcome of a decision; others change nothing.
    pub fn apply_outcome(&mut self, event: &Event) {
        let Some(Value::Integer(id)) = event.property(names::DECISION) else { return };
        let Some(decision) =
            self.decisions.iter_mut().find(|decision| i64::try_from(decision.id) == Ok(*id))
        else {
            return;
        };
        if decision.verdict == Verdict::Withhold {
            return;
        }
        let counts = self.counts.entry(decision.campaign.clone()).or_default();
        let (flag, count) = match event.name() {
            names::SHOWN => (&mut decision.outcomes.shown, &mut counts.shown),
            names::DISMISSED => (&mut decision.outcomes.dismissed, &mut counts.dismissed),
            names::CLICKED => (&mut decision.outcomes.clicked, &mut counts.clicked),
            names::CONVERTED => (&mut decision.outcomes.converted, &mut counts.converted),
            _ => return,
        };
        if !*flag {
            *flag = true;
            *count = count.saturating_add(1);
        }
    }

    /// Decisions that an event of that name makes a success: of each campaign the last one that
    /// was seen, if it is within the campaign's time and not a success yet. Empty almost always.
    #[must_use]
    pub fn converted_by(&self, name: &str, at: i64, campaigns: &Campaigns) -> Vec<Converted> {
        let mut converted = Vec::new();
        for number in campaigns.converted_by(name) {
            let Some(campaign) = campaigns.campaign(*number) else { continue };
            let within_ms = campaign.converts.as_ref().map_or(0, |converts| converts.within_ms);
            let seen = |decision: &&Decision| {
                decision.campaign == campaign.name
                    && (decision.outcomes.shown || decision.outcomes.clicked)
            };
            let last = self.decisions.iter().rev().find(seen).filter(|decision| {
                !decision.outcomes.converted && at.saturating_sub(decision.at) <= within_ms
            });
            converted.extend(last.map(|decision| Converted {
                decision: decision.id,
                campaign: decision.campaign.clone(),
            }));
        }
        converted
    }

    pub(crate) fn encode(&self, out: &mut Writer<'_>) {
        out.unsigned(self.last_id);
        out.length(self.shows.len());
        for show in &self.shows {
            out.text(&show.campaign);
            out.signed(show.at);
            out.signed(i64::from(show.day));
        }
        out.length(self.decisions.len());
        self.decisions.iter().for_each(|decision| decision.encode(out));
        out.length(self.counts.len());
        for (campaign, counts) in &self.counts {
            out.text(campaign);
            let OutcomeCounts { show, withhold, shown, dismissed, clicked, converted } = *counts;
            for count in [show, withhold, shown, dismissed, clicked, converted] {
                out.unsigned(count);
            }
        }
    }

    pub(crate) fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        let last_id = input.unsigned()?;
        let shows = input.list(|input| {
            Ok(Show {
                campaign: input.text()?.to_owned(),
                at: input.signed()?,
                day: input.signed32()?,
            })
        })?;
        let decisions = input.list(Decision::decode)?;
        let counts = input.list(|input| {
            let campaign = input.text()?.to_owned();
            let counts = OutcomeCounts {
                show: input.unsigned()?,
                withhold: input.unsigned()?,
                shown: input.unsigned()?,
                dismissed: input.unsigned()?,
                clicked: input.unsigned()?,
                converted: input.unsigned()?,
            };
            Ok((campaign, counts))
        })?;
        Ok(Self {
            last_id,
            shows: shows.into(),
            decisions: decisions.into(),
            counts: counts.into_iter().collect(),
        })
    }
}
