//! From bytes that may come from anywhere to a batch that can be stored without a second look.

use prost::Message;
use ring::digest::{SHA256, digest};
use staykit_proto::{segment, v1};

use crate::fault::Fault;
use crate::limits::{
    BATCH_BYTES_MAX, EVENT_BYTES_MAX, EVENTS_MAX, EXPANDED_BYTES_MAX, RAW_BYTES_MAX,
};
use crate::text::{self, hex};
use crate::unpack::unpack;

/// Bytes of a batch's and an installation's id.
const ID_BYTES: usize = 16;

/// A batch of which every event was read and every limit checked.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) id: Vec<u8>,
    /// The id as it is stored: lower-case hex, like `installation`.
    pub(crate) id_hex: String,
    pub(crate) installation: String,
    pub(crate) epoch: i64,
    pub(crate) events: Vec<Event>,
    pub(crate) dropped: Vec<Dropped>,
    pub(crate) source: v1::Source,
    /// SHA-256 of the serialised batch: tells a repeat from another batch under the same id.
    pub(crate) digest: Vec<u8>,
    pub(crate) sent_wall_ms: i64,
    pub(crate) sent_boot_ms: i64,
    pub(crate) attempt: u32,
}

/// An event, its unsigned numbers known to fit in a signed column.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) seq: i64,
    pub(crate) session: i64,
    pub(crate) boot_ms: i64,
    /// The event without its properties.
    pub(crate) full: v1::Event,
    /// The properties as a JSON object.
    pub(crate) properties: String,
}

/// A range of sequence numbers that the device gave up.
#[derive(Debug)]
pub(crate) struct Dropped {
    pub(crate) epoch: i64,
    pub(crate) first_seq: i64,
    pub(crate) last_seq: i64,
    pub(crate) events: i64,
    pub(crate) reason: v1::DropReason,
}

/// The batch in the body of `POST /v1/batches`.
pub(crate) fn verify(body: &[u8]) -> Result<Batch, Fault> {
    let request = v1::UploadRequest::decode(body).map_err(Fault::Request)?;
    if request.batch.len() > BATCH_BYTES_MAX {
        return Err(Fault::TooLarge { what: "bytes of the batch", limit: BATCH_BYTES_MAX });
    }
    let batch = v1::Batch::decode(request.batch.as_slice()).map_err(Fault::Batch)?;
    if batch.format != 1 {
        return Err(Fault::Format { found: batch.format });
    }
    check_id("batch_id", &batch.batch_id)?;
    check_id("installation", &batch.installation)?;
    Ok(Batch {
        id_hex: hex(&batch.batch_id),
        installation: hex(&batch.installation),
        epoch: signed("epoch", batch.epoch)?,
        events: events(&batch)?,
        dropped: dropped(&batch.dropped)?,
        source: batch.source.unwrap_or_default(),
        digest: digest(&SHA256, &request.batch).as_ref().to_vec(),
        sent_wall_ms: request.sent_wall_ms,
        sent_boot_ms: signed("sent_boot_ms", request.sent_boot_ms)?,
        attempt: request.attempt,
        id: batch.batch_id,
    })
}

fn check_id(field: &'static str, id: &[u8]) -> Result<(), Fault> {
    match id.len() {
        ID_BYTES => Ok(()),
        bytes => Err(Fault::Id { field, bytes }),
    }
}

fn signed(field: &'static str, value: u64) -> Result<i64, Fault> {
    i64::try_from(value).map_err(|_| Fault::Range { field, value })
}

fn events(batch: &v1::Batch) -> Result<Vec<Event>, Fault> {
    check_totals(&batch.segments)?;
    let (mut events, mut left) = (Vec::new(), EXPANDED_BYTES_MAX);
    for (place, segment) in batch.segments.iter().enumerate() {
        let (priority, rows) =
            unpack(segment).map_err(|fault| Fault::Segment { segment: place, fault })?;
        for (seq, row) in rows {
            let full = segment::event(&batch.installation, batch.epoch, seq, priority, row);
            left = check_expanded(full.encoded_len(), left)?;
            events.push(event(full)?);
        }
    }
    Ok(events)
}

/// Before anything is unpacked: what the batch says about itself must be within the limits.
fn check_totals(segments: &[v1::BatchSegment]) -> Result<(), Fault> {
    let (mut raw, mut events) = (0_usize, 0_usize);
    for segment in segments {
        let raw_bytes = usize::try_from(segment.raw_bytes).unwrap_or(usize::MAX);
        raw = raw.saturating_add(raw_bytes);
        events = events.saturating_add(segment.seq_delta.len());
    }
    if raw > RAW_BYTES_MAX {
        return Err(Fault::TooLarge { what: "decompressed bytes", limit: RAW_BYTES_MAX });
    }
    if events > EVENTS_MAX {
        return Err(Fault::TooLarge { what: "events", limit: EVENTS_MAX });
    }
    Ok(())
}

/// How much the events after this one may take.
fn check_expanded(bytes: usize, left: usize) -> Result<usize, Fault> {
    if bytes > EVENT_BYTES_MAX {
        return Err(Fault::TooLarge { what: "bytes of an event", limit: EVENT_BYTES_MAX });
    }
    let what = "bytes of all events in full form";
    left.checked_sub(bytes).ok_or(Fault::TooLarge { what, limit: EXPANDED_BYTES_MAX })
}

fn event(mut full: v1::Event) -> Result<Event, Fault> {
    let properties = text::json(&std::mem::take(&mut full.properties));
    Ok(Event {
        seq: signed("seq", full.seq)?,
        session: signed("session", full.session)?,
        boot_ms: signed("boot_ms", full.boot_ms)?,
        properties,
        full,
    })
}

fn dropped(ranges: &[v1::DroppedRange]) -> Result<Vec<Dropped>, Fault> {
    let ranges = ranges.iter().enumerate();
    ranges.map(|(place, range)| dropped_range(range).ok_or(Fault::Dropped { place })).collect()
}

/// None unless `1 <= first_seq <= last_seq` and the range is wide enough for its events.
fn dropped_range(range: &v1::DroppedRange) -> Option<Dropped> {
    let reason = range.reason();
    let epoch = i64::try_from(range.epoch).ok()?;
    let first_seq = i64::try_from(range.first_seq).ok().filter(|first| *first >= 1)?;
    let last_seq = i64::try_from(range.last_seq).ok().filter(|last| *last >= first_seq)?;
    let events = i64::try_from(range.events).ok()?;
    let width = last_seq.checked_sub(first_seq)?.checked_add(1)?;
    (0..=width).contains(&events).then_some(Dropped { epoch, first_seq, last_seq, events, reason })
}
