//! A disk in memory that remembers every write and sync, so that the images can be built that a
//! power cut could have left; that fails when told to; and that lies when told to.
//!
//! One disk is one folder. Files are told apart by an inode, so that a name can come and go
//! without its content.

mod image;
mod salts;
mod vfs;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use staykit_core::store::{Access, Disk, DiskFile};

pub use image::{Cut, Replay};

/// Content of a disk.
#[derive(Debug, Clone, Default)]
pub struct Image {
    /// Which file each name is.
    pub names: BTreeMap<String, u64>,
    /// Content of each file.
    pub files: BTreeMap<u64, Arc<Vec<u8>>>,
}

impl Image {
    /// Content of the file of that name.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<&[u8]> {
        Some(self.files.get(self.names.get(name)?)?.as_slice())
    }
}

/// One thing that was done to the disk.
#[derive(Debug, Clone)]
pub enum Op {
    /// Bytes were written.
    Write {
        /// Which file.
        inode: u64,
        /// Where.
        at: u64,
        /// What.
        bytes: Vec<u8>,
    },
    /// A file was cut.
    Truncate {
        /// Which file.
        inode: u64,
        /// To how many bytes.
        size: u64,
    },
    /// Names came and went, all of them or none.
    Names(Vec<(String, Option<u64>)>),
    /// A file's content was synced.
    SyncFile(u64),
    /// A sync failed: the system has dropped what it could not write, and no later sync brings
    /// it back, although reading still shows it.
    FailedSync(u64),
    /// The folder's names were synced.
    SyncFolder,
}

/// What a call does in place of its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// No space, from that call on until it is taken back.
    Full,
    /// A read-only file system, likewise.
    ReadOnly,
    /// An error of the device, likewise.
    Device,
    /// An error of the device, once.
    DeviceOnce,
    /// A write is done and reported as an error of the device; once.
    Landed,
    /// Half of a write is done; once.
    Short,
    /// A signal interrupts; once.
    Interrupted,
}

/// What a lying disk says it has done but has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lie {
    /// Syncs of the folder.
    Folder,
    /// Syncs of files whose names begin like this.
    Files(&'static str),
    /// The salts of journal files, for which it puts always the same.
    Salts,
}

/// What a call needs of the disk. Only a write is seen to be interrupted or cut short: the
/// standard library tries everything else again by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needs {
    Write,
    Space,
    Nothing,
}

#[derive(Debug, Default)]
struct State {
    now: Image,
    next_inode: u64,
    ops: Vec<Op>,
    locked: BTreeSet<u64>,
    calls: u64,
    fault: Option<(u64, Fault)>,
    lie: Option<Lie>,
    salts: Option<salts::SameSalt>,
}

/// The disk. Clones are the same disk.
#[derive(Debug, Clone)]
pub struct RecordedDisk {
    path: PathBuf,
    state: Arc<Mutex<State>>,
}

impl RecordedDisk {
    /// A disk on which `image` lies, all of it safe from a power cut.
    #[must_use]
    pub fn new(image: Image) -> Self {
        let next_inode = image.files.keys().next_back().map_or(0, |last| last + 1);
        let state = State { now: image, next_inode, ..State::default() };
        let state = Arc::new(Mutex::new(state));
        Self { path: vfs::mount(&state), state }
    }

    /// The same with a lie. The data key is in the vault at that path.
    #[must_use]
    pub fn that_lies(self, lie: Option<Lie>, vault: &Path) -> Self {
        self.lie(lie);
        self.state().salts = (lie == Some(Lie::Salts)).then(|| salts::SameSalt::new(vault));
        self
    }

    /// Lies from now on, or not any more.
    pub fn lie(&self, lie: Option<Lie>) {
        self.state().lie = lie;
    }

    /// Path of the one folder on it.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Everything done since the beginning.
    #[must_use]
    pub fn ops(&self) -> Vec<Op> {
        self.state().ops.clone()
    }

    /// How many things were done.
    #[must_use]
    pub fn length(&self) -> usize {
        self.state().ops.len()
    }

    /// How many calls could have failed.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.state().calls
    }

    /// What a kill of the process would leave.
    #[must_use]
    pub fn now(&self) -> Image {
        self.state().now.clone()
    }

    /// Forgets the locks of a process that is gone without having closed anything.
    pub fn unlock(&self) {
        self.state().locked.clear();
    }

    /// Lets the `call`-th call from the beginning fail; `None` mends the disk.
    pub fn fail(&self, fault: Option<(u64, Fault)>) {
        self.state().fault = fault;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    fn name(path: &Path) -> io::Result<String> {
        let name = path.file_name().and_then(|name| name.to_str());
        name.map(str::to_owned).ok_or(ErrorKind::InvalidInput.into())
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for RecordedDisk {
    fn drop(&mut self) {
        if Arc::strong_count(&self.state) == 1 {
            vfs::unmount(&self.path);
        }
    }
}

impl State {
    /// Counts a call that changes something or waits for the device, and lets it fail.
    fn call(&mut self, needs: Needs) -> io::Result<Option<Fault>> {
        let call = self.calls;
        self.calls += 1;
        let Some((at, fault)) = self.fault else { return Ok(None) };
        let kind = match fault {
            Fault::Full if call >= at && needs != Needs::Nothing => ErrorKind::StorageFull,
            Fault::ReadOnly if call >= at => ErrorKind::ReadOnlyFilesystem,
            Fault::Device if call >= at => return Err(io::Error::from_raw_os_error(5)),
            Fault::DeviceOnce if call == at => return Err(io::Error::from_raw_os_error(5)),
            Fault::Interrupted if call == at && needs == Needs::Write => ErrorKind::Interrupted,
            Fault::Short | Fault::Landed if call == at && needs == Needs::Write => {
                return Ok(Some(fault));
            }
            _ => return Ok(None),
        };
        Err(kind.into())
    }

    fn find(&self, name: &str) -> io::Result<u64> {
        self.now.names.get(name).copied().ok_or(ErrorKind::NotFound.into())
    }

    fn change_names(&mut self, changes: Vec<(String, Option<u64>)>) {
        image::rename(&mut self.now.names, &changes);
        self.ops.push(Op::Names(changes));
    }

    fn open(&mut self, name: &str, create: bool, replace: bool) -> io::Result<u64> {
        match self.find(name) {
            Ok(inode) => {
                if replace {
                    self.call(Needs::Space)?;
                    self.truncate(inode, 0);
                }
                Ok(inode)
            }
            Err(_) if create => {
                self.call(Needs::Space)?;
                let inode = self.next_inode;
                self.next_inode += 1;
                self.now.files.insert(inode, Arc::default());
                self.change_names(vec![(name.to_owned(), Some(inode))]);
                Ok(inode)
            }
            Err(error) => Err(error),
        }
    }

    fn remove(&mut self, name: &str) -> io::Result<()> {
        self.find(name)?;
        self.call(Needs::Nothing)?;
        self.change_names(vec![(name.to_owned(), None)]);
        Ok(())
    }

    fn content(&mut self, inode: u64) -> &mut Vec<u8> {
        Arc::make_mut(self.now.files.entry(inode).or_default())
    }

    fn write(&mut self, inode: u64, bytes: &[u8], at: u64) -> io::Result<usize> {
        let fault = self.call(Needs::Write)?;
        let short = fault == Some(Fault::Short);
        let bytes = if short { &bytes[..bytes.len().div_ceil(2)] } else { bytes };
        let bytes = match &mut self.salts {
            Some(salts) => salts.seal(self.now.file("identity"), (inode, at), bytes),
            None => bytes.to_vec(),
        };
        image::write(self.content(inode), &bytes, at);
        let written = bytes.len();
        self.ops.push(Op::Write { inode, at, bytes });
        if fault == Some(Fault::Landed) {
            return Err(io::Error::from_raw_os_error(5));
        }
        Ok(written)
    }

    fn truncate(&mut self, inode: u64, size: u64) {
        self.content(inode).truncate(usize::try_from(size).unwrap());
        self.ops.push(Op::Truncate { inode, size });
    }

    fn read(&self, inode: u64, out: &mut [u8], at: u64) -> usize {
        let content = self.now.files.get(&inode).map_or(&[][..], |content| content.as_slice());
        let rest = content.get(usize::try_from(at).unwrap()..).unwrap_or_default();
        let length = rest.len().min(out.len());
        out[..length].copy_from_slice(&rest[..length]);
        length
    }

    fn size(&self, inode: u64) -> u64 {
        self.now.files.get(&inode).map_or(0, |content| content.len() as u64)
    }

    fn sync_file(&mut self, inode: u64) -> io::Result<()> {
        if let Err(error) = self.call(Needs::Nothing) {
            self.ops.push(Op::FailedSync(inode));
            return Err(error);
        }
        let is = |prefix: &str| {
            self.now.names.iter().any(|(name, of)| *of == inode && name.starts_with(prefix))
        };
        let lie = matches!(self.lie, Some(Lie::Files(prefix)) if is(prefix));
        if !lie {
            self.ops.push(Op::SyncFile(inode));
        }
        Ok(())
    }

    fn sync_folder(&mut self) -> io::Result<()> {
        self.call(Needs::Nothing)?;
        if self.lie != Some(Lie::Folder) {
            self.ops.push(Op::SyncFolder);
        }
        Ok(())
    }
}

impl Disk for RecordedDisk {
    fn create_folder(&self, _path: &Path) -> io::Result<()> {
        Ok(())
    }

    fn names(&self, _folder: &Path) -> io::Result<Vec<String>> {
        Ok(self.state().now.names.keys().cloned().collect())
    }

    fn size(&self, path: &Path) -> io::Result<u64> {
        let state = self.state();
        Ok(state.size(state.find(&Self::name(path)?)?))
    }

    fn open(&self, path: &Path, access: Access) -> io::Result<Arc<dyn DiskFile>> {
        let inode = if access == Access::Folder {
            None
        } else {
            let create = matches!(access, Access::Create | Access::Replace);
            let replace = access == Access::Replace;
            Some(self.state().open(&Self::name(path)?, create, replace)?)
        };
        let holds_lock = AtomicBool::new(false);
        Ok(Arc::new(OpenFile { state: Arc::clone(&self.state), inode, holds_lock }))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let (from, to) = (Self::name(from)?, Self::name(to)?);
        let mut state = self.state();
        let inode = state.find(&from)?;
        state.call(Needs::Nothing)?;
        state.change_names(vec![(from, None), (to, Some(inode))]);
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.state().remove(&Self::name(path)?)
    }

    fn vfs(&self) -> Option<&str> {
        Some(vfs::NAME)
    }
}

/// An open file, or the folder.
#[derive(Debug)]
struct OpenFile {
    state: Arc<Mutex<State>>,
    inode: Option<u64>,
    holds_lock: AtomicBool,
}

impl Drop for OpenFile {
    fn drop(&mut self) {
        if let (Some(inode), true) = (self.inode, self.holds_lock.load(Ordering::Relaxed)) {
            lock(&self.state).locked.remove(&inode);
        }
    }
}

impl OpenFile {
    fn inode(&self) -> io::Result<u64> {
        self.inode.ok_or(ErrorKind::IsADirectory.into())
    }
}

impl DiskFile for OpenFile {
    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<usize> {
        lock(&self.state).write(self.inode()?, bytes, at)
    }

    fn read_at(&self, bytes: &mut [u8], at: u64) -> io::Result<usize> {
        Ok(lock(&self.state).read(self.inode()?, bytes, at))
    }

    fn size(&self) -> io::Result<u64> {
        Ok(lock(&self.state).size(self.inode()?))
    }

    fn sync_data(&self) -> io::Result<()> {
        lock(&self.state).sync_file(self.inode()?)
    }

    fn sync_all(&self) -> io::Result<()> {
        let mut state = lock(&self.state);
        match self.inode {
            Some(inode) => state.sync_file(inode),
            None => state.sync_folder(),
        }
    }

    fn try_lock(&self) -> io::Result<bool> {
        let free = lock(&self.state).locked.insert(self.inode()?);
        self.holds_lock.fetch_or(free, Ordering::Relaxed);
        Ok(free)
    }
}
