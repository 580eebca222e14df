//! `SQLite` on the same disks: one VFS, which finds the disk by its path.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use staykit_test_vfs::{Files, OpenFile, register};

use super::{Needs, State, lock};

/// The VFS.
pub(super) const NAME: &str = "recorded";

type Mounted = Mutex<(u64, BTreeMap<PathBuf, Weak<Mutex<State>>>)>;

fn mounted() -> &'static Mounted {
    static MOUNTED: OnceLock<Mounted> = OnceLock::new();
    MOUNTED.get_or_init(|| {
        register(NAME, Arc::new(Disks)).unwrap();
        Mounted::default()
    })
}

/// Gives a disk a path of its own.
pub(super) fn mount(state: &Arc<Mutex<State>>) -> PathBuf {
    let mut mounted = mounted().lock().unwrap_or_else(PoisonError::into_inner);
    mounted.0 += 1;
    let path = PathBuf::from(format!("/recorded/{}", mounted.0));
    mounted.1.insert(path.clone(), Arc::downgrade(state));
    path
}

/// Forgets it.
pub(super) fn unmount(path: &Path) {
    mounted().lock().unwrap_or_else(PoisonError::into_inner).1.remove(path);
}

struct Disks;

fn find(path: &str) -> io::Result<(Arc<Mutex<State>>, String)> {
    let path = Path::new(path);
    let mounted = mounted().lock().unwrap_or_else(PoisonError::into_inner);
    let disk = path.parent().and_then(|folder| mounted.1.get(folder)).and_then(Weak::upgrade);
    let name = super::RecordedDisk::name(path)?;
    disk.map(|disk| (disk, name)).ok_or(ErrorKind::NotFound.into())
}

impl Files for Disks {
    fn open(&self, path: &str, create: bool) -> io::Result<Box<dyn OpenFile>> {
        let (state, name) = find(path)?;
        let inode = lock(&state).open(&name, create, false)?;
        Ok(Box::new(Open { state, inode }))
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        let (state, name) = find(path)?;
        lock(&state).remove(&name)
    }

    fn exists(&self, path: &str) -> io::Result<bool> {
        let (state, name) = find(path)?;
        Ok(lock(&state).find(&name).is_ok())
    }

    fn sync_folder(&self, path: &str) -> io::Result<()> {
        let (state, _) = find(path)?;
        lock(&state).sync_folder()
    }
}

struct Open {
    state: Arc<Mutex<State>>,
    inode: u64,
}

impl OpenFile for Open {
    fn read_at(&self, bytes: &mut [u8], at: u64) -> io::Result<usize> {
        Ok(lock(&self.state).read(self.inode, bytes, at))
    }

    fn write_all_at(&self, mut bytes: &[u8], mut at: u64) -> io::Result<()> {
        // As SQLite does it on Unix.
        while !bytes.is_empty() {
            match lock(&self.state).write(self.inode, bytes, at) {
                Ok(written) => {
                    bytes = &bytes[written..];
                    at += written as u64;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn truncate(&self, size: u64) -> io::Result<()> {
        let mut state = lock(&self.state);
        state.call(Needs::Nothing)?;
        state.truncate(self.inode, size);
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        lock(&self.state).sync_file(self.inode)
    }

    fn size(&self) -> io::Result<u64> {
        Ok(lock(&self.state).size(self.inode))
    }
}
