//! Y1: what a server finds too large or cannot take; B1: what the collector says it holds.

use std::collections::BTreeSet;

use staykit_core::engine::Engine;
use staykit_core::sync::{Answer, Delivery, Upload};
use staykit_core::time::{DAY_MS, HOUR_MS};
use staykit_tests::packs::{self, tally};
use staykit_tests::person::Person;
use staykit_tests::server::{self, Server, acknowledges, events, next, says};

use super::with_events;

fn numbers(upload: &Upload) -> Vec<u64> {
    events(upload).into_iter().map(|(seq, _)| seq).collect()
}

fn dropped(engine: &Engine) -> u64 {
    engine.status().unwrap().dropped_events
}

#[test]
fn y1_a_batch_that_is_too_large_is_split_until_it_fits() {
    let server = Server::start(None);
    let mut person = with_events(100);
    let mut ids = BTreeSet::new();
    let deliveries = server::send_all(&mut person, |upload| {
        assert!(ids.insert(upload.id), "a half is a batch of its own");
        if upload.events > 10 { says(413, b"too large") } else { server.takes(upload) }
    });
    assert!(deliveries.iter().filter(|delivery| **delivery == Delivery::Split).count() >= 9);
    let summary = server.summary();
    assert_eq!((summary.events, summary.duplicates_refused), (100, 0));
    assert_eq!((summary.gaps, summary.dropped), (0, 0));
}

#[test]
fn y1_a_half_survives_a_kill() {
    let mut person = with_events(10);
    let whole = next(person.engine());
    let split = person.engine().finish_upload(whole.id, &says(413, b"")).unwrap();
    assert_eq!(split, Delivery::Split);
    let first = next(person.engine());
    person.is_killed();
    let again = next(person.engine());
    assert_eq!(server::request(&again).batch, server::request(&first).batch);
    person.engine().finish_upload(again.id, &acknowledges(again.id)).unwrap();
    let second = next(person.engine());
    let mut all = [numbers(&first), numbers(&second)].concat();
    all.sort_unstable();
    assert_eq!(all, (1..=10).collect::<Vec<_>>());
}

#[test]
fn y1_a_poison_event_is_set_aside_alone_and_the_backend_is_told() {
    for poison in [1, 37, 100] {
        let server = Server::start(None);
        let mut person = with_events(100);
        let deliveries = server::send_all(&mut person, |upload| {
            if numbers(upload).contains(&poison) { says(400, b"") } else { server.takes(upload) }
        });
        let set_aside = deliveries.iter().filter(|d| matches!(d, Delivery::SetAside { .. }));
        assert_eq!(set_aside.collect::<Vec<_>>(), [&Delivery::SetAside { events: 1 }]);
        assert_eq!(dropped(person.engine()), 1);
        // What was given up travels with the next batch, whenever that is.
        person.does("open");
        server::send_all(&mut person, |upload| server.takes(upload));
        let summary = server.summary();
        assert_eq!((summary.events, summary.dropped, summary.gaps), (100, 1, 0), "event {poison}");
        let told: (i64, String) = (
            server.query("SELECT first_seq FROM dropped"),
            server.query("SELECT reason FROM dropped"),
        );
        assert_eq!(told, (i64::try_from(poison).unwrap(), "refused".to_owned()));
    }
}

#[test]
fn y1_two_poison_events_far_apart_take_nothing_else_with_them() {
    let server = Server::start(Some(3));
    let mut person = with_events(60);
    server::send_all(&mut person, |upload| {
        let numbers = numbers(upload);
        let poisoned = numbers.contains(&5) || numbers.contains(&48);
        if poisoned { says(422, b"") } else { server.takes(upload) }
    });
    person.does("open");
    server::send_all(&mut person, |upload| server.takes(upload));
    let summary = server.summary();
    assert_eq!((summary.events, summary.dropped, summary.gaps), (59, 2, 0));
}

#[test]
fn y1_a_server_that_refuses_everything_costs_two_events_and_a_day_later_one_more() {
    let mut person = with_events(50);
    let refuse = says(400, b"unknown app");
    let mut kinds = Vec::new();
    while let Some(upload) = person.engine().next_upload().unwrap() {
        kinds.push(person.engine().finish_upload(upload.id, &refuse).unwrap());
        assert!(kinds.len() < 100, "{kinds:?}");
    }
    assert!(matches!(kinds.last(), Some(Delivery::Retry { .. })), "{kinds:?}");
    assert_eq!(dropped(person.engine()), 2);
    person.is_away(DAY_MS);
    while let Some(upload) = person.engine().next_upload().unwrap() {
        person.engine().finish_upload(upload.id, &refuse).unwrap();
    }
    assert!(dropped(person.engine()) <= 3);
    // Once the configuration is right, everything else arrives.
    let lost = dropped(person.engine());
    let server = Server::start(None);
    person.is_away(DAY_MS);
    server::send_all(&mut person, |upload| server.takes(upload));
    let summary = server.summary();
    assert_eq!((summary.events, summary.gaps, summary.dropped), (50 - lost, 0, lost));
}

#[test]
fn b1_the_summary_agrees_with_what_devices_recorded_and_with_the_database() {
    let server = Server::start(Some(3));
    let mut recorded = 0;
    let mut sent = Vec::new();
    for seed in 0..4_u32 {
        let mut person = Person::seeded(packs::builtin(), u64::from(seed));
        for round in 0..3 {
            for _ in 0..=(seed * 3 + round) {
                person.does("product_view");
                person.is_away(HOUR_MS);
                recorded += 1;
            }
            server::send_all(&mut person, |upload| {
                sent.push((upload.id, upload.events));
                server.takes(upload)
            });
        }
    }
    let summary = server.summary();
    let batches = tally(sent.iter().map(|(id, _)| *id));
    let all: u64 = sent.iter().map(|(_, events)| events).sum();
    assert_eq!((summary.events, summary.installations), (recorded, 4));
    assert_eq!(summary.batches, u64::try_from(batches.len()).unwrap());
    assert!(summary.duplicates_refused > 0);
    assert_eq!(summary.duplicates_refused, all - recorded);
    assert_eq!((summary.gaps, summary.dropped), (0, 0));
    let rows: i64 = server.query("SELECT count(*) FROM events");
    assert_eq!(u64::try_from(rows).unwrap(), recorded);
}

#[test]
fn b1_events_that_are_late_are_a_gap_until_they_come() {
    let server = Server::start(None);
    let mut person = with_events(20);
    let whole = next(person.engine());
    person.engine().finish_upload(whole.id, &says(413, b"")).unwrap();
    // The first half is on its way for long; the device was told otherwise.
    let late = next(person.engine());
    person.engine().finish_upload(late.id, &acknowledges(late.id)).unwrap();
    server::send_all(&mut person, |upload| server.takes(upload));
    let summary = server.summary();
    assert_eq!((summary.events, summary.gaps), (20 - late.events, late.events));
    assert!(matches!(server.takes(&late), Answer::Response { status: 200, .. }));
    let summary = server.summary();
    assert_eq!((summary.events, summary.gaps), (20, 0));
    assert!(matches!(server.takes(&late), Answer::Response { status: 200, .. }));
    assert_eq!(server.summary().duplicates_refused, late.events);
}
