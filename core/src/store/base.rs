use std::sync::atomic::{AtomicU64, Ordering};

use super::error::StoreError;
use super::folder::Folder;
use super::identity::Installation;
use crate::crypto::DataKey;

/// What journal and buffer share. The folder stays locked until both are gone.
#[derive(Debug)]
pub(super) struct Base {
    pub(super) folder: Folder,
    pub(super) key: DataKey,
    pub(super) installation: Installation,
    /// The last number given to a journal file.
    numbers: AtomicU64,
}

impl Base {
    /// Checks the key; touches nothing.
    pub(super) fn new(folder: Folder, key: DataKey) -> Result<Self, StoreError> {
        let identity = folder.identity().ok_or(StoreError::NoIdentity)?;
        identity.check(&key)?;
        let installation = identity.installation;
        Ok(Self { folder, key, installation, numbers: AtomicU64::new(0) })
    }

    /// Numbers of journal files go on above `number`.
    pub(super) fn number_above(&self, number: u64) {
        self.numbers.fetch_max(number, Ordering::Relaxed);
    }

    pub(super) fn next_number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed).saturating_add(1)
    }
}
