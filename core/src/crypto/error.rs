use std::fmt;

use crate::random::RandomFailed;

/// Why something could not be sealed, opened or verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CryptoError {
    /// Wrong key, wrong place, or the bytes were changed; which of them cannot be told apart.
    NotAuthentic,
    /// The header names an algorithm that this version does not know.
    Algorithm(u8),
    /// Longer than one sealing may be.
    TooLarge,
    /// The operating system gave no random bytes for a key or a salt.
    NoRandomness,
}

impl fmt::Display for CryptoError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAuthentic => out.write_str("not authentic: wrong key, wrong place or changed"),
            Self::Algorithm(number) => write!(out, "unknown algorithm {number}"),
            Self::TooLarge => out.write_str("too large to seal in one piece"),
            Self::NoRandomness => RandomFailed.fmt(out),
        }
    }
}

impl std::error::Error for CryptoError {}

impl From<RandomFailed> for CryptoError {
    fn from(_: RandomFailed) -> Self {
        Self::NoRandomness
    }
}
