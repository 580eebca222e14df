//! What happens to batches: the real collector on loopback, and answers made by hand.

use staykit_core::engine::Engine;
use staykit_core::store::BatchId;
use staykit_core::sync::{Answer, Delivery, Upload};
use staykit_proto::segment::{Row, rows, seqs};
use staykit_proto::{Message, v1};

use crate::person::Person;

#[cfg(feature = "server")]
mod collector;

#[cfg(feature = "server")]
pub use collector::Server;

/// Sends all that waits, however long that takes; what came of each attempt.
pub fn send_all(person: &mut Person, mut carry: impl FnMut(&Upload) -> Answer) -> Vec<Delivery> {
    let mut deliveries = Vec::new();
    for _ in 0..10_000 {
        let Some(upload) = person.engine().next_upload().unwrap() else {
            if person.engine().status().unwrap().events_waiting == 0 {
                return deliveries;
            }
            // It rests after a failure.
            person.is_away(1_000);
            continue;
        };
        let delivery = person.engine().finish_upload(upload.id, &carry(&upload)).unwrap();
        if let Delivery::Retry { after_ms } = delivery {
            person.is_away(after_ms.max(0));
        }
        deliveries.push(delivery);
    }
    panic!("it never ends: {:?}", deliveries.last());
}

/// The next upload, which must be there.
#[must_use]
pub fn next(engine: &Engine) -> Upload {
    engine.next_upload().unwrap().expect("an upload")
}

/// The request of an upload.
#[must_use]
pub fn request(upload: &Upload) -> v1::UploadRequest {
    v1::UploadRequest::decode(upload.body.as_slice()).unwrap()
}

/// The batch of an upload.
#[must_use]
pub fn batch(upload: &Upload) -> v1::Batch {
    v1::Batch::decode(request(upload).batch.as_slice()).unwrap()
}

/// The events of an upload with their numbers, in order of these.
#[must_use]
pub fn events(upload: &Upload) -> Vec<(u64, Row)> {
    let mut events = Vec::new();
    for segment in batch(upload).segments {
        let raw = match segment.compression() {
            v1::Compression::Deflate => {
                miniz_oxide::inflate::decompress_to_vec(&segment.body).unwrap()
            }
            _ => segment.body,
        };
        let columns = v1::Segment::decode(raw.as_slice()).unwrap();
        events.extend(seqs(&segment.seq_delta).unwrap().into_iter().zip(rows(&columns).unwrap()));
    }
    events.sort_by_key(|(seq, _)| *seq);
    events
}

/// The answer that acknowledges a batch, and tells no time.
#[must_use]
pub fn acknowledges(id: BatchId) -> Answer {
    acknowledges_at(id, 0)
}

/// The answer that acknowledges a batch at this moment of the server's clock.
#[must_use]
pub fn acknowledges_at(id: BatchId, server_ms: i64) -> Answer {
    let acknowledgement = v1::Acknowledgement { batch_id: id.to_vec(), server_ms, pause_s: 0 };
    says(200, &acknowledgement.encode_to_vec())
}

/// An answer with a body.
#[must_use]
pub fn says(status: u16, body: &[u8]) -> Answer {
    Answer::Response { status, retry_after: None, body: body.to_vec() }
}
