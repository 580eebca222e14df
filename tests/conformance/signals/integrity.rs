//! S15: reasons for a second check before a reward is paid.

use staykit_core::event::{Draft, Value};
use staykit_core::pack::Pack;
use staykit_core::time::{
    Clock, ClockReading, DAY_MS, HOUR_MS, MINUTE_MS, OffsetChange, SECOND_MS, VirtualClock, Zone,
};
use staykit_tests::packs::{builtin, builtin_with};
use staykit_tests::person::Person;

use super::table::{NEVER, after, facts, often, plain};

/// Taps with these pauses before them, over and over.
fn taps(pauses: &[i64], times: usize) -> Vec<(i64, Draft)> {
    let mut at = 0;
    let each = pauses.iter().cycle().take(times).map(|pause| {
        at += pause;
        (at, Draft::new("tap"))
    });
    each.collect()
}

#[test]
fn s15_taps_in_the_rhythm_of_a_machine_are_found_at_the_50th() {
    let person = after(builtin(), &taps(&[2 * SECOND_MS], 60), 3 * MINUTE_MS);
    assert_eq!(person.rose("scripted_taps"), [100 * SECOND_MS]);
    assert_eq!(person.rose("integrity_doubt"), [100 * SECOND_MS]);
}

#[test]
fn s15_a_persons_taps_and_few_of_them_are_not() {
    let person = after(builtin(), &taps(&[300, 900, 4000, 700, 12_000, 1500], 120), 0);
    assert_eq!(person.rose("scripted_taps"), NEVER);
    let person = after(builtin(), &taps(&[2 * SECOND_MS], 49), 2 * MINUTE_MS);
    assert_eq!(person.rose("scripted_taps"), NEVER, "49");
}

#[test]
fn s15_ten_claims_in_ten_minutes_are_a_burst() {
    for (claims, expected) in [(9, false), (10, true)] {
        let events = often(0, SECOND_MS, claims, "points_earned");
        let person = after(builtin(), &events, 5 * MINUTE_MS);
        assert_eq!(person.has("claims_bursting"), expected, "{claims}");
    }
    let slow = often(0, 2 * MINUTE_MS, 30, "coupon_received");
    assert_eq!(after(builtin(), &slow, 60 * MINUTE_MS).rose("claims_bursting"), NEVER);
}

#[test]
fn s15_what_the_platform_says_of_location_and_emulator() {
    let person = Person::new();
    let mocked = |flag| vec![("mock_location".to_owned(), Value::Flag(flag))];
    person.engine().set_context(mocked(true)).unwrap();
    assert!(person.has("mock_location") && person.has("integrity_doubt"));
    person.engine().set_context(mocked(false)).unwrap();
    assert!(!person.has("integrity_doubt"));
    for emulator in [true, false] {
        facts(&person, &[("device_emulator", Value::Flag(emulator))]);
        assert_eq!(person.has("emulator"), emulator);
    }
}

/// A person who opens the app after each change of the clocks, `between` each.
fn with_clocks(pack: Pack, between: i64, changes: &[fn(&VirtualClock, ClockReading)]) -> Person {
    let mut person = Person::under(pack);
    person.does("open");
    for change in changes {
        person.is_away(between);
        change(&person.clock, person.clock.read().unwrap());
        person.does("open");
    }
    person
}

fn ahead(clock: &VirtualClock, now: ClockReading) {
    clock.set_wall(now.wall_ms + DAY_MS);
}

fn back(clock: &VirtualClock, now: ClockReading) {
    clock.set_wall(now.wall_ms - DAY_MS);
}

#[test]
fn s15_a_clock_set_ahead_and_back_within_a_week_is_found_when_it_is_back() {
    let person = with_clocks(builtin(), HOUR_MS, &[ahead, back]);
    assert_eq!(person.rose("clock_set"), [2 * HOUR_MS]);
    assert_eq!(person.rose("integrity_doubt"), [2 * HOUR_MS]);
    assert_eq!(with_clocks(builtin(), HOUR_MS, &[ahead]).rose("clock_set"), NEVER, "set once");
}

#[test]
fn s15_a_clock_that_is_right_counts_no_correction_travel_daylight_saving_or_restart() {
    fn network(clock: &VirtualClock, now: ClockReading) {
        clock.set_wall(now.wall_ms + 90 * SECOND_MS);
    }
    fn travel(clock: &VirtualClock, now: ClockReading) {
        clock.set_zone(Zone::fixed(now.zone.offset_min + 540));
    }
    fn summer(clock: &VirtualClock, now: ClockReading) {
        let next = Some(OffsetChange { at: now.wall_ms + MINUTE_MS, offset_min: 120 });
        clock.set_zone(Zone { offset_min: 60, next });
        clock.advance(HOUR_MS);
    }
    fn restart(clock: &VirtualClock, now: ClockReading) {
        clock.reboot();
        clock.set_wall(now.wall_ms + HOUR_MS);
    }
    for change in [network, travel, summer, restart] {
        let person = with_clocks(builtin(), HOUR_MS, &[change; 8]);
        assert_eq!(person.rose("clock_set"), NEVER);
    }
}

#[test]
fn s15_a_clock_set_twice_counts_for_seven_local_days_and_its_figures_stand_in_the_pack() {
    // Found on day 1 and again five or six days of 25 hours later.
    for (hours, expected) in [(5 * 25, true), (6 * 25 + 20, false)] {
        let person = with_clocks(builtin(), hours * HOUR_MS, &[ahead, back]);
        assert_eq!(person.has("clock_set"), expected, "{hours} h");
    }
    let once = builtin_with(&[("clock_moved(days(7)) >= 2", "clock_moved(days(7)) >= 1")]);
    assert_eq!(with_clocks(once, HOUR_MS, &[ahead]).rose("clock_set"), [HOUR_MS]);
}

#[test]
fn s15_its_figures_stand_in_the_pack() {
    let pack = builtin_with(&[
        ("count('tap', minutes(30)) >= 50", "count('tap', minutes(30)) >= 20"),
        ("count('points_earned', minutes(10)) >= 10", "count('points_earned', minutes(10)) >= 2"),
    ]);
    let person = after(pack.clone(), &taps(&[2 * SECOND_MS], 30), 2 * MINUTE_MS);
    assert_eq!(person.rose("scripted_taps"), [40 * SECOND_MS]);
    let claims = plain(&[(0, "points_earned"), (1, "coupon_received"), (2, "points_earned")]);
    assert_eq!(after(pack, &claims, MINUTE_MS).rose("claims_bursting"), [2]);
}
