//! S8 drift from the own baseline, S9 valuable people who decline.

use staykit_core::event::Draft;
use staykit_core::pack::Pack;
use staykit_core::time::{DAY_MS, MINUTE_MS};
use staykit_tests::packs::{builtin, builtin_with};
use staykit_tests::person::Person;

use super::table::{MIDNIGHT, NEVER};

/// Each day so many launches, uses of a feature, and minutes.
fn lives(person: &mut Person, days: i64, launches: i64, features: i64, minutes: i64) {
    for _ in 0..days {
        for _ in 0..launches {
            person.does("open");
        }
        for _ in 0..features {
            person.does("feature_used");
        }
        person.waits(minutes * MINUTE_MS);
        person.does("screen_leave");
        person.waits(DAY_MS - minutes * MINUTE_MS);
    }
}

/// 28 days of 20 launches, 20 uses and 20 minutes, then a week of what is given.
fn then(pack: Pack, launches: i64, features: i64, minutes: i64) -> Person {
    let mut person = Person::under(pack);
    lives(&mut person, 28, 20, 20, 20);
    lives(&mut person, 7, launches, features, minutes);
    person
}

const WEEK_OVER: i64 = MIDNIGHT + 34 * DAY_MS;

#[test]
fn s8_a_week_15_percent_below_the_own_baseline_is_a_drift_of_what_fell() {
    for (signal, launches, features, minutes) in [
        ("launches_drifting", 17, 20, 20),
        ("feature_decay", 20, 17, 20),
        ("use_drifting", 20, 20, 17),
    ] {
        let person = then(builtin(), launches, features, minutes);
        assert_eq!(person.rose(signal), [WEEK_OVER], "{signal}");
        assert_eq!(person.rose("own_drift"), NEVER, "one of them alone is often chance");
    }
    let person = then(builtin(), 17, 17, 20);
    assert_eq!(person.rose("own_drift"), [WEEK_OVER]);
}

#[test]
fn s8_who_drifts_by_less_or_seldom_comes_raises_nothing() {
    let person = then(builtin(), 18, 18, 18);
    for signal in ["launches_drifting", "feature_decay", "use_drifting", "own_drift"] {
        assert_eq!(person.rose(signal), NEVER, "{signal}");
    }
    let mut person = Person::new();
    for week in 0..8 {
        lives(&mut person, 1, 20 - week * 2, 20 - week * 2, 20);
        person.waits(6 * DAY_MS);
    }
    assert_eq!(person.rose("own_drift"), NEVER);
}

#[test]
fn s8_the_15_percent_stand_in_the_pack() {
    let from = "baseline_drift('open', days(7), days(28)) <= -0.15";
    let pack = builtin_with(&[(from, "baseline_drift('open', days(7), days(28)) <= -0.05")]);
    assert_eq!(then(pack, 18, 20, 20).rose("launches_drifting"), [WEEK_OVER]);
    let pack = builtin_with(&[(from, "baseline_drift('open', days(7), days(28)) <= -0.2")]);
    assert_eq!(then(pack, 17, 20, 20).rose("launches_drifting"), NEVER);
}

/// 28 days of 20 minutes with a purchase on the 20th, then days of so many minutes.
fn customer(pack: Pack, minor: i64, minutes: &[i64]) -> Person {
    let mut person = Person::under(pack);
    lives(&mut person, 19, 1, 0, 20);
    person.records(Draft::new("purchase").money("amount", minor, "CNY"));
    lives(&mut person, 9, 1, 0, 20);
    for minutes in minutes {
        lives(&mut person, 1, 1, 0, *minutes);
    }
    person
}

const THREE_DAYS_OVER: i64 = MIDNIGHT + 30 * DAY_MS;

#[test]
fn s9_a_valuable_person_who_declines_three_days_in_a_row() {
    let person = customer(builtin(), 500_01, &[17, 17, 17]);
    assert_eq!(person.rose("valuable_declining"), [THREE_DAYS_OVER]);
}

#[test]
fn s9_one_better_day_or_less_spent_is_no_such_decline() {
    for better in 0..3 {
        let mut minutes = [15; 3];
        minutes[better] = 18;
        let person = customer(builtin(), 500_01, &minutes);
        assert_eq!(person.rose("valuable_declining"), NEVER, "day {better}");
    }
    assert_eq!(customer(builtin(), 500_00, &[15; 3]).rose("valuable_declining"), NEVER, "over 500");
    assert_eq!(customer(builtin(), 500_01, &[15; 2]).rose("valuable_declining"), NEVER, "two days");
}

#[test]
fn s9_its_figures_stand_in_the_pack() {
    let days = (
        "baseline_drop('session', days(3), days(28)) >= 0.15",
        "baseline_drop('session', days(2), days(28)) >= 0.15",
    );
    let person = customer(builtin_with(&[days]), 500_01, &[15; 2]);
    assert_eq!(person.rose("valuable_declining"), [THREE_DAYS_OVER - DAY_MS]);
    let spent = ("days(30)) > 50000", "days(30)) > 20000");
    let person = customer(builtin_with(&[spent]), 300_00, &[15; 3]);
    assert_eq!(person.rose("valuable_declining"), [THREE_DAYS_OVER]);
}
