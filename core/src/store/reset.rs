//! Why there is a new installation, until it says so itself.
//!
//! A store whose key is gone is destroyed. So that this is told once, whatever ends the process in
//! between, the reason is first put into a small file in clear.

use std::io::ErrorKind;

use super::Store;
use super::disk::Access;
use super::error::{StoreError, StoreFile};
use super::folder::Folder;

const NAME: &str = "reset";
const DRAFT: &str = "reset.new";
const MAGIC: [u8; 8] = *b"SKRESET\0";
const FORMAT: u8 = 0;
/// The wrapping key is gone for good.
const KEY_LOST: u8 = 1;

impl Folder {
    /// Whether a store was destroyed here because its wrapping key was gone, and the next one has
    /// not said so yet.
    #[must_use]
    pub fn is_reset(&self) -> bool {
        match self.open_file(NAME, Access::Read) {
            Err(error) => error.kind() != ErrorKind::NotFound,
            // What it holds says no more yet than that it is there.
            Ok(_) => true,
        }
    }

    /// Notes that what is here is about to be destroyed because its wrapping key is gone; durable
    /// when it returns.
    pub fn note_reset(&self) -> Result<(), StoreError> {
        let write = || {
            let file = self.open_file(DRAFT, Access::Replace)?;
            file.write_all_at(&[MAGIC.as_slice(), &[FORMAT, KEY_LOST]].concat(), 0)?;
            file.sync_all()?;
            self.rename(DRAFT, NAME)
        };
        write().map_err(StoreError::io("write", StoreFile::Reset))?;
        self.sync()
    }
}

impl Store {
    /// [`Folder::is_reset`] of the store's folder.
    #[must_use]
    pub fn is_reset(&self) -> bool {
        self.base.folder.is_reset()
    }

    /// The journal says it now, synced.
    pub fn forget_reset(&self) -> Result<(), StoreError> {
        let folder = &self.base.folder;
        if !folder.is_reset() {
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
