//! Limits on what a pack may ask the profile to keep, with unit and origin. They bound memory
//! against a hostile pack and leave room for any real one.

use super::window::Unit;

/// Features of one pack. 200 tags and 1,000 rules read about half as many.
pub const FEATURES: usize = 4_096;
/// Funnels of one pack: the requirement is 250 at once.
pub const FUNNELS: usize = 512;
/// Bytes that the state of a funnel takes.
pub const FUNNEL_BYTES: usize = 24;
/// Predictions of one pack, 21 kB each.
pub const PREDICTIONS: usize = 4;
/// Steps of one funnel.
pub const FUNNEL_STEPS: usize = 32;
/// Longest time limit of a funnel and longest idle gap of a session, ms: 180 days, as far back as
/// the profile reaches.
pub const REACH_MS: i64 = 180 * crate::time::DAY_MS;
/// Memory that the states of all features, funnels and predictions together may take, bytes: 1,000
/// rules that each need a window of 60 days of their own.
pub const STATE_BYTES: usize = 524_288;
/// Tests of one filter: which screen, in which variant, from where, how long.
pub const TESTS: usize = 4;
/// Different values that `distinct` tells apart; a feature keeps 1 kB for them.
pub const DISTINCT: usize = 64;
/// Different values that `entropy` tells apart; those beyond count as one more.
pub const CLASSES: usize = 16;

/// Longest window in each unit.
#[must_use]
pub fn window_length(unit: Unit) -> u16 {
    match unit {
        Unit::Minutes | Unit::Days => 180,
        Unit::Hours => 168,
        Unit::Sessions => 100,
        Unit::Weeks => 26,
        Unit::Ever => 1,
    }
}

/// Steps of a sequence.
pub const SEQUENCE_STEPS: usize = 8;
/// Missed days of a week that a streak bridges: with seven it would never break.
pub const FREEZE: u8 = 6;
/// Regions with holidays: there are 249 codes.
pub const HOLIDAY_REGIONS: usize = 256;
/// Holidays of a region, several years of them.
pub const HOLIDAYS_OF_A_REGION: usize = 256;
/// Days of one holiday.
pub const HOLIDAY_DAYS: i32 = 62;

/// Facts, and as many values of the context: several times what apps know, 64 kB at most.
pub const FACTS: usize = 64;
