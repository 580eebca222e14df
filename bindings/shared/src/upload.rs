//! Batches out, answers in, as plain data.

use staykit_core::{engine, sync};

/// A request to send: `POST` `body` as `application/x-protobuf` to the collector's `/v1/batches`,
/// then tell what came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// The batch's id, 16 bytes.
    pub id: Vec<u8>,
    /// Body of the request.
    pub body: Vec<u8>,
    /// 1 for the first attempt.
    pub attempt: u32,
    /// Events in the batch.
    pub events: u64,
}

/// What came back for an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// An HTTP response.
    Response {
        /// Status code.
        status: u16,
        /// The header `Retry-After` as it stood in the response.
        retry_after: Option<String>,
        /// At most 64 kB of the body.
        body: Vec<u8>,
    },
    /// No response: no network, TLS failure, timeout.
    Unreachable,
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
    /// Too large for the server, or unreadable in part: cut in two, to be sent anew.
    Split,
    /// The server will never take these events: set aside and counted.
    SetAside {
        /// How many.
        events: u64,
    },
    /// No batch of that id is in flight.
    Unknown,
}

/// What a round of maintenance did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Maintained {
    /// Events that moved from the journal into the buffer.
    pub compacted: u64,
    /// Entries that still wait in memory because flash takes none.
    pub waiting: u64,
    /// Events given up because they were too old or the byte budget was full.
    pub dropped: u64,
}

impl From<sync::Upload> for Upload {
    fn from(of: sync::Upload) -> Self {
        Self { id: of.id.to_vec(), body: of.body, attempt: of.attempt, events: of.events }
    }
}

impl From<Answer> for sync::Answer {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Response { status, retry_after, body } => {
                Self::Response { status, retry_after, body }
            }
            Answer::Unreachable => Self::Unreachable,
        }
    }
}

impl From<sync::Delivery> for Delivery {
    fn from(delivery: sync::Delivery) -> Self {
        match delivery {
            sync::Delivery::Acknowledged => Self::Acknowledged,
            sync::Delivery::Retry { after_ms } => Self::Retry { after_ms },
            sync::Delivery::Split => Self::Split,
            sync::Delivery::SetAside { events } => Self::SetAside { events },
            sync::Delivery::Unknown => Self::Unknown,
        }
    }
}

impl From<engine::Maintained> for Maintained {
    fn from(of: engine::Maintained) -> Self {
        let waiting = u64::try_from(of.waiting).unwrap_or(u64::MAX);
        Self { compacted: of.compacted, waiting, dropped: of.dropped }
    }
}
