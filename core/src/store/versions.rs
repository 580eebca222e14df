//! Formats of the files, and the steps from each to the next.

use super::error::{StoreError, StoreFile};

/// From one format to the next, for every kind of file. A part that does not change says so by
/// [`unchanged`] or an empty text.
#[derive(Debug)]
pub(super) struct Step {
    /// Body of the identity. The key check stays its last field.
    pub(super) identity: Change,
    /// Content of a start frame of the journal.
    pub(super) start: Change,
    /// Content of an entry of the journal.
    pub(super) entry: Change,
    /// What is done to the database, in one transaction.
    pub(super) database: &'static str,
}

/// Bytes of one format to bytes of the next; `None` if they make no sense.
pub(super) type Change = fn(Vec<u8>) -> Option<Vec<u8>>;

/// Every format that a version of Staykit knows: one number for all files.
#[derive(Debug)]
pub(super) struct Versions {
    /// `steps[n]` leads from format n to n + 1.
    pub(super) steps: &'static [Step],
}

/// What this version knows. `core/docs/storage-format.md` has each format.
pub(super) static CURRENT: Versions = Versions { steps: &[RELEASED] };

/// From before the first release to it: the bytes stay.
const RELEASED: Step = Step { identity: Some, start: Some, entry: Some, database: "" };

impl Versions {
    /// The format that is written.
    pub(super) fn newest(&self) -> u32 {
        u32::try_from(self.steps.len()).unwrap_or(u32::MAX)
    }

    /// Refuses a format that is not known yet.
    pub(super) fn admit(&self, file: StoreFile, found: u32) -> Result<(), StoreError> {
        let known = self.newest();
        if found > known { Err(StoreError::Newer { file, found, known }) } else { Ok(()) }
    }

    /// The steps that lead from format `found` to the newest, with the formats that they lead to.
    pub(super) fn after(&self, found: u32) -> impl Iterator<Item = (u32, &'static Step)> {
        let steps: &'static [Step] = self.steps;
        (1..).zip(steps).skip(usize::try_from(found).unwrap_or(usize::MAX))
    }

    /// `bytes` of format `found` in the newest.
    pub(super) fn bring(
        &self,
        found: u32,
        part: impl Fn(&Step) -> Change,
        bytes: Vec<u8>,
    ) -> Option<Vec<u8>> {
        self.after(found).try_fold(bytes, |bytes, (_, step)| part(step)(bytes))
    }
}

#[cfg(test)]
mod tests;
