//! S14 watch and phone, S16 locked out.

use staykit_core::time::{DAY_MS, HOUR_MS, MINUTE_MS};
use staykit_tests::packs::builtin;

use super::table::{NEVER, after, boundary, plain, rose, rose_with};

#[test]
fn s14_a_watch_left_unpaired_unworn_or_unused() {
    for (signal, event, days, until) in [
        ("watch_unpaired", "unpaired", 1, 30),
        ("watch_unworn", "wrist_off", 2, 30),
        ("link_unused", "paired", 14, 60),
    ] {
        boundary(signal, &[(0, event)], days * DAY_MS, &[until * DAY_MS], 100 * DAY_MS);
    }
}

#[test]
fn s14_who_pairs_wears_and_looks_at_it_is_none_of_these() {
    for (signal, event, cure, days) in [
        ("watch_unpaired", "unpaired", "paired", 1),
        ("watch_unworn", "wrist_off", "wrist_on", 2),
        ("link_unused", "paired", "glance", 14),
    ] {
        let events = [(0, event), (days * DAY_MS - 1, cure)];
        assert_eq!(rose(signal, &events, (days + 3) * DAY_MS), NEVER, "{signal}");
        let events = [(0, event), ((days + 1) * DAY_MS, cure)];
        let person = after(builtin(), &plain(&events), (days + 3) * DAY_MS);
        assert_eq!(person.fell(signal), [(days + 1) * DAY_MS], "{signal}");
    }
    assert_eq!(rose("link_unused", &[(0, "open")], 100 * DAY_MS), NEVER, "no watch");
}

#[test]
fn s14_the_days_stand_in_the_pack() {
    let figures = [
        ("since_last('unpaired') >= days(1)", "since_last('unpaired') >= days(3)"),
        ("since_last('wrist_off') >= days(2)", "since_last('wrist_off') >= days(4)"),
        ("stopped('paired', days(14))", "stopped('paired', days(20))"),
    ];
    for (signal, event, days) in [
        ("watch_unpaired", "unpaired", 3),
        ("watch_unworn", "wrist_off", 4),
        ("link_unused", "paired", 20),
    ] {
        let rose = rose_with(&figures, signal, &[(0, event)], 25 * DAY_MS);
        assert_eq!(rose, [days * DAY_MS], "{signal}");
    }
}

const FAILED: [(i64, &str); 3] =
    [(0, "login_failed"), (MINUTE_MS, "login_failed"), (2 * MINUTE_MS, "login_failed")];

#[test]
fn s16_three_failed_logins_or_a_forgotten_password_lock_out_until_a_login() {
    let person = after(builtin(), &plain(&FAILED), 50 * DAY_MS);
    assert_eq!(person.rose("locked_out"), [2 * MINUTE_MS]);
    assert_eq!(person.fell("locked_out"), [30 * DAY_MS + 2 * MINUTE_MS], "given up");
    let events = [(0, "password_reset"), (HOUR_MS, "login")];
    let person = after(builtin(), &plain(&events), DAY_MS);
    assert_eq!((person.rose("locked_out"), person.fell("locked_out")), (vec![0], vec![HOUR_MS]));
}

#[test]
fn s16_who_gets_in_is_not_locked_out() {
    let events = [FAILED[0], FAILED[1], (MINUTE_MS + 1, "login")];
    assert_eq!(rose("locked_out", &events, 2 * DAY_MS), NEVER);
    // The third after a login is no lock-out as long as one gets in again.
    let mut person = after(builtin(), &plain(&FAILED), 3 * MINUTE_MS);
    person.does("login");
    assert_eq!(person.fell("locked_out"), [3 * MINUTE_MS]);
}

#[test]
fn s16_a_day_is_the_boundary_of_the_three() {
    for (last, expected) in [(22, true), (26, false)] {
        let events =
            [(0, "login_failed"), (HOUR_MS, "login_failed"), (last * HOUR_MS, "login_failed")];
        assert_eq!(!rose("locked_out", &events, 3 * DAY_MS).is_empty(), expected, "{last} h");
    }
}

#[test]
fn s16_its_figures_stand_in_the_pack() {
    let figures =
        [("count('login_failed', hours(24)) >= 3", "count('login_failed', hours(24)) >= 2")];
    assert_eq!(rose_with(&figures, "locked_out", &FAILED, DAY_MS), [MINUTE_MS]);
}
