//! The folder of a store: its lock, its identity, its erasure.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::disk::{Access, Disk, DiskFile, SystemDisk};
use super::error::{StoreError, StoreFile};
use super::identity::{Identity, Installation, Reset, size_limit};
use super::names;
use super::versions::{CURRENT, Versions};
use crate::crypto::DataKey;

const LOCK: &str = "lock";
const IDENTITY: &str = "identity";
const IDENTITY_DRAFT: &str = "identity.new";
/// The last identity that made no sense: another program's file, maybe.
const IDENTITY_ASIDE: &str = "identity.damaged";
/// The database.
pub(super) const DATABASE: &str = "buffer.sqlite";
/// A database in the making, with what `SQLite` may put beside it.
pub(super) const DATABASE_DRAFT: [&str; 3] = ["buffer.new", "buffer.new-journal", "buffer.new-wal"];
/// What `SQLite` may put beside it.
pub(super) const DATABASE_SIDE: [&str; 3] =
    ["buffer.sqlite-journal", "buffer.sqlite-wal", "buffer.sqlite-shm"];
/// The last database that would not open, kept for whoever wants to look into it.
pub(super) const DATABASE_ASIDE: &str = "buffer.damaged";

/// A store's folder, locked by this process until it is dropped.
#[derive(Debug)]
pub struct Folder {
    disk: Arc<dyn Disk>,
    path: PathBuf,
    identity: Option<Identity>,
    /// The identity was made by this very opener: nothing can be there that was lost.
    fresh: bool,
    handle: Arc<dyn DiskFile>,
    versions: &'static Versions,
    _lock: Arc<dyn DiskFile>,
}

impl Folder {
    /// Opens the folder at `path`, which is made (for the owner alone) if it is not there, and
    /// reads who it belongs to. [`StoreError::InUse`] if anybody else has it open.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::open_on(Arc::new(SystemDisk), path)
    }

    /// The same on another disk than the operating system's.
    pub fn open_on(disk: Arc<dyn Disk>, path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::open_as(disk, path.as_ref(), &CURRENT)
    }

    /// The same as a version of Staykit that knows these formats.
    pub(super) fn open_as(
        disk: Arc<dyn Disk>,
        path: &Path,
        versions: &'static Versions,
    ) -> Result<Self, StoreError> {
        let path = path.to_path_buf();
        let failed = StoreError::io("open", StoreFile::Folder);
        disk.create_folder(&path).map_err(failed)?;
        let handle = disk.open(&path, Access::Folder).map_err(failed)?;
        let lock = take_lock(&*disk, &path)?;
        let (identity, damaged) = match read_identity(&*disk, &path, versions) {
            Err(StoreError::Damaged(StoreFile::Identity)) => (None, true),
            read => (read?, false),
        };
        let folder = Self { disk, path, identity, fresh: false, handle, versions, _lock: lock };
        if damaged {
            folder.set_identity_aside()?;
        }
        if folder.identity.is_none()
            && let Err(error) = folder.destroy_draft()
        {
            log::warn!("what an erasure left of a wrapped key is still there: {error}");
        }
        Ok(folder)
    }

    /// Who the folder belongs to; `None` until [`Folder::create_identity`].
    #[must_use]
    pub fn identity(&self) -> Option<&Identity> {
        self.identity.as_ref()
    }

    /// Makes this the folder of `installation`, whose data key a vault has `wrapped`. Durable
    /// when it returns.
    pub fn create_identity(
        &mut self,
        installation: Installation,
        wrapped: &[u8],
        key: &DataKey,
    ) -> Result<(), StoreError> {
        if self.identity.is_some() {
            return Err(StoreError::IdentityExists);
        }
        // What an earlier installation may have left is sealed under a key that is gone.
        self.remove_content()?;
        self.write_identity(Identity::new(
            installation,
            wrapped,
            (1, self.versions.newest()),
            key,
        )?)?;
        self.fresh = true;
        Ok(())
    }

    /// Destroys the wrapped key first, then removes every file of the store. Nothing that a copy
    /// of the folder's other files holds can be read after that.
    ///
    /// The folder itself and its empty `lock` stay.
    pub fn erase(self) -> Result<(), StoreError> {
        self.destroy()
    }

    pub(super) fn destroy(&self) -> Result<(), StoreError> {
        self.destroy_identity().map_err(StoreError::io("erase", StoreFile::Identity))?;
        self.remove(IDENTITY_ASIDE, StoreFile::Identity)?;
        self.remove_content()
    }

    /// Sets the epoch that is about to begin, durably.
    pub(super) fn begin_epoch(&mut self, epoch: u64, key: &DataKey) -> Result<(), StoreError> {
        let identity = self.identity.as_ref().ok_or(StoreError::NoIdentity)?;
        self.write_identity(identity.in_epoch(epoch, key)?)
    }

    /// Writes the identity in the newest format if it is of an older one.
    pub(super) fn modernise(&mut self, key: &DataKey) -> Result<(), StoreError> {
        match &self.identity {
            Some(identity) if identity.is_outdated() => {
                self.write_identity(identity.in_epoch(identity.epoch, key)?)
            }
            _ => Ok(()),
        }
    }

    /// Puts `wrapped` in place of the wrapped key, durably. `key` proves that it is this store's.
    /// A process or device that ends in here leaves either. What the old file held is overwritten.
    pub fn rewrap(&mut self, wrapped: &[u8], key: &DataKey) -> Result<(), StoreError> {
        let identity = self.rewrap_file(wrapped, key)?;
        self.identity = Some(identity);
        Ok(())
    }

    pub(super) fn rewrap_file(
        &self,
        wrapped: &[u8],
        key: &DataKey,
    ) -> Result<Identity, StoreError> {
        let identity = self.identity.as_ref().ok_or(StoreError::NoIdentity)?;
        identity.check(key)?;
        let old = self.open_file(IDENTITY, Access::Write);
        let identity = identity.rewrapped(wrapped, key)?;
        self.replace_identity(&identity)?;
        // The new one holds whether or not this succeeds.
        if let Err(error) = old.and_then(|old| wipe(&*old)) {
            log::warn!("the old wrapped key is unlinked, but not overwritten: {error}");
        }
        Ok(identity)
    }

    pub(super) fn versions(&self) -> &'static Versions {
        self.versions
    }

    pub(super) fn is_fresh(&self) -> bool {
        self.fresh
    }

    pub(super) fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Makes creations, renamings and removals durable.
    pub(super) fn sync(&self) -> Result<(), StoreError> {
        self.handle.sync_all().map_err(StoreError::io("sync", StoreFile::Folder))
    }

    /// A handle with which [`Folder::sync`] can be done elsewhere.
    pub(super) fn handle(&self) -> Arc<dyn DiskFile> {
        Arc::clone(&self.handle)
    }

    pub(super) fn disk(&self) -> &dyn Disk {
        &*self.disk
    }

    pub(super) fn open_file(&self, name: &str, access: Access) -> io::Result<Arc<dyn DiskFile>> {
        self.disk.open(&self.join(name), access)
    }

    pub(super) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.disk.rename(&self.join(from), &self.join(to))
    }

    /// Size of a file in bytes; 0 if it is not there.
    pub(super) fn size(&self, name: &str) -> u64 {
        self.disk.size(&self.join(name)).unwrap_or(0)
    }

    /// Names of all files.
    pub(super) fn names(&self) -> Result<Vec<String>, StoreError> {
        let names = self.disk.names(&self.path);
        let mut names = names.map_err(StoreError::io("list", StoreFile::Folder))?;
        names.sort_unstable();
        Ok(names)
    }

    /// Removes a file if it is there.
    pub(super) fn remove(&self, name: &str, file: StoreFile) -> Result<(), StoreError> {
        match self.disk.remove(&self.join(name)) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(StoreError::io("remove", file)(error))
            }
            _ => Ok(()),
        }
    }

    /// Without the wrapped key nothing can be read any more: another installation begins.
    fn set_identity_aside(&self) -> Result<(), StoreError> {
        log::error!("the identity is damaged: a new installation begins");
        self.note_reset(Reset::IdentityDamaged)?;
        self.rename(IDENTITY, IDENTITY_ASIDE)
            .map_err(StoreError::io("set aside", StoreFile::Identity))?;
        self.sync()
    }

    /// Keeps a database that will not open out of the way, in place of one kept before.
    pub(super) fn set_database_aside(&self) -> Result<(), StoreError> {
        self.rename(DATABASE, DATABASE_ASIDE)
            .map_err(StoreError::io("set aside", StoreFile::Database))?;
        DATABASE_SIDE.iter().try_for_each(|name| self.remove(name, StoreFile::Database))?;
        self.sync()
    }

    fn write_identity(&mut self, identity: Identity) -> Result<(), StoreError> {
        self.replace_identity(&identity)?;
        self.identity = Some(identity);
        Ok(())
    }

    fn replace_identity(&self, identity: &Identity) -> Result<(), StoreError> {
        self.write_whole(IDENTITY_DRAFT, &identity.encode())
            .and_then(|()| self.rename(IDENTITY_DRAFT, IDENTITY))
            .map_err(StoreError::io("write", StoreFile::Identity))?;
        self.sync()
    }

    fn write_whole(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let file = self.open_file(name, Access::Replace)?;
        file.write_all_at(bytes, 0)?;
        file.sync_all()
    }

    /// Takes the name away first: whatever ends the process in here, what is left is no identity.
    fn destroy_identity(&self) -> io::Result<()> {
        match self.rename(IDENTITY, IDENTITY_DRAFT) {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            renamed => {
                renamed?;
                self.handle.sync_all()?;
            }
        }
        self.destroy_draft()
    }

    /// Overwrites before it unlinks: on flash that does not reach old pages for sure, but it does
    /// reach every later reader of the file.
    fn destroy_draft(&self) -> io::Result<()> {
        match self.open_file(IDENTITY_DRAFT, Access::Write) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            opened => wipe(&*opened?)?,
        }
        self.disk.remove(&self.join(IDENTITY_DRAFT))?;
        self.handle.sync_all()
    }

    fn remove_content(&self) -> Result<(), StoreError> {
        let mut removed = false;
        for name in self.names()? {
            let file = match name.as_str() {
                DATABASE | DATABASE_ASIDE => StoreFile::Database,
                name if DATABASE_SIDE.contains(&name) => StoreFile::Database,
                name if DATABASE_DRAFT.contains(&name) => StoreFile::Database,
                name if names::is_journal_file(name) => StoreFile::Journal,
                _ => continue,
            };
            self.remove(&name, file)?;
            removed = true;
        }
        if removed { self.sync() } else { Ok(()) }
    }
}

fn wipe(file: &dyn DiskFile) -> io::Result<()> {
    let length = usize::try_from(file.size()?).map_err(io::Error::other)?;
    file.write_all_at(&vec![0; length], 0)?;
    file.sync_all()
}

fn take_lock(disk: &dyn Disk, folder: &Path) -> Result<Arc<dyn DiskFile>, StoreError> {
    let failed = StoreError::io("open", StoreFile::Lock);
    let file = disk.open(&folder.join(LOCK), Access::Create).map_err(failed)?;
    if file.try_lock().map_err(failed)? { Ok(file) } else { Err(StoreError::InUse) }
}

fn read_identity(
    disk: &dyn Disk,
    folder: &Path,
    versions: &Versions,
) -> Result<Option<Identity>, StoreError> {
    let read = || disk.open(&folder.join(IDENTITY), Access::Read)?.read_up_to(size_limit()?);
    match read() {
        Ok(bytes) => Identity::decode(&bytes, versions).map(Some),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StoreError::io("read", StoreFile::Identity)(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Folder, StoreError};
    use crate::crypto::DataKey;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::sync::LazyLock;

    static KEY: LazyLock<DataKey> = LazyLock::new(|| DataKey::new([1; 32]));

    #[test]
    fn a_folder_is_for_its_owner_and_for_one_opener() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("a/b");
        let folder = Folder::open(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(Folder::open(&path).err(), Some(StoreError::InUse));
        drop(folder);
        assert!(Folder::open(&path).unwrap().identity().is_none());
    }

    #[test]
    fn an_identity_is_made_once_and_is_there_at_the_next_opening() {
        let parent = tempfile::tempdir().unwrap();
        let mut folder = Folder::open(parent.path()).unwrap();
        folder.create_identity([9; 16], b"wrapped", &KEY).unwrap();
        let again = folder.create_identity([8; 16], b"other", &KEY);
        assert_eq!(again, Err(StoreError::IdentityExists));
        drop(folder);
        let folder = Folder::open(parent.path()).unwrap();
        assert_eq!(folder.identity().unwrap().installation, [9; 16]);
    }

    #[test]
    fn erasing_leaves_nothing_but_the_lock_and_what_is_not_ours() {
        let parent = tempfile::tempdir().unwrap();
        for name in ["buffer.sqlite", "journal-00000001", "journal-notes.txt", "identity.new"] {
            fs::write(parent.path().join(name), b"x").unwrap();
        }
        let mut folder = Folder::open(parent.path()).unwrap();
        folder.create_identity([9; 16], b"wrapped", &KEY).unwrap();
        folder.erase().unwrap();
        let folder = Folder::open(parent.path()).unwrap();
        assert_eq!(folder.names().unwrap(), ["journal-notes.txt", "lock"]);
    }
}
