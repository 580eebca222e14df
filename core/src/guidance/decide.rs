//! From what happened to what is shown.

use super::campaign::{Campaign, Campaigns, Content};
use super::decision::{Cause, Decision, Gate, Outcomes, Reason, Verdict};
use super::gate;
use super::state::Guidance;
use crate::privacy::Consent;
use crate::profile::Definitions;
use crate::rules::{Comparison, Readings, Rules, explain};
use crate::time::Stamp;

/// The moment of a decision: everything it depends on.
pub struct Moment<'a, R> {
    /// The campaigns of the active pack.
    pub campaigns: &'a Campaigns,
    /// Names of features, for the explanation.
    pub definitions: &'a Definitions,
    /// Values of the features.
    pub readings: &'a R,
    /// Names of what the rules conclude, for the explanation.
    pub rules: &'a Rules,
    /// What the person allows.
    pub consent: Consent,
    /// The clocks.
    pub stamp: &'a Stamp,
}

/// Decisions of one call: those after it would only be outranked.
const MOST_AT_ONCE: usize = 16;

/// Decides about the triggered campaigns in the order given, the most important first, and takes
/// each decision into `guidance`. At most one is shown. A campaign whose condition does not hold is no
/// candidate and gets no decision.
pub fn decide<R: Readings>(
    moment: &Moment<'_, R>,
    triggered: &[(u16, Cause)],
    guidance: &mut Guidance,
    decisions: &mut Vec<Decision>,
) {
    for (number, cause) in triggered {
        if decisions.len() >= MOST_AT_ONCE {
            log::debug!("more candidates at once than are decided");
            break;
        }
        let Some(campaign) = moment.campaigns.campaign(*number) else { continue };
        let Some(why) = condition(moment, campaign) else { continue };
        let winner = decisions.iter().find(|decision| decision.verdict == Verdict::Show);
        let decision = judge(moment, campaign, (cause, why), guidance, winner);
        guidance.apply(&decision, moment.stamp.day);
        decisions.push(decision);
    }
}

/// How the campaign's condition is met; `None` if it is not.
fn condition<R: Readings>(moment: &Moment<'_, R>, campaign: &Campaign) -> Option<Vec<Comparison>> {
    let Some(program) = &campaign.when else { return Some(Vec::new()) };
    if !crate::rules::holds(program, moment.readings) {
        return None;
    }
    Some(explain(program, moment.readings, moment.definitions, moment.rules).1)
}

fn judge<R>(
    moment: &Moment<'_, R>,
    campaign: &Campaign,
    (cause, why): (&Cause, Vec<Comparison>),
    guidance: &Guidance,
    winner: Option<&Decision>,
) -> Decision {
    let mut reasons = Vec::new();
    if !moment.consent.guide {
        reasons.push(Reason { passed: false, gate: Gate::Consent });
    }
    if let Some(winner) = winner {
        let by = winner.campaign.clone();
        reasons.push(Reason { passed: false, gate: Gate::Outranked { by } });
    }
    let reach = moment.campaigns.reach();
    reasons.extend(gate::judge(campaign, reach, guidance, moment.stamp));
    let show = reasons.iter().all(|reason| reason.passed);
    Decision {
        id: guidance.next_id(),
        campaign: campaign.name.clone(),
        at: moment.stamp.at,
        wall_ms: moment.stamp.reading.wall_ms,
        zone: moment.stamp.reading.zone,
        verdict: if show { Verdict::Show } else { Verdict::Withhold },
        cause: cause.clone(),
        why,
        reasons,
        outcomes: Outcomes::default(),
        content: if show { campaign.content.clone() } else { Content::default() },
    }
}
