//! What the person allowed, while there is no installation that could hold it.
//!
//! An erasure destroys the journal, and with it the record of what the person said. So that a
//! "no" outlives a kill or a power cut in between, it is first put into a small file in clear:
//! three bits that say nothing about a person but that.

use std::io::ErrorKind;

use super::Store;
use super::disk::Access;
use super::error::{StoreError, StoreFile};
use super::folder::Folder;

const NAME: &str = "consent";
const DRAFT: &str = "consent.new";
const MAGIC: [u8; 8] = *b"SKCONSNT";
const FORMAT: u8 = 1;
/// Bytes of the file, and one more, by which a longer one shows.
const SIZE: u64 = 11;

impl Folder {
    /// What was remembered. A file that makes no sense, or is of a newer format, counts as a no
    /// to everything.
    #[must_use]
    pub fn remembered(&self) -> Option<u8> {
        let file = match self.open_file(NAME, Access::Read) {
            Err(error) if error.kind() == ErrorKind::NotFound => return None,
            opened => opened,
        };
        let bytes = file.and_then(|file| file.read_up_to(SIZE)).unwrap_or_default();
        let bits = bytes.strip_prefix(&MAGIC).and_then(|rest| match rest {
            [FORMAT, bits] => Some(*bits),
            _ => None,
        });
        Some(bits.unwrap_or(0))
    }

    /// Remembers `bits`; durable when it returns.
    pub fn remember(&self, bits: u8) -> Result<(), StoreError> {
        let content = [MAGIC.as_slice(), &[FORMAT, bits]].concat();
        let write = || {
            let file = self.open_file(DRAFT, Access::Replace)?;
            file.write_all_at(&content, 0)?;
            file.sync_all()?;
            self.rename(DRAFT, NAME)
        };
        write().map_err(StoreError::io("write", StoreFile::Consent))?;
        self.sync()
    }

    fn forget(&self) -> Result<(), StoreError> {
        self.remove(DRAFT, StoreFile::Consent)?;
        self.remove(NAME, StoreFile::Consent)
    }
}

impl Store {
    /// [`Folder::remember`] of the store's folder.
    pub fn remember(&self, bits: u8) -> Result<(), StoreError> {
        self.base.folder.remember(bits)
    }

    /// The journal holds it now, synced.
    pub fn forget_remembered(&self) -> Result<(), StoreError> {
        match self.base.folder.remembered() {
            Some(_) => self.base.folder.forget(),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Folder, NAME};

    #[test]
    fn what_makes_no_sense_counts_as_a_no() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(place.path()).unwrap();
        assert_eq!(folder.remembered(), None);
        folder.remember(7).unwrap();
        assert_eq!(folder.remembered(), Some(7));
        std::fs::write(place.path().join(NAME), b"SKCONSNT\x02\x07").unwrap();
        assert_eq!(folder.remembered(), Some(0));
        folder.forget().unwrap();
        assert_eq!(folder.remembered(), None);
    }
}
