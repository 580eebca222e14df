use staykit_core::guidance::{Cap, Period, QuietHours, Reach};
use staykit_core::guidance::{MOST_CAPS, MOST_TIMES};
use staykit_core::profile::{Unit, Window};

use super::terms;
use crate::defaults;
use crate::problem::Problems;
use crate::read::{Fields, Node, Scalar, integer, one_or_more, text};
use crate::rule::{Excerpt, Tables, parse, window};

const PERIODS: &str = "day, week, ever, days(n) or weeks(n)";

/// Limits over all campaigns.
pub(crate) fn reach(
    pack: &Fields<'_>,
    tables: &mut Tables,
    problems: &mut Problems<'_>,
) -> Option<Reach> {
    let Some(node) = pack.find("reach") else {
        return Some(Reach { cool_down_ms: defaults::COOL_DOWN_MS, ..Reach::default() });
    };
    let fields = Fields::of(node, "`reach`", node.spot, &["caps", "cool_down", "quiet"], problems)?;
    let caps = caps(&fields, tables, problems);
    let cool_down = terms::time_or(&fields, "cool_down", defaults::COOL_DOWN_MS, tables, problems);
    let quiet = quiet(&fields, problems);
    Some(Reach { caps: caps?, cool_down_ms: cool_down?, quiet })
}

/// `caps`: one or several of `{per, times}`.
pub(super) fn caps(
    fields: &Fields<'_>,
    tables: &mut Tables,
    problems: &mut Problems<'_>,
) -> Option<Vec<Cap>> {
    let Some(node) = fields.find("caps") else {
        return Some(Vec::new());
    };
    let nodes = one_or_more(node);
    if nodes.len() > MOST_CAPS {
        problems.add(node.spot, format!("at most {MOST_CAPS} caps"));
        return None;
    }
    nodes.iter().map(|node| cap(node, tables, problems)).collect()
}

fn cap(node: &Node, tables: &mut Tables, problems: &mut Problems<'_>) -> Option<Cap> {
    let fields = Fields::of(node, "a cap", node.spot, &["per", "times"], problems)?;
    let period = fields
        .need("per", PERIODS, problems)
        .and_then(|node| text(node, PERIODS, problems))
        .and_then(|scalar| period(scalar, tables, problems));
    let expected = format!("how often, 1 to {MOST_TIMES}");
    let node = fields.need("times", &expected, problems)?;
    let times = integer(node, &expected, problems)?;
    if !(1..=MOST_TIMES).contains(&times) {
        problems.add(node.spot, format!("expected {expected}"));
        return None;
    }
    Some(Cap { period: period?, times })
}

fn period(scalar: &Scalar, tables: &mut Tables, problems: &mut Problems<'_>) -> Option<Period> {
    match scalar.text.as_str() {
        "day" => return Some(Period::Days(1)),
        "week" => return Some(Period::Weeks(1)),
        "ever" => return Some(Period::Ever),
        _ => {}
    }
    let excerpt = Excerpt::whole(scalar);
    let window = if scalar.text.contains('(') {
        let expr = parse(excerpt, problems)?;
        Some(window(excerpt, &expr, tables, problems)?)
    } else {
        None
    };
    match window {
        Some(Window { unit: Unit::Days, length }) => Some(Period::Days(length)),
        Some(Window { unit: Unit::Weeks, length }) => Some(Period::Weeks(length)),
        Some(Window { unit: Unit::Ever, .. }) => Some(Period::Ever),
        _ => {
            problems.add(scalar.spot, format!("expected {PERIODS}"));
            None
        }
    }
}

/// `quiet: "22:00-08:00"`.
pub(super) fn quiet(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Option<QuietHours> {
    const EXPECTED: &str = "local times such as \"22:00-08:00\", the second not quiet any more";
    let scalar = text(fields.find("quiet")?, EXPECTED, problems)?;
    let hours = scalar.text.split_once('-').and_then(|(from, to)| {
        Some(QuietHours { from_min: minute(from.trim())?, to_min: minute(to.trim())? })
    });
    let hours = hours.filter(|hours| hours.from_min != hours.to_min);
    if hours.is_none() {
        problems.add(scalar.spot, format!("expected {EXPECTED}"));
    }
    hours
}

/// `HH:MM` as minutes since midnight.
fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let two = |digits: &str, most: u16| {
        let whole = digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_digit());
        digits.parse().ok().filter(|value: &u16| whole && *value <= most)
    };
    Some(two(hour, 23)? * 60 + two(minute, 59)?)
}
