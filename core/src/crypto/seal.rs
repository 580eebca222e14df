use std::fmt;

use ring::aead::{Aad, LessSafeKey, Nonce};

use super::CryptoError;

/// Bytes of a salt.
pub const SALT_BYTES: usize = 16;
/// Bytes of an authentication tag.
pub const TAG_BYTES: usize = 16;

/// AES-256-GCM, 96-bit nonce, 128-bit tag, key by HKDF-SHA256.
pub(crate) const AES_256_GCM_HKDF: u8 = 1;

/// A derived key. A position must be sealed at once at most.
pub struct SealKey(LessSafeKey);

impl fmt::Debug for SealKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("SealKey(..)")
    }
}

impl SealKey {
    pub(super) fn new(key: LessSafeKey) -> Self {
        Self(key)
    }

    /// Seals `bytes` in place; the tag that comes back belongs behind them. Allocates nothing.
    pub fn seal(
        &self,
        position: u64,
        aad: &[u8],
        bytes: &mut [u8],
    ) -> Result<[u8; TAG_BYTES], CryptoError> {
        let tag = self
            .0
            .seal_in_place_separate_tag(nonce(position), Aad::from(aad), bytes)
            .map_err(|_| CryptoError::TooLarge)?;
        tag.as_ref().try_into().map_err(|_| CryptoError::TooLarge)
    }

    /// Opens `sealed` (content, then tag) in place and gives the content. On failure the bytes
    /// are garbage.
    pub fn open<'a>(
        &self,
        position: u64,
        aad: &[u8],
        sealed: &'a mut [u8],
    ) -> Result<&'a mut [u8], CryptoError> {
        self.0
            .open_in_place(nonce(position), Aad::from(aad), sealed)
            .map_err(|_| CryptoError::NotAuthentic)
    }
}

fn nonce(position: u64) -> Nonce {
    let mut bytes = [0; 12];
    for (to, from) in bytes.iter_mut().zip(position.to_le_bytes()) {
        *to = from;
    }
    Nonce::assume_unique_for_key(bytes)
}
