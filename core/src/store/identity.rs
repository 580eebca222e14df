//! The file `identity`: who this installation is and the data key, wrapped.

use std::io;

use ring::digest::{SHA256, digest};

use super::error::{StoreError, StoreFile};
use super::limits;
use super::versions::Versions;
use crate::crypto::{CryptoError, DataKey, Purpose, open_blob, seal_blob};

/// Identifies an installation: 16 random bytes that survive neither a backup nor an erasure.
pub type Installation = [u8; 16];

/// Why what was stored is gone as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reset {
    /// The wrapping key is gone for good.
    KeyLost,
    /// The identity, and with it the wrapped key, could not be read.
    IdentityDamaged,
}

impl Reset {
    pub(super) fn number(self) -> u8 {
        match self {
            Self::KeyLost => 1,
            Self::IdentityDamaged => 2,
        }
    }
}

const MAGIC: [u8; 8] = *b"STAYKIT\0";
const DIGEST_BYTES: usize = 16;

/// What stands in the identity file in clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Which installation.
    pub installation: Installation,
    /// The data key as the vault wrapped it.
    pub wrapped_key: Vec<u8>,
    /// Highest epoch that was ever begun; numbers never go back below it.
    pub(super) epoch: u64,
    /// Opens only with the data key.
    check: Vec<u8>,
    /// Format in which it is written.
    format: u32,
    /// What the check is bound to, if the file is of an older format.
    older_head: Option<Vec<u8>>,
}

impl Identity {
    pub(super) fn new(
        installation: Installation,
        wrapped_key: &[u8],
        (epoch, format): (u64, u32),
        key: &DataKey,
    ) -> Result<Self, StoreError> {
        let (size, limit) = (wrapped_key.len(), limits::WRAPPED_KEY);
        if size > limit.most {
            return Err(StoreError::TooLarge { size, limit });
        }
        let wrapped_key = wrapped_key.to_vec();
        let (check, older_head) = (Vec::new(), None);
        let mut identity = Self { installation, wrapped_key, epoch, check, format, older_head };
        identity.check = seal_blob(key, Purpose::KeyCheck, &[&identity.head()], &[])
            .map_err(StoreError::sealed(StoreFile::Identity))?;
        Ok(identity)
    }

    /// The same installation in another epoch.
    pub(super) fn in_epoch(&self, epoch: u64, key: &DataKey) -> Result<Self, StoreError> {
        Self::new(self.installation, &self.wrapped_key, (epoch, self.format), key)
    }

    /// The same installation with its key wrapped anew.
    pub(super) fn rewrapped(&self, wrapped_key: &[u8], key: &DataKey) -> Result<Self, StoreError> {
        Self::new(self.installation, wrapped_key, (self.epoch, self.format), key)
    }

    /// Whether the file is of an older format.
    pub(super) fn is_outdated(&self) -> bool {
        self.older_head.is_some()
    }

    /// Fails with [`StoreError::WrongKey`] unless `key` is the one it was made with.
    pub(super) fn check(&self, key: &DataKey) -> Result<(), StoreError> {
        let head = self.older_head.clone().unwrap_or_else(|| self.head());
        match open_blob(key, Purpose::KeyCheck, &[&head], &self.check) {
            Ok(_) => Ok(()),
            Err(CryptoError::NotAuthentic) => Err(StoreError::WrongKey),
            Err(error) => Err(StoreError::sealed(StoreFile::Identity)(error)),
        }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = self.head();
        push_sized(&mut out, &self.check);
        let sum = checksum(&out);
        out.extend_from_slice(&sum);
        out
    }

    fn head(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend_from_slice(&self.format.to_le_bytes());
        out.extend_from_slice(&self.installation);
        out.extend_from_slice(&self.epoch.to_le_bytes());
        push_sized(&mut out, &self.wrapped_key);
        out
    }

    pub(super) fn decode(bytes: &[u8], versions: &Versions) -> Result<Self, StoreError> {
        let damaged = || StoreError::Damaged(StoreFile::Identity);
        let (magic, rest) = bytes.split_first_chunk().ok_or_else(damaged)?;
        let (format, _) = rest.split_first_chunk().ok_or_else(damaged)?;
        let found = u32::from_le_bytes(*format);
        if *magic != MAGIC {
            return Err(damaged());
        }
        versions.admit(StoreFile::Identity, found)?;
        let (content, sum) = bytes.split_last_chunk().ok_or_else(damaged)?;
        if checksum(content) != *sum {
            return Err(damaged());
        }
        let read = |body: Vec<u8>| Self::decode_body(&body, versions.newest());
        let body = content.get(MAGIC.len() + 4..).unwrap_or_default().to_vec();
        let brought = versions.bring(found, |step| step.identity, body);
        let mut identity = brought.and_then(read).ok_or_else(damaged)?;
        if found < versions.newest() {
            let head = content.len().checked_sub(4 + identity.check.len());
            identity.older_head = head.and_then(|end| content.get(..end)).map(<[u8]>::to_vec);
        }
        Ok(identity)
    }

    fn decode_body(rest: &[u8], format: u32) -> Option<Self> {
        let (&installation, rest) = rest.split_first_chunk()?;
        let (epoch, rest) = rest.split_first_chunk()?;
        let (wrapped_key, rest) = split_sized(rest)?;
        let (check, rest) = split_sized(rest)?;
        rest.is_empty().then(|| Self {
            installation,
            wrapped_key: wrapped_key.to_vec(),
            epoch: u64::from_le_bytes(*epoch),
            check: check.to_vec(),
            format,
            older_head: None,
        })
    }
}

/// Tells damage from a wrong key; authenticity is the check blob's matter.
fn checksum(bytes: &[u8]) -> [u8; DIGEST_BYTES] {
    digest(&SHA256, bytes).as_ref().first_chunk().copied().unwrap_or_default()
}

fn push_sized(out: &mut Vec<u8>, bytes: &[u8]) {
    // Both are far below 4 GiB: a wrapped key has a limit, a check blob a fixed size.
    out.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes());
    out.extend_from_slice(bytes);
}

fn split_sized(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)
}

/// Bytes that no identity file exceeds.
pub(super) fn size_limit() -> io::Result<u64> {
    u64::try_from(limits::WRAPPED_KEY.most + 256).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::{Identity, StoreError, StoreFile};
    use crate::crypto::DataKey;
    use crate::store::versions::CURRENT;
    use proptest::prelude::{any, proptest};
    use std::sync::LazyLock;

    static KEY: LazyLock<DataKey> = LazyLock::new(|| DataKey::new([1; 32]));

    fn decode(bytes: &[u8]) -> Result<Identity, StoreError> {
        Identity::decode(bytes, &CURRENT)
    }

    fn identity() -> Identity {
        Identity::new([9; 16], b"wrapped", (4, 0), &KEY).unwrap()
    }

    #[test]
    fn an_identity_comes_back_and_knows_its_key() {
        let read = decode(&identity().encode()).unwrap();
        assert_eq!((read.installation, read.epoch), ([9; 16], 4));
        assert_eq!(read.wrapped_key, b"wrapped");
        assert_eq!(read.check(&KEY), Ok(()));
        assert_eq!(read.check(&DataKey::new([2; 32])), Err(StoreError::WrongKey));
    }

    #[test]
    fn a_newer_format_is_named_even_if_nothing_else_is_known_of_it() {
        let mut bytes = identity().encode();
        bytes[8] = 7;
        let newer = StoreError::Newer { file: StoreFile::Identity, found: 7, known: 1 };
        assert_eq!(decode(&bytes), Err(newer));
    }

    #[test]
    fn no_changed_byte_and_no_missing_end_is_accepted() {
        let whole = identity().encode();
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            assert!(decode(&bytes).is_err(), "byte {at}");
            assert!(decode(&whole[..at]).is_err(), "length {at}");
        }
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            assert!(decode(&bytes).is_err());
        }
    }
}
