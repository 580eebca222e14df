//! A device whose disk and vault do what a test says.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use staykit_core::crypto::{DataKey, FileVault, KeyVault, VaultError};
use staykit_core::engine::{Config, Engine, Error, Host};
use staykit_core::privacy::Consent;
use staykit_core::random::SeededRandom;
use staykit_core::store::{Access, Disk, DiskFile, SystemDisk};
use staykit_core::sync::Answer;
use staykit_core::sync::Upload;
use staykit_core::time::VirtualClock;
use staykit_proto::segment::Row;
use staykit_proto::{Message, v1};

/// 2026-03-02 09:00 UTC, a Monday.
pub(crate) const START: i64 = 1_772_442_000_000;

/// The system's disk; after some changes it takes no more, and its databases can be out of reach.
#[derive(Debug)]
pub(crate) struct FailingDisk {
    /// Changes that are still done.
    left: Arc<AtomicI64>,
    pub(crate) database_away: AtomicBool,
}

impl FailingDisk {
    pub(crate) fn after(changes: i64) -> Arc<Self> {
        let left = Arc::new(AtomicI64::new(changes));
        Arc::new(Self { left, database_away: AtomicBool::new(false) })
    }

    pub(crate) fn fail_after(&self, changes: i64) {
        self.left.store(changes, Ordering::SeqCst);
    }

    /// Whether it failed yet.
    pub(crate) fn has_failed(&self) -> bool {
        self.left.load(Ordering::SeqCst) < 0
    }
}

fn change(left: &AtomicI64) -> io::Result<()> {
    if left.fetch_sub(1, Ordering::SeqCst) > 0 { Ok(()) } else { Err(ErrorKind::Other.into()) }
}

impl Disk for FailingDisk {
    fn create_folder(&self, path: &Path) -> io::Result<()> {
        SystemDisk.create_folder(path)
    }
    fn names(&self, folder: &Path) -> io::Result<Vec<String>> {
        SystemDisk.names(folder)
    }
    fn size(&self, path: &Path) -> io::Result<u64> {
        SystemDisk.size(path)
    }
    fn open(&self, path: &Path, access: Access) -> io::Result<Arc<dyn DiskFile>> {
        let file = SystemDisk.open(path, access)?;
        if access == Access::Replace {
            change(&self.left)?;
        }
        Ok(Arc::new(FailingFile { file, left: Arc::clone(&self.left) }))
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        change(&self.left)?;
        SystemDisk.rename(from, to)
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        change(&self.left)?;
        SystemDisk.remove(path)
    }
    fn vfs(&self) -> Option<&str> {
        self.database_away.load(Ordering::SeqCst).then_some("no such")
    }
}

#[derive(Debug)]
struct FailingFile {
    file: Arc<dyn DiskFile>,
    left: Arc<AtomicI64>,
}

impl DiskFile for FailingFile {
    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<usize> {
        if let Err(error) = change(&self.left) {
            // What a write that fails leaves: a part.
            let _ = self.file.write_at(&bytes[..bytes.len() / 2], at);
            return Err(error);
        }
        self.file.write_at(bytes, at)
    }
    fn read_at(&self, bytes: &mut [u8], at: u64) -> io::Result<usize> {
        self.file.read_at(bytes, at)
    }
    fn size(&self) -> io::Result<u64> {
        self.file.size()
    }
    fn sync_data(&self) -> io::Result<()> {
        change(&self.left)?;
        self.file.sync_data()
    }
    fn sync_all(&self) -> io::Result<()> {
        change(&self.left)?;
        self.file.sync_all()
    }
    fn try_lock(&self) -> io::Result<bool> {
        self.file.try_lock()
    }
}

/// A vault of the desktop that answers what a test says for as long as it says so.
pub(crate) struct ScriptedVault {
    vault: FileVault,
    pub(crate) says: Mutex<Option<VaultError>>,
    pub(crate) asked: AtomicU32,
}

impl ScriptedVault {
    pub(crate) fn new(path: PathBuf) -> Arc<Self> {
        let says = Mutex::new(None);
        Arc::new(Self { vault: FileVault::new(path), says, asked: AtomicU32::new(0) })
    }

    pub(crate) fn say(&self, error: Option<VaultError>) {
        *self.says.lock().unwrap() = error;
    }

    fn answer<T>(&self, answer: Result<T, VaultError>) -> Result<T, VaultError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        match *self.says.lock().unwrap() {
            Some(error) => Err(error),
            None => answer,
        }
    }
}

impl KeyVault for ScriptedVault {
    fn wrap(&self, key: &DataKey) -> Result<Vec<u8>, VaultError> {
        self.answer(self.vault.wrap(key))
    }
    fn unwrap(&self, wrapped: &[u8]) -> Result<DataKey, VaultError> {
        self.answer(self.vault.unwrap(wrapped))
    }
}

/// An app on a device.
pub(crate) struct Device {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) clock: Arc<VirtualClock>,
}

impl Device {
    pub(crate) fn new() -> Self {
        let clock = Arc::new(VirtualClock::at(START));
        Self { folder: tempfile::tempdir().unwrap(), clock }
    }

    pub(crate) fn store(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    pub(crate) fn vault(&self) -> PathBuf {
        self.folder.path().join("vault")
    }

    pub(crate) fn open(&self) -> Engine {
        self.open_with(Arc::new(FileVault::new(self.vault())), Arc::new(SystemDisk)).unwrap()
    }

    pub(crate) fn open_with(
        &self,
        vault: Arc<dyn KeyVault>,
        disk: Arc<dyn Disk>,
    ) -> Result<Engine, Error> {
        let random = Arc::new(staykit_core::random::SystemRandom);
        let host = Host::new(Arc::<VirtualClock>::clone(&self.clock), random);
        Engine::open(self.config(), host.with_vault(vault).with_disk(disk))
    }

    pub(crate) fn open_locked(&self) -> Engine {
        let random = Arc::new(SeededRandom::new(1));
        let host = Host::new(Arc::<VirtualClock>::clone(&self.clock), random);
        Engine::open(self.config(), host).unwrap()
    }

    fn config(&self) -> Config {
        Config::new(self.store())
            .with_consent(Consent::all())
            .with_manual_maintenance()
            .with_byte_budget(1_000_000)
    }
}

pub(crate) fn acknowledge(engine: &Engine, upload: &Upload) {
    let id = upload.id;
    let body = v1::Acknowledgement { batch_id: id.to_vec(), server_ms: 1, pause_s: 0 };
    let body = body.encode_to_vec();
    engine.finish_upload(id, &Answer::Response { status: 200, retry_after: None, body }).unwrap();
}

/// Every event that leaves the device, with its number, and what the batches report as dropped.
pub(crate) fn upload_all(engine: &Engine) -> (Vec<(u64, u64, Row)>, Vec<v1::DroppedRange>) {
    let (mut events, mut dropped) = (Vec::new(), Vec::new());
    while let Some(upload) = engine.next_upload().unwrap() {
        let request = v1::UploadRequest::decode(upload.body.as_slice()).unwrap();
        let batch = v1::Batch::decode(request.batch.as_slice()).unwrap();
        for segment in &batch.segments {
            let raw = miniz_oxide::inflate::decompress_to_vec(&segment.body).unwrap();
            let columns = v1::Segment::decode(raw.as_slice()).unwrap();
            let seqs = staykit_proto::segment::seqs(&segment.seq_delta).unwrap();
            let rows = staykit_proto::segment::rows(&columns).unwrap();
            events.extend(seqs.into_iter().zip(rows).map(|(seq, row)| (batch.epoch, seq, row)));
        }
        dropped.extend(batch.dropped);
        acknowledge(engine, &upload);
    }
    (events, dropped)
}

pub(crate) fn resets(engine: &Engine) -> Vec<String> {
    let (events, _) = upload_all(engine);
    let resets = events.iter().filter(|(_, _, row)| row.name == "storage_reset");
    resets.map(|(_, _, row)| format!("{:?}", row.properties)).collect()
}

/// The files as they would be if the process were killed now.
pub(crate) fn image(of: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(of).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
    }
    copy
}

pub(crate) fn put_back(image: &Path, to: &Path) {
    std::fs::remove_dir_all(to).unwrap();
    std::fs::create_dir(to).unwrap();
    for file in std::fs::read_dir(image).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}
