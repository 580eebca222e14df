//! Why there is a new installation, until it says so itself.
//!
//! A store whose key is gone is destroyed. So that this is told once, whatever ends the process in
//! between, the reason is first put into a small file in clear.

use std::io::ErrorKind;

use super::Store;
use super::disk::Access;
use super::error::{StoreError, StoreFile};
use super::folder::Folder;
use super::identity::Reset;

const NAME: &str = "reset";
const DRAFT: &str = "reset.new";
const MAGIC: [u8; 8] = *b"SKRESET\0";
const FORMAT: u8 = 1;
const SIZE: u64 = 10;

impl Folder {
    /// Why a store was destroyed here, if the next one has not said so yet. A file that makes no
    /// sense stands for a lost key.
    #[must_use]
    pub fn reset(&self) -> Option<Reset> {
        let file = match self.open_file(NAME, Access::Read) {
            Err(error) if error.kind() == ErrorKind::NotFound => return None,
            opened => opened,
        };
        let bytes = file.and_then(|file| file.read_up_to(SIZE)).unwrap_or_default();
        let damaged = bytes.last() == Some(&Reset::IdentityDamaged.number());
        Some(if damaged { Reset::IdentityDamaged } else { Reset::KeyLost })
    }

    /// Notes that what is here is about to be destroyed, and why; durable when it returns.
    pub fn note_reset(&self, reset: Reset) -> Result<(), StoreError> {
        let write = || {
            let file = self.open_file(DRAFT, Access::Replace)?;
            file.write_all_at(&[MAGIC.as_slice(), &[FORMAT, reset.number()]].concat(), 0)?;
            file.sync_all()?;
            self.rename(DRAFT, NAME)
        };
        write().map_err(StoreError::io("write", StoreFile::Reset))?;
        self.sync()
    }
}

impl Store {
    /// [`Folder::reset`] of the store's folder.
    #[must_use]
    pub fn reset(&self) -> Option<Reset> {
        self.base.folder.reset()
    }

    /// The journal says it now, synced.
    pub fn forget_reset(&self) -> Result<(), StoreError> {
        let folder = &self.base.folder;
        if folder.reset().is_none() {
            return Ok(());
        }
        folder.remove(DRAFT, StoreFile::Reset)?;
        folder.remove(NAME, StoreFile::Reset)?;
        folder.sync()
    }

    /// Puts `wrap`'s answer for the data key in place of the wrapped key, durably. If the process
    /// or the device ends in here, either one is there.
    pub fn rewrap<E: From<StoreError>>(
        &self,
        wrap: impl FnOnce(&crate::crypto::DataKey) -> Result<Vec<u8>, E>,
    ) -> Result<Vec<u8>, E> {
        let wrapped = wrap(&self.base.key)?;
        self.base.folder.rewrap_file(&wrapped, &self.base.key)?;
        Ok(wrapped)
    }

    /// [`Folder::rewrap`] of the store's folder.
    pub fn rewrap_checked(
        &self,
        key: &crate::crypto::DataKey,
        wrapped: &[u8],
    ) -> Result<(), StoreError> {
        self.base.folder.rewrap_file(wrapped, key).map(|_| ())
    }
}
