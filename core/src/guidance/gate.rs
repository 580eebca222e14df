//! The gates that a candidate passes before it is shown.

use super::campaign::{Campaign, Cap, QuietHours, Reach};
use super::decision::{Gate, Reason};
use super::state::Guidance;
use crate::time::Stamp;

/// What every gate says of `campaign` at `stamp`: its own first, then those over all campaigns.
pub(super) fn judge(
    campaign: &Campaign,
    reach: &Reach,
    guidance: &Guidance,
    stamp: &Stamp,
) -> Vec<Reason> {
    let own = Scope { campaign: Some(&campaign.name), guidance, stamp };
    let all = Scope { campaign: None, guidance, stamp };
    let mut reasons = Vec::new();
    own.judge(&campaign.caps, campaign.cool_down_ms, campaign.quiet, &mut reasons);
    // The campaign's own quiet hours replace the general ones.
    let quiet = if campaign.quiet.is_some() { None } else { reach.quiet };
    all.judge(&reach.caps, reach.cool_down_ms, quiet, &mut reasons);
    reasons
}

/// One campaign, or all of them.
struct Scope<'a> {
    campaign: Option<&'a str>,
    guidance: &'a Guidance,
    stamp: &'a Stamp,
}

impl Scope<'_> {
    fn judge(
        &self,
        caps: &[Cap],
        cool_down_ms: i64,
        quiet: Option<QuietHours>,
        reasons: &mut Vec<Reason>,
    ) {
        reasons.extend(caps.iter().map(|cap| self.cap(*cap)));
        reasons.extend(self.cool_down(cool_down_ms));
        reasons.extend(quiet.map(|hours| self.quiet(hours)));
    }

    fn cap(&self, cap: Cap) -> Reason {
        let shown = self.guidance.shows(self.campaign, cap.period, self.stamp);
        let (times, period) = (cap.times, cap.period);
        let all = self.campaign.is_none();
        Reason { passed: shown < times, gate: Gate::Cap { all, shown, times, period } }
    }

    /// Judged only if there is a cool-down and was a show.
    fn cool_down(&self, needed_ms: i64) -> Option<Reason> {
        let last_at = self.guidance.last_show_at(self.campaign).filter(|_| needed_ms > 0)?;
        let passed_ms = self.stamp.at.saturating_sub(last_at);
        let gate = Gate::CoolDown { all: self.campaign.is_none(), passed_ms, needed_ms };
        Some(Reason { passed: passed_ms >= needed_ms, gate })
    }

    fn quiet(&self, hours: QuietHours) -> Reason {
        let minute = self.stamp.minute_of_day();
        Reason { passed: !hours.contains(minute), gate: Gate::Quiet { hours, minute } }
    }
}
