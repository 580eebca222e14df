//! A page may promise what the tests prove: under the heading "What holds", each item of a list
//! names at least one test, and every test that is named is there.

use std::collections::BTreeSet;
use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// The heading.
const HEADING: &str = "What holds";

/// An item of the list.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Promise {
    /// The line it begins on.
    pub(super) line: usize,
    /// The tests that it names.
    pub(super) tests: Vec<String>,
}

/// The promises of a page.
pub(super) fn read(text: &str) -> Vec<Promise> {
    let line = |range: &Range<usize>| {
        text.get(..range.start).unwrap_or_default().matches('\n').count() + 1
    };
    let mut reader = Reader::default();
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        reader.take(event, line(&range));
    }
    reader.promises
}

#[derive(Default)]
struct Reader {
    /// The words so far of the heading being read.
    heading: Option<String>,
    is_inside: bool,
    /// Lists begun within the section: only the outermost counts.
    depth: usize,
    promises: Vec<Promise>,
}

impl Reader {
    fn take(&mut self, event: Event<'_>, line: usize) {
        match event {
            Event::Start(Tag::Heading { .. }) => self.heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => {
                self.is_inside = self.heading.take().is_some_and(|heading| heading == HEADING);
            }
            Event::Start(Tag::List(_)) => self.depth += 1,
            Event::End(TagEnd::List(_)) => self.depth -= 1,
            Event::Start(Tag::Item) if self.is_inside && self.depth == 1 => {
                self.promises.push(Promise { line, tests: Vec::new() });
            }
            Event::Text(words) => {
                if let Some(heading) = &mut self.heading {
                    heading.push_str(&words);
                }
            }
            Event::Code(code) if self.is_inside && self.depth > 0 && is_test_name(&code) => {
                if let Some(promise) = self.promises.last_mut() {
                    promise.tests.push(code.into_string());
                }
            }
            _ => {}
        }
    }
}

/// The name of a test is a sentence.
fn is_test_name(code: &str) -> bool {
    code.matches('_').count() >= 3
        && code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// Names of the functions that a Rust source marks as tests.
pub(super) fn tests_in(source: &str) -> BTreeSet<String> {
    let mut tests = BTreeSet::new();
    let mut is_marked = false;
    for line in source.lines().map(str::trim) {
        if line == "#[test]" {
            is_marked = true;
        } else if let Some(rest) = line.strip_prefix("fn ")
            && std::mem::take(&mut is_marked)
        {
            tests.extend(rest.split_once('(').map(|(name, _)| name.to_owned()));
        }
    }
    tests
}
