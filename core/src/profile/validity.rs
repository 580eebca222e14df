//! From when on what is kept is right: a pack may ask for what was not kept before.

use super::definitions::Definitions;
use crate::codec::{Reader, Writer};
use crate::error::Malformed;

/// From when on a figure takes in all that happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ValidFrom {
    /// From the first event on.
    #[default]
    Beginning,
    /// From this instant on, ms: what was before is not known any more. Some of it may be in the
    /// figure nevertheless.
    Instant(i64),
    /// It is kept since a short time only, and what the buffer holds has yet to be taken in.
    Unfilled,
}

impl ValidFrom {
    pub(super) fn encode(self, out: &mut Writer<'_>) {
        match self {
            Self::Beginning => out.byte(0),
            Self::Instant(at) => {
                out.byte(1);
                out.signed(at);
            }
            Self::Unfilled => out.byte(2),
        }
    }

    pub(super) fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(match input.byte()? {
            0 => Self::Beginning,
            1 => Self::Instant(input.signed()?),
            2 => Self::Unfilled,
            _ => return Err(input.malformed()),
        })
    }
}

/// The same for all that a profile keeps, in the order of the definitions.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Validity {
    pub(super) features: Vec<ValidFrom>,
    pub(super) funnels: Vec<ValidFrom>,
    pub(super) predictions: Vec<ValidFrom>,
    pub(super) rhythm: ValidFrom,
}

impl Validity {
    /// Of a profile that nothing has happened to yet.
    pub(super) fn new(definitions: &Definitions) -> Self {
        let all = |count| vec![ValidFrom::Beginning; count];
        Self {
            features: all(definitions.features().len()),
            funnels: all(definitions.funnels().len()),
            predictions: all(definitions.predictions().len()),
            rhythm: ValidFrom::Beginning,
        }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &ValidFrom> {
        let lists = [&self.features, &self.funnels, &self.predictions];
        lists.into_iter().flatten().chain([&self.rhythm])
    }

    pub(super) fn all_mut(&mut self) -> impl Iterator<Item = &mut ValidFrom> {
        let lists = [&mut self.features, &mut self.funnels, &mut self.predictions];
        lists.into_iter().flatten().chain([&mut self.rhythm])
    }
}
