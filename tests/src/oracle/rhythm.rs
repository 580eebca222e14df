//! The hours of the week at which the person is here.

use std::collections::{BTreeMap, BTreeSet};

use staykit_core::profile::{Rhythm, Scalar};
use staykit_core::time::{DAY_MS, MINUTE_MS, Stamp};

use super::order::{integer, weekday};
use super::{Happened, History, as_float};

/// Day of the week, 0 = Monday, and hour.
type Place = (i64, i64);

impl History {
    pub(super) fn rhythm(&self, rhythm: Rhythm, stamp: &Stamp) -> Option<Scalar> {
        let weights = self.weights();
        let of_hour = |hour: i64| -> i64 {
            weights.iter().filter(|((_, of), _)| *of == hour % 24).map(|(_, weight)| weight).sum()
        };
        let all: i64 = weights.values().sum();
        match rhythm {
            Rhythm::HourOfWeek => {
                let (day, hour) = shown(stamp, stamp.reading.wall_ms);
                integer(day * 24 + hour)
            }
            Rhythm::BestHour => {
                let most = (0..24).map(of_hour).max().filter(|most| *most > 0)?;
                (0..24).find(|hour| of_hour(*hour) == most).and_then(integer)
            }
            Rhythm::ActiveShare { from_hour, to_hour } => {
                let (from, to) = (i64::from(from_hour), i64::from(to_hour));
                let length = if to > from { to - from } else { to + 24 - from };
                let inside: i64 = (from..from + length).map(of_hour).sum();
                (all > 0).then(|| Scalar::Number(as_float(inside) / as_float(all)))
            }
            Rhythm::NextActive => {
                let most = weights.values().copied().max().filter(|most| *most > 0)?;
                let active = |place: Place| weights.get(&place).is_some_and(|of| 2 * of >= most);
                next_showing(stamp, active).and_then(integer)
            }
        }
    }

    /// How much each hour of the week weighs, in parts of 65,536.
    fn weights(&self) -> BTreeMap<Place, i64> {
        let own = self.events.iter().filter(|of| !of.event.is_ambient());
        let week = |of: &Happened| (of.moment.day + 3).div_euclid(7);
        let mut seen: Vec<(i64, i64, i64)> =
            own.map(|of| (of.wall.0, of.wall.1, week(of))).collect();
        // An hour counts once, as long as the person does not leave it.
        seen.dedup_by_key(|(day, hour, _)| (*day, *hour));
        let places: BTreeSet<Place> =
            seen.iter().map(|(day, hour, _)| (weekday(*day), *hour)).collect();
        let weeks = seen.first().map_or(1, |of| of.2)..=seen.last().map_or(0, |of| of.2);
        let weight = |place: Place| {
            let counted = |week: i64| {
                let here = |of: &&(i64, i64, i64)| (weekday(of.0), of.1) == place && of.2 == week;
                i64::try_from(seen.iter().filter(here).count()).unwrap()
            };
            weeks.clone().fold(0, |weight, week| weight * 55_109 / 65_536 + 65_536 * counted(week))
        };
        places.into_iter().map(|place| (place, weight(place))).collect()
    }
}

/// The hour of the week that clocks show once the wall clock has come to `wall_ms`.
fn shown(stamp: &Stamp, wall_ms: i64) -> Place {
    let zone = stamp.reading.zone;
    (weekday(i64::from(zone.day(wall_ms))), i64::from(zone.minute_of_day(wall_ms) / 60))
}

/// How long until clocks show a place that is wanted: looked at every quarter of an hour, for two
/// weeks.
fn next_showing(stamp: &Stamp, wanted: impl Fn(Place) -> bool) -> Option<i64> {
    let now = stamp.reading.wall_ms;
    let quarter = 15 * MINUTE_MS;
    let first = now.div_euclid(quarter) + 1;
    let quarters = (first..).map(|number| number * quarter);
    let quarters = quarters.take_while(|wall_ms| *wall_ms < now + 15 * DAY_MS);
    std::iter::once(now).chain(quarters).find(|at| wanted(shown(stamp, *at))).map(|at| at - now)
}
