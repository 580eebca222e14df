use std::ops::Range;

use saphyr_parser::ScalarStyle;

use crate::source::{Source, Spot};

/// A single value of the YAML.
#[derive(Debug)]
pub(crate) struct Scalar {
    /// Its text, quotes and escapes resolved.
    pub(crate) text: String,
    pub(crate) style: ScalarStyle,
    pub(crate) spot: Spot,
}

impl Scalar {
    /// Whether it stands without quotes, so that `true` is a flag and `1` a number.
    pub(crate) fn is_plain(&self) -> bool {
        self.style == ScalarStyle::Plain
    }

    /// Where a part of its text (in bytes) stands in the source.
    pub(crate) fn part(&self, range: Range<usize>, source: &Source) -> Spot {
        let quoted = matches!(self.style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
        let mut at = self.spot.start + usize::from(quoted);
        let mut spot = None;
        let mut end = at;
        for (offset, found) in self.text.char_indices() {
            if offset >= range.end && spot.is_some() {
                break;
            }
            let (place, next) = self.step(source, at, found);
            if offset >= range.start {
                spot.get_or_insert(place);
            }
            (at, end) = (next, next);
        }
        let start = spot.unwrap_or(end);
        Spot { start, end: end.max(start) }
    }

    /// Where the character `found` stands that comes next from `at`, and what comes after it.
    fn step(&self, source: &Source, at: usize, found: char) -> (usize, usize) {
        let raw = source.char(at);
        match (self.style, raw) {
            (ScalarStyle::DoubleQuoted, Some('\\')) => (at, at + escape(source.char(at + 1))),
            (ScalarStyle::SingleQuoted, Some('\'')) => (at, at + 2),
            _ if found == ' ' || found == '\n' => (at, after_blank(source, at)),
            _ if raw == Some(found) => (at, at + 1),
            _ => (at, at),
        }
    }
}

/// Characters of an escape sequence in double quotes, by the character after the backslash.
fn escape(kind: Option<char>) -> usize {
    match kind {
        Some('x') => 4,
        Some('u') => 6,
        Some('U') => 10,
        _ => 2,
    }
}

/// What follows a blank or a line break of the text. A break stands for itself and the
/// indentation of the next line.
fn after_blank(source: &Source, at: usize) -> usize {
    let (mut end, mut breaks) = (at, false);
    while let Some(blank) = source.char(end).filter(|found| found.is_whitespace()) {
        breaks |= blank == '\n';
        end += 1;
    }
    if breaks { end } else { end.min(at + 1) }
}
