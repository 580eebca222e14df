//! Names of the journal's files.

const PREFIX: &str = "journal-";
/// A file in the making; it gets its number once its zeros are on flash.
pub(super) const DRAFT: &str = "journal-draft";

/// Name of file `number`.
pub(super) fn name(number: u64) -> String {
    format!("{PREFIX}{number:08}")
}

/// Number of the file of that name.
pub(super) fn number(of: &str) -> Option<u64> {
    let number = of.strip_prefix(PREFIX)?.parse().ok()?;
    (name(number) == of).then_some(number)
}

/// Whether the name is a journal file's.
pub(super) fn is_journal_file(of: &str) -> bool {
    number(of).is_some() || of == DRAFT
}
