use jiff::civil::Date;
use staykit_core::profile::{DayRange, Holidays, limits};

use crate::problem::Problems;
use crate::read::{Fields, Node, entries, list, text};

const EXPECTED: &str = "a day or days such as \"2026-10-01\" or \"2026-10-01..2026-10-07\"";

/// Holidays of each region.
pub(crate) fn holidays(pack: &Fields<'_>, problems: &mut Problems<'_>) -> Holidays {
    let Some(node) = pack.find("holidays") else {
        return Holidays::default();
    };
    let mut regions = Vec::new();
    for (region, node) in entries(node, "`holidays`", problems) {
        let is_code = region.text.len() == 2 && region.text.bytes().all(|b| b.is_ascii_uppercase());
        if !is_code {
            problems.add(region.spot, "a region is two capitals: CN, DE (ISO 3166)");
            continue;
        }
        let nodes = list(node, EXPECTED, problems);
        let ranges: Vec<DayRange> = nodes.iter().filter_map(|node| range(node, problems)).collect();
        if ranges.len() > limits::HOLIDAYS_OF_A_REGION {
            let most = limits::HOLIDAYS_OF_A_REGION;
            problems.add(node.spot, format!("at most {most} holidays of a region"));
        }
        regions.push((region.text.clone(), ranges));
    }
    if regions.len() > limits::HOLIDAY_REGIONS {
        let most = limits::HOLIDAY_REGIONS;
        problems.add(node.spot, format!("holidays of at most {most} regions"));
    }
    Holidays::new(regions)
}

fn range(node: &Node, problems: &mut Problems<'_>) -> Option<DayRange> {
    let scalar = text(node, EXPECTED, problems)?;
    let (first, last) = scalar.text.split_once("..").unwrap_or((&scalar.text, &scalar.text));
    let Some((first, last)) = day(first).and_then(|first| Some((first, day(last)?))) else {
        problems.add(scalar.spot, format!("expected {EXPECTED}"));
        return None;
    };
    if first > last || last - first >= limits::HOLIDAY_DAYS {
        let most = limits::HOLIDAY_DAYS;
        problems.add(scalar.spot, format!("from the first day to the last, at most {most} days"));
        return None;
    }
    Some(DayRange { first, last })
}

/// Days since 1970-01-01.
fn day(text: &str) -> Option<i32> {
    let date: Date = text.trim().parse().ok()?;
    let since = date.since((jiff::Unit::Day, Date::new(1970, 1, 1).ok()?)).ok()?;
    Some(since.get_days())
}
