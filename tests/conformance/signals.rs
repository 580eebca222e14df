//! S1, S2, S3: silence and decline. The other rows are in the modules below.

mod benefits;
mod decline;
mod devices;
mod fatigue;
mod first_days;
mod integrity;
mod table;
mod troubles;

use staykit_core::event::Draft;
use staykit_core::pack::Pack;
use staykit_core::time::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Zone};
use staykit_tests::packs::{self, builtin_with};
use staykit_tests::person::Person;

const LADDER: [(&str, i64); 5] = [
    ("going_quiet", 5),
    ("dormant_7", 7),
    ("dormant_30", 30),
    ("dormant_90", 90),
    ("dormant_180", 180),
];

/// A person who opened the app once, and waited.
fn after_one_launch(pack: Pack, ms: i64) -> Person {
    let mut person = Person::under(pack);
    person.does("open");
    person.waits(ms);
    person
}

#[test]
fn s1_silent_after_30_days_without_launch_and_purchase() {
    let mut person = Person::new();
    person.does("open");
    person.waits(HOUR_MS);
    person.does("purchase");
    person.waits(40 * DAY_MS);
    assert_eq!(person.rose("silent"), [HOUR_MS + 30 * DAY_MS], "30 days after the later of both");
    person.does("purchase");
    assert_eq!(person.fell("silent"), [HOUR_MS + 40 * DAY_MS], "a purchase alone ends it");
}

#[test]
fn s1_who_buys_without_a_launch_or_launches_without_buying_is_not_silent() {
    for event in ["open", "purchase"] {
        let mut person = after_one_launch(packs::builtin(), 0);
        for _ in 0..4 {
            person.waits(29 * DAY_MS);
            person.does(event);
        }
        assert_eq!(person.rose("silent"), [0; 0], "{event}");
    }
    // Other use is neither launch nor purchase.
    let mut person = Person::new();
    for _ in 0..8 {
        person.does("tap");
        person.waits(4 * DAY_MS);
    }
    assert_eq!(person.rose("silent"), [30 * DAY_MS]);
}

#[test]
fn s1_the_boundary_is_the_30th_day_to_the_millisecond() {
    let mut person = after_one_launch(packs::builtin(), 30 * DAY_MS - 1);
    assert!(!person.has("silent"));
    person.waits(1);
    assert!(person.has("silent"));
    let mut person = after_one_launch(packs::builtin(), 30 * DAY_MS - 1);
    person.does("open");
    person.waits(DAY_MS);
    assert_eq!(person.rose("silent"), [0; 0]);
}

#[test]
fn s1_the_30_days_stand_in_the_pack() {
    let from = "absent('open', days(30)) && absent('purchase', days(30))";
    for days in [10, 45] {
        let to = format!("absent('open', days({days})) && absent('purchase', days({days}))");
        let person = after_one_launch(builtin_with(&[(from, &to)]), 60 * DAY_MS);
        assert_eq!(person.rose("silent"), [days * DAY_MS]);
    }
}

#[test]
fn s2_going_quiet_and_each_step_of_dormancy_rise_on_their_day() {
    let mut person = after_one_launch(packs::builtin(), 200 * DAY_MS);
    for (signal, days) in LADDER {
        assert_eq!(person.rose(signal), [days * DAY_MS], "{signal}");
        assert_eq!(person.fell(signal), [0; 0], "a higher step keeps the lower ones: {signal}");
    }
    person.does("open");
    for (signal, _) in LADDER {
        assert_eq!(person.fell(signal), [200 * DAY_MS], "{signal}");
    }
}

#[test]
fn s2_who_launches_in_time_is_never_quiet_whatever_else_is_missing() {
    let mut person = Person::new();
    for _ in 0..40 {
        person.does("open");
        person.waits(5 * DAY_MS - 1);
    }
    for (signal, _) in LADDER {
        assert_eq!(person.rose(signal), [0; 0], "{signal}");
    }
}

#[test]
fn s2_the_boundary_of_each_step_is_exact_however_the_time_passed() {
    for (signal, days) in LADDER {
        let mut person = after_one_launch(packs::builtin(), days * DAY_MS - 1);
        assert!(!person.has(signal), "{signal}");
        person.waits(1);
        assert!(person.has(signal), "{signal}");
        // With the app not running at all, it is found at the next tick, with its own instant.
        let mut person = Person::new();
        person.does("open");
        person.is_away(days * DAY_MS + HOUR_MS);
        person.reopens();
        person.ticks();
        assert_eq!(person.rose(signal), [days * DAY_MS], "{signal}");
    }
}

#[test]
fn s2_every_step_of_the_ladder_stands_in_the_pack() {
    for (signal, days) in LADDER {
        let from = format!("raise: absent('open', days({days}))\n");
        let to = format!("raise: absent('open', days({}))\n", days + 2);
        let pack = builtin_with(&[(from.as_str(), to.as_str())]);
        let person = after_one_launch(pack, (days + 3) * DAY_MS);
        assert_eq!(person.rose(signal), [(days + 2) * DAY_MS], "{signal}");
    }
}

/// On each of `days` days, from nine o'clock, uses the app for so long.
fn uses(person: &mut Person, days: i64, ms: i64) {
    for _ in 0..days {
        person.does("open");
        person.waits(ms);
        person.does("screen_leave");
        person.waits(DAY_MS - ms);
    }
}

/// A person who used the app for 20 minutes on 28 days.
fn regular(pack: Pack) -> Person {
    let mut person = Person::under(pack);
    uses(&mut person, 28, 20 * MINUTE_MS);
    person
}

/// Midnight at the end of the 31st day: three days of another use are over.
const THREE_DAYS_LATER: i64 = 31 * DAY_MS - 9 * HOUR_MS;

#[test]
fn s3_usage_halved_rises_when_the_third_day_of_half_use_is_over() {
    let mut person = regular(packs::builtin());
    uses(&mut person, 4, 5 * MINUTE_MS);
    assert_eq!(person.rose("usage_halved"), [THREE_DAYS_LATER]);
    // Not used at all is down by more than half, too.
    let mut person = regular(packs::builtin());
    person.waits(5 * DAY_MS);
    assert_eq!(person.rose("usage_halved"), [THREE_DAYS_LATER]);
}

#[test]
fn s3_it_does_not_rise_with_one_better_day_a_payment_or_a_habit_of_once_a_week() {
    for better in 0..3 {
        let mut person = regular(packs::builtin());
        for day in 0..3 {
            uses(&mut person, 1, if day == better { 12 } else { 5 } * MINUTE_MS);
        }
        assert_eq!(person.rose("usage_halved"), [0; 0], "day {better} was better");
    }
    for paid in 0..3 {
        let mut person = regular(packs::builtin());
        for day in 0..3 {
            if day == paid {
                person.records(Draft::new("purchase").money("amount", 19_90, "CNY"));
            }
            uses(&mut person, 1, 5 * MINUTE_MS);
        }
        assert_eq!(person.rose("usage_halved"), [0; 0], "paid on day {paid}");
    }
    let mut person = Person::new();
    for _ in 0..8 {
        uses(&mut person, 1, 20 * MINUTE_MS);
        person.waits(6 * DAY_MS);
    }
    assert_eq!(person.rose("usage_halved"), [0; 0], "once a week");
}

#[test]
fn s3_half_is_the_boundary_and_28_days_must_be_known() {
    for (ms, expected) in
        [(10 * MINUTE_MS, vec![THREE_DAYS_LATER]), (10 * MINUTE_MS + SECOND_MS, vec![])]
    {
        let mut person = regular(packs::builtin());
        uses(&mut person, 3, ms);
        assert_eq!(person.rose("usage_halved"), expected, "{ms} ms a day instead of 20 min");
    }
    let mut person = Person::new();
    uses(&mut person, 27, 20 * MINUTE_MS);
    uses(&mut person, 3, 5 * MINUTE_MS);
    assert_eq!(person.rose("usage_halved"), [0; 0], "known for 30 days only");
}

#[test]
fn s3_its_days_are_the_persons_own() {
    let mut person = Person::new();
    person.flies_to(Zone::fixed(8 * 60));
    uses(&mut person, 28, 20 * MINUTE_MS);
    uses(&mut person, 4, 5 * MINUTE_MS);
    // It is five in the afternoon at START, and midnight seven hours later.
    assert_eq!(person.rose("usage_halved"), [30 * DAY_MS + 7 * HOUR_MS]);
}

#[test]
fn s3_the_half_the_days_and_the_habit_stand_in_the_pack() {
    let drop = "baseline_drop('session', days(3), days(28)) >= 0.5\n";
    let share = builtin_with(&[(drop, "baseline_drop('session', days(3), days(28)) >= 0.3\n")]);
    for (pack, expected) in [(packs::builtin(), vec![]), (share, vec![THREE_DAYS_LATER])] {
        let mut person = regular(pack);
        uses(&mut person, 3, 13 * MINUTE_MS);
        assert_eq!(person.rose("usage_halved"), expected, "down by 35 %");
    }
    let days = builtin_with(&[(drop, "baseline_drop('session', days(2), days(28)) >= 0.5\n")]);
    let mut person = regular(days);
    uses(&mut person, 3, 5 * MINUTE_MS);
    assert_eq!(person.rose("usage_halved"), [THREE_DAYS_LATER - DAY_MS], "2 days in a row");
    let paid = "count('purchase', days(4)) == 0\n      && active_days('open', days(28)) >= ";
    let (often, seldom) = (format!("{paid}14"), format!("{paid}3"));
    let habit = builtin_with(&[(often.as_str(), seldom.as_str())]);
    let mut person = Person::under(habit);
    for _ in 0..5 {
        uses(&mut person, 1, 20 * MINUTE_MS);
        person.waits(6 * DAY_MS);
    }
    assert!(!person.rose("usage_halved").is_empty(), "once a week is a habit, too");
}

#[test]
fn a_short_window_that_fills_last_is_due_before_a_long_one_that_was_filled_before() {
    let both = "count('search', days(30)) > 0 && count('share', minutes(5)) > 0";
    let mut person = Person::under(packs::of_signals([("both", both)]));
    person.does("search");
    person.waits(DAY_MS);
    person.does("share");
    assert!(person.has("both"));
    person.waits(6 * MINUTE_MS);
    assert!(!person.has("both"), "nothing but the clock has told it");
    assert!(person.fell("both")[0] <= DAY_MS + 5 * MINUTE_MS);
}
