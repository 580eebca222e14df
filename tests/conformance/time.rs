//! D6: clocks that are wrong corrupt no window, streak or cap.

use staykit_core::time::{DAY_MS, HOUR_MS};
use staykit_tests::packs;
use staykit_tests::person::{Person, START};
use staykit_tests::server::{acknowledges_at, next};

/// Uploads what waits to a server whose clock shows `server_ms`.
fn hears(person: &mut Person, server_ms: i64) {
    let upload = next(person.engine());
    person.engine().finish_upload(upload.id, &acknowledges_at(upload.id, server_ms)).unwrap();
}

#[test]
fn d6_time_that_a_reset_clock_has_missed_counts_once_a_server_tells_it() {
    let mut person = Person::under(packs::of_signals([("quiet", "absent('open', days(5))")]));
    person.does("open");
    // The battery ran out; ten days later the watch starts with the date of its factory.
    person.clock.reboot();
    person.clock.set_wall(START - 700 * DAY_MS);
    person.is_killed();
    person.does("glance");
    assert!(!person.has("quiet"));
    hears(&mut person, START + 10 * DAY_MS);
    person.ticks();
    assert!(person.has("quiet"));
    // The next start knows it without a server.
    person.reopens();
    person.does("open");
    assert!(!person.has("quiet"));
    person.is_away(5 * DAY_MS);
    person.ticks();
    assert!(person.has("quiet"));
}

#[test]
fn d6_a_server_that_agrees_within_two_minutes_changes_nothing() {
    let mut person = Person::under(packs::of_signals([("quiet", "absent('open', days(5))")]));
    person.does("open");
    hears(&mut person, START + 119_000);
    person.is_away(5 * DAY_MS - 1);
    person.ticks();
    assert!(!person.has("quiet"));
    person.is_away(1);
    person.ticks();
    assert!(person.has("quiet"));
}

#[test]
fn d6_days_of_a_clock_that_was_ahead_begin_at_true_midnight_once_a_server_tells_it() {
    let midnight = START.div_euclid(DAY_MS) * DAY_MS + DAY_MS;
    let today = packs::of_signals([("came_today", "count('open', days(1)) > 0")]);
    let mut person = Person::under(today);
    // The next boot is 30 days and 9 hours ahead, at first.
    person.clock.reboot();
    person.clock.set_wall(midnight + 30 * DAY_MS + 9 * HOUR_MS + 10 * HOUR_MS);
    person.is_killed();
    person.does("open");
    let truth = midnight + 10 * HOUR_MS;
    hears(&mut person, truth);
    person.clock.set_wall(truth);
    person.ticks();
    assert!(person.has("came_today"));
    person.is_away(14 * HOUR_MS - 1);
    person.ticks();
    assert!(person.has("came_today"), "a millisecond before midnight");
    person.is_away(1);
    person.ticks();
    assert!(!person.has("came_today"));
}
