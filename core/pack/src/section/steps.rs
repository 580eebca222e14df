//! Values and points of scores and levels.

use staykit_core::rules::MOST_HUNDREDTHS;

use super::signals::Parse;
use super::terms;
use crate::problem::Problems;
use crate::read::{Node, text};
use crate::rule::{Amount, Tables, amount};

/// What a score or a level goes by.
pub(super) fn amount_of(
    parse: &Parse<'_>,
    tables: &mut Tables,
    problems: &mut Problems<'_>,
) -> Option<Amount> {
    amount(parse.excerpt, &parse.expr, tables, problems)
}

/// A value to compare `of` with: a number, or a duration if that is one.
pub(super) fn threshold(
    node: &Node,
    of: &Amount,
    tables: &mut Tables,
    problems: &mut Problems<'_>,
) -> Option<f64> {
    if of.is_duration {
        let ms = terms::time(node, tables, problems)?;
        // Exact: a duration in a pack is at most 180 days.
        return u32::try_from(ms / 1_000).ok().map(|seconds| f64::from(seconds) * 1_000.0);
    }
    let scalar = text(node, "a number", problems)?;
    let value = scalar.text.parse().ok().filter(|value: &f64| value.is_finite());
    if value.is_none() {
        problems.add(scalar.spot, "expected a number");
    }
    value
}

/// Points in hundredths: `30`, `12.5`, `-7.25`.
pub(super) fn hundredths(node: &Node, problems: &mut Problems<'_>) -> Option<i64> {
    let scalar = text(node, "points", problems)?;
    let points = parsed(&scalar.text).filter(|points| points.abs() <= MOST_HUNDREDTHS);
    if points.is_none() {
        let most = MOST_HUNDREDTHS / 100;
        let message = format!("expected points from -{most} to {most}, at most two decimals");
        problems.add(scalar.spot, message);
    }
    points
}

fn parsed(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    if !digits(whole) || !digits(part) || whole.len() > 6 || part.len() > 2 {
        return None;
    }
    let tenfold = if part.len() == 1 { 10 } else { 1 };
    let part: i64 = part.parse().ok()?;
    Some(sign * (whole.parse::<i64>().ok()? * 100 + part * tenfold))
}

#[cfg(test)]
mod tests {
    use super::parsed;

    #[test]
    fn points_are_read_without_loss() {
        let texts = ["30", "12.5", "0.05", "-7.25", "5.", "1.234", "", "-", "1e3", "99999999"];
        let points = texts.map(parsed);
        let (none, expected) = (None::<i64>, [3_000, 1_250, 5, -725]);
        assert_eq!(points[..4], expected.map(Some));
        assert!(points[4..].iter().all(|point| *point == none));
    }
}
