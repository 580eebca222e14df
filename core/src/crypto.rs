//! Sealing: AES-256-GCM under keys derived for one purpose, one salt and one place.
//!
//! ring only. A [`DataKey`] never seals anything itself: each opening of a file and each blob
//! draws a fresh salt from the operating system and seals under the key that HKDF-SHA256 makes of
//! data key, salt, purpose, installation and place. So no nonce repeats, even if a position is
//! written twice after a crash, and bytes moved to another place or installation do not open.

mod blob;
mod error;
mod key;
mod seal;
pub mod signature;
mod vault;

pub use blob::{BLOB_OVERHEAD, open_blob, seal_blob};
pub use error::CryptoError;
pub use key::{DATA_KEY_BYTES, DataKey, Purpose};
pub(crate) use seal::AES_256_GCM_HKDF;
pub use seal::{SALT_BYTES, SealKey, TAG_BYTES};
pub use vault::{FileVault, KeyVault, VaultError};
