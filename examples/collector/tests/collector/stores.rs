//! What is stored, once, and what the summary says of it.

use std::num::NonZeroU32;

use staykit_proto::segment::Property;
use staykit_proto::v1::Batch;

use crate::support::{batch, dropped, plain, query, request, row, segment, start};

#[test]
fn a_stored_batch_is_acknowledged_by_its_id() {
    let server = plain();
    let acknowledgement = server.send(&batch(1, 2, &[1, 2, 3])).acknowledgement();
    assert_eq!(acknowledgement.batch_id, [2; 16]);
    assert!(acknowledgement.server_ms > 1_700_000_000_000);
    let summary = server.summary();
    assert_eq!((summary.events, summary.installations, summary.batches), (3, 1, 1));
    assert_eq!((summary.duplicates_refused, summary.gaps, summary.dropped), (0, 0, 0));
}

#[test]
fn an_event_stands_in_the_database_as_it_was_sent() {
    let server = plain();
    let mut purchase = row("purchase");
    let money = Property::Money { minor: 1_290, currency: "CNY".to_owned() };
    purchase.properties.push(("amount".to_owned(), money));
    purchase.properties.push(("screen".to_owned(), Property::Text("cart".to_owned())));
    let sent = Batch { segments: vec![segment(&[7], &[purchase])], ..batch(0xab, 1, &[]) };
    server.send(&sent).acknowledgement();
    let columns = "installation || ' ' || epoch || ' ' || seq || ' ' || name || ' ' || wall_ms \
        || ' ' || offset_min || ' ' || local_day || ' ' || session || ' ' || amount_minor || ' ' \
        || currency || ' ' || screen || ' ' || priority || ' ' || properties || ' ' || batch_id";
    let found: String = query(&server.database(), &format!("SELECT {columns} FROM events"));
    let (installation, id) = ("ab".repeat(16), "01".repeat(16));
    let expected = format!(
        "{installation} 1 7 purchase 1700000000000 480 19675 1 1290 CNY cart normal \
         {{\"item\":\"tea\"}} {id}"
    );
    assert_eq!(found, expected);
    let unset: bool = query(&server.database(), "SELECT duration_ms IS NULL FROM events");
    assert!(unset);
}

#[test]
fn a_batch_sent_again_is_acknowledged_and_its_events_are_refused() {
    let server = plain();
    let sent = batch(1, 1, &[1, 2, 3]);
    server.send(&sent).acknowledgement();
    let again = server.post(&request(&sent, 2)).acknowledgement();
    assert_eq!(again.batch_id, [1; 16]);
    let summary = server.summary();
    assert_eq!((summary.events, summary.batches, summary.duplicates_refused), (3, 1, 3));
}

#[test]
fn an_event_in_another_batch_is_stored_once() {
    let server = plain();
    server.send(&batch(1, 1, &[1, 2, 3])).acknowledgement();
    server.send(&batch(1, 2, &[2, 3, 4])).acknowledgement();
    let summary = server.summary();
    assert_eq!((summary.events, summary.batches, summary.duplicates_refused), (4, 2, 2));
}

#[test]
fn two_installations_may_use_the_same_batch_id() {
    let server = plain();
    server.send(&batch(1, 1, &[1])).acknowledgement();
    server.send(&batch(2, 1, &[1, 2])).acknowledgement();
    let summary = server.summary();
    assert_eq!((summary.events, summary.installations, summary.batches), (3, 2, 2));
}

#[test]
fn a_lost_acknowledgement_leaves_each_event_stored_once() {
    let server = start(|config| config.lose_every = NonZeroU32::new(2));
    server.send(&batch(1, 1, &[1, 2])).acknowledgement();
    let second = batch(1, 2, &[3, 4]);
    assert_eq!(server.send(&second).status, 503);
    assert_eq!(server.summary().events, 4);
    server.post(&request(&second, 2)).acknowledgement();
    let summary = server.summary();
    assert_eq!((summary.events, summary.batches, summary.duplicates_refused), (4, 2, 2));
}

#[test]
fn numbers_that_did_not_come_are_gaps_unless_they_were_dropped() {
    let server = plain();
    server.send(&batch(1, 1, &[2, 5, 9])).acknowledgement();
    assert_eq!(server.summary().gaps, 6);
    // 5 survived inside the range; 10 to 12 were dropped behind the last event.
    let ranges = vec![dropped(3, 6, 3), dropped(4, 7, 4), dropped(10, 12, 3)];
    server.send(&Batch { dropped: ranges, ..batch(1, 2, &[]) }).acknowledgement();
    let summary = server.summary();
    assert_eq!((summary.gaps, summary.dropped), (2, 10));
}

#[test]
fn a_range_reported_in_two_batches_counts_once() {
    let server = plain();
    for id in [1, 2] {
        let sent = Batch { dropped: vec![dropped(2, 4, 3)], ..batch(1, id, &[]) };
        server.send(&sent).acknowledgement();
    }
    let summary = server.summary();
    assert_eq!((summary.gaps, summary.dropped, summary.installations), (1, 3, 0));
}

#[test]
fn hostile_numbers_neither_overflow_nor_stop_the_summary() {
    let server = plain();
    let end = u64::try_from(i64::MAX).unwrap();
    for installation in [1, 2, 3] {
        let ranges = vec![dropped(end - 1, end, 2), dropped(2, end - 3, end - 4)];
        let sent = Batch { dropped: ranges, ..batch(installation, 1, &[end]) };
        server.send(&sent).acknowledgement();
    }
    let summary = server.summary();
    assert_eq!((summary.events, summary.gaps, summary.dropped), (3, 6, u64::MAX));
}
