//! The data key and the vault: unlocking, a key that is gone, a wrapping key that is changed.

use super::error::Error;
use super::phases::{Cold, Hot};
use super::shared::{Shared, lock};
use crate::crypto::{DataKey, KeyVault, VaultError};
use crate::store::Reset;

impl Shared {
    /// Asks the vault, if there is one. A vault that is away leaves the engine locked.
    pub(super) fn unlock_by_vault(&self) -> Result<(), Error> {
        let Some(vault) = &self.host.vault else { return Ok(()) };
        let Some(wrapped) = lock(&self.cold).wrapped_key() else {
            let key = DataKey::generate().map_err(|_| crate::random::RandomFailed)?;
            return match vault.wrap(&key) {
                Ok(wrapped) => self.unlock(key, Some(&wrapped)),
                Err(error) => {
                    self.stay_locked(error);
                    Ok(())
                }
            };
        };
        match vault.unwrap(&wrapped) {
            Ok(key) => {
                self.unlock(key, None)?;
                retire(&**vault, &wrapped);
                Ok(())
            }
            Err(VaultError::Lost) => {
                self.key_lost()?;
                self.unlock_by_vault()
            }
            Err(error) => {
                self.stay_locked(error);
                Ok(())
            }
        }
    }

    pub(super) fn key_lost(&self) -> Result<(), Error> {
        let mut cold = lock(&self.cold);
        let folder = match &*cold {
            Cold::Locked(folder) => folder,
            Cold::Open(_) => return Ok(()),
            Cold::Closed => return Err(Error::Closed),
        };
        log::warn!("the wrapping key is gone: a new installation begins");
        folder.note_reset(Reset::KeyLost)?;
        self.destroy(&mut cold)
    }

    fn stay_locked(&self, error: VaultError) {
        log::warn!("the store stays locked: {error}");
        if let Hot::Locked(waiting) = &mut *lock(&self.hot) {
            waiting.vault_away = true;
        }
    }

    pub(super) fn rotate_key(&self) -> Result<(), Error> {
        let vault = self.host.vault.as_ref().ok_or(VaultError::Unavailable)?;
        let mut cold = lock(&self.cold);
        let warehouse = cold.open()?;
        let rotate = |key: &DataKey| vault.rotate(key).map_err(Error::from);
        warehouse.wrapped_key = warehouse.store.rewrap(rotate)?;
        retire(&**vault, &warehouse.wrapped_key);
        Ok(())
    }

    pub(super) fn rewrap(&self, key: &DataKey, wrapped: &[u8]) -> Result<(), Error> {
        let mut cold = lock(&self.cold);
        match &mut *cold {
            Cold::Open(warehouse) => {
                warehouse.store.rewrap_checked(key, wrapped)?;
                warehouse.wrapped_key = wrapped.to_vec();
            }
            Cold::Locked(folder) => folder.rewrap(wrapped, key)?,
            Cold::Closed => return Err(Error::Closed),
        }
        Ok(())
    }
}

/// Whatever becomes of it is tried again at the next unlocking.
fn retire(vault: &dyn KeyVault, keep: &[u8]) {
    if let Err(error) = vault.retire(keep) {
        log::warn!("old wrapping keys are still there: {error}");
    }
}
