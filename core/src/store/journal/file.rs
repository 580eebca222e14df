//! A journal file before its first frame: name, header, zeros.

use std::io;
use std::sync::Arc;

use super::frame::{CLOSED_FRAME_BYTES, FRAME_OVERHEAD, START_FRAME_MAX};
use crate::crypto::{AES_256_GCM_HKDF, CryptoError, Purpose, SALT_BYTES, SealKey, TAG_BYTES};
use crate::random::operating_system;
use crate::store::base::Base;
use crate::store::disk::{Access, DiskFile};
use crate::store::error::{StoreError, StoreFile};
use crate::store::names;

const MAGIC: [u8; 8] = *b"SKJRNL\0\0";
/// The header without its tag.
const HEAD_BYTES: usize = 40;
/// Bytes before the first frame.
pub(super) const HEADER_BYTES: u64 = 56;
/// A position that no frame can have.
const HEADER_POSITION: u64 = u64::MAX;
/// Filled page by page: one large write would get large folios of page cache, and each later
/// append would dirty a whole one.
pub(super) const PAGE: usize = 4096;

/// Removes what an interrupted [`Spare::prepare`] left.
pub(in crate::store) fn remove_draft(base: &Base) -> Result<(), StoreError> {
    base.folder.remove(names::DRAFT, StoreFile::Journal)
}

/// Size of the smallest file that holds an entry of `size` bytes.
pub(super) fn size_for(size: usize) -> u64 {
    let frames = size + START_FRAME_MAX + FRAME_OVERHEAD + CLOSED_FRAME_BYTES;
    HEADER_BYTES + wide(frames)
}

/// A journal file that holds nothing yet, ready to be begun.
#[derive(Debug)]
pub struct Spare {
    pub(super) file: Arc<dyn DiskFile>,
    pub(super) key: SealKey,
    pub(super) number: u64,
    /// Bytes of the file.
    pub(super) size: u64,
}

impl Spare {
    /// A file for `size` bytes at least, made at once; nothing is synced.
    pub(super) fn create(base: &Base, size: u64) -> Result<Self, StoreError> {
        let number = base.next_number();
        let made = Self::fill(base, number, &names::name(number), size);
        if made.is_err() {
            base.folder.remove(&names::name(number), StoreFile::Journal)?;
        }
        made
    }

    /// The same at leisure, out of a consumed file if there is one. Nothing is synced: in a busy
    /// hour entries take the place of the zeros before these would reach flash.
    pub(in crate::store) fn prepare(
        base: &Base,
        size: usize,
        consumed: Option<u64>,
    ) -> Result<Self, StoreError> {
        let failed = StoreError::io("prepare", StoreFile::Journal);
        let number = base.next_number();
        if let Some(old) = consumed {
            base.folder.rename(&names::name(old), names::DRAFT).map_err(failed)?;
        }
        let spare = Self::fill(base, number, names::DRAFT, wide(size))?;
        base.folder.rename(names::DRAFT, &names::name(number)).map_err(failed)?;
        Ok(spare)
    }

    fn fill(base: &Base, number: u64, name: &str, size: u64) -> Result<Self, StoreError> {
        let failed = StoreError::io("create", StoreFile::Journal);
        let file = base.folder.open_file(name, Access::Create).map_err(failed)?;
        let (header, key) = header(base, number)?;
        let size = fill_pages(&*file, &header, size).map_err(failed)?;
        Ok(Self { file, key, number, size })
    }
}

pub(super) fn wide(size: usize) -> u64 {
    u64::try_from(size).unwrap_or(u64::MAX)
}

/// Writes header and zeros over at least `size` bytes and over all that the file has.
fn fill_pages(file: &dyn DiskFile, header: &[u8], size: u64) -> io::Result<u64> {
    let page = wide(PAGE);
    let end = size.max(file.size()?).div_ceil(page).saturating_mul(page);
    let mut bytes = [0; PAGE];
    for (to, from) in bytes.iter_mut().zip(header) {
        *to = *from;
    }
    let mut at = 0;
    while at < end {
        file.write_all_at(&bytes, at)?;
        bytes = [0; PAGE];
        at += page;
    }
    Ok(end)
}

fn header(base: &Base, number: u64) -> Result<(Vec<u8>, SealKey), StoreError> {
    let failed = StoreError::sealed(StoreFile::Journal);
    let salt = operating_system::<SALT_BYTES>().map_err(|_| StoreError::NoRandomness)?;
    let mut head = MAGIC.to_vec();
    head.extend_from_slice(&base.folder.versions().newest().to_le_bytes());
    head.extend_from_slice(&[AES_256_GCM_HKDF, 0, 0, 0]);
    head.extend_from_slice(&number.to_le_bytes());
    head.extend_from_slice(&salt);
    let key = derive(base, &salt, &head).map_err(failed)?;
    let tag = key.seal(HEADER_POSITION, &head, &mut []).map_err(failed)?;
    head.extend_from_slice(&tag);
    Ok((head, key))
}

fn derive(base: &Base, salt: &[u8; SALT_BYTES], head: &[u8]) -> Result<SealKey, CryptoError> {
    base.key.derive(salt, Purpose::Journal, &[&base.installation, head])
}

/// The key of file `number` with this beginning, and its format; `None` if that is not an authentic
/// header.
pub(super) fn open_header(base: &Base, number: u64, bytes: &[u8]) -> Option<(SealKey, u32)> {
    let (head, rest) = bytes.split_first_chunk::<HEAD_BYTES>()?;
    let mut tag: [u8; TAG_BYTES] = *rest.first_chunk()?;
    let (before, salt) = head.split_last_chunk()?;
    let (_, found) = before.split_last_chunk()?;
    if u64::from_le_bytes(*found) != number {
        return None;
    }
    let key = derive(base, salt, head).ok()?;
    key.open(HEADER_POSITION, head, &mut tag).ok()?;
    let (_, rest) = head.split_first_chunk::<{ MAGIC.len() }>()?;
    Some((key, u32::from_le_bytes(*rest.first_chunk()?)))
}
