//! What a device may send at once. All sizes in bytes.

/// A serialised `Batch`, its segments compressed.
pub const BATCH_BYTES_MAX: usize = 512 * 1024;

/// The segments of a batch once decompressed, together.
pub const RAW_BYTES_MAX: usize = 1024 * 1024;

/// Events of a batch.
pub const EVENTS_MAX: usize = 1_000;

/// One event in full form (`staykit.v1.Event`).
pub const EVENT_BYTES_MAX: usize = 32 * 1024;

/// The events of a batch in full form, together: many may name one long text, which a segment
/// holds once.
pub const EXPANDED_BYTES_MAX: usize = 16 * 1024 * 1024;

/// What an `UploadRequest` adds around its batch: two clocks, a count and the tags.
pub const ENVELOPE_BYTES_MAX: usize = 64;
