//! Records: the inputs of the fold, as they lie in a journal entry.
//!
//! The store understands events, because it turns them into segments. Every other kind belongs
//! to a later layer and is kept as bytes under a number.

use crate::codec::{Reader, Writer};
use crate::error::Malformed;
use crate::event::{Event, journal_form};
use crate::time::ClockReading;

/// One input of the fold, with the clocks at that moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// What all clocks showed.
    pub reading: ClockReading,
    /// What it is.
    pub body: Body,
}

/// What a record holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// A numbered event.
    Event(NumberedEvent),
    /// Anything else: its kind (1 or more) and its bytes.
    Other {
        /// Which layer's it is; 0 is the event's.
        kind: u8,
        /// As that layer wrote them.
        bytes: Vec<u8>,
    },
}

/// An event with its place in the numbering.
#[derive(Debug, Clone, PartialEq)]
pub struct NumberedEvent {
    /// Sequence number within the epoch, from 1.
    pub seq: u64,
    /// Session it belongs to, from 1.
    pub session: u64,
    /// Local calendar day, days since 1970-01-01.
    pub local_day: i32,
    /// The event.
    pub event: Event,
}

const EVENT: u8 = 0;

/// Appends an event's record to an entry. Allocates nothing once `out` has grown.
pub(crate) fn encode_event(
    out: &mut Writer<'_>,
    reading: &ClockReading,
    (seq, session, local_day): (u64, u64, i32),
    event: &Event,
) {
    out.byte(EVENT);
    reading.encode(out);
    out.unsigned(seq);
    out.unsigned(session);
    out.signed(i64::from(local_day));
    journal_form::encode(event, out);
}

/// Appends a record of another kind.
pub(crate) fn encode_other(out: &mut Writer<'_>, reading: &ClockReading, kind: u8, bytes: &[u8]) {
    out.byte(kind);
    reading.encode(out);
    out.bytes(bytes);
}

/// Reads every record of an entry.
pub fn decode_entry(entry: &[u8]) -> Result<Vec<Record>, Malformed> {
    let mut input = Reader::new(entry, "journal entry");
    let mut records = Vec::new();
    while input.remaining() > 0 {
        records.push(decode(&mut input)?);
    }
    Ok(records)
}

fn decode(input: &mut Reader<'_>) -> Result<Record, Malformed> {
    let kind = input.byte()?;
    let reading = ClockReading::decode(input)?;
    let body = if kind == EVENT {
        Body::Event(NumberedEvent {
            seq: input.unsigned()?,
            session: input.unsigned()?,
            local_day: input.signed32()?,
            event: journal_form::decode(input)?,
        })
    } else {
        Body::Other { kind, bytes: input.bytes()?.to_vec() }
    };
    Ok(Record { reading, body })
}

#[cfg(test)]
mod tests {
    use super::{Body, decode_entry, encode_event, encode_other};
    use crate::codec::Writer;
    use crate::event::{Catalog, Draft};
    use crate::time::{Clock, VirtualClock};
    use proptest::prelude::{any, proptest};

    #[test]
    fn the_records_of_an_entry_come_back_in_order() {
        let reading = VirtualClock::at(1_700_000_000_000).read().unwrap();
        let event = Catalog::default().admit(Draft::new("open")).unwrap();
        let mut entry = Vec::new();
        let mut out = Writer::new(&mut entry);
        encode_event(&mut out, &reading, (7, 3, 19_675), &event);
        encode_other(&mut out, &reading, 9, b"later");
        let records = decode_entry(&entry).unwrap();
        assert!(matches!(&records[0].body, Body::Event(numbered)
            if numbered.seq == 7 && numbered.session == 3 && numbered.event == event));
        assert_eq!(records[1].body, Body::Other { kind: 9, bytes: b"later".to_vec() });
        assert!(records.iter().all(|record| record.reading == reading));
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode_entry(&bytes);
        }
    }
}
