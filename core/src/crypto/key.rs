use std::fmt;

use ring::aead::{AES_256_GCM, LessSafeKey, UnboundKey};
use ring::hkdf::{HKDF_SHA256, Salt};
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::{CryptoError, SALT_BYTES, SealKey};
use crate::random::operating_system;

/// The key from which all others of one installation are derived. Zeroed when dropped; `Debug`
/// does not show it; it cannot be cloned.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct DataKey([u8; 32]);

impl fmt::Debug for DataKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("DataKey(..)")
    }
}

impl DataKey {
    /// A new key from the operating system's random numbers.
    pub fn generate() -> Result<Self, CryptoError> {
        Ok(Self(operating_system()?))
    }

    /// The key with these bytes. Zero your own copy of them afterwards.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for a vault to wrap.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The key that seals for `purpose` under `salt`, bound to every part of `context`.
    ///
    /// The parts are not told apart from one another: give them fixed lengths.
    pub fn derive(
        &self,
        salt: &[u8; SALT_BYTES],
        purpose: Purpose,
        context: &[&[u8]],
    ) -> Result<SealKey, CryptoError> {
        let mut info = Vec::with_capacity(1 + context.len());
        info.push(purpose.label());
        info.extend_from_slice(context);
        let root = Salt::new(HKDF_SHA256, salt).extract(&self.0);
        let okm = root.expand(&info, &AES_256_GCM).map_err(|_| CryptoError::TooLarge)?;
        Ok(SealKey::new(LessSafeKey::new(UnboundKey::from(okm))))
    }
}

/// What a derived key is for: a key of one purpose opens nothing of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Frames of a journal file.
    Journal,
    /// A checkpoint of the folded state.
    Checkpoint,
    /// A segment of events.
    Segment,
    /// The head of a batch.
    Batch,
    /// How far the journal has been consumed.
    Position,
    /// Proof that a key is the one an identity was made with.
    KeyCheck,
    /// A data key under a wrapping key.
    Wrap,
}

impl Purpose {
    /// No label is the beginning of another: each ends in a zero byte.
    fn label(self) -> &'static [u8] {
        match self {
            Self::Journal => b"staykit journal\0",
            Self::Checkpoint => b"staykit checkpoint\0",
            Self::Segment => b"staykit segment\0",
            Self::Batch => b"staykit batch\0",
            Self::Position => b"staykit position\0",
            Self::KeyCheck => b"staykit key check\0",
            Self::Wrap => b"staykit wrap\0",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::DataKey;

    #[test]
    fn debug_shows_nothing_of_a_key() {
        assert_eq!(format!("{:?}", DataKey::new([7; 32])), "DataKey(..)");
    }

    #[test]
    fn two_generated_keys_differ() {
        assert_ne!(DataKey::generate().unwrap().bytes(), DataKey::generate().unwrap().bytes());
    }
}
