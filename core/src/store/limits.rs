//! Every figure of the store, with unit and origin.

use crate::event::limits::Limit;

/// One journal entry.
pub const ENTRY: Limit = Limit {
    of: "journal entry",
    most: 1 << 20,
    unit: "bytes",
    origin: "128 times the largest event: room for a pack's activation record",
};
/// Size of an ordinary journal file.
pub const JOURNAL_FILE: Limit = Limit {
    of: "journal file",
    most: 256 << 10,
    unit: "bytes",
    origin: "about 1,200 events: one compaction of 6 segments",
};
/// Size of a journal file in a store that has filled none since it was opened.
pub const FIRST_JOURNAL_FILE: Limit = Limit {
    of: "first journal file",
    most: 16 << 10,
    unit: "bytes",
    origin: "about 80 events, a day of an ordinary app; 4 writes when a store opens",
};
/// Events in one segment.
pub const SEGMENT_EVENTS: Limit = Limit {
    of: "segment",
    most: 200,
    unit: "events",
    origin: "larger groups compress hardly better; a lost one costs more",
};
/// Estimated size of one segment before compression.
pub const SEGMENT_RAW: Limit = Limit {
    of: "segment before compression",
    most: 128 << 10,
    unit: "bytes",
    origin: "an eighth of a batch; what compaction holds in memory per class",
};
/// Checkpoints kept.
pub const CHECKPOINTS: Limit = Limit {
    of: "checkpoints",
    most: 2,
    unit: "checkpoints",
    origin: "one that is written, one to fall back to",
};
/// A checkpoint.
pub const CHECKPOINT: Limit = Limit {
    of: "checkpoint",
    most: 4 << 20,
    unit: "bytes",
    origin: "sixty times an ordinary one; bounds memory at opening",
};
/// Acknowledged and refused segments kept.
pub const KEPT_AFTER_UPLOAD: Limit = Limit {
    of: "segments kept after upload",
    most: 1 << 20,
    unit: "bytes",
    origin: "a tenth of the default budget; months of an ordinary app",
};
/// Dropped ranges of one epoch and reason that wait to be told; beyond it the closest are joined.
pub const DROPPED_RANGES: Limit = Limit {
    of: "dropped ranges of one epoch and reason",
    most: 16,
    unit: "ranges",
    origin: "neighbours are one range already; these are gaps between classes",
};
/// Dropped ranges in one batch; the others wait for the next.
pub const DROPPED_IN_BATCH: Limit =
    Limit { of: "dropped ranges in a batch", most: 256, unit: "ranges", origin: "about 6 kB" };
/// Free pages that the database keeps for use again.
pub const FREE_PAGES: Limit = Limit {
    of: "free pages of the database",
    most: 256 << 10,
    unit: "bytes",
    origin: "a few segments and a checkpoint: reused before they are worth moving pages",
};
/// The smallest byte budget; a lower one is raised to it.
pub const LEAST_BUDGET: Limit = Limit {
    of: "least byte budget",
    most: 1_000_000,
    unit: "bytes",
    origin: "journal files (768 KiB at most) and half of it for segments",
};
/// What the files may exceed the byte budget by between two rounds of maintenance.
pub const BUDGET_SLACK: Limit = Limit {
    of: "excess over the byte budget",
    most: 1 << 20,
    unit: "bytes",
    origin: "the log of one compaction (512 KiB) and two journal files",
};
/// The wrapped data key, as a vault gives it.
pub const WRAPPED_KEY: Limit = Limit {
    of: "wrapped key",
    most: 4 << 10,
    unit: "bytes",
    origin: "an RSA-4096 wrapping with certificates fits",
};

/// All of them, for documentation and tests.
pub const ALL: [Limit; 14] = [
    ENTRY,
    JOURNAL_FILE,
    FIRST_JOURNAL_FILE,
    SEGMENT_EVENTS,
    SEGMENT_RAW,
    CHECKPOINTS,
    CHECKPOINT,
    KEPT_AFTER_UPLOAD,
    DROPPED_RANGES,
    DROPPED_IN_BATCH,
    FREE_PAGES,
    LEAST_BUDGET,
    BUDGET_SLACK,
    WRAPPED_KEY,
];
