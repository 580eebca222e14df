use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use zeroize::Zeroize;

use super::{CryptoError, DataKey, Purpose, open_blob, seal_blob};
use crate::random::operating_system;

/// Keeps a data key under a wrapping key that never leaves the platform's key store.
pub trait KeyVault: Send + Sync {
    /// The data key, sealed under the wrapping key; a vault without one makes it first.
    fn wrap(&self, key: &DataKey) -> Result<Vec<u8>, VaultError>;

    /// The data key that [`KeyVault::wrap`] sealed.
    fn unwrap(&self, wrapped: &[u8]) -> Result<DataKey, VaultError>;
}

/// Why a vault gave no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VaultError {
    /// Not now (device locked, service down, disk full): try again at the next start.
    Unavailable,
    /// Never again: the wrapping key is gone or is another one. What it protected is lost.
    Lost,
}

impl fmt::Display for VaultError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Unavailable => "the key vault is not available now",
            Self::Lost => "the wrapping key is gone for good",
        })
    }
}

impl std::error::Error for VaultError {}

/// A vault for desktop and lab: the wrapping key lies in a file that only its owner may read.
///
/// It does **not** protect against anyone who can read files as that user or as root, against a
/// backup or a disk image that holds both this file and the store, nor against malware of the
/// same user. It does protect a store that gets out alone: keep the file elsewhere. On phones use
/// the platform's key store instead.
#[derive(Debug, Clone)]
pub struct FileVault {
    path: PathBuf,
}

const KEY_BYTES: usize = 32;

impl FileVault {
    /// A vault whose wrapping key is in the file at `path`; [`KeyVault::wrap`] makes the file if
    /// it is not there.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    fn wrapping_key(&self) -> Result<DataKey, VaultError> {
        read_key(&self.path).map_err(|error| match error.kind() {
            ErrorKind::NotFound | ErrorKind::InvalidData => VaultError::Lost,
            _ => VaultError::Unavailable,
        })
    }

    /// Writes a new key beside the file and links it into place, so that no one ever sees half a
    /// key and of two processes one wins.
    fn create(&self) -> Result<(), VaultError> {
        let draft = self.draft_path()?;
        let made = write_key(&draft).and_then(|()| fs::hard_link(&draft, &self.path));
        let cleaned = fs::remove_file(&draft);
        match made {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(VaultError::Unavailable),
            _ => cleaned.and_then(|()| self.sync_folder()).map_err(|_| VaultError::Unavailable),
        }
    }

    fn draft_path(&self) -> Result<PathBuf, VaultError> {
        let random: [u8; 8] = operating_system().map_err(|_| VaultError::Unavailable)?;
        let mut name = self.path.clone().into_os_string();
        name.push(format!(".{:016x}", u64::from_le_bytes(random)));
        Ok(name.into())
    }

    fn sync_folder(&self) -> io::Result<()> {
        let folder = self.path.parent().filter(|parent| !parent.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }
}

fn read_key(path: &Path) -> io::Result<DataKey> {
    let mut bytes = [0; KEY_BYTES];
    let read = File::open(path)?.read_exact(&mut bytes);
    let key = DataKey::new(bytes);
    bytes.zeroize();
    read.map(|()| key).map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof => ErrorKind::InvalidData.into(),
        _ => error,
    })
}

fn write_key(path: &Path) -> io::Result<()> {
    let key = DataKey::generate().map_err(io::Error::other)?;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(key.bytes())?;
    file.sync_all()
}

impl KeyVault for FileVault {
    fn wrap(&self, key: &DataKey) -> Result<Vec<u8>, VaultError> {
        let wrapping = match self.wrapping_key() {
            Err(VaultError::Lost) if !self.path.exists() => {
                self.create()?;
                self.wrapping_key()?
            }
            other => other?,
        };
        seal_blob(&wrapping, Purpose::Wrap, &[], key.bytes()).map_err(|_| VaultError::Unavailable)
    }

    fn unwrap(&self, wrapped: &[u8]) -> Result<DataKey, VaultError> {
        let wrapping = self.wrapping_key()?;
        let mut bytes = open_blob(&wrapping, Purpose::Wrap, &[], wrapped).map_err(lost)?;
        let key = <[u8; KEY_BYTES]>::try_from(bytes.as_slice()).map(DataKey::new);
        bytes.zeroize();
        key.map_err(|_| VaultError::Lost)
    }
}

fn lost(error: CryptoError) -> VaultError {
    match error {
        CryptoError::NotAuthentic | CryptoError::Algorithm(_) => VaultError::Lost,
        CryptoError::TooLarge | CryptoError::NoRandomness => VaultError::Unavailable,
    }
}

#[cfg(test)]
mod tests {
    use super::{DataKey, FileVault, KeyVault, VaultError};
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_key_comes_back_from_a_file_that_only_its_owner_may_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault");
        let key = DataKey::new([3; 32]);
        let wrapped = FileVault::new(&path).wrap(&key).unwrap();
        assert_eq!(FileVault::new(&path).unwrap(&wrapped).unwrap().bytes(), key.bytes());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_vault_whose_file_is_gone_cut_short_or_another_is_lost_for_good() {
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("vault"), folder.path().join("other"));
        let wrapped = FileVault::new(&path).wrap(&DataKey::new([3; 32])).unwrap();
        FileVault::new(&other).wrap(&DataKey::new([3; 32])).unwrap();
        let lost = |path| FileVault::new(path).unwrap(&wrapped).err();
        assert_eq!(lost(&other), Some(VaultError::Lost));
        fs::write(&path, b"short").unwrap();
        assert_eq!(lost(&path), Some(VaultError::Lost));
        fs::remove_file(&path).unwrap();
        assert_eq!(lost(&path), Some(VaultError::Lost));
    }

    #[test]
    fn a_file_that_cannot_be_read_is_unavailable_and_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let vault = FileVault::new(folder.path());
        assert_eq!(vault.unwrap(b"x").err(), Some(VaultError::Unavailable));
        assert_eq!(vault.wrap(&DataKey::new([3; 32])).err(), Some(VaultError::Unavailable));
    }
}
