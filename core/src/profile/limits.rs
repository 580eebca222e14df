//! Limits on what a pack may ask the profile to keep, with unit and origin. They bound memory
//! against a hostile pack and leave room for any real one.

use super::window::Unit;

/// Features of one pack. 200 tags and 1,000 rules read about half as many.
pub const FEATURES: usize = 4_096;
/// Funnels of one pack: the requirement is 250 at once.
pub const FUNNELS: usize = 512;
/// Predictions of one pack, 21 kB each.
pub const PREDICTIONS: usize = 4;
/// Steps of one funnel.
pub const FUNNEL_STEPS: usize = 32;
/// Longest time limit of a funnel and longest idle gap of a session, ms: 180 days, as far back as
/// the profile reaches.
pub const REACH_MS: i64 = 180 * crate::time::DAY_MS;
/// Buckets of all windows together, 8 bytes each: 256 kB.
pub const BUCKETS: usize = 32_768;

/// Longest window in each unit.
#[must_use]
pub fn window_length(unit: Unit) -> u16 {
    match unit {
        Unit::Minutes | Unit::Days => 180,
        Unit::Hours => 168,
        Unit::Weeks => 26,
        Unit::Ever => 1,
    }
}

/// Facts, and as many values of the context: several times what apps know, 64 kB at most.
pub const FACTS: usize = 64;
