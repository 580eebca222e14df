use std::fmt;

use ring::aead::{AES_256_GCM, LessSafeKey, UnboundKey};
use ring::hkdf::{HKDF_SHA256, Salt};
use zeroize::Zeroizing;

use super::{CryptoError, SALT_BYTES, SealKey};
use crate::random::{Random, SystemRandom};

/// Bytes of a data key.
pub const DATA_KEY_BYTES: usize = 32;

/// The key from which all others of one installation are derived. Zeroed when dropped; `Debug`
/// does not show it; it cannot be cloned. It stays at one place of the heap, so that moving it
/// leaves no copy on a stack.
pub struct DataKey(Box<Zeroizing<[u8; DATA_KEY_BYTES]>>);

impl fmt::Debug for DataKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("DataKey(..)")
    }
}

impl DataKey {
    /// A new key from the operating system's random numbers.
    pub fn generate() -> Result<Self, CryptoError> {
        let mut key = Self::copy_of(&[0; DATA_KEY_BYTES]);
        SystemRandom.fill(&mut **key.0)?;
        Ok(key)
    }

    /// The key with these bytes. Zero your own copy of them afterwards; [`DataKey::copy_of`]
    /// leaves no other.
    #[must_use]
    pub fn new(bytes: [u8; DATA_KEY_BYTES]) -> Self {
        Self::copy_of(&Zeroizing::new(bytes))
    }

    /// The key with these bytes, copied from where they are.
    #[must_use]
    pub fn copy_of(bytes: &[u8; DATA_KEY_BYTES]) -> Self {
        let mut key = Box::new(Zeroizing::new([0; DATA_KEY_BYTES]));
        key.copy_from_slice(bytes);
        Self(key)
    }

    /// The bytes, for a vault to wrap.
    #[must_use]
    pub fn bytes(&self) -> &[u8; DATA_KEY_BYTES] {
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
        let root = Salt::new(HKDF_SHA256, salt).extract(self.bytes());
        let okm = root.expand(&info, &AES_256_GCM).map_err(|_| CryptoError::TooLarge)?;
        // By way of a buffer that we zero: ring would take another that it does not.
        let mut bytes = Zeroizing::new([0; DATA_KEY_BYTES]);
        okm.fill(&mut *bytes).map_err(|_| CryptoError::TooLarge)?;
        let key = UnboundKey::new(&AES_256_GCM, &*bytes).map_err(|_| CryptoError::TooLarge)?;
        Ok(SealKey::new(LessSafeKey::new(key)))
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
    fn a_key_is_zeroed_when_it_is_dropped_and_lies_at_one_place() {
        fn is_zeroed_on_drop<T: zeroize::ZeroizeOnDrop>(_: &T) {}
        let key = DataKey::new([7; 32]);
        is_zeroed_on_drop(&*key.0);
        let place = std::ptr::from_ref(key.bytes());
        let moved = Box::new(key);
        assert_eq!(std::ptr::from_ref(moved.bytes()), place);
    }

    #[test]
    fn two_generated_keys_differ() {
        assert_ne!(DataKey::generate().unwrap().bytes(), DataKey::generate().unwrap().bytes());
    }
}
