//! Packs: rules, campaigns and texts, compiled and verified.
//!
//! The pack tool compiles; the device checks and never parses text. A pack from outside must be
//! signed by a trusted key. Whatever is in it, reading takes bounded time and memory: its lists
//! are counted before any of them is built.

mod aggregates;
mod bounds;
mod campaigns;
mod conclusions;
mod decode;
mod error;
mod features;
pub mod limits;
mod timed;

use prost::Message;
use ring::digest::{SHA256, digest};
use staykit_proto::v1;

use crate::crypto::signature::{self, KeyId, PUBLIC_KEY_BYTES};

pub use decode::{FORMAT, Pack};
pub use error::{PackError, Place};

/// An Ed25519 public key that vouches for packs.
pub type PublicKey = [u8; PUBLIC_KEY_BYTES];

/// Stands before the bytes of a pack when they are signed, so that a signature made for anything
/// else never fits a pack.
pub const SIGNED_PREFIX: &[u8] = b"staykit.pack.v1\0";

const RETENTION: &[u8] = include_bytes!("pack/builtin/retention.pack");
const PHONE: &[u8] = include_bytes!("pack/builtin/phone.pack");
const WATCH: &[u8] = include_bytes!("pack/builtin/watch.pack");
const SHOP: &[u8] = include_bytes!("pack/builtin/shop.pack");
const FITNESS: &[u8] = include_bytes!("pack/builtin/fitness.pack");

impl Pack {
    /// A pack that is part of this library: `retention`, or its variants `phone`, `watch`, `shop`
    /// and `fitness`.
    pub fn builtin(name: &str) -> Result<Self, PackError> {
        match name {
            "retention" => Self::unsigned(RETENTION),
            "phone" => Self::unsigned(PHONE),
            "watch" => Self::unsigned(WATCH),
            "shop" => Self::unsigned(SHOP),
            "fitness" => Self::unsigned(FITNESS),
            _ => Err(PackError::NoSuchBuiltin(name.to_owned())),
        }
    }

    /// A pack from outside: the bytes of a `SignedPack`, accepted if one of the `trusted` keys
    /// signed it.
    pub fn verify(signed: &[u8], trusted: &[PublicKey]) -> Result<Self, PackError> {
        limits::SIGNED_BYTES.check(signed.len())?;
        let signed = v1::SignedPack::decode(signed).map_err(PackError::not_a_pack)?;
        let id = <[u8; 8]>::try_from(signed.key_id.as_slice()).unwrap_or_default();
        let key = trusted
            .iter()
            .find(|key| KeyId::of(key).0 == signed.key_id.as_slice())
            .ok_or(PackError::UnknownKey(KeyId(id)))?;
        let message = [SIGNED_PREFIX, &signed.pack].concat();
        signature::verify(key, &message, &signed.signature)
            .map_err(|_| PackError::BadSignature(KeyId(id)))?;
        Self::unsigned(&signed.pack)
    }

    /// The serialised `Pack` as the compiler wrote it, signed by nobody: for tools and tests. An
    /// app gives packs from outside to [`Pack::verify`].
    pub fn unsigned(bytes: &[u8]) -> Result<Self, PackError> {
        limits::BYTES.check(bytes.len())?;
        bounds::check(bytes)?;
        let message = v1::Pack::decode(bytes).map_err(PackError::not_a_pack)?;
        let hash = digest(&SHA256, bytes);
        let hash = hash.as_ref().first_chunk().copied().unwrap_or_default();
        decode::pack(message, hash)
    }
}

#[cfg(test)]
mod tests;
