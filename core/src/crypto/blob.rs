//! Blobs: small things sealed one by one, each under a key of its own.

use super::CryptoError;
use super::key::{DataKey, Purpose};
use super::seal::{AES_256_GCM_HKDF, SALT_BYTES, TAG_BYTES};
use crate::random::operating_system;

/// Bytes by which a sealed blob is longer than its content: algorithm, salt and tag.
pub const BLOB_OVERHEAD: usize = 1 + SALT_BYTES + TAG_BYTES;

/// Seals `content` into a blob of its own: algorithm, fresh salt, ciphertext, tag.
///
/// It opens only with the same key, purpose and `place` (a list of parts of fixed lengths).
pub fn seal_blob(
    key: &DataKey,
    purpose: Purpose,
    place: &[&[u8]],
    content: &[u8],
) -> Result<Vec<u8>, CryptoError> {
    let salt = operating_system::<SALT_BYTES>()?;
    let mut blob = Vec::with_capacity(content.len() + BLOB_OVERHEAD);
    blob.push(AES_256_GCM_HKDF);
    blob.extend_from_slice(&salt);
    blob.extend_from_slice(content);
    let body = blob.get_mut(1 + SALT_BYTES..).unwrap_or_default();
    let tag = key.derive(&salt, purpose, place)?.seal(0, &[AES_256_GCM_HKDF], body)?;
    blob.extend_from_slice(&tag);
    Ok(blob)
}

/// Opens what [`seal_blob`] made.
pub fn open_blob(
    key: &DataKey,
    purpose: Purpose,
    place: &[&[u8]],
    blob: &[u8],
) -> Result<Vec<u8>, CryptoError> {
    let (&algorithm, rest) = blob.split_first().ok_or(CryptoError::NotAuthentic)?;
    if algorithm != AES_256_GCM_HKDF {
        return Err(CryptoError::Algorithm(algorithm));
    }
    let (salt, sealed) = rest.split_first_chunk().ok_or(CryptoError::NotAuthentic)?;
    let mut content = sealed.to_vec();
    let length = key.derive(salt, purpose, place)?.open(0, &[algorithm], &mut content)?.len();
    content.truncate(length);
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::{BLOB_OVERHEAD, open_blob, seal_blob};
    use crate::crypto::{CryptoError, DataKey, Purpose};
    use proptest::prelude::{any, proptest};
    use std::sync::LazyLock;

    static KEY: LazyLock<DataKey> = LazyLock::new(|| DataKey::new([7; 32]));

    #[test]
    fn a_position_sealed_twice_under_two_salts_gives_different_bytes() {
        let seal = || seal_blob(&KEY, Purpose::Segment, &[], b"the same").unwrap();
        assert_ne!(seal(), seal());
    }

    #[test]
    fn a_blob_opens_only_with_its_key_purpose_and_place() {
        let blob = seal_blob(&KEY, Purpose::Segment, &[b"here"], b"x").unwrap();
        assert_eq!(blob.len(), 1 + BLOB_OVERHEAD);
        let open = |key: &DataKey, purpose, place: &[u8]| open_blob(key, purpose, &[place], &blob);
        assert_eq!(open(&KEY, Purpose::Segment, b"here"), Ok(b"x".to_vec()));
        let refused = Err(CryptoError::NotAuthentic);
        assert_eq!(open(&KEY, Purpose::Segment, b"there"), refused);
        assert_eq!(open(&KEY, Purpose::Batch, b"here"), refused);
        assert_eq!(open(&DataKey::new([8; 32]), Purpose::Segment, b"here"), refused);
    }

    #[test]
    fn an_algorithm_of_a_later_version_is_named_in_the_error() {
        let mut blob = seal_blob(&KEY, Purpose::Segment, &[], b"x").unwrap();
        blob[0] = 9;
        let opened = open_blob(&KEY, Purpose::Segment, &[], &blob);
        assert_eq!(opened, Err(CryptoError::Algorithm(9)));
    }

    proptest! {
        #[test]
        fn content_comes_back_and_no_changed_byte_is_accepted(
            content in proptest::collection::vec(any::<u8>(), 0..100), at: usize, bit in 0..8_u8,
        ) {
            let mut blob = seal_blob(&KEY, Purpose::Batch, &[], &content).unwrap();
            assert_eq!(open_blob(&KEY, Purpose::Batch, &[], &blob), Ok(content));
            let at = at % blob.len();
            blob[at] ^= 1 << bit;
            assert!(open_blob(&KEY, Purpose::Batch, &[], &blob).is_err());
        }

        #[test]
        fn random_bytes_never_open(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            assert!(open_blob(&KEY, Purpose::Batch, &[], &bytes).is_err());
        }
    }
}
