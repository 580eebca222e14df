//! Y1 batches and what becomes of them. `poison` has what a server refuses, and B1.

mod poison;

use staykit_core::engine::Config;
use staykit_core::event::Draft;
use staykit_core::sync::{Answer, Delivery, limits};
use staykit_core::time::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS};
use staykit_tests::packs;
use staykit_tests::person::{Person, START};
use staykit_tests::server::{self, Server, acknowledges, events, next, request, says};

/// A person with so many events.
fn with_events(count: i64) -> Person {
    let mut person = Person::new();
    for number in 0..count {
        person.records(Draft::new("tap").integer("number", number));
        person.is_away(SECOND_MS);
    }
    person
}

/// Until when a batch rests after an answer, ms after now.
fn rests(person: &Person, answer: &Answer) -> i64 {
    let upload = next(person.engine());
    match person.engine().finish_upload(upload.id, answer).unwrap() {
        Delivery::Retry { after_ms } => after_ms,
        other => panic!("{other:?}"),
    }
}

fn asks_for(status: u16, retry_after: &str) -> Answer {
    Answer::Response { status, retry_after: Some(retry_after.to_owned()), body: Vec::new() }
}

#[test]
fn y1_a_batch_keeps_its_bytes_on_retry_after_reopen_after_a_kill_and_under_a_new_pack() {
    let mut person = with_events(20);
    let first = next(person.engine());
    let batch = request(&first).batch;
    assert_eq!(
        events(&first).iter().map(|(seq, _)| *seq).collect::<Vec<_>>(),
        (1..=20).collect::<Vec<_>>()
    );
    person.engine().finish_upload(first.id, &Answer::Unreachable).unwrap();
    for attempt in 2..=5 {
        person.is_away(HOUR_MS);
        person.does("open");
        match attempt {
            3 => person.reopens(),
            4 => person.is_killed(),
            5 => person.reopens_under(packs::builtin_with(&[("version: 2\n", "version: 3\n")])),
            _ => {}
        }
        let again = next(person.engine());
        assert_eq!((again.id, again.attempt, again.events), (first.id, attempt, 20));
        let request = request(&again);
        assert!(request.batch == batch, "attempt {attempt}");
        // What differs from attempt to attempt stands around the batch.
        assert_eq!(request.sent_wall_ms, START + person.now());
        assert_eq!(request.attempt, attempt);
        person.engine().finish_upload(again.id, &Answer::Unreachable).unwrap();
    }
    person.is_away(HOUR_MS);
    let last = next(person.engine());
    let done = person.engine().finish_upload(last.id, &acknowledges(last.id)).unwrap();
    assert_eq!(done, Delivery::Acknowledged);
    // What was recorded meanwhile follows, under another id.
    let rest = next(person.engine());
    assert_ne!(rest.id, first.id);
    assert_eq!(events(&rest).iter().map(|(seq, _)| *seq).collect::<Vec<_>>(), [21, 22, 23, 24]);
}

#[test]
fn y1_lost_acknowledgements_lose_nothing_and_double_nothing() {
    let server = Server::start(Some(2));
    let mut person = Person::new();
    let mut recorded = 0;
    let mut lost = 0;
    for round in 0..8 {
        for number in 0..(5 + round) {
            person.records(Draft::new("tap").integer("number", number));
            recorded += 1;
        }
        let deliveries = server::send_all(&mut person, |upload| server.takes(upload));
        lost += deliveries.iter().filter(|d| matches!(d, Delivery::Retry { .. })).count();
        if round % 3 == 0 {
            person.is_killed();
        }
    }
    let summary = server.summary();
    assert_eq!(lost, 7, "every second acknowledgement, that of the first batch not");
    assert_eq!((summary.events, summary.installations, summary.batches), (recorded, 1, 8));
    assert_eq!((summary.gaps, summary.dropped), (0, 0));
    assert_eq!(summary.duplicates_refused, recorded - 5, "each other batch came twice");
    let seqs: i64 = server.query("SELECT count(DISTINCT seq) FROM events");
    assert_eq!(u64::try_from(seqs).unwrap(), recorded);
}

#[test]
fn y1_the_pause_after_failures_grows_up_to_its_limit_and_is_kept() {
    let mut pauses: Vec<Vec<i64>> = vec![Vec::new(); 14];
    for seed in 0..6 {
        let mut person = Person::seeded(packs::builtin(), seed);
        person.does("open");
        for (attempt, pauses) in (0_u32..).zip(&mut pauses) {
            let pause = rests(&person, &says(503, b"busy"));
            let most = (limits::FIRST_BACK_OFF_MS << attempt).min(limits::LONGEST_BACK_OFF_MS);
            assert!((0..most).contains(&pause), "{pause} ms after attempt {}", attempt + 1);
            if pause > 0 {
                person.is_away(pause - 1);
                assert_eq!(person.engine().next_upload().unwrap(), None, "too soon");
                person.is_away(1);
            }
            pauses.push(pause);
        }
    }
    let longest =
        |attempts: std::ops::Range<usize>| *pauses[attempts].iter().flatten().max().unwrap();
    assert!(longest(0..3) < 8 * SECOND_MS);
    assert!(longest(10..14) > MINUTE_MS, "{pauses:?}");
    let mut late = pauses[13].clone();
    late.dedup();
    assert!(late.len() > 1, "devices that failed together come back one by one: {late:?}");
}

#[test]
fn y1_retry_after_is_a_floor_in_seconds_or_as_a_date_and_at_most_a_day() {
    let person = with_events(1);
    let pause = rests(&person, &asks_for(503, "120"));
    assert!((120 * SECOND_MS..125 * SECOND_MS).contains(&pause), "{pause}");
    // START is 09:00:00; one event later.
    let person = with_events(1);
    let pause = rests(&person, &asks_for(429, "Mon, 02 Mar 2026 09:10:01 GMT"));
    assert_eq!(pause, 10 * MINUTE_MS);
    let person = with_events(1);
    assert_eq!(rests(&person, &asks_for(503, "999999")), 24 * HOUR_MS);
}

#[test]
fn y1_a_pause_that_a_server_asked_for_outlives_the_process() {
    let mut person = with_events(1);
    let pause = rests(&person, &asks_for(503, "3600"));
    assert!(pause >= HOUR_MS, "{pause}");
    person.is_away(pause - 1);
    assert_eq!(person.engine().next_upload().unwrap(), None);
    person.reopens();
    assert_eq!(person.engine().next_upload().unwrap(), None, "after a new start");
    person.is_away(1);
    assert_eq!(next(person.engine()).attempt, 2);
    // And the pause that an acknowledgement asks for.
    let upload = next(person.engine());
    let body = staykit_proto::v1::Acknowledgement {
        batch_id: upload.id.to_vec(),
        server_ms: 0,
        pause_s: 60,
    };
    let body = staykit_proto::Message::encode_to_vec(&body);
    person.engine().finish_upload(upload.id, &says(200, &body)).unwrap();
    person.does("open");
    person.is_away(MINUTE_MS - 1);
    assert_eq!(person.engine().next_upload().unwrap(), None);
    person.is_away(1);
    assert_eq!(next(person.engine()).events, 1);
}

#[test]
fn y1_a_captive_portal_delivers_nothing() {
    let mut person = with_events(3);
    let page = b"<html><body>Please sign in to the Wi-Fi</body></html>".as_slice();
    let redirect = || says(302, b"");
    for answer in
        [says(200, page), says(200, b""), says(204, b""), redirect(), acknowledges([9; 16])]
    {
        let pause = rests(&person, &answer);
        assert!((0..15 * MINUTE_MS).contains(&pause), "{answer:?}");
        person.is_away(HOUR_MS);
        assert_eq!(person.engine().status().unwrap().events_waiting, 3, "{answer:?}");
    }
    let upload = next(person.engine());
    assert_eq!(events(&upload).len(), 3);
}

#[test]
fn y1_a_wrong_key_or_address_keeps_everything_and_waits_for_a_day() {
    for status in [401, 403, 404, 410, 415] {
        let mut person = with_events(3);
        assert_eq!(rests(&person, &says(status, b"")), 24 * HOUR_MS, "{status}");
        person.is_away(24 * HOUR_MS - 1);
        assert_eq!(person.engine().next_upload().unwrap(), None);
        person.is_away(1);
        assert_eq!(next(person.engine()).events, 3);
    }
}

#[test]
fn y1_a_collector_that_is_gone_is_asked_no_more_if_the_host_wants_that() {
    let mut person = with_events(3);
    person.config = Config::with_stop_when_gone;
    person.reopens();
    assert_eq!(rests(&person, &says(410, b"")), 24 * HOUR_MS);
    person.is_away(30 * DAY_MS);
    assert_eq!(person.engine().next_upload().unwrap(), None);
    assert_eq!(person.engine().status().unwrap().events_waiting, 3, "nothing is lost");
    // A new start may go to another address.
    person.reopens();
    assert_eq!(next(person.engine()).events, 3);
    assert_eq!(rests(&person, &says(401, b"")), 24 * HOUR_MS, "a wrong key is no end");
    person.is_away(24 * HOUR_MS);
    assert_eq!(next(person.engine()).events, 3);
}

#[test]
fn y1_batches_keep_the_limits_of_the_wire_and_payments_go_first() {
    let mut person = Person::new();
    let long = "x".repeat(1_000);
    for number in 0..1_500 {
        person.records(Draft::new("tap").integer("number", number));
    }
    for _ in 0..300 {
        let draft = (0..5).fold(Draft::new("comment"), |draft, part| {
            draft.text(format!("part_{part}"), format!("{part}{long}"))
        });
        person.records(draft);
    }
    person.does("purchase");
    let server = Server::start(None);
    let mut sizes = Vec::new();
    let deliveries = server::send_all(&mut person, |upload| {
        let batch = server::batch(upload);
        let raw: u32 = batch.segments.iter().map(|segment| segment.raw_bytes).sum();
        assert!(upload.events <= 1_000 && raw <= 1_000_000 && upload.body.len() <= 512 * 1_024);
        if sizes.is_empty() {
            assert!(events(upload).iter().any(|(_, row)| row.name == "purchase"));
        }
        sizes.push(upload.events);
        server.takes(upload)
    });
    assert!(deliveries.iter().all(|delivery| *delivery == Delivery::Acknowledged));
    assert_eq!(sizes.iter().sum::<u64>(), 1_801);
    assert_eq!((server.summary().events, server.summary().gaps), (1_801, 0));
}

#[test]
fn y1_an_answer_to_a_batch_that_is_not_in_flight_changes_nothing() {
    let person = with_events(2);
    let upload = next(person.engine());
    let stranger = person.engine().finish_upload([7; 16], &acknowledges([7; 16])).unwrap();
    assert_eq!(stranger, Delivery::Unknown);
    for answer in [says(413, b""), says(400, b""), says(503, b""), Answer::Unreachable] {
        let delivery = person.engine().finish_upload([7; 16], &answer).unwrap();
        assert_eq!(delivery, Delivery::Unknown, "{answer:?}");
    }
    assert_eq!(next(person.engine()).id, upload.id);
    let done = |_| person.engine().finish_upload(upload.id, &acknowledges(upload.id)).unwrap();
    assert_eq!([0, 1].map(done), [Delivery::Acknowledged, Delivery::Unknown]);
    assert_eq!(person.engine().status().unwrap().events_waiting, 0);
}
