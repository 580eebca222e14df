//! What every layer may have to say about bytes it cannot accept.

use std::fmt;

/// Bytes that do not have the form they should have: cut short, damaged, hostile, or written by
/// a version that this one does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed {
    /// What was being read.
    pub what: &'static str,
    /// Offset in bytes at which reading stopped.
    pub at: usize,
}

impl fmt::Display for Malformed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "malformed {} at byte {}", self.what, self.at)
    }
}

impl std::error::Error for Malformed {}
