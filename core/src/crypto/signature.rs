//! Ed25519 signatures over packs. The device only verifies; signing belongs to the pack tool.

use std::fmt;

use ring::digest::{SHA256, digest};
use ring::signature::{ED25519, UnparsedPublicKey};

/// Bytes of a public key.
pub const PUBLIC_KEY_BYTES: usize = 32;
/// Bytes of a signature.
pub const SIGNATURE_BYTES: usize = 64;

/// Names a public key: the first 8 bytes of its SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 8]);

impl KeyId {
    /// The id of this key.
    #[must_use]
    pub fn of(public_key: &[u8; PUBLIC_KEY_BYTES]) -> Self {
        let hash = digest(&SHA256, public_key);
        Self(hash.as_ref().first_chunk().copied().unwrap_or_default())
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

/// The signature is not by that key over that message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadSignature;

impl fmt::Display for BadSignature {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the signature does not belong to this key and message")
    }
}

impl std::error::Error for BadSignature {}

/// Checks that `signature` is `public_key`'s over `message`.
pub fn verify(
    public_key: &[u8; PUBLIC_KEY_BYTES],
    message: &[u8],
    signature: &[u8],
) -> Result<(), BadSignature> {
    UnparsedPublicKey::new(&ED25519, public_key)
        .verify(message, signature)
        .map_err(|_| BadSignature)
}

#[cfg(test)]
mod tests {
    use super::{BadSignature, KeyId, verify};
    use ring::signature::{Ed25519KeyPair, KeyPair};

    #[test]
    fn a_signature_is_accepted_for_its_key_and_message_alone() {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[5; 32]).unwrap();
        let key: [u8; 32] = pair.public_key().as_ref().try_into().unwrap();
        let signature = pair.sign(b"pack");
        assert_eq!(verify(&key, b"pack", signature.as_ref()), Ok(()));
        assert_eq!(verify(&key, b"Pack", signature.as_ref()), Err(BadSignature));
        assert_eq!(verify(&[5; 32], b"pack", signature.as_ref()), Err(BadSignature));
        assert_eq!(verify(&key, b"pack", &signature.as_ref()[1..]), Err(BadSignature));
    }

    #[test]
    fn a_key_id_is_sixteen_hex_digits_of_the_hash() {
        // SHA-256 of 32 zero bytes.
        assert_eq!(KeyId::of(&[0; 32]).to_string(), "66687aadf862bd77");
    }
}
