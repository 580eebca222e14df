//! That no nonce is used twice, seen from the disk: of every sealed thing that is written, the
//! place that decides its key and its nonce lies in clear, and no such place may ever be seen with
//! two different contents.

use std::collections::BTreeMap;

use rusqlite::{Connection, OpenFlags};
use staykit_core::crypto::SALT_BYTES;
use staykit_core::store::Disk;

use crate::disk::{Image, Op, RecordedDisk};

const MAGIC: &[u8] = b"SKJRNL\0\0";
/// A journal file's header without its tag; magic, format, algorithm, number and salt make its key.
const HEAD: usize = 40;
/// The header with it.
const HEADER: usize = 56;
/// Bytes of a frame around its content.
const FRAME: usize = 20;

/// What decides key and nonce, and what was sealed with them.
#[derive(Debug, Clone, Default)]
pub struct Nonces {
    /// Head and offset of journal frames, salts of blobs.
    used: BTreeMap<(Vec<u8>, u64), Vec<u8>>,
    /// Heads of the files that are journal files now.
    heads: BTreeMap<u64, Vec<u8>>,
}

impl Nonces {
    /// With everything that lies on `image`.
    pub fn of(image: &Image) -> Result<Self, String> {
        let mut nonces = Self::default();
        nonces.go_on_with(image);
        for (inode, content) in &image.files {
            if nonces.heads.contains_key(inode) {
                nonces.frames(*inode, content)?;
            }
        }
        Ok(nonces)
    }

    /// Forgets which files are journal files, but nothing that was used.
    pub fn go_on_with(&mut self, image: &Image) {
        let head = |content: &[u8]| {
            (content.starts_with(MAGIC) && content.len() >= HEADER)
                .then(|| content[..HEAD].to_vec())
        };
        let heads = image.files.iter().filter_map(|(inode, file)| Some((*inode, head(file)?)));
        self.heads = heads.collect();
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.used.len()
    }

    /// Sees what was done to a disk.
    pub fn see(&mut self, ops: &[Op]) -> Result<(), String> {
        for op in ops {
            if let Op::Write { inode, at, bytes } = op {
                self.write(*inode, *at, bytes)?;
            }
        }
        Ok(())
    }

    fn write(&mut self, inode: u64, at: u64, bytes: &[u8]) -> Result<(), String> {
        if at == 0 && bytes.starts_with(MAGIC) && bytes.len() >= HEADER {
            self.heads.insert(inode, bytes[..HEAD].to_vec());
            return self.note(bytes[..HEAD].to_vec(), u64::MAX, &bytes[..HEADER]);
        }
        if at == 0 {
            self.heads.remove(&inode);
        }
        match self.heads.get(&inode) {
            Some(head) if bytes.iter().any(|byte| *byte != 0) => {
                let head = head.clone();
                self.note(head, at, bytes)
            }
            _ => Ok(()),
        }
    }

    fn frames(&mut self, inode: u64, content: &[u8]) -> Result<(), String> {
        let head = self.heads[&inode].clone();
        let mut at = HEADER;
        while let Some([low, middle, high, kind]) = content.get(at..).and_then(<[u8]>::first_chunk)
        {
            let length = u32::from_le_bytes([*low, *middle, *high, 0]) as usize;
            let Some(frame) = content.get(at..at + length + FRAME).filter(|_| *kind != 0) else {
                break;
            };
            self.note(head.clone(), at as u64, frame)?;
            at += frame.len();
        }
        Ok(())
    }

    /// Sees the blobs in the database of `image`. Each has a salt of its own.
    pub fn see_blobs(&mut self, image: &Image) -> Result<(), String> {
        if image.file("buffer.sqlite").is_none_or(<[u8]>::is_empty) {
            return Ok(());
        }
        let disk = RecordedDisk::new(image.clone());
        let blobs = blobs(&disk).map_err(|error| format!("the database has no blobs: {error}"))?;
        for blob in blobs {
            let salt = blob.get(1..=SALT_BYTES).ok_or("a blob without a salt")?;
            self.note(salt.to_vec(), 0, &blob)?;
        }
        Ok(())
    }

    fn note(&mut self, place: Vec<u8>, at: u64, bytes: &[u8]) -> Result<(), String> {
        let number = place
            .get(16..24)
            .map_or(0, |number| u64::from_le_bytes(*number.first_chunk().unwrap()));
        let before = self.used.entry((place, at)).or_insert_with(|| bytes.to_vec());
        if before == bytes {
            return Ok(());
        }
        let twice = format!("{} bytes, then {}", before.len(), bytes.len());
        Err(format!("the same nonce twice: file {number}, offset {at}, {twice}"))
    }
}

fn blobs(disk: &RecordedDisk) -> rusqlite::Result<Vec<Vec<u8>>> {
    let path = disk.path().join("buffer.sqlite");
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
    let database = Connection::open_with_flags_and_vfs(path, flags, disk.vfs().unwrap())?;
    database.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    let mut blobs = Vec::new();
    for sealed in
        ["body FROM position", "body FROM checkpoint", "body FROM segment", "header FROM batch"]
    {
        let mut query = database.prepare(&format!("SELECT {sealed}"))?;
        for blob in query.query_map([], |row| row.get(0))? {
            blobs.push(blob?);
        }
    }
    Ok(blobs)
}
