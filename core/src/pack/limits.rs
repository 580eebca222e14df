//! Every limit on a pack, with unit and origin. Those on what the profile keeps stand in
//! [`crate::profile::limits`].

use super::PackError;
use crate::event::limits::{ADDED_EVENTS, Limit, NAME, PROPERTIES};
use crate::guidance::{MOST_CAMPAIGNS, MOST_CAPS};
use crate::profile::limits::{
    self as kept, FEATURES, FUNNELS, HOLIDAY_REGIONS, HOLIDAYS_OF_A_REGION, TESTS,
};
use crate::rules::{
    MOST_FACTORS, MOST_ROWS, MOST_SCORES, MOST_SIGNALS, MOST_STEPS, MOST_TABLES, program,
};

/// Size of a pack.
pub const BYTES: Limit = Limit {
    of: "pack",
    most: 1_048_576,
    unit: "bytes",
    origin: "2,048 signals with texts in two languages take half of it",
};
/// Size of a pack with its signature.
pub const SIGNED_BYTES: Limit = Limit {
    of: "signed pack",
    most: 1_048_576 + 128,
    unit: "bytes",
    origin: "a pack, a key id, a signature and their tags",
};
/// Texts that features and campaigns refer to.
pub const STRINGS: Limit =
    Limit { of: "strings", most: 8_192, unit: "strings", origin: "two for each feature" };
/// Numbers and states that the profile keeps.
pub const FEATURES_OF_A_PACK: Limit =
    Limit { of: "features", most: FEATURES, unit: "features", origin: "the profile's" };
/// Tests of one filter.
pub const TESTS_OF_A_FILTER: Limit =
    Limit { of: "tests of a filter", most: TESTS, unit: "tests", origin: "the profile's" };
/// Funnels.
pub const FUNNELS_OF_A_PACK: Limit =
    Limit { of: "funnels", most: FUNNELS, unit: "funnels", origin: "the profile's" };
/// Regions with holidays.
pub const REGIONS: Limit = Limit {
    of: "regions with holidays",
    most: HOLIDAY_REGIONS,
    unit: "regions",
    origin: "the profile's",
};
/// Holidays of a region.
pub const HOLIDAYS: Limit = Limit {
    of: "holidays of a region",
    most: HOLIDAYS_OF_A_REGION,
    unit: "holidays",
    origin: "the profile's",
};
/// Signals.
pub const SIGNALS: Limit =
    Limit { of: "signals", most: MOST_SIGNALS, unit: "signals", origin: "the rules'" };
/// Scores.
pub const SCORES: Limit =
    Limit { of: "scores", most: MOST_SCORES, unit: "scores", origin: "the rules'" };
/// Factors of one score.
pub const FACTORS: Limit =
    Limit { of: "factors of a score", most: MOST_FACTORS, unit: "factors", origin: "the rules'" };
/// Steps of one factor.
pub const STEPS: Limit =
    Limit { of: "steps of a factor", most: MOST_STEPS, unit: "steps", origin: "the rules'" };
/// Tables of segments, stages, levels and tiers.
pub const TABLES: Limit =
    Limit { of: "tables", most: MOST_TABLES, unit: "tables", origin: "the rules'" };
/// Rows of one table.
pub const ROWS: Limit =
    Limit { of: "rows of a table", most: MOST_ROWS, unit: "rows", origin: "the rules'" };
/// Predictions.
pub const PREDICTIONS: Limit = Limit {
    of: "predictions",
    most: kept::PREDICTIONS,
    unit: "predictions",
    origin: "the profile's",
};
/// Campaigns.
pub const CAMPAIGNS: Limit =
    Limit { of: "campaigns", most: MOST_CAMPAIGNS, unit: "campaigns", origin: "guidance's" };
/// Caps of one campaign, or of all together.
pub const CAPS: Limit = Limit { of: "caps", most: MOST_CAPS, unit: "caps", origin: "guidance's" };
/// Events added to the catalog.
pub const EVENTS: Limit = ADDED_EVENTS;
/// Properties of an added event.
pub const EVENT_PROPERTIES: Limit = PROPERTIES;
/// Length of the name of a pack, signal, funnel or campaign, of a goal, a kind, a locale and of
/// the key of a fact.
pub const NAMES: Limit =
    Limit { of: "name", most: NAME.most, unit: "bytes of UTF-8", origin: "as the names of events" };
/// Length of a text that people see, or that a condition compares with.
pub const TEXT: Limit = Limit {
    of: "text",
    most: 1_024,
    unit: "bytes of UTF-8",
    origin: "as the texts of events; several lines on a phone",
};
/// Languages of one text.
pub const LANGUAGES: Limit = Limit {
    of: "languages of a text",
    most: 32,
    unit: "languages",
    origin: "the requirement is 12",
};
/// Values that a signal's text shows.
pub const VALUES: Limit = Limit {
    of: "values of a text",
    most: 16,
    unit: "values",
    origin: "more than a sentence carries",
};
/// Size of one program.
pub const PROGRAM: Limit = Limit {
    of: "program",
    most: program::MOST_OPS * 11,
    unit: "bytes",
    origin: "the most instructions of the largest size",
};

impl Limit {
    /// Refuses more than the limit.
    pub(super) fn check(&self, found: usize) -> Result<(), PackError> {
        if found > self.most { Err(PackError::OverLimit { limit: *self, found }) } else { Ok(()) }
    }
}
