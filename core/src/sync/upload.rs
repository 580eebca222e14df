//! What is handed to the host's transport.

pub use crate::store::BatchId;

/// A request to send: `POST` `body` as `application/x-protobuf` to the collector's
/// `/v1/batches`, then tell [`crate::engine::Engine::finish_upload`] what came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// The batch's id.
    pub id: BatchId,
    /// A serialised `staykit.v1.UploadRequest`.
    pub body: Vec<u8>,
    /// 1 for the first attempt.
    pub attempt: u32,
    /// Events in the batch.
    pub events: u64,
}

/// What an answer meant for the batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// Stored by the collector; the device lets go of it.
    Acknowledged,
    /// Not delivered; it will be offered again after this pause.
    Retry {
        /// The pause, ms.
        after_ms: i64,
    },
    /// Too large or in part unreadable for the server: cut in two, to be sent anew.
    Split,
    /// The server will never take these events: set aside and counted.
    SetAside {
        /// How many.
        events: u64,
    },
    /// No batch of that id is in flight: it was acknowledged before, or is not ours.
    Unknown,
}
