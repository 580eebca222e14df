//! What changed from one pack to another, in words.

use std::collections::BTreeMap;
use std::fmt;

use staykit_core::pack::{Pack, PackError};
use staykit_core::profile::Feature;

use crate::cost::{Share, costs};
use crate::describe::{Description, Element};

/// What changed in meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Differences {
    /// What was added, removed or changed, in the order of the packs.
    pub changes: Vec<Change>,
    /// Functions that both packs have rules for, but whose counting starts anew.
    pub anew: Vec<String>,
    /// Functions that are kept no more.
    pub dropped: Vec<String>,
    /// Upper bound of the memory that functions take, before and after, bytes.
    pub bytes: (Share, Share),
}

/// Something that was added, removed or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// `signal going_quiet`.
    pub of: String,
    /// How.
    pub how: How,
}

/// How something changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// It is new; its lines.
    Added(Vec<String>),
    /// It is gone.
    Removed,
    /// Some of its lines are others.
    Changed(Vec<Line>),
}

/// A line of a description that is another one now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// `raise`, `says en`, the name of a row.
    pub what: String,
    /// What it was; none if it is new.
    pub before: Option<String>,
    /// What it is; none if it is gone.
    pub after: Option<String>,
    /// The figures that changed, if nothing else did: `days(30) -> days(45)`.
    pub figures: Vec<String>,
}

impl Differences {
    /// Whether both packs mean the same.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.changes.is_empty()
    }
}

/// Compares two compiled, unsigned packs. Their order and version do not matter.
pub fn diff(before: &[u8], after: &[u8]) -> Result<Differences, PackError> {
    let (old, new) = (Pack::unsigned(before)?, Pack::unsigned(after)?);
    let (old_parts, new_parts) =
        (Description::new(&old, before.len()), Description::new(&new, after.len()));
    let changes = changes(&old_parts.elements(), &new_parts.elements());
    let anew = only_in(&new_parts, &old);
    let mut dropped = only_in(&old_parts, &new);
    // A funnel that changed has the same name.
    dropped.retain(|text| !anew.contains(text));
    Ok(Differences { changes, anew, dropped, bytes: (costs(before)?.bytes, costs(after)?.bytes) })
}

fn changes(before: &[Element], after: &[Element]) -> Vec<Change> {
    let known: BTreeMap<&str, &Element> = before.iter().map(|of| (&*of.title, of)).collect();
    let still: BTreeMap<&str, &Element> = after.iter().map(|of| (&*of.title, of)).collect();
    let removed = before.iter().filter(|of| !still.contains_key(&*of.title));
    let removed = removed.map(|of| Change { of: of.title.clone(), how: How::Removed });
    let others = after.iter().filter_map(|now| {
        let how = match known.get(&*now.title) {
            None => {
                let lines = now.lines.iter().map(|(what, text)| format!("{what:<8} {text}"));
                How::Added(lines.collect())
            }
            Some(then) => How::Changed(Some(lines(then, now)).filter(|found| !found.is_empty())?),
        };
        Some(Change { of: now.title.clone(), how })
    });
    removed.chain(others).collect()
}

fn lines(before: &Element, after: &Element) -> Vec<Line> {
    let find = |element: &Element, what: &str| {
        element.lines.iter().find(|(found, _)| found == what).map(|(_, text)| text.clone())
    };
    let gone = before.lines.iter().filter(|(what, _)| find(after, what).is_none());
    let mut all: Vec<Line> =
        gone.map(|(what, text)| Line::new(what, Some(text.clone()), None)).collect();
    for (what, text) in &after.lines {
        let then = find(before, what);
        if then.as_ref() != Some(text) {
            all.push(Line::new(what, then, Some(text.clone())));
        }
    }
    let common = |from: &Element, other: &Element| -> Vec<String> {
        let both = from.lines.iter().filter(|(what, _)| find(other, what).is_some());
        both.map(|(what, _)| what.clone()).collect()
    };
    // The order of rows is part of what a table means; a score's factors add up in any.
    if after.ordered && common(before, after) != common(after, before) {
        let names = |of: &Element| {
            Some(of.lines.iter().map(|(what, _)| &**what).collect::<Vec<_>>().join(", "))
        };
        all.push(Line::new("order", names(before), names(after)));
    }
    all
}

impl Line {
    fn new(what: &str, before: Option<String>, after: Option<String>) -> Self {
        let figures = match (&before, &after) {
            (Some(before), Some(after)) => figures(before, after),
            _ => Vec::new(),
        };
        Self { what: what.to_owned(), before, after, figures }
    }
}

/// The figures that differ, if all else is the same.
fn figures(before: &str, after: &str) -> Vec<String> {
    let (old, new) = (tokens(before), tokens(after));
    let differ: Vec<(&String, &String)> = old.iter().zip(&new).filter(|(a, b)| a != b).collect();
    let figures = differ.iter().all(|(a, b)| is_figure(a) && is_figure(b));
    if old.len() != new.len() || !figures {
        return Vec::new();
    }
    differ.into_iter().map(|(a, b)| format!("{a} -> {b}")).collect()
}

fn is_figure(token: &str) -> bool {
    token.chars().any(|found| found.is_ascii_digit()) && !token.starts_with('\'')
}

/// Durations, numbers, quoted texts, words and signs.
fn tokens(text: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut last = ' ';
    let mut quoted = false;
    for found in text.chars() {
        let word = |of: char| of.is_alphanumeric() || matches!(of, '_' | '.' | ':');
        let joined = quoted || word(found) && word(last);
        match all.last_mut().filter(|_| joined) {
            Some(token) => token.push(found),
            None => all.push(found.to_string()),
        }
        quoted ^= found == '\'';
        last = if found == '\'' { ' ' } else { found };
    }
    with_units(all)
}

/// Joins `days`, `(`, `30`, `)`, and `30`, ` `, `days`.
fn with_units(tokens: Vec<String>) -> Vec<String> {
    let is_unit = |text: &str| {
        crate::rule::DURATIONS
            .iter()
            .any(|(unit, _)| *unit == text || unit.trim_end_matches('s') == text)
    };
    let mut all: Vec<String> = Vec::new();
    for token in tokens {
        all.push(token);
        match all.as_slice() {
            [.., unit, open, figure, close]
                if open == "(" && close == ")" && is_unit(unit) && is_figure(figure) =>
            {
                let joined = format!("{unit}({figure})");
                all.truncate(all.len() - 4);
                all.push(joined);
            }
            [.., figure, blank, unit] if blank == " " && is_unit(unit) && is_figure(figure) => {
                let joined = format!("{figure} {unit}");
                all.truncate(all.len() - 3);
                all.push(joined);
            }
            _ => {}
        }
    }
    all
}

/// Functions with a state that only `of` keeps, as text; of funnels the names.
fn only_in(of: &Description<'_>, other: &Pack) -> Vec<String> {
    let known: Vec<u64> = other.definitions.features().iter().filter_map(Feature::key).collect();
    let features = of.pack.definitions.features().iter();
    let own = features.filter(|feature| feature.key().is_some_and(|key| !known.contains(&key)));
    let mut texts: Vec<String> = own.map(|feature| of.reprint().feature(feature)).collect();
    let funnels = of.pack.definitions.funnels().iter();
    let funnels = funnels.filter(|funnel| !other.definitions.funnels().contains(funnel));
    texts.extend(funnels.map(|funnel| format!("funnel {}", funnel.name)));
    texts.sort();
    texts.dedup();
    texts
}

impl fmt::Display for Differences {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.changes.iter().try_for_each(|change| writeln!(out, "{change}"))?;
        list(out, "counted anew, from what the device still holds of the past:", &self.anew)?;
        list(out, "kept no more:", &self.dropped)?;
        let (before, after) = (self.bytes.0.used, self.bytes.1.used);
        writeln!(
            out,
            "memory on a device: {before} -> {after} bytes at most (limit {})",
            self.bytes.1.limit
        )
    }
}

fn list(out: &mut fmt::Formatter<'_>, head: &str, texts: &[String]) -> fmt::Result {
    if texts.is_empty() {
        return Ok(());
    }
    writeln!(out, "{head}")?;
    texts.iter().try_for_each(|text| writeln!(out, "  {text}"))?;
    writeln!(out)
}

impl fmt::Display for Change {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.how {
            How::Removed => writeln!(out, "{}: removed", self.of),
            How::Added(lines) => {
                writeln!(out, "{}: added", self.of)?;
                lines.iter().try_for_each(|line| writeln!(out, "  + {line}"))
            }
            How::Changed(lines) => {
                writeln!(out, "{}: changed", self.of)?;
                lines.iter().try_for_each(|line| write!(out, "{line}"))
            }
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, before, after, figures } = self;
        match figures.as_slice() {
            [] => writeln!(out, "  {what}")?,
            figures => writeln!(out, "  {what}: {}", figures.join(", "))?,
        }
        if let Some(before) = before {
            writeln!(out, "    - {before}")?;
        }
        match after {
            Some(after) => writeln!(out, "    + {after}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::figures;

    #[test]
    fn figures_are_told_with_their_units_if_nothing_else_changed() {
        assert_eq!(
            figures(
                "absent('open', days(30)) && count('a1', days(7)) > 2",
                "absent('open', days(45)) && count('a1', days(7)) > 3"
            ),
            ["days(30) -> days(45)", "2 -> 3"]
        );
        assert_eq!(
            figures("2 a day, 22:00-08:00", "3 a day, 23:00-08:00"),
            ["2 -> 3", "22:00 -> 23:00"]
        );
        assert_eq!(figures("at most 2 hours ago", "at most 1 day ago"), ["2 hours -> 1 day"]);
        assert_eq!(figures("count('a1', days(7))", "count('a2', days(7))"), [""; 0]);
        assert_eq!(figures("hour() > 2", "hour() >= 2"), [""; 0]);
    }
}
