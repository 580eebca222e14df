//! Texts that show values: `No visit for {since_last('open').days} days`.

use std::ops::Range;

use super::check::{Checker, Type};
use super::facts::TEXTS;
use super::parse::parse;
use super::syntax::{Excerpt, Expr, Kind};
use super::tables::Tables;
use crate::problem::Problems;
use crate::read::Scalar;

/// Units in which a text may show a value, and for which type.
const UNITS: [(&str, Type); 4] = [
    ("days", Type::Duration),
    ("hours", Type::Duration),
    ("minutes", Type::Duration),
    ("percent", Type::Number),
];

/// Compiles a text: each expression in braces becomes `{place}` or `{place:unit}`, and its
/// feature's number stands at that place of `values`.
pub(crate) fn says(
    scalar: &Scalar,
    values: &mut Vec<u16>,
    tables: &mut Tables,
    problems: &mut Problems<'_>,
) -> String {
    let text = &scalar.text;
    let mut compiled = String::new();
    let mut rest = 0;
    for braces in braces(text) {
        compiled.push_str(text.get(rest..braces.start).unwrap_or_default());
        rest = braces.end;
        let inner = braces.start + 1..braces.end.saturating_sub(1);
        let excerpt = Excerpt::part(scalar, &inner);
        let Some(expr) = parse(excerpt, problems) else {
            continue;
        };
        let Some((number, unit)) = value(excerpt, &expr, tables, problems) else {
            continue;
        };
        let place = values.iter().position(|known| *known == number).unwrap_or(values.len());
        if place == values.len() {
            values.push(number);
        }
        let unit = unit.map(|unit| format!(":{unit}")).unwrap_or_default();
        compiled.extend(["{", &place.to_string(), &unit, "}"]);
    }
    let tail = text.get(rest..).unwrap_or_default();
    if let Some(at) = tail.find(['{', '}']) {
        let spot = Excerpt::whole(scalar).spot(&(rest + at..rest + at + 1), problems);
        problems.add(spot, "braces hold a value to show: {since_last('open').days}");
    }
    compiled.push_str(tail);
    compiled
}

/// The feature that one pair of braces shows, and its unit.
fn value<'e>(
    excerpt: Excerpt<'_>,
    expr: &'e Expr,
    tables: &mut Tables,
    problems: &mut Problems<'_>,
) -> Option<(u16, Option<&'e str>)> {
    let mut checker = Checker { excerpt, tables, problems };
    let (of, unit) = match &expr.kind {
        Kind::Suffix(of, unit) => (&**of, Some(unit.as_str())),
        _ => (expr, None),
    };
    let Kind::Call(name, args) = &of.kind else {
        return checker
            .wrong(&expr.range, "a text shows one function, such as count('open', days(7))");
    };
    if name == "double" || name == "first_time" || TEXTS.contains(&name.as_str()) {
        return checker
            .wrong(&of.range, format!("{name} is for conditions; a text shows a number"));
    }
    let feature = checker.feature(name, args, of)?;
    let kind = Type::of(&feature);
    if kind == Type::Flag {
        return checker.wrong(&of.range, "a text shows a number, not yes or no");
    }
    if let Some(unit) = unit
        && !UNITS.contains(&(unit, kind))
    {
        let fitting =
            UNITS.iter().filter(|(_, of)| *of == kind).map(|(unit, _)| format!(".{unit}"));
        let fitting: Vec<String> = fitting.collect();
        let message = match fitting.as_slice() {
            [] => format!("{kind} has no unit; leave out `.{unit}`"),
            _ => format!("no unit of {kind}; there is {}", fitting.join(", ")),
        };
        return checker.wrong(&expr.range, message);
    }
    let code = checker.read(feature, &of.range)?;
    let [staykit_core::rules::program::Op::Feature(number)] = code.ops.as_slice() else {
        return None;
    };
    Some((*number, unit))
}

/// Pairs of braces with what is between them; braces in quotes within do not count.
fn braces(text: &str) -> Vec<Range<usize>> {
    let (mut found, mut open, mut quote) = (Vec::new(), None, None);
    for (at, char) in text.char_indices() {
        match (open, char) {
            (None, '{') => open = Some(at),
            (None, '}') => return found,
            (Some(_), '\'' | '"') if quote == Some(char) => quote = None,
            (Some(_), '\'' | '"') if quote.is_none() => quote = Some(char),
            (Some(start), '}') if quote.is_none() => {
                found.push(start..at + 1);
                open = None;
            }
            _ => {}
        }
    }
    found
}
