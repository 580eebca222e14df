use std::fmt;

use prost::Message;
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair};
use staykit_core::crypto::signature::KeyId;
use staykit_core::pack::{Pack, PackError, PublicKey, SIGNED_PREFIX};
use staykit_proto::v1;

/// Why a pack cannot be signed.
#[derive(Debug, Clone, PartialEq)]
pub enum SignError {
    /// The key is no Ed25519 key in PKCS#8.
    Key,
    /// The operating system gave no random bytes for a new key.
    NoRandomness,
    /// The bytes are no pack that a device would accept.
    Pack(PackError),
}

impl fmt::Display for SignError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key => out.write_str("the key is no Ed25519 key in PKCS#8 (DER)"),
            Self::NoRandomness => out.write_str("the operating system gave no random bytes"),
            Self::Pack(error) => error.fmt(out),
        }
    }
}

impl std::error::Error for SignError {}

/// Makes a new signing key, as PKCS#8 (DER). Who has it can change what apps show: keep it where
/// no app and no build log sees it.
pub fn generate_key() -> Result<Vec<u8>, SignError> {
    let key = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new());
    key.map(|key| key.as_ref().to_vec()).map_err(|_| SignError::NoRandomness)
}

/// The public key of a signing key: what an app trusts.
pub fn public_key(pkcs8: &[u8]) -> Result<PublicKey, SignError> {
    let public = key_pair(pkcs8)?.public_key().as_ref().try_into();
    public.map_err(|_| SignError::Key)
}

/// Signs a compiled pack; gives the bytes of a `SignedPack`.
pub fn sign(bytes: &[u8], pkcs8: &[u8]) -> Result<Vec<u8>, SignError> {
    Pack::unsigned(bytes).map_err(SignError::Pack)?;
    let signature = key_pair(pkcs8)?.sign(&[SIGNED_PREFIX, bytes].concat());
    let signed = v1::SignedPack {
        pack: bytes.to_vec(),
        key_id: KeyId::of(&public_key(pkcs8)?).0.to_vec(),
        signature: signature.as_ref().to_vec(),
    };
    Ok(signed.encode_to_vec())
}

/// Reads keys of other tools too: PKCS#8 with or without the public key in it.
fn key_pair(pkcs8: &[u8]) -> Result<Ed25519KeyPair, SignError> {
    Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8).map_err(|_| SignError::Key)
}
