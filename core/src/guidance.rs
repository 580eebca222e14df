//! Which guidance to show, which to withhold, and why.

mod campaign;
mod decide;
mod decision;
mod gate;
mod state;
mod words;

pub use campaign::{
    Campaign, Campaigns, CampaignsError, Cap, Content, Conversion, MOST_CAMPAIGNS, MOST_CAPS,
    MOST_TIMES, Period, QuietHours, Reach, Trigger,
};
pub use decide::{Moment, decide};
pub use decision::{Cause, Decision, Gate, Outcome, Outcomes, Reason, Verdict};
pub use state::{Converted, Guidance, OutcomeCounts, OutcomeRefused};
