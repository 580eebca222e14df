//! U1 tags: facts about the person, up to date in the call that recorded the event. `tables` has
//! U2, U3, U4 and U9, `scores` U5 and U10, `next` U8.

mod builtin;
mod next;
mod scores;
mod tables;

use std::collections::BTreeMap;

use staykit_core::event::{Draft, Value};
use staykit_core::random::Seed;
use staykit_core::time::{DAY_MS, HOUR_MS};
use staykit_tests::packs;
use staykit_tests::person::Person;

const NAMES: [&str; 10] = [
    "tap",
    "search",
    "share",
    "invite",
    "comment",
    "favourite",
    "click",
    "glance",
    "error",
    "login",
];

/// 240 tags: for each of ten events, from how many of them on within 24 different windows.
fn tags() -> Vec<(String, String, usize, Option<i64>)> {
    let mut tags = Vec::new();
    for (number, name) in NAMES.iter().enumerate() {
        for least in 1..=12 {
            let ever = format!("count('{name}', ever()) >= {least}");
            tags.push((format!("ever_{name}_{least}"), ever, number, None));
            let days = i64::from(least);
            let window = format!("count('{name}', days({days})) >= {least}");
            tags.push((format!("days_{name}_{least}"), window, number, Some(days)));
        }
    }
    tags
}

#[test]
fn u1_240_tags_at_once_are_right_in_the_call_that_recorded_the_event() {
    let tags = tags();
    let pairs = tags.iter().map(|(tag, raise, ..)| (tag.as_str(), raise.as_str()));
    let mut person = Person::under(packs::of_tags(pairs));
    let seed = Seed::from_number(5);
    // Local days on which each event happened; the clock starts at nine o'clock.
    let mut happened: Vec<Vec<i64>> = vec![Vec::new(); NAMES.len()];
    let mut stands: BTreeMap<&str, bool> = BTreeMap::new();
    let mut changes = 0;
    for step in 0..250 {
        person.is_away(i64::try_from(seed.draw_below(10, step, "pause")).unwrap() * HOUR_MS);
        let number = usize::try_from(seed.draw_below(10, step, "event")).unwrap();
        let receipt = person.does(NAMES[number]);
        let today = (person.now() + 9 * HOUR_MS) / DAY_MS;
        happened[number].push(today);
        for change in &receipt.changes {
            let tag = tags.iter().find(|(tag, ..)| *tag == change.signal).unwrap();
            stands.insert(&tag.0, change.raised);
            changes += 1;
        }
        for (tag, _, number, days) in &tags {
            let first = days.map_or(i64::MIN, |days| today - days + 1);
            let count = happened[*number].iter().filter(|day| **day >= first).count();
            let least: usize = tag.rsplit('_').next().unwrap().parse().unwrap();
            let stands = stands.get(tag.as_str()).copied().unwrap_or(false);
            assert_eq!(stands, count >= least, "{tag} after step {step}: {count}");
        }
    }
    assert!(changes > 300, "{changes} changes test little");
    let standing = person.engine().status().unwrap().signals;
    let tags = person.engine().understanding().unwrap().tags;
    assert!(tags.iter().map(|tag| &tag.name).eq(&standing));
    let expected = stands.iter().filter(|(_, stands)| **stands).count();
    assert_eq!(standing.len(), expected);
    person.is_killed();
    assert_eq!(person.engine().status().unwrap().signals, standing);
}

#[test]
fn u1_a_tag_of_tags_follows_in_the_same_call() {
    let mut person = Person::under(packs::of_tags([
        ("both", "tag('left') && tag('right')"),
        ("left", "count('tap', ever()) >= 1"),
        ("right", "count('search', ever()) >= 1"),
        ("any", "tag('both') || count('share', ever()) >= 1"),
    ]));
    person.does("tap");
    let receipt = person.does("search");
    let mut rose: Vec<&str> = receipt.changes.iter().map(|c| c.signal.as_str()).collect();
    rose.sort_unstable();
    assert_eq!(rose, ["any", "both", "right"]);
}

#[test]
fn u1_what_reads_a_tag_that_falls_at_midnight_sees_it_gone_in_the_same_tick() {
    let yaml = "pack: test\nversion: 1\n\
        tags:\n  today: { raise: \"count('open', days(1)) > 0\" }\n\
        segments:\n  use:\n    - { name: at_night, when: tag('today') && hour() < 3 }\n    \
        - { name: here, when: tag('today') }\n    - { name: away }\n\
        signals:\n  night: { raise: tag('today') && hour() < 3, says: { en: night } }\n  \
        gone: { raise: \"!tag('today') && count('open', ever()) > 0\", says: { en: gone } }\n";
    let mut person = Person::under(packs::compiled(yaml));
    person.does("open");
    let midnight = 15 * HOUR_MS;
    person.waits(midnight - 1);
    person.is_away(1);
    let changes = person.ticks().changes;
    let changes: Vec<_> = changes.iter().map(|of| (of.signal.as_str(), of.raised)).collect();
    assert_eq!(changes, [("today", false), ("gone", true)]);
    person.waits(DAY_MS);
    assert_eq!(person.rose("night"), [0; 0], "the tag and the hour never held together");
    assert_eq!(person.rose("gone"), [midnight]);
    let rows = person.moved("use");
    let last = [(0, "here".to_owned()), (midnight, "away".to_owned())];
    assert_eq!(rows.last_chunk(), Some(&last));
}

#[test]
fn u1_a_fact_that_the_app_declares_changes_its_tags_in_the_same_call() {
    let mut person = Person::under(packs::of_signals([
        ("gold", "fact('level') == 'gold'"),
        ("adult", "fact_number('age_band') >= 3"),
        ("on_wifi", "context('network') == 'wifi'"),
    ]));
    let text = |key: &str, value: &str| (key.to_owned(), Value::Text(value.to_owned()));
    let engine = person.engine();
    let changed = |receipt: staykit_core::engine::Receipt| -> Vec<(String, bool)> {
        receipt.changes.into_iter().map(|change| (change.signal, change.raised)).collect()
    };
    let raised = |tag: &str| (tag.to_owned(), true);
    let facts = vec![text("level", "gold"), ("age_band".to_owned(), Value::Integer(3))];
    assert_eq!(changed(engine.set_facts(facts).unwrap()), [raised("gold"), raised("adult")]);
    let context = vec![text("network", "wifi")];
    assert_eq!(changed(engine.set_context(context).unwrap()), [raised("on_wifi")]);
    let facts = vec![text("level", "silver")];
    assert_eq!(changed(engine.set_facts(facts).unwrap()), [("gold".to_owned(), false)]);
    person.records(Draft::new("open"));
    person.is_killed();
    assert_eq!(person.engine().status().unwrap().signals, ["adult", "on_wifi"]);
}

#[test]
fn u1_the_figure_of_a_tag_comes_from_the_pack() {
    for least in [2, 5] {
        let raise = format!("count('tap', days(7)) >= {least}");
        let mut person = Person::under(packs::of_signals([("often", raise.as_str())]));
        let calls = (1..=6).find(|_| !person.does("tap").changes.is_empty());
        assert_eq!(calls, Some(least));
    }
}
