//! Segments: what a server gets and what lies in the buffer, columns and compression included.

use rusqlite::params;
use staykit_core::crypto::Purpose;
use staykit_proto::segment::{
    Property, ROW_TEXT_BYTES_MAX, ROWS_MAX, Row, event, pack, rows, seq_deltas, seqs,
};
use staykit_proto::{Message, v1};

use super::input::Input;
use super::sample::{Sample, survives};

const COLUMNS: &str = "SELECT id, epoch, priority, first_seq, last_seq, events, bytes, raw_bytes, \
     oldest_hour, body FROM segment ORDER BY id LIMIT 1";

pub(super) fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    match input.byte() % 4 {
        0 => any_columns(&mut input),
        1 => any_rows(&mut input),
        2 => stored(&mut input, false),
        _ => stored(&mut input, true),
    }
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let columns = pack(&some_rows(&mut Input::new(&[9; 90]))).encode_to_vec();
    let numbers = [1, 200, 0xe2, 3, 2, 4, 0, 1, b'a', 1, b'b', 1, 1, b'c', 7, 2, 1, b'd', 9];
    vec![
        [&[0], columns.as_slice()].concat(),
        numbers.to_vec(),
        [&[2, 0, 0, 0], columns.as_slice()].concat(),
        vec![2, 1, 0, 1, 0, 9, 0, 3],
        vec![3, 1, 0xe4, 0xe2, 0xe2, 0xe2, 0xe2, 0xe2, 0xe2, 0xe2],
    ]
}

/// Whatever is accepted keeps the limits and comes back the same.
fn holds(segment: &v1::Segment) {
    let Ok(read) = rows(segment) else { return };
    assert!(read.len() <= ROWS_MAX);
    for row in &read {
        assert!(text_bytes(row) <= ROW_TEXT_BYTES_MAX);
    }
    let again = rows(&pack(&read)).unwrap();
    // By their text, since no number equals one that is none.
    assert_eq!(format!("{again:?}"), format!("{read:?}"));
    for row in read {
        let _ = event(&[1; 16], 1, 1, v1::Priority::Normal, row).encode_to_vec();
    }
}

fn text_bytes(row: &Row) -> usize {
    let of = |(name, value): &(String, Property)| match value {
        Property::Text(text) => name.len() + text.len(),
        Property::Money { currency, .. } => name.len() + currency.len(),
        _ => name.len(),
    };
    row.name.len() + row.properties.iter().map(of).sum::<usize>()
}

fn any_columns(input: &mut Input<'_>) {
    if let Ok(segment) = v1::Segment::decode(input.rest()) {
        holds(&segment);
    }
}

fn any_rows(input: &mut Input<'_>) {
    let rows = some_rows(input);
    holds(&pack(&rows));
    let mut numbers: Vec<u64> = rows.iter().map(|row| row.session).collect();
    let rising = numbers.is_sorted_by(|one, next| one < next) && numbers.first() != Some(&0);
    match seqs(&seq_deltas(&numbers)) {
        Ok(read) => assert_eq!(read, numbers),
        Err(_) => assert!(!rising),
    }
    numbers.truncate(1);
    let _ = seqs(&numbers);
}

fn some_rows(input: &mut Input<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    while !input.is_empty() && rows.len() < 32 {
        let small = |number: i64| i32::try_from(number).unwrap_or(i32::MIN);
        rows.push(Row {
            name: input.text(8),
            wall_ms: input.number(),
            offset_min: small(input.number()),
            local_day: small(input.number()),
            session: input.unsigned(),
            boot_ms: input.unsigned(),
            properties: (0..input.below(5)).map(|_| property(input)).collect(),
        });
    }
    rows
}

fn property(input: &mut Input<'_>) -> (String, Property) {
    let name = input.text(12);
    let value = match input.byte() % 5 {
        0 => Property::Text(input.text(40)),
        1 => Property::Integer(input.number()),
        2 => Property::Number(f64::from_bits(input.unsigned())),
        3 => Property::Flag(input.flag()),
        _ => Property::Money { minor: input.number(), currency: input.text(3) },
    };
    (name, value)
}

/// A sealed row of the buffer that says anything, beside the rows that are true.
fn stored(input: &mut Input<'_>, any_place: bool) {
    let sample = Sample::shared();
    let image = sample.with_database(|database| {
        let mut found = None;
        database
            .query_row(COLUMNS, [], |row| {
                let place: Vec<i64> = (1..9).map(|at| row.get(at).unwrap()).collect();
                found = Some((row.get::<_, i64>(0)?, place, row.get::<_, Vec<u8>>(9)?));
                Ok(())
            })
            .unwrap();
        let (id, mut place, body) = found.unwrap();
        let message = sample.unseal(Purpose::Segment, &bind(&place), &body);
        if any_place {
            place = (0..8).map(|_| input.number()).collect();
        }
        let message = message_of(input, message);
        let body = sample.seal(Purpose::Segment, &bind(&place), &message);
        let sql = "UPDATE segment SET epoch = ?1, priority = ?2, first_seq = ?3, last_seq = ?4, \
            events = ?5, bytes = ?6, raw_bytes = ?7, oldest_hour = ?8, body = ?9, state = ?10, \
            batch = NULL WHERE id = ?11";
        let p = place;
        let state = i64::from(input.byte() % 4);
        let values = params![p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7], body, state, id];
        database.execute(sql, values).unwrap();
    });
    survives(image);
}

fn bind(place: &[i64]) -> Vec<u8> {
    place.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// The message as it is but changed, with other columns, or with anything in place of its body.
fn message_of(input: &mut Input<'_>, mut message: Vec<u8>) -> Vec<u8> {
    let way = input.byte() % 4;
    if way == 0 {
        input.edits(&mut message);
        return message;
    }
    let mut segment = v1::BatchSegment::decode(message.as_slice()).unwrap();
    let mut raw = miniz_oxide::inflate::decompress_to_vec(&segment.body).unwrap();
    match way {
        1 => input.edits(&mut raw),
        2 => raw = input.rest().to_vec(),
        _ => {
            segment.seq_delta = (0..input.below(6)).map(|_| input.unsigned()).collect();
            segment.priority = i32::from(input.byte());
            segment.compression = i32::from(input.byte() % 4);
            segment.raw_bytes = u32::try_from(input.number()).unwrap_or(u32::MAX);
            segment.body = input.bytes(300).to_vec();
            return segment.encode_to_vec();
        }
    }
    segment.raw_bytes = u32::try_from(raw.len()).unwrap();
    segment.body = miniz_oxide::deflate::compress_to_vec(&raw, 1);
    segment.encode_to_vec()
}
