//! Guidance as a pack defines it.

use std::collections::BTreeMap;
use std::fmt;

use crate::profile::Definitions;
use crate::rules::{Program, Rules};
use crate::text::Texts;

/// Most campaigns of one pack.
pub const MOST_CAMPAIGNS: usize = 512;
/// Most caps of one campaign: a day's, a week's, and as many again.
pub const MOST_CAPS: usize = 4;
/// Most shows that a cap may allow: as many as the engine remembers.
pub const MOST_TIMES: u32 = 128;

/// Guidance and when to give it.
#[derive(Debug, Clone, PartialEq)]
pub struct Campaign {
    /// Its name.
    pub name: String,
    /// What it is for, for reports: `reactivation`, `recovery`.
    pub goal: String,
    /// What makes it a candidate.
    pub trigger: Trigger,
    /// Must hold too.
    pub when: Option<Program>,
    /// A signal that rose longer ago than this triggers nothing, ms.
    pub fresh_ms: i64,
    /// How often it may be shown.
    pub caps: Vec<Cap>,
    /// After a show, at least this long until the next, ms.
    pub cool_down_ms: i64,
    /// When it is not shown.
    pub quiet: Option<QuietHours>,
    /// Larger goes first.
    pub priority: i32,
    /// What counts as its success.
    pub converts: Option<Conversion>,
    /// What is shown.
    pub content: Content,
}

/// What makes a campaign a candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trigger {
    /// An event of that name.
    Event(String),
    /// A signal (by number) that rises.
    Raised(u16),
}

/// At most `times` shows within a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cap {
    /// Which period.
    pub period: Period,
    /// How many; at most 128.
    pub times: u32,
}

/// Periods that caps count, in local civil time, the current one included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// This many local days.
    Days(u16),
    /// This many weeks from Monday.
    Weeks(u16),
    /// Since the installation.
    Ever,
}

/// Local time of day in which nothing is shown; `from_min` to `to_min` (excluded), minutes since
/// midnight. From later to earlier passes midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuietHours {
    /// First quiet minute, 0 to 1439.
    pub from_min: u16,
    /// First minute that is not quiet any more, 0 to 1439.
    pub to_min: u16,
}

impl QuietHours {
    /// Whether a minute of the day is quiet.
    #[must_use]
    pub fn contains(&self, minute: u16) -> bool {
        if self.from_min <= self.to_min {
            (self.from_min..self.to_min).contains(&minute)
        } else {
            minute >= self.from_min || minute < self.to_min
        }
    }
}

impl fmt::Display for QuietHours {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = (self.from_min, self.to_min);
        write!(out, "{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)
    }
}

/// Success of a campaign: an event soon enough after a show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversion {
    /// Name of the event.
    pub event: String,
    /// How soon, ms.
    pub within_ms: i64,
}

/// What is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Content {
    /// `popup`, `banner` ...
    pub kind: String,
    /// Heading.
    pub title: Texts,
    /// Text below it.
    pub body: Texts,
    /// Where a click leads, such as `app://cart`.
    pub action: String,
}

/// Limits over all campaigns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reach {
    /// How often anything may be shown.
    pub caps: Vec<Cap>,
    /// After any show, at least this long until the next, ms.
    pub cool_down_ms: i64,
    /// When nothing is shown.
    pub quiet: Option<QuietHours>,
}

/// All campaigns of a pack, the most important first, indexed by trigger.
#[derive(Debug, Clone, PartialEq)]
pub struct Campaigns {
    all: Vec<Campaign>,
    reach: Reach,
    by_event: BTreeMap<String, Vec<u16>>,
    by_signal: BTreeMap<u16, Vec<u16>>,
    by_conversion: BTreeMap<String, Vec<u16>>,
}

/// Why campaigns cannot be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CampaignsError {
    /// More than [`MOST_CAMPAIGNS`].
    TooMany(usize),
    /// Two campaigns of one name.
    Repeated(String),
    /// A trigger names a signal, or a condition a feature, that does not exist.
    Missing(String),
    /// A cap, a time or quiet hours outside their bounds.
    OutOfBounds(String),
    /// Not in order of priority.
    Order(String),
}

impl fmt::Display for CampaignsError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooMany(found) => write!(out, "{found} campaigns, at most {MOST_CAMPAIGNS}"),
            Self::Repeated(name) => write!(out, "campaign `{name}` is defined twice"),
            Self::Missing(name) => {
                write!(out, "campaign `{name}` names a signal or a feature that does not exist")
            }
            Self::OutOfBounds(name) => {
                write!(out, "campaign `{name}` has a cap, a time or quiet hours out of bounds")
            }
            Self::Order(name) => {
                write!(out, "campaign `{name}` stands behind a less important one")
            }
        }
    }
}

impl std::error::Error for CampaignsError {}

impl Campaigns {
    /// Checks and indexes the campaigns of a pack.
    pub fn new(
        campaigns: Vec<Campaign>,
        reach: Reach,
        rules: &Rules,
        definitions: &Definitions,
    ) -> Result<Self, CampaignsError> {
        if campaigns.len() > MOST_CAMPAIGNS {
            return Err(CampaignsError::TooMany(campaigns.len()));
        }
        if !reach_in_bounds(&reach.caps, reach.quiet, &[reach.cool_down_ms]) {
            return Err(CampaignsError::OutOfBounds("reach".to_owned()));
        }
        let mut all = Self {
            all: Vec::new(),
            reach,
            by_event: BTreeMap::new(),
            by_signal: BTreeMap::new(),
            by_conversion: BTreeMap::new(),
        };
        for campaign in campaigns {
            all.add(campaign, rules, definitions)?;
        }
        Ok(all)
    }

    fn add(
        &mut self,
        campaign: Campaign,
        rules: &Rules,
        definitions: &Definitions,
    ) -> Result<(), CampaignsError> {
        let name = || campaign.name.clone();
        let number =
            u16::try_from(self.all.len()).map_err(|_| CampaignsError::TooMany(self.all.len()))?;
        if self.find(&campaign.name).is_some() {
            return Err(CampaignsError::Repeated(name()));
        }
        if self.all.last().is_some_and(|last| last.priority < campaign.priority) {
            return Err(CampaignsError::Order(name()));
        }
        let within = campaign.converts.as_ref().map_or(0, |converts| converts.within_ms);
        let times = [campaign.fresh_ms, campaign.cool_down_ms, within];
        if !reach_in_bounds(&campaign.caps, campaign.quiet, &times) {
            return Err(CampaignsError::OutOfBounds(name()));
        }
        let read = campaign.when.iter().flat_map(Program::features);
        if read.into_iter().any(|feature| definitions.feature(*feature).is_none()) {
            return Err(CampaignsError::Missing(name()));
        }
        match &campaign.trigger {
            Trigger::Event(event) => self.by_event.entry(event.clone()).or_default().push(number),
            Trigger::Raised(signal) => {
                rules.signal(*signal).ok_or_else(|| CampaignsError::Missing(name()))?;
                self.by_signal.entry(*signal).or_default().push(number);
            }
        }
        if let Some(converts) = &campaign.converts {
            self.by_conversion.entry(converts.event.clone()).or_default().push(number);
        }
        self.all.push(campaign);
        Ok(())
    }

    /// The campaigns, the most important first.
    #[must_use]
    pub fn all(&self) -> &[Campaign] {
        &self.all
    }

    /// The campaign with that number.
    #[must_use]
    pub fn campaign(&self, number: u16) -> Option<&Campaign> {
        self.all.get(usize::from(number))
    }

    /// The number of the campaign of that name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<u16> {
        let place = self.all.iter().position(|campaign| campaign.name == name)?;
        u16::try_from(place).ok()
    }

    /// Limits over all of them.
    #[must_use]
    pub fn reach(&self) -> &Reach {
        &self.reach
    }

    pub(crate) fn triggered_by_event(&self, name: &str) -> &[u16] {
        self.by_event.get(name).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn triggered_by_signal(&self, signal: u16) -> &[u16] {
        self.by_signal.get(&signal).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn converted_by(&self, name: &str) -> &[u16] {
        self.by_conversion.get(name).map_or(&[], Vec::as_slice)
    }
}

fn reach_in_bounds(caps: &[Cap], quiet: Option<QuietHours>, times_ms: &[i64]) -> bool {
    let cap = |cap: &Cap| {
        let length = match cap.period {
            Period::Days(days) => (1..=180).contains(&days),
            Period::Weeks(weeks) => (1..=26).contains(&weeks),
            Period::Ever => true,
        };
        length && (1..=MOST_TIMES).contains(&cap.times)
    };
    caps.len() <= MOST_CAPS
        && caps.iter().all(cap)
        && quiet.is_none_or(|quiet| quiet.from_min < 1_440 && quiet.to_min < 1_440)
        && times_ms.iter().all(|ms| (0..=crate::profile::limits::REACH_MS).contains(ms))
}

#[cfg(test)]
mod tests {
    use super::QuietHours;

    #[test]
    fn quiet_hours_may_pass_midnight() {
        let night = QuietHours { from_min: 22 * 60, to_min: 8 * 60 };
        assert!(night.contains(23 * 60) && night.contains(0) && night.contains(8 * 60 - 1));
        assert!(!night.contains(8 * 60) && !night.contains(12 * 60));
        let noon = QuietHours { from_min: 720, to_min: 780 };
        assert!(noon.contains(720) && !noon.contains(780));
        assert_eq!(night.to_string(), "22:00-08:00");
    }
}
