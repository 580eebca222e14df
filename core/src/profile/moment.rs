//! A moment as features see it.

use crate::time::Stamp;

/// The clocks, and the session that the moment is counted with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment<'a> {
    pub(super) stamp: &'a Stamp,
    /// Number of the current or last session, from 1.
    pub(super) session: u64,
}
