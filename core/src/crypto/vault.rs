use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::{CryptoError, DataKey, Purpose, open_blob, seal_blob};
use crate::random::operating_system;

/// Keeps a data key under a wrapping key that never leaves the platform's key store.
pub trait KeyVault: Send + Sync {
    /// The data key, sealed under the wrapping key; a vault without one makes it first.
    fn wrap(&self, key: &DataKey) -> Result<Vec<u8>, VaultError>;

    /// The data key that [`KeyVault::wrap`] or [`KeyVault::rotate`] sealed.
    fn unwrap(&self, wrapped: &[u8]) -> Result<DataKey, VaultError>;

    /// The data key, sealed under a new wrapping key. The one before must still unwrap what it
    /// sealed, until [`KeyVault::retire`]: the process may end before the store has noted the new
    /// one.
    ///
    /// A vault whose wrapping keys are changed by others may leave it at wrapping again.
    fn rotate(&self, key: &DataKey) -> Result<Vec<u8>, VaultError> {
        self.wrap(key)
    }

    /// Destroys every wrapping key but the one that sealed `keep`. Called after a rotation, and
    /// after each unlocking, in case the process ended in between.
    fn retire(&self, keep: &[u8]) -> Result<(), VaultError> {
        let _ = keep;
        Ok(())
    }
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
///
/// During a rotation the next key lies beside it, in a file with `.next` behind the name.
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

    fn next_path(&self) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(".next");
        name.into()
    }

    /// Writes a new key beside `path` and links it into place, so that no one ever sees half a
    /// key and of two processes one wins.
    fn create(&self, path: &Path) -> Result<(), VaultError> {
        let draft = self.draft_path()?;
        let made = write_key(&draft).and_then(|()| fs::hard_link(&draft, path));
        let cleaned = fs::remove_file(&draft);
        match made {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(VaultError::Unavailable),
            _ => cleaned.and_then(|()| self.sync_folder()).map_err(away),
        }
    }

    /// Puts the next key in place of the present one, which is overwritten.
    fn advance(&self) -> io::Result<()> {
        let old = OpenOptions::new().write(true).open(&self.path);
        fs::rename(self.next_path(), &self.path)?;
        self.sync_folder()?;
        match old {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            old => old.and_then(|mut old| old.write_all(&[0; KEY_BYTES]).and(old.sync_all())),
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

fn read_key(path: &Path) -> Result<DataKey, VaultError> {
    let mut bytes = Zeroizing::new([0; KEY_BYTES]);
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut *bytes));
    match read {
        Ok(()) => Ok(DataKey::copy_of(&bytes)),
        Err(error) => Err(match error.kind() {
            ErrorKind::NotFound | ErrorKind::UnexpectedEof => VaultError::Lost,
            _ => VaultError::Unavailable,
        }),
    }
}

fn write_key(path: &Path) -> io::Result<()> {
    let key = DataKey::generate().map_err(io::Error::other)?;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(key.bytes())?;
    file.sync_all()
}

impl KeyVault for FileVault {
    fn wrap(&self, key: &DataKey) -> Result<Vec<u8>, VaultError> {
        let wrapping = match read_key(&self.path) {
            Err(VaultError::Lost) if !self.path.exists() => {
                self.create(&self.path)?;
                read_key(&self.path)?
            }
            other => other?,
        };
        seal(&wrapping, key)
    }

    fn unwrap(&self, wrapped: &[u8]) -> Result<DataKey, VaultError> {
        match (unwrap_by(&self.path, wrapped), unwrap_by(&self.next_path(), wrapped)) {
            (Ok(key), _) | (_, Ok(key)) => Ok(key),
            (Err(VaultError::Lost), Err(VaultError::Lost)) => Err(VaultError::Lost),
            _ => Err(VaultError::Unavailable),
        }
    }

    fn rotate(&self, key: &DataKey) -> Result<Vec<u8>, VaultError> {
        let next = self.next_path();
        self.create(&next)?;
        seal(&read_key(&next)?, key)
    }

    fn retire(&self, keep: &[u8]) -> Result<(), VaultError> {
        let next = self.next_path();
        if !next.exists() {
            return Ok(());
        }
        if unwrap_by(&next, keep).is_ok() {
            return self.advance().map_err(away);
        }
        // Of a rotation that the store never noted.
        unwrap_by(&self.path, keep)?;
        fs::remove_file(&next).and_then(|()| self.sync_folder()).map_err(away)
    }
}

fn seal(wrapping: &DataKey, key: &DataKey) -> Result<Vec<u8>, VaultError> {
    seal_blob(wrapping, Purpose::Wrap, &[], key.bytes()).map_err(|_| VaultError::Unavailable)
}

fn unwrap_by(path: &Path, wrapped: &[u8]) -> Result<DataKey, VaultError> {
    let wrapping = read_key(path)?;
    let bytes = open_blob(&wrapping, Purpose::Wrap, &[], wrapped).map(Zeroizing::new);
    let bytes = bytes.map_err(lost)?;
    bytes.as_slice().try_into().map(DataKey::copy_of).map_err(|_| VaultError::Lost)
}

fn away(_: io::Error) -> VaultError {
    VaultError::Unavailable
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
