//! Public holidays by region: days on which another use than usual says nothing.

use std::collections::BTreeMap;

/// Local days, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DayRange {
    /// First day, days since 1970-01-01.
    pub first: i32,
    /// Last day.
    pub last: i32,
}

/// The holidays that a pack knows, by region (ISO 3166, capitals: `CN`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holidays(BTreeMap<String, Box<[DayRange]>>);

impl Holidays {
    /// From regions with their days in any order. Ranges that overlap or touch become one; those
    /// that end before they begin are left out.
    #[must_use]
    pub fn new(regions: impl IntoIterator<Item = (String, Vec<DayRange>)>) -> Self {
        let mut all: BTreeMap<String, Vec<DayRange>> = BTreeMap::new();
        for (region, ranges) in regions {
            all.entry(region).or_default().extend(ranges);
        }
        Self(all.into_iter().map(|(region, ranges)| (region, joined(ranges).into())).collect())
    }

    /// Each region with its days, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[DayRange])> {
        self.0.iter().map(|(region, ranges)| (region.as_str(), &**ranges))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The days of one region.
    #[must_use]
    pub fn of(&self, region: &str) -> &[DayRange] {
        self.0.get(region).map_or(&[], |ranges| ranges)
    }
}

fn joined(mut ranges: Vec<DayRange>) -> Vec<DayRange> {
    ranges.retain(|range| range.first <= range.last);
    ranges.sort_unstable();
    let mut joined: Vec<DayRange> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.first <= last.last.saturating_add(1) => {
                last.last = last.last.max(range.last);
            }
            _ => joined.push(range),
        }
    }
    joined
}

/// The range that holds `day` or, without one, the next after it.
fn at_or_after(ranges: &[DayRange], day: i32) -> Option<&DayRange> {
    ranges.get(ranges.partition_point(|range| range.last < day))
}

/// Whether `day` is in one of the ranges, which are in order.
pub(super) fn contains(ranges: &[DayRange], day: i32) -> bool {
    at_or_after(ranges, day).is_some_and(|range| range.first <= day)
}

/// The first day after `day` that differs from it in being a holiday.
pub(super) fn next_change(ranges: &[DayRange], day: i32) -> Option<i32> {
    let range = at_or_after(ranges, day)?;
    Some(if range.first <= day { range.last.saturating_add(1) } else { range.first })
}

#[cfg(test)]
mod tests {
    use super::{DayRange, Holidays, contains, next_change};

    #[test]
    fn ranges_that_touch_are_one_and_the_rest_stays_apart() {
        let ranges = [(10, 12), (13, 13), (11, 11), (20, 21), (9, 3)];
        let ranges = ranges.map(|(first, last)| DayRange { first, last }).to_vec();
        let holidays = Holidays::new([("CN".to_owned(), ranges)]);
        let days = holidays.of("CN");
        assert_eq!(days, [DayRange { first: 10, last: 13 }, DayRange { first: 20, last: 21 }]);
        let found: Vec<i32> = (0..30).filter(|day| contains(days, *day)).collect();
        assert_eq!(found, [10, 11, 12, 13, 20, 21]);
        let changes = [9, 10, 13, 14, 21, 22].map(|day| next_change(days, day));
        assert_eq!(changes, [Some(10), Some(14), Some(14), Some(20), Some(22), None]);
        assert!(holidays.of("DE").is_empty());
    }
}
