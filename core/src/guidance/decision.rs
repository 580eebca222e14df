//! What was decided about a piece of guidance, why, and what became of it.

use super::campaign::{Content, Period, QuietHours};
use crate::codec::{Reader, Writer};
use crate::error::Malformed;
use crate::rules::Comparison;
use crate::time::Zone;

/// A decision to show or to withhold guidance.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// Number within the installation, from 1.
    pub id: u64,
    /// Name of the campaign.
    pub campaign: String,
    /// When, on the timeline, ms.
    pub at: i64,
    /// The wall clock then, ms since 1970-01-01T00:00Z, and its zone.
    pub wall_ms: i64,
    /// See `wall_ms`.
    pub zone: Zone,
    /// What was decided.
    pub verdict: Verdict,
    /// What made the campaign a candidate.
    pub cause: Cause,
    /// The campaign's condition, as it was met.
    pub why: Vec<Comparison>,
    /// Every gate, whether it let the campaign pass.
    pub reasons: Vec<Reason>,
    /// What became of it.
    pub outcomes: Outcomes,
    /// What to show; empty if withheld, or if the active pack has the campaign no more.
    pub content: Content,
}

/// Show or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Show it.
    Show,
    /// Do not show it this time.
    Withhold,
}

/// What made a campaign a candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// An event of that name.
    Event(String),
    /// A signal of that name rose.
    Raised(String),
}

/// What one gate said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Whether it let the campaign pass.
    pub passed: bool,
    /// The gate, with its values.
    pub gate: Gate,
}

/// A gate, with the values it judged by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gate {
    /// The person has not consented to guidance.
    Consent,
    /// How often it was shown and may be.
    Cap {
        /// Over all campaigns rather than this one.
        all: bool,
        /// Shows in the period so far.
        shown: u32,
        /// Shows that the period allows.
        times: u32,
        /// The period.
        period: Period,
    },
    /// How long after a show the next may follow.
    CoolDown {
        /// After a show of any campaign rather than this one.
        all: bool,
        /// Since the last show, ms.
        passed_ms: i64,
        /// The cool-down, ms.
        needed_ms: i64,
    },
    /// Local time in which nothing is shown.
    Quiet {
        /// Those hours.
        hours: QuietHours,
        /// Local minute of the day at the decision.
        minute: u16,
    },
    /// A more important campaign is shown at the same moment.
    Outranked {
        /// Its name.
        by: String,
    },
}

impl Gate {
    /// Name under which reports count it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Consent => "no_consent",
            Self::Cap { all: true, .. } => "global_cap",
            Self::Cap { all: false, .. } => "campaign_cap",
            Self::CoolDown { all: true, .. } => "global_cool_down",
            Self::CoolDown { all: false, .. } => "campaign_cool_down",
            Self::Quiet { .. } => "quiet_hours",
            Self::Outranked { .. } => "outranked",
        }
    }
}

/// What the person did with guidance that was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was seen.
    Shown,
    /// It was put away.
    Dismissed,
    /// It was followed.
    Clicked,
}

/// Which outcomes a decision had so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each reported once")]
pub struct Outcomes {
    /// It was seen.
    pub shown: bool,
    /// It was put away.
    pub dismissed: bool,
    /// It was followed.
    pub clicked: bool,
    /// The person did what it was for.
    pub converted: bool,
}

impl Decision {
    /// Whether it is to be shown and the person has not answered it yet.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.verdict == Verdict::Show && !self.outcomes.dismissed && !self.outcomes.clicked
    }

    /// The gate that withheld it; `None` if it is shown.
    #[must_use]
    pub fn withheld_by(&self) -> Option<&Gate> {
        self.reasons.iter().find(|reason| !reason.passed).map(|reason| &reason.gate)
    }

    /// Everything but the content, which is the pack's.
    pub(crate) fn encode(&self, out: &mut Writer<'_>) {
        out.unsigned(self.id);
        out.text(&self.campaign);
        out.signed(self.at);
        out.signed(self.wall_ms);
        self.zone.encode(out);
        out.flag(self.verdict == Verdict::Show);
        let (raised, name) = match &self.cause {
            Cause::Event(name) => (false, name),
            Cause::Raised(name) => (true, name),
        };
        out.flag(raised);
        out.text(name);
        out.length(self.why.len());
        self.why.iter().for_each(|comparison| comparison.encode(out));
        out.length(self.reasons.len());
        for reason in &self.reasons {
            out.flag(reason.passed);
            reason.gate.encode(out);
        }
        let Outcomes { shown, dismissed, clicked, converted } = self.outcomes;
        for flag in [shown, dismissed, clicked, converted] {
            out.flag(flag);
        }
    }

    pub(crate) fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            id: input.unsigned()?,
            campaign: input.text()?.to_owned(),
            at: input.signed()?,
            wall_ms: input.signed()?,
            zone: Zone::decode(input)?,
            verdict: if input.flag()? { Verdict::Show } else { Verdict::Withhold },
            cause: {
                let raised = input.flag()?;
                let name = input.text()?.to_owned();
                if raised { Cause::Raised(name) } else { Cause::Event(name) }
            },
            why: input.list(Comparison::decode)?,
            reasons: input
                .list(|input| Ok(Reason { passed: input.flag()?, gate: Gate::decode(input)? }))?,
            outcomes: Outcomes {
                shown: input.flag()?,
                dismissed: input.flag()?,
                clicked: input.flag()?,
                converted: input.flag()?,
            },
            content: Content::default(),
        })
    }
}

impl Gate {
    fn encode(&self, out: &mut Writer<'_>) {
        match self {
            Self::Consent => out.byte(1),
            Self::Cap { all, shown, times, period } => {
                out.byte(2);
                out.flag(*all);
                out.unsigned(u64::from(*shown));
                out.unsigned(u64::from(*times));
                let (unit, length) = match period {
                    Period::Days(days) => (1, *days),
                    Period::Weeks(weeks) => (2, *weeks),
                    Period::Ever => (3, 1),
                };
                out.byte(unit);
                out.unsigned(u64::from(length));
            }
            Self::CoolDown { all, passed_ms, needed_ms } => {
                out.byte(3);
                out.flag(*all);
                out.signed(*passed_ms);
                out.signed(*needed_ms);
            }
            Self::Quiet { hours, minute } => {
                out.byte(4);
                for value in [hours.from_min, hours.to_min, *minute] {
                    out.unsigned(u64::from(value));
                }
            }
            Self::Outranked { by } => {
                out.byte(5);
                out.text(by);
            }
        }
    }

    fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        let short = |input: &mut Reader<'_>| {
            u16::try_from(input.unsigned()?).map_err(|_| input.malformed())
        };
        Ok(match input.byte()? {
            1 => Self::Consent,
            2 => {
                let all = input.flag()?;
                let (shown, times) = (input.unsigned32()?, input.unsigned32()?);
                let (unit, length) = (input.byte()?, short(input)?);
                let period = match unit {
                    1 => Period::Days(length),
                    2 => Period::Weeks(length),
                    3 => Period::Ever,
                    _ => return Err(input.malformed()),
                };
                Self::Cap { all, shown, times, period }
            }
            3 => Self::CoolDown {
                all: input.flag()?,
                passed_ms: input.signed()?,
                needed_ms: input.signed()?,
            },
            4 => {
                let (from_min, to_min) = (short(input)?, short(input)?);
                Self::Quiet { hours: QuietHours { from_min, to_min }, minute: short(input)? }
            }
            5 => Self::Outranked { by: input.text()?.to_owned() },
            _ => return Err(input.malformed()),
        })
    }
}
