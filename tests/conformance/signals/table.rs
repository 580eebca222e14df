//! Rows as timelines: what happens, and when a signal rises or falls then.

use staykit_core::event::{Draft, Value};
use staykit_core::pack::Pack;
use staykit_core::time::{DAY_MS, HOUR_MS};
use staykit_tests::packs::{builtin, builtin_with};
use staykit_tests::person::Person;

pub(super) const NEVER: [i64; 0] = [];
/// The clock starts at nine o'clock.
pub(super) const MIDNIGHT: i64 = DAY_MS - 9 * HOUR_MS;

/// A person who did these things, each so many ms after the start, up to `until`.
pub(super) fn after(pack: Pack, events: &[(i64, Draft)], until: i64) -> Person {
    let mut person = Person::under(pack);
    for (at, event) in events {
        person.waits_until(*at);
        person.records(event.clone());
    }
    person.waits_until(until);
    person
}

/// Events without properties.
pub(super) fn plain(events: &[(i64, &str)]) -> Vec<(i64, Draft)> {
    events.iter().map(|(at, name)| (*at, Draft::new(*name))).collect()
}

/// An event that happens so many times, with `every` between.
pub(super) fn often(from: i64, every: i64, times: i64, event: &str) -> Vec<(i64, Draft)> {
    (0..times).map(|number| (from + number * every, Draft::new(event))).collect()
}

/// In order of time.
pub(super) fn both(parts: &[Vec<(i64, Draft)>]) -> Vec<(i64, Draft)> {
    let mut all = parts.concat();
    all.sort_by_key(|(at, _)| *at);
    all
}

/// When a signal rose under the built-in pack.
pub(super) fn rose(signal: &str, events: &[(i64, &str)], until: i64) -> Vec<i64> {
    after(builtin(), &plain(events), until).rose(signal)
}

/// The same with other figures.
pub(super) fn rose_with(
    figures: &[(&str, &str)],
    signal: &str,
    events: &[(i64, &str)],
    until: i64,
) -> Vec<i64> {
    after(builtin_with(figures), &plain(events), until).rose(signal)
}

/// A signal that rises so many ms after an event (`at` of the last) and falls at `fell`: one ms
/// before it does not stand, whatever is next.
pub(super) fn boundary(
    signal: &str,
    events: &[(i64, &str)],
    rose_at: i64,
    fell: &[i64],
    until: i64,
) {
    let mut person = after(builtin(), &plain(events), rose_at - 1);
    assert!(!person.has(signal), "{signal} a millisecond too early");
    person.waits(1);
    assert!(person.has(signal), "{signal} at its instant");
    person.waits_until(until);
    assert_eq!(person.fell(signal), fell, "{signal}");
}

pub(super) fn facts(person: &Person, facts: &[(&str, Value)]) {
    let facts = facts.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    person.engine().set_facts(facts).unwrap();
}

pub(super) fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}
