//! The file operations on which everything but `SQLite` stands, behind a trait: a test's disk can
//! fail, lie, and lose what was not synced, as a real one does.

use std::fmt;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;

use rustix::fs::{FlockOperation, flock};

/// What a file is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// A folder, to be synced.
    Folder,
    /// Reading.
    Read,
    /// Reading and writing what is there.
    Write,
    /// Reading and writing; made for the owner alone if it is not there.
    Create,
    /// The same, emptied if it is there.
    Replace,
}

/// Where a store's files are.
///
/// `core/docs/storage-format.md` says what is assumed of it.
pub trait Disk: fmt::Debug + Send + Sync {
    /// Makes a folder for the owner alone, and those above it, unless it is there.
    fn create_folder(&self, path: &Path) -> io::Result<()>;

    /// Names of the files in a folder, in any order; those that are no UTF-8 are left out.
    fn names(&self, folder: &Path) -> io::Result<Vec<String>>;

    /// Size of a file in bytes. Opens nothing: closing a database that `SQLite` has open, too,
    /// would give back its locks.
    fn size(&self, path: &Path) -> io::Result<u64>;

    /// Opens a file or a folder.
    fn open(&self, path: &Path, access: Access) -> io::Result<Arc<dyn DiskFile>>;

    /// Gives a file another name in the same folder, in place of a file that has it.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Name of the `SQLite` VFS that reaches the same files; `None` for `SQLite`'s own.
    fn vfs(&self) -> Option<&str> {
        None
    }
}

/// An open file of a [`Disk`].
pub trait DiskFile: fmt::Debug + Send + Sync {
    /// Writes a part of `bytes` at `at`, all of it as a rule; says how much.
    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<usize>;

    /// Fills a part of `bytes` from `at` on; says how much, 0 at the end of the file.
    fn read_at(&self, bytes: &mut [u8], at: u64) -> io::Result<usize>;

    /// Size in bytes.
    fn size(&self) -> io::Result<u64>;

    /// Waits until the content, and what is needed to read it, is out of a power cut's reach.
    fn sync_data(&self) -> io::Result<()>;

    /// The same with everything about the file; for a folder, its names.
    fn sync_all(&self) -> io::Result<()>;

    /// Locks the file until it is closed, which the end of the process does; `false` if anybody
    /// else has it locked.
    fn try_lock(&self) -> io::Result<bool>;

    /// Writes all of `bytes` at `at`, however often that is interrupted or cut short.
    fn write_all_at(&self, mut bytes: &[u8], mut at: u64) -> io::Result<()> {
        while !bytes.is_empty() {
            match self.write_at(bytes, at) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(written) => {
                    bytes = bytes.get(written..).unwrap_or_default();
                    at = at.saturating_add(u64::try_from(written).map_err(io::Error::other)?);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Reads the first `most` bytes, or as many as there are.
    fn read_up_to(&self, most: u64) -> io::Result<Vec<u8>> {
        let most = usize::try_from(self.size()?.min(most)).map_err(io::Error::other)?;
        let mut bytes = vec![0; most];
        let (mut filled, mut at) = (0, 0);
        while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.read_at(rest, at) {
                Ok(0) => break,
                Ok(read) => {
                    filled += read;
                    at = at.saturating_add(u64::try_from(read).map_err(io::Error::other)?);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        bytes.truncate(filled);
        Ok(bytes)
    }
}

/// The operating system's files.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemDisk;

impl Disk for SystemDisk {
    fn create_folder(&self, path: &Path) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(path)
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(folder)? {
            names.extend(entry?.file_name().into_string().ok());
        }
        Ok(names)
    }

    fn size(&self, path: &Path) -> io::Result<u64> {
        Ok(fs::metadata(path)?.len())
    }

    fn open(&self, path: &Path, access: Access) -> io::Result<Arc<dyn DiskFile>> {
        let mut options = OpenOptions::new();
        let creates = matches!(access, Access::Create | Access::Replace);
        options.read(true).write(creates || access == Access::Write).create(creates);
        options.truncate(access == Access::Replace).mode(0o600);
        Ok(Arc::new(options.open(path)?))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }
}

impl DiskFile for File {
    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<usize> {
        FileExt::write_at(self, bytes, at)
    }

    fn read_at(&self, bytes: &mut [u8], at: u64) -> io::Result<usize> {
        FileExt::read_at(self, bytes, at)
    }

    fn size(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn sync_data(&self) -> io::Result<()> {
        File::sync_data(self)
    }

    fn sync_all(&self) -> io::Result<()> {
        File::sync_all(self)
    }

    fn try_lock(&self) -> io::Result<bool> {
        match flock(self, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(true),
            Err(rustix::io::Errno::WOULDBLOCK) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}
