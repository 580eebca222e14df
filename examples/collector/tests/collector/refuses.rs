//! What is refused, with which status, and that nothing of it is stored.

use proptest::prelude::*;
use staykit_collector::limits;
use staykit_proto::Message;
use staykit_proto::segment::Property;
use staykit_proto::v1::{Batch, Compression, Source, UploadRequest};

use crate::support::{batch, dropped, exchange, get, plain, post, request, row, segment, start};

#[test]
fn other_bytes_under_a_used_id_are_refused_and_nothing_is_stored() {
    let server = plain();
    server.send(&batch(1, 1, &[1])).acknowledgement();
    let answer = server.send(&batch(1, 1, &[2]));
    assert_eq!((answer.status, answer.text()), (400, "this batch id was used for other bytes\n"));
    assert_eq!(server.summary().events, 1);
}

#[test]
fn events_and_ranges_that_no_device_sends_are_refused() {
    let server = plain();
    let beyond = Batch { epoch: 1 << 63, ..batch(1, 1, &[1]) };
    let answer = server.send(&beyond);
    assert_eq!(answer.text(), "epoch 9223372036854775808 is beyond 63 bits\n");
    let zero = Batch { dropped: vec![dropped(0, 1, 1)], ..batch(1, 1, &[]) };
    let turned = Batch { dropped: vec![dropped(3, 2, 0)], ..batch(1, 1, &[]) };
    let many = Batch { dropped: vec![dropped(1, 2, 3)], ..batch(1, 1, &[]) };
    for sent in [beyond, zero, turned, many] {
        assert_eq!(server.send(&sent).status, 400);
    }
}

#[test]
fn the_reason_of_a_refusal_says_where() {
    let refused = |change: fn(&mut Batch)| {
        let mut sent = batch(1, 1, &[1, 2]);
        change(&mut sent);
        let answer = plain().send(&sent);
        assert_eq!(answer.status, 400);
        answer.text().trim_end().to_owned()
    };
    assert_eq!(refused(|b| b.format = 2), "format 2 is unknown; this server reads 1");
    assert_eq!(refused(|b| b.batch_id.truncate(3)), "batch_id has 3 bytes instead of 16");
    assert_eq!(refused(|b| b.segments[0].priority = 9), "segment 0: unknown priority 9");
    assert_eq!(refused(|b| b.segments[0].compression = 0), "segment 0: unknown compression 0");
    assert_eq!(
        refused(|b| b.segments[0].seq_delta.push(1)),
        "segment 0: 2 rows but 3 sequence numbers"
    );
    assert_eq!(
        refused(|b| b.segments[0].seq_delta[1] = 0),
        "segment 0: column seq_delta at 1: difference 0 is not allowed"
    );
    assert_eq!(
        refused(|b| b.segments[0].raw_bytes += 1),
        "segment 0: body is no DEFLATE stream of raw_bytes bytes"
    );
    assert_eq!(
        refused(|b| b.segments[0].body.push(0)),
        "segment 0: body is no DEFLATE stream of raw_bytes bytes"
    );
    let wrong_raw = refused(|b| b.segments[0].compression = Compression::None.into());
    assert!(wrong_raw.starts_with("segment 0: raw_bytes is "), "{wrong_raw}");
}

#[test]
fn one_bad_segment_keeps_the_whole_batch_out() {
    let server = plain();
    let mut sent = batch(1, 1, &[1, 2]);
    sent.segments.push(segment(&[3, 4], &[row("open")]));
    assert_eq!(server.send(&sent).status, 400);
    assert_eq!(server.summary().events, 0);
    sent.segments.pop();
    server.send(&sent).acknowledgement();
}

#[test]
fn more_events_than_allowed_are_too_large() {
    let server = plain();
    let seqs: Vec<u64> = (1..=1_001).collect();
    let answer = server.send(&batch(1, 1, &seqs));
    assert_eq!((answer.status, answer.text()), (413, "events: more than 1000\n"));
    server.send(&batch(1, 2, &seqs[..limits::EVENTS_MAX])).acknowledgement();
    let mut halves = batch(1, 3, &seqs[..600]);
    halves.segments.extend(batch(1, 3, &seqs[600..]).segments);
    assert_eq!(server.send(&halves).status, 413);
}

#[test]
fn an_event_longer_than_allowed_is_too_large() {
    let server = plain();
    for (bytes, status) in [(31 * 1024, 200), (limits::EVENT_BYTES_MAX - 20, 413), (40_000, 413)] {
        let mut long = row("note");
        long.properties = vec![("text".to_owned(), Property::Text("x".repeat(bytes)))];
        let sent = Batch { segments: vec![segment(&[1], &[long])], ..batch(1, 1, &[]) };
        assert_eq!(server.send(&sent).status, status, "{bytes}");
    }
}

#[test]
fn a_body_longer_than_allowed_is_answered_and_not_cut_off() {
    let server = plain();
    let mut sent = batch(1, 1, &[1]);
    sent.source =
        Some(Source { app_version: "x".repeat(limits::BATCH_BYTES_MAX), ..Source::default() });
    assert_eq!(server.send(&sent).status, 413);
    assert_eq!(server.post(&vec![0; 3_000_000]).status, 413);
    sent.source = Some(Source {
        app_version: "x".repeat(limits::BATCH_BYTES_MAX - 500),
        ..Source::default()
    });
    server.send(&sent).acknowledgement();
}

#[test]
fn a_decompression_bomb_is_not_unpacked() {
    let server = plain();
    let bomb = miniz_oxide::deflate::compress_to_vec(&vec![0; 64 << 20], 6);
    let mut sent = batch(1, 1, &[1]);
    sent.segments[0].body = bomb;
    assert_eq!(server.send(&sent).status, 400);
    sent.segments[0].raw_bytes = 64 << 20;
    assert_eq!(server.send(&sent).status, 413);
    let each = u32::try_from(limits::RAW_BYTES_MAX).unwrap() / 2;
    sent.segments[0].raw_bytes = each;
    sent.segments = vec![sent.segments[0].clone(); 3];
    assert_eq!(server.send(&sent).status, 413);
}

#[test]
fn a_string_bomb_is_not_expanded() {
    let server = plain();
    let mut long = row("note");
    long.properties = vec![("text".to_owned(), Property::Text("x".repeat(900_000)))];
    let rows = vec![long; 500];
    let seqs: Vec<u64> = (1..=500).collect();
    let sent = Batch { segments: vec![segment(&seqs, &rows)], ..batch(1, 1, &[]) };
    assert_eq!(server.send(&sent).status, 413);
}

#[test]
fn events_that_share_a_long_text_are_too_large_together() {
    let server = plain();
    let mut long = row("note");
    long.properties = vec![("text".to_owned(), Property::Text("x".repeat(20 * 1024)))];
    let seqs: Vec<u64> = (1..=1_000).collect();
    let rows = vec![long; 1_000];
    let sent = Batch { segments: vec![segment(&seqs, &rows)], ..batch(1, 1, &[]) };
    assert_eq!(server.send(&sent).status, 413);
    let half = Batch { segments: vec![segment(&seqs[..500], &rows[..500])], ..batch(1, 2, &[]) };
    server.send(&half).acknowledgement();
}

#[test]
fn only_plain_protobuf_is_accepted() {
    let server = plain();
    let body = request(&batch(1, 1, &[1]), 1);
    let status = |headers: &str| exchange(server.address(), &post(headers, &body)).status;
    assert_eq!(status(""), 415);
    assert_eq!(status("Content-Type: application/json\r\n"), 415);
    assert_eq!(status("Content-Type: application/x-protobuf\r\nContent-Encoding: gzip\r\n"), 415);
    assert_eq!(status("Content-Type: Application/X-Protobuf; charset=binary\r\n"), 200);
    assert_eq!(exchange(server.address(), &get("/v1/batches")).status, 405);
    assert_eq!(exchange(server.address(), &get("/")).status, 404);
}

#[test]
fn a_write_key_is_asked_for_when_one_is_set() {
    let server = start(|config| config.write_key = Some("open sesame".to_owned()));
    let body = request(&batch(1, 1, &[1]), 1);
    let status = |key: &str| {
        let headers = format!("Content-Type: application/x-protobuf\r\n{key}");
        exchange(server.address(), &post(&headers, &body)).status
    };
    assert_eq!(status(""), 401);
    assert_eq!(status("X-Staykit-Key: other\r\n"), 401);
    assert_eq!(status("X-Staykit-Key: open sesame\r\n"), 200);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn random_bytes_are_refused_and_the_server_goes_on(body in prop::collection::vec(any::<u8>(), 1..400)) {
        let server = plain();
        prop_assert_eq!(server.post(&body).status, 400);
        server.send(&batch(1, 1, &[1])).acknowledgement();
    }

    #[test]
    fn a_damaged_batch_is_stored_whole_or_not_at_all(
        at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>(),
    ) {
        let server = plain();
        let mut bytes = batch(1, 1, &[1, 2, 3]).encode_to_vec();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if cut {
            bytes.truncate(at);
        }
        let sent = UploadRequest { batch: bytes, attempt: 1, ..UploadRequest::default() };
        let answer = server.post(&sent.encode_to_vec());
        prop_assert!([200, 400, 413].contains(&answer.status), "{}", answer.status);
        let events = server.summary().events;
        let whole = events == 0 || (events == 3 && answer.status == 200);
        prop_assert!(whole, "{} {events}", answer.status);
    }
}
