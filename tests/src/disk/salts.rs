//! A store that draws the same salt for every journal file.
//!
//! The disk puts it in place of the one that was drawn and seals everything anew with the key that
//! follows from it, so that what lies on it is what such a store would write: it opens, nothing is
//! missing, and only who compares nonces can tell.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use staykit_core::crypto::{DataKey, FileVault, KeyVault, Purpose, SALT_BYTES, SealKey};

const MAGIC: &[u8] = b"SKJRNL\0\0";
const HEAD: usize = 40;
const HEADER: usize = 56;
/// Length and kind of a frame.
const FRAME_HEAD: usize = 4;

/// The keys of the files that were sealed anew.
#[derive(Debug)]
pub(super) struct SameSalt {
    vault: PathBuf,
    /// The key in use and the one that follows from the salt.
    keys: BTreeMap<u64, (SealKey, SealKey)>,
}

impl SameSalt {
    pub(super) fn new(vault: &Path) -> Self {
        Self { vault: vault.to_path_buf(), keys: BTreeMap::new() }
    }

    /// What is written in place of `bytes`; `identity` is the file of that name.
    pub(super) fn seal(
        &mut self,
        identity: Option<&[u8]>,
        (inode, at): (u64, u64),
        bytes: &[u8],
    ) -> Vec<u8> {
        if at == 0 && bytes.starts_with(MAGIC) {
            return self.header(identity.unwrap(), inode, bytes);
        }
        match self.keys.get(&inode) {
            Some(keys) if at >= HEADER as u64 && bytes[..FRAME_HEAD] != [0; FRAME_HEAD] => {
                frame(keys, at, bytes)
            }
            _ => bytes.to_vec(),
        }
    }

    fn header(&mut self, identity: &[u8], inode: u64, bytes: &[u8]) -> Vec<u8> {
        let installation = &identity[12..28];
        let length = u32::from_le_bytes(*identity[36..].first_chunk().unwrap()) as usize;
        let vault = FileVault::new(&self.vault);
        let data_key = vault.unwrap(&identity[40..40 + length]).unwrap();
        let mut out = bytes.to_vec();
        out[HEAD - SALT_BYTES..HEAD].fill(7);
        let keys = [bytes, &out].map(|header| derive(&data_key, installation, &header[..HEAD]));
        let [before, after] = keys;
        let tag = after.seal(u64::MAX, &out[..HEAD], &mut []).unwrap();
        out[HEAD..HEADER].copy_from_slice(&tag);
        self.keys.insert(inode, (before, after));
        out
    }
}

fn derive(data_key: &DataKey, installation: &[u8], head: &[u8]) -> SealKey {
    let salt = head.last_chunk().unwrap();
    data_key.derive(salt, Purpose::Journal, &[installation, head]).unwrap()
}

fn frame((before, after): &(SealKey, SealKey), at: u64, bytes: &[u8]) -> Vec<u8> {
    let (head, sealed) = bytes.split_at(FRAME_HEAD);
    let mut sealed = sealed.to_vec();
    let mut content = before.open(at, head, &mut sealed).unwrap().to_vec();
    let tag = after.seal(at, head, &mut content).unwrap();
    [head, &content, &tag].concat()
}
