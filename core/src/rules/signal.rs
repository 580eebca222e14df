//! One signal, or tag: a named conclusion that stands or does not.

use super::program::Program;
use crate::text::Texts;

/// Most signals and tags of one pack: 200 tags, 30 built-in signals, and room for 1,000 rules.
pub const MOST_SIGNALS: usize = 2_048;

/// A named conclusion and when it holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Signal {
    /// Its name.
    pub name: String,
    /// It rises when this holds.
    pub raise: Program,
    /// It falls when this holds; without it, when `raise` no longer does.
    pub clear: Option<Box<Program>>,
    /// What it means, with `{0}`, `{1}` ... for `values`.
    pub says: Texts,
    /// Features that fill the places of `says`.
    pub values: Vec<u16>,
    /// It is a tag: something that the person is, rather than something that happens to them.
    pub tag: bool,
}

impl Signal {
    pub(crate) fn programs(&self) -> impl Iterator<Item = &Program> {
        std::iter::once(&self.raise).chain(self.clear.as_deref())
    }
}
