//! What every store is measured against.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use staykit_proto::{Message, v1};

/// Size of the file that is filled again and again.
const FILE_BYTES: u64 = 4 << 20;
const PAGE: u64 = 4_096;

/// Protobuf encode and one `pwrite` of the bytes into a file filled page by page.
#[derive(Debug)]
pub struct PlainWrite {
    file: File,
    at: u64,
    buffer: Vec<u8>,
}

impl PlainWrite {
    /// A new file in this folder.
    pub fn new(folder: &Path) -> io::Result<Self> {
        let file = File::create(folder.join("plain"))?;
        for page in 0..FILE_BYTES / PAGE {
            file.write_all_at(&[0; 4_096], page * PAGE)?;
        }
        Ok(Self { file, at: 0, buffer: Vec::new() })
    }

    /// Writes one event; returns its size.
    pub fn write(&mut self, event: &v1::Event) -> io::Result<u64> {
        self.buffer.clear();
        event.encode(&mut self.buffer).map_err(io::Error::other)?;
        self.file.write_all_at(&self.buffer, self.at)?;
        let bytes = u64::try_from(self.buffer.len()).unwrap_or(u64::MAX);
        self.at = self.at.saturating_add(bytes);
        if self.at + PAGE > FILE_BYTES {
            self.at = 0;
        }
        Ok(bytes)
    }
}
