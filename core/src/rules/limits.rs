//! How much work rules may be.

/// Instructions that the evaluation of one signal, score or table may take, those of the scores
/// and amounts it reads included.
pub const MOST_WORK: usize = 16_384;
/// The same for all of a pack together: the most signals with the longest conditions.
pub const MOST_WORK_OF_ALL: usize = 1_048_576;
/// How many scores and amounts may be calculated within each other.
pub const MOST_DEPTH: usize = 8;
