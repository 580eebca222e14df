//! S4 first-week gap, S5 core feature not bound, S6 after an update, S13 language set and left.

use staykit_core::event::{Draft, Value};
use staykit_core::time::{DAY_MS, HOUR_MS};
use staykit_tests::packs::{builtin, builtin_with};
use staykit_tests::person::Person;

use super::table::{NEVER, after, boundary, facts, rose, rose_with, text};

#[test]
fn s4_a_profile_that_is_not_complete_a_week_after_the_registration() {
    let registered = [(0, "registered")];
    assert_eq!(rose("profile_gap", &registered, 40 * DAY_MS), [7 * DAY_MS]);
    boundary("profile_gap", &registered, 7 * DAY_MS, &[30 * DAY_MS], 40 * DAY_MS);
}

#[test]
fn s4_who_completes_it_in_time_or_never_registers_has_no_gap() {
    let events = [(0, "registered"), (7 * DAY_MS - 1, "profile_completed")];
    assert_eq!(rose("profile_gap", &events, 40 * DAY_MS), NEVER);
    assert_eq!(rose("profile_gap", &[(0, "open")], 40 * DAY_MS), NEVER);
}

#[test]
fn s4_the_week_stands_in_the_pack() {
    let figures =
        [("since_first('registered') >= days(7)", "since_first('registered') >= days(4)")];
    assert_eq!(rose_with(&figures, "profile_gap", &[(0, "registered")], 9 * DAY_MS), [4 * DAY_MS]);
}

#[test]
fn s5_the_core_feature_not_used_by_day_3_and_again_by_day_5() {
    for (signal, days) in [("core_not_bound", 3), ("core_not_bound_late", 5)] {
        boundary(signal, &[(0, "open")], days * DAY_MS, &[14 * DAY_MS], 20 * DAY_MS);
    }
    boundary("no_first_value", &[(0, "open")], 48 * HOUR_MS, &[7 * DAY_MS], 20 * DAY_MS);
}

#[test]
fn s5_who_uses_it_in_time_is_bound() {
    for event in ["feature_used", "workout_finished", "purchase"] {
        for (signal, ms) in [("core_not_bound", 3 * DAY_MS), ("no_first_value", 48 * HOUR_MS)] {
            let events = [(0, "open"), (ms - 1, event)];
            assert_eq!(rose(signal, &events, 20 * DAY_MS), NEVER, "{signal} {event}");
        }
    }
    let liked = [(0, "open"), (HOUR_MS, "favourite")];
    assert_eq!(rose("no_first_value", &liked, 20 * DAY_MS), NEVER);
    assert_eq!(rose("core_not_bound", &liked, 20 * DAY_MS), [3 * DAY_MS], "value is not yet use");
}

#[test]
fn s5_the_days_and_hours_stand_in_the_pack() {
    let figures = [
        ("since_first('open') >= days(3)", "since_first('open') >= days(2)"),
        ("since_first('open') >= days(5)", "since_first('open') >= days(6)"),
        ("since_first('open') >= hours(48)", "since_first('open') >= hours(24)"),
    ];
    for (signal, days) in [("core_not_bound", 2), ("core_not_bound_late", 6), ("no_first_value", 1)]
    {
        assert_eq!(rose_with(&figures, signal, &[(0, "open")], 9 * DAY_MS), [days * DAY_MS]);
    }
}

const UPDATE: [(i64, &str); 2] = [(0, "feature_used"), (DAY_MS, "app_updated")];

#[test]
fn s6_the_core_feature_unused_7_days_after_an_update_and_watched_for_30() {
    let fell = [31 * DAY_MS + 1];
    for signal in ["update_core_unused", "update_risk"] {
        boundary(signal, &UPDATE, 8 * DAY_MS, &fell, 50 * DAY_MS);
    }
}

#[test]
fn s6_who_uses_it_after_the_update_or_never_did_is_not_at_risk() {
    let events = [(0, "feature_used"), (DAY_MS, "app_updated"), (8 * DAY_MS - 1, "feature_used")];
    assert_eq!(rose("update_core_unused", &events, 50 * DAY_MS), NEVER);
    assert_eq!(rose("update_core_unused", &[(0, "app_updated")], 50 * DAY_MS), NEVER);
    assert_eq!(rose("update_risk", &[(0, "app_updated")], 50 * DAY_MS), NEVER);
}

#[test]
fn s6_a_system_below_android_10_is_a_risk_after_an_update() {
    for (os, level, below) in [("android", 28, true), ("android", 29, false), ("harmony", 9, false)]
    {
        let mut person = Person::new();
        facts(&person, &[("device_os", text(os)), ("device_api_level", Value::Integer(level))]);
        assert_eq!(person.has("os_below_floor"), below, "{os} {level}");
        assert!(!person.has("update_risk"));
        person.does("app_updated");
        assert_eq!(person.has("update_risk"), below, "{os} {level}");
    }
}

#[test]
fn s6_its_figures_stand_in_the_pack() {
    let figures = [
        ("since_last('app_updated') >= days(7)", "since_last('app_updated') >= days(3)"),
        ("within(days(30), 'app_updated')", "within(days(10), 'app_updated')"),
        ("device_number('api_level') < 29\n", "device_number('api_level') < 31\n"),
    ];
    let person = after(builtin_with(&figures), &super::table::plain(&UPDATE), 50 * DAY_MS);
    assert_eq!(person.rose("update_core_unused"), [4 * DAY_MS]);
    assert_eq!(person.fell("update_core_unused"), [11 * DAY_MS + 1]);
    facts(&person, &[("device_os", text("android")), ("device_api_level", Value::Integer(30))]);
    assert!(person.has("os_below_floor"));
}

/// Opened the app and set a language.
fn language(first: bool) -> Vec<(i64, Draft)> {
    vec![(0, Draft::new("open")), (HOUR_MS, Draft::new("language_set").flag("first", first))]
}

#[test]
fn s13_who_sets_the_first_language_and_is_not_back_for_a_day() {
    let mut person = after(builtin(), &language(true), DAY_MS + HOUR_MS - 1);
    assert!(!person.has("language_then_left"));
    person.waits(1);
    assert!(person.has("language_then_left"));
    person.waits(20 * DAY_MS);
    assert_eq!(person.fell("language_then_left"), [7 * DAY_MS + HOUR_MS]);
}

#[test]
fn s13_who_comes_back_or_sets_another_language_later_on_did_not_leave_over_it() {
    let person = after(builtin(), &language(false), 9 * DAY_MS);
    assert_eq!(person.rose("language_then_left"), NEVER);
    let mut events = language(true);
    events.push((DAY_MS + HOUR_MS - 1, Draft::new("open")));
    assert_eq!(after(builtin(), &events, 9 * DAY_MS).rose("language_then_left"), NEVER);
}

#[test]
fn s13_the_day_stands_in_the_pack() {
    let from = "since_last('language_set', first == true) >= days(1)";
    let to = "since_last('language_set', first == true) >= hours(6)";
    let person = after(builtin_with(&[(from, to)]), &language(true), DAY_MS);
    assert_eq!(person.rose("language_then_left"), [7 * HOUR_MS]);
}
