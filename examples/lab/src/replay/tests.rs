use std::fs;

use staykit_pack::{Expectation, Happened};

use super::*;
use crate::log::{Entry, Instant};

/// What is printed for a file of that name, and what was refused.
fn replayed(name: &str, text: &str, json: bool) -> (String, Option<(String, usize)>) {
    let folder = tempfile::tempdir().unwrap();
    let events = folder.path().join(name);
    fs::write(&events, text).unwrap();
    let replay = Replay {
        events,
        pack: None,
        then: None,
        names: [("launch".to_owned(), "open".to_owned())].into(),
        currency: Currency::new("CNY"),
        json,
        columns: Columns { user: "user".to_owned(), at: "at".to_owned(), name: "name".to_owned() },
    };
    replay.text().unwrap()
}

/// Two users in two zones; one goes quiet and comes back, the other leaves a cart.
const EVENTS: &str = r#"
{"user":"b","at":"2026-03-01T09:00:00+08:00","name":"launch"}
{"user":"b","at":"2026-03-01T09:01:00+08:00","name":"unheard_of","properties":{"n":1}}
{"user":"a","at":"2026-03-01T10:00:00+01:00","name":"launch"}
{"user":"a","at":"2026-03-01T10:02:00+01:00","name":"add_to_cart","properties":{"item":"s","amount":19.9}}
{"user":"b","at":"2026-03-09T20:02:00+08:00","name":"launch"}
{"user":"a","at":"2026-03-10T10:00:00+01:00","name":"launch"}
"#;

#[test]
fn the_same_file_gives_the_same_bytes() {
    for json in [false, true] {
        let (first, refused) = replayed("events.jsonl", EVENTS, json);
        assert_eq!(refused, None);
        assert!(!first.is_empty());
        assert_eq!(replayed("events.jsonl", EVENTS, json).0, first);
    }
}

#[test]
fn changes_are_ordered_by_time_and_tell_user_zone_and_reason() {
    let (text, _) = replayed("events.jsonl", EVENTS, false);
    let (json, _) = replayed("events.jsonl", EVENTS, true);
    let instant = |line: &str| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        Instant::parse(line["at"].as_str().unwrap()).unwrap().wall_ms
    };
    assert!(json.lines().map(instant).is_sorted(), "{text}");
    let quiet = text.lines().find(|line| line.contains("going_quiet raised")).unwrap();
    assert!(quiet.starts_with("2026-03-06 09:00 +08:00  b"), "{text}");
    assert!(quiet.contains("`open`"), "{text}");
    assert!(text.contains("+01:00  a"), "{text}");
    assert!(text.lines().all(|line| !line.ends_with("cleared")), "each has its reason: {text}");
}

#[test]
fn a_csv_file_without_launches_says_the_same_as_its_events_with_launches() {
    let csv = "user,at,name\nu,2026-03-01T09:00:00+08:00,home\nu,2026-03-12T09:00:00+08:00,home\n";
    let open = "user,at,name\n\
                u,2026-03-01T09:00:00+08:00,launch\nu,2026-03-01T09:00:00+08:00,home\n\
                u,2026-03-12T09:00:00+08:00,launch\nu,2026-03-12T09:00:00+08:00,home\n";
    let (text, _) = replayed("events.csv", csv, false);
    assert!(text.contains("going_quiet raised"), "{text}");
    assert_eq!(replayed("events.csv", open, false).0, text);
}

#[test]
fn segments_and_tiers_show_where_the_person_came_from_and_why() {
    let yaml = "pack: t\nversion: 1\nscores:\n  use:\n    factors:\n      \
                days: { of: \"active_days('open', days(7))\", linear: { from: 0, to: 2, points: 100 } }\n    \
                tiers: { high: 80, low: 0 }\n";
    let folder = tempfile::tempdir().unwrap();
    let pack = folder.path().join("pack.yaml");
    fs::write(&pack, yaml).unwrap();
    let events = folder.path().join("events.jsonl");
    let text = r#"{"user":"b","at":"2026-03-01T09:00:00Z","name":"open"}
{"user":"b","at":"2026-03-02T09:01:00Z","name":"open"}"#;
    fs::write(&events, text).unwrap();
    let replay = Replay {
        events,
        pack: Some(pack),
        then: None,
        names: BTreeMap::new(),
        currency: None,
        json: false,
        columns: Columns { user: "user".to_owned(), at: "at".to_owned(), name: "name".to_owned() },
    };
    let (text, _) = replay.text().unwrap();
    assert_eq!(
        text,
        "2026-03-01 09:00 +00:00  use low          use 50 = days 50 (>= 0)\n\
         2026-03-02 09:01 +00:00  use low -> high  use 100 = days 100 (>= 80)\n"
    );
}

#[test]
fn what_the_engine_refuses_is_counted_and_the_first_told() {
    let event = r#"{"user":"a","at":"2026-03-01T10:00:00Z","name":"purchase","properties":{"amount":"much"}}"#;
    let (_, refused) = replayed("events.jsonl", event, false);
    let (first, count) = refused.unwrap();
    assert_eq!(count, 1);
    assert!(first.contains("amount"), "{first}");
}

/// The examples of the built-in pack in which that signal rises, as a log of a user of its name.
fn rising(signal: &str, compiled: &staykit_pack::Compiled) -> Vec<(String, Entry)> {
    let raised = |example: &&staykit_pack::Example| {
        let is = |expected: &Expectation| expected.is == staykit_pack::Standing::Raised;
        example.signal.as_deref() == Some(signal) && example.expect.iter().any(is)
    };
    let example = compiled.examples.iter().find(raised).unwrap();
    let at = |at: staykit_pack::Instant| Instant::new(at.at_ms, at.offset_min);
    let given = example.given.iter().map(|happening| {
        let (name, properties) = match happening.what.clone() {
            Happened::Event(name, properties) => (name, properties),
            Happened::Facts(facts) => ("$facts".to_owned(), facts),
            Happened::Context(context) => ("$context".to_owned(), context),
            Happened::ClockAhead(ms) => {
                let ahead = ("ahead_ms".to_owned(), staykit_core::event::Value::Integer(ms));
                ("$clock".to_owned(), vec![ahead])
            }
        };
        Entry { at: at(happening.at), name, properties }
    });
    let end = example.expect.last().map(|expected| Entry::new(at(expected.at), "looked"));
    given.chain(end).map(|entry| (signal.to_owned(), entry)).collect()
}

#[test]
fn every_signal_of_the_built_in_pack_shows_with_its_reason() {
    let compiled = staykit_pack::compile(staykit_pack::BUILTIN[0].1).unwrap();
    let pack = staykit_core::pack::Pack::unsigned(&compiled.bytes).unwrap();
    let signals = pack.rules.signals().iter().filter(|signal| !signal.tag);
    let names: Vec<String> = signals.map(|signal| signal.name.clone()).collect();
    let entries: Vec<_> = names.iter().flat_map(|signal| rising(signal, &compiled)).collect();
    let replayed = run::replay(&Log::new(entries), None, None).unwrap();
    assert_eq!(replayed.refused, [""; 0]);
    for signal in &names {
        let line = replayed.lines.iter().find(|line| {
            let rises = matches!(&line.change,
                lines::Change::Signal { signal: of, raised: true } if of == signal);
            rises && line.user == *signal && !line.reason.is_empty()
        });
        assert!(line.is_some(), "{signal} does not show");
    }
}

#[test]
fn a_pack_that_takes_over_tells_what_it_counts_anew_and_since_when() {
    let folder = tempfile::tempdir().unwrap();
    let pack = |name: &str, version: u32, raise: &str| {
        let file = folder.path().join(name);
        let yaml = format!(
            "pack: t\nversion: {version}\nsignals:\n  s: {{ raise: \"{raise}\", says: {{ en: s }} }}\n"
        );
        fs::write(&file, yaml).unwrap();
        file
    };
    let events = folder.path().join("events.jsonl");
    let opens = (1..=9).map(|day| {
        format!("{{\"user\":\"b\",\"at\":\"2026-03-0{day}T09:00:00Z\",\"name\":\"open\"}}\n")
    });
    fs::write(&events, opens.collect::<String>()).unwrap();
    let new = pack("new.yaml", 2, "count('open', days(2)) > 1 && count('open', days(5)) == 5");
    let replay = Replay {
        events,
        pack: Some(pack("old.yaml", 1, "count('open', days(2)) > 2")),
        then: Instant::parse("2026-03-06T12:00:00Z").map(|at| (new, at)),
        names: BTreeMap::new(),
        currency: None,
        json: false,
        columns: Columns { user: "user".to_owned(), at: "at".to_owned(), name: "name".to_owned() },
    };
    let (text, _) = replay.text().unwrap();
    let line =
        "2026-03-06 12:00 +00:00  t 2 in force  `open` in 5 d counted from the first event on";
    assert_eq!(text.lines().next(), Some(line));
    assert!(text.contains("s raised"), "the five days before it are known: {text}");
}
