//! C2 sessions, C3 hours of the week, C4 funnels, C5 paths, C8 linked devices, and the holidays
//! of S3.

use staykit_core::event::Value;
use staykit_core::time::{DAY_MS, HOUR_MS, MINUTE_MS, Zone};
use staykit_tests::packs;
use staykit_tests::person::Person;

/// Midnight at the end of the first day; the clock starts on a Monday at nine, in UTC.
const MIDNIGHT: i64 = 15 * HOUR_MS;

fn under(head: &str, signals: &[(&str, &str)]) -> Person {
    let yaml =
        packs::with_signals(&format!("pack: test\nversion: 1\n{head}"), signals.iter().copied());
    Person::under(packs::compiled(&yaml))
}

/// A session of that length, and the rest of the day.
fn session(person: &mut Person, ms: i64) {
    person.does("open");
    person.waits(ms);
    person.does("tap");
    person.waits(DAY_MS - ms);
}

const ACTIVE: &str = "session_count(weeks(1), minutes(3)) >= 1 && count('open', weeks(1)) >= 5";

#[test]
fn c2_effectively_active_is_a_session_over_3_minutes_and_5_launches_in_a_week() {
    let mut person = under("", &[("active", ACTIVE)]);
    for day in 0..5 {
        session(&mut person, if day == 2 { 3 * MINUTE_MS + 1 } else { MINUTE_MS });
    }
    assert_eq!(person.rose("active"), [4 * DAY_MS], "with the fifth launch");
    person.waits(3 * DAY_MS);
    assert_eq!(person.fell("active"), [MIDNIGHT + 6 * DAY_MS], "with the week");
}

#[test]
fn c2_short_sessions_or_too_few_launches_are_not_effective() {
    let mut person = under("", &[("active", ACTIVE)]);
    (0..7).for_each(|_| session(&mut person, 3 * MINUTE_MS));
    assert_eq!(person.rose("active"), [0; 0], "3 min are not over 3 min");
    let mut person = under("", &[("active", ACTIVE)]);
    (0..4).for_each(|_| session(&mut person, HOUR_MS / 4));
    assert_eq!(person.rose("active"), [0; 0], "four launches");
}

#[test]
fn c2_a_session_counts_at_the_event_that_makes_it_long_and_once() {
    let mut person = under(
        "",
        &[
            ("one", "session_count(weeks(1), minutes(3)) >= 1"),
            ("two", "session_count(weeks(1), minutes(3)) >= 2"),
        ],
    );
    person.does("open");
    for _ in 0..6 {
        person.waits(MINUTE_MS);
        person.does("tap");
    }
    assert_eq!(person.rose("one"), [4 * MINUTE_MS]);
    person.is_killed();
    person.waits(MINUTE_MS);
    person.does("tap");
    assert_eq!(person.rose("two"), [0; 0], "it is the same session");
    person.waits(HOUR_MS);
    person.does("open");
    person.waits(3 * MINUTE_MS);
    person.does("tap");
    assert_eq!(person.rose("two"), [0; 0]);
    person.waits(1);
    person.does("tap");
    assert_eq!(person.rose("two").len(), 1);
}

#[test]
fn c2_heavy_use_is_over_15_minutes_a_day_until_midnight() {
    let mut person = under("", &[("heavy", "session_time(days(1)) > minutes(15)")]);
    person.does("open");
    person.waits(15 * MINUTE_MS);
    person.does("tap");
    assert!(!person.has("heavy"));
    person.waits(1);
    person.does("tap");
    person.waits(DAY_MS);
    assert_eq!(person.rose("heavy"), [15 * MINUTE_MS + 1]);
    assert_eq!(person.fell("heavy"), [MIDNIGHT]);
}

#[test]
fn c2_its_figures_stand_in_the_pack() {
    let raise = "session_count(weeks(1), minutes(5)) >= 2 && count('open', weeks(1)) >= 3";
    let mut person = under("", &[("active", raise)]);
    (0..2).for_each(|_| session(&mut person, 4 * MINUTE_MS));
    (0..2).for_each(|_| session(&mut person, 5 * MINUTE_MS + 1));
    assert_eq!(person.rose("active"), [3 * DAY_MS + 5 * MINUTE_MS + 1]);
}

/// Does something at that hour of each of the next days; begins and ends at nine.
fn at_hour(person: &mut Person, days: i64, hour: i64) {
    for _ in 0..days {
        person.waits((hour - 9) * HOUR_MS + HOUR_MS / 2);
        person.does("open");
        person.waits((33 - hour) * HOUR_MS - HOUR_MS / 2);
    }
}

const EVENING: &str = "active_share('20:00-22:00') >= 0.5 && best_hour() >= 20";

#[test]
fn c3_who_comes_in_the_evening_is_reached_in_the_evening() {
    let mut person = under(
        "",
        &[
            ("evening", EVENING),
            ("now", "next_active_window() <= minutes(30)"),
            ("hour", "hour_of_week() == 20"),
        ],
    );
    at_hour(&mut person, 7, 20);
    assert_eq!(person.rose("evening"), [11 * HOUR_MS + HOUR_MS / 2], "with the first evening");
    let (rose, fell) = (person.rose("now").len(), person.fell("now").len());
    at_hour(&mut person, 1, 20);
    let today = 7 * DAY_MS;
    assert_eq!(person.rose("now")[rose..], [today + 11 * HOUR_MS - HOUR_MS / 2], "at 19:30");
    assert_eq!(person.fell("now")[fell..], [today + 12 * HOUR_MS], "at 21:00");
    assert_eq!(person.rose("hour"), [11 * HOUR_MS, today + 11 * HOUR_MS]);
    assert_eq!(person.fell("hour"), [12 * HOUR_MS, today + 12 * HOUR_MS]);
}

#[test]
fn c3_other_hours_and_an_unknown_person_raise_nothing() {
    let signals =
        [("evening", EVENING), ("late", "best_hour() >= 0 || next_active_window() >= hours(0)")];
    let mut person = under("", &signals);
    person.waits(3 * DAY_MS);
    assert_eq!(person.rose("late"), [0; 0], "nothing is known");
    at_hour(&mut person, 7, 12);
    assert_eq!(person.rose("evening"), [0; 0]);
}

#[test]
fn c3_half_of_the_activity_is_the_boundary_and_old_habits_fade() {
    let mut person = under("", &[("evening", "active_share('20:00-22:00') >= 0.5")]);
    at_hour(&mut person, 2, 12);
    at_hour(&mut person, 1, 20);
    assert_eq!(person.rose("evening"), [0; 0], "a third");
    at_hour(&mut person, 1, 20);
    assert_eq!(person.rose("evening"), [3 * DAY_MS + 11 * HOUR_MS + HOUR_MS / 2], "half");
    // Four weeks later the same number of mornings weighs more.
    person.waits(28 * DAY_MS);
    at_hour(&mut person, 1, 12);
    assert_eq!(person.fell("evening").len(), 1);
    // Three days of evenings weigh as much as two old noons and a new one, and more.
    at_hour(&mut person, 1, 20);
    assert!(person.has("evening"));
}

#[test]
fn c3_its_hours_and_shares_stand_in_the_pack_and_are_the_persons_own() {
    for (raise, expected) in [
        ("active_share('12:00-13:00') >= 0.9", true),
        ("active_share('13:00-12:00') >= 0.9", false),
        ("next_active_window() <= hours(3)", true),
        ("next_active_window() < hours(3)", false),
    ] {
        let mut person = under("", &[("often", raise)]);
        at_hour(&mut person, 14, 12);
        assert_eq!(person.has("often"), expected, "{raise}");
    }
    let mut person = under("", &[("noon", "best_hour() == 12")]);
    person.flies_to(Zone::fixed(3 * 60));
    person.does("open");
    assert!(person.has("noon"), "nine in UTC is twelve here");
}

const CHECKOUT: &str =
    "funnels:\n  checkout: { steps: [product_view, add_to_cart, purchase], within: hours(24) }\n";
const HELP: [(&str, &str); 2] = [
    ("left", "dropped_at('checkout') == 2"),
    ("help", "signal('left') && signal_age('left') < hours(48)"),
];

#[test]
fn c4_who_drops_out_is_known_at_the_step_where_it_was_and_helped_for_48_hours() {
    let mut person = under(CHECKOUT, &HELP);
    person.does("product_view");
    person.waits(HOUR_MS);
    person.does("add_to_cart");
    person.waits(5 * DAY_MS);
    // An attempt lasts through its last instant.
    let left_at = DAY_MS + 1;
    assert_eq!(person.rose("left"), [left_at]);
    assert_eq!(person.rose("help"), [left_at]);
    assert_eq!(person.fell("help"), [left_at + 48 * HOUR_MS]);
    for event in ["product_view", "add_to_cart", "purchase"] {
        person.does(event);
        assert_eq!(person.has("left"), event != "purchase", "{event}");
    }
}

#[test]
fn c4_who_pays_in_time_or_never_begins_does_not_drop_out() {
    let mut person = under(CHECKOUT, &HELP);
    for event in ["product_view", "add_to_cart"] {
        person.does(event);
    }
    person.waits(DAY_MS);
    person.does("purchase");
    person.waits(5 * DAY_MS);
    person.does("add_to_cart");
    person.waits(5 * DAY_MS);
    assert_eq!(person.rose("left"), [0; 0]);
}

#[test]
fn c4_the_time_and_the_step_stand_in_the_pack() {
    let head = CHECKOUT.replace("hours(24)", "hours(2)");
    let mut person = under(&head, &[("looked", "dropped_at('checkout') == 1")]);
    person.does("product_view");
    person.waits(DAY_MS);
    assert_eq!(person.rose("looked"), [2 * HOUR_MS + 1]);
}

#[test]
fn c4_250_funnels_at_once_each_know_where_they_were_left() {
    let (mut head, mut signals) = ("funnels:\n".to_owned(), Vec::new());
    for number in 0..250 {
        let (steps, hours) = (format!("a{number}, b{number}, c{number}"), number % 20 + 1);
        let funnel = format!("  f{number}: {{ steps: [{steps}], within: hours({hours}) }}\n");
        head.push_str(&funnel);
        for step in 1..3 {
            let name = format!("f{number}_at_{step}");
            signals.push((name, format!("dropped_at('f{number}') == {step}")));
        }
    }
    let pairs: Vec<(&str, &str)> = signals.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let mut person = under(&head, &pairs);
    // 0 to 3 steps of each.
    for number in 0..250 {
        for step in ["a", "b", "c"].iter().take(number % 4) {
            person.does(&format!("{step}{number}"));
        }
    }
    person.is_killed();
    person.waits(2 * DAY_MS);
    for number in 0..250_usize {
        for step in 1..3 {
            let rose = person.rose(&format!("f{number}_at_{step}"));
            let left_at = (i64::try_from(number).unwrap() % 20 + 1) * HOUR_MS + 1;
            let expected = if number % 4 == step { vec![left_at] } else { vec![] };
            assert_eq!(rose, expected, "funnel {number}, step {step}");
        }
    }
}

const PATH: &str = "path_progress(['open', 'product_view', 'favourite', 'purchase'])";

#[test]
fn c5_how_far_along_the_path_of_those_who_stayed() {
    let raise = format!("\"{PATH} >= 0.75\"");
    let mut person = under("", &[("far", &raise)]);
    for event in ["open", "tap", "product_view", "search", "open", "favourite"] {
        assert!(!person.has("far"));
        person.does(event);
    }
    assert!(person.has("far"), "three of four, others in between");
    person.is_killed();
    person.waits(100 * DAY_MS);
    assert!(person.has("far"), "whoever got so far has been there");
}

#[test]
fn c5_another_order_or_less_of_it_is_not_that_far() {
    let raise = format!("\"{PATH} >= 0.75\"");
    let mut person = under("", &[("far", &raise)]);
    for event in ["favourite", "product_view", "open", "favourite", "product_view", "open"] {
        person.does(event);
    }
    assert_eq!(person.rose("far"), [0; 0], "half of it");
    for (least, expected) in [("0.5", true), ("0.51", false)] {
        let raise = format!("\"{PATH} >= {least}\"");
        let mut person = under("", &[("far", &raise)]);
        person.does("open");
        person.does("product_view");
        assert_eq!(person.has("far"), expected, "{least}");
    }
}

const LINKED: [(&str, &str); 2] = [
    (
        "together",
        "\"sequence(['glance', 'open'], minutes(10)) || sequence(['open', 'glance'], minutes(10))\"",
    ),
    ("often", "\"active_days('glance', days(7)) >= 3 && active_days('open', days(7)) >= 3\""),
];

#[test]
fn c8_watch_and_phone_within_ten_minutes_are_used_together() {
    let mut person = under("", &LINKED);
    person.does("glance");
    person.waits(9 * MINUTE_MS);
    person.does("open");
    person.waits(HOUR_MS);
    assert_eq!(person.rose("together"), [9 * MINUTE_MS]);
    assert_eq!(person.fell("together"), [10 * MINUTE_MS]);
    for _ in 0..2 {
        person.waits(DAY_MS);
        person.does("open");
        person.does("glance");
    }
    assert_eq!(person.rose("often").len(), 1, "on the third day of both");
}

#[test]
fn c8_one_of_them_alone_or_later_is_not_together() {
    let mut person = under("", &LINKED);
    for _ in 0..5 {
        person.does("glance");
        person.waits(10 * MINUTE_MS);
        person.does("open");
        person.waits(11 * MINUTE_MS);
    }
    assert_eq!(person.rose("together"), [0; 0], "ten minutes are not within ten");
    assert_eq!(person.rose("often"), [0; 0], "one day");
    let mut person = under("", &[("together", "\"sequence(['glance', 'open'], minutes(20))\"")]);
    person.does("glance");
    person.waits(10 * MINUTE_MS);
    person.does("open");
    assert!(person.has("together"), "the figure stands in the pack");
}

/// Days off in China as they stand in the built-in pack.
const QINGMING: &str = "2026-04-04..2026-04-06";

/// The built-in pack with three days off after four weeks.
fn with_holidays() -> Person {
    Person::under(packs::builtin_with(&[(QINGMING, "2026-03-30..2026-04-01")]))
}

/// Four weeks of 20 minutes a day, then three days without any use.
fn stays_away_for_three_days(person: &mut Person) {
    (0..28).for_each(|_| session(person, 20 * MINUTE_MS));
    person.waits(3 * DAY_MS);
}

fn lives_in(person: &Person, region: &str) {
    let fact = ("region".to_owned(), Value::Text(region.to_owned()));
    person.engine().set_facts(vec![fact]).unwrap();
}

/// Midnight at the end of so many days.
fn after(days: i64) -> i64 {
    days * DAY_MS - 9 * HOUR_MS
}

#[test]
fn s3_holidays_of_the_region_are_no_drop() {
    let mut person = with_holidays();
    lives_in(&person, "CN");
    stays_away_for_three_days(&mut person);
    (0..3).for_each(|_| session(&mut person, 20 * MINUTE_MS));
    assert_eq!(person.rose("usage_halved"), [0; 0]);
}

#[test]
fn s3_without_holidays_in_the_region_the_same_days_are_a_drop() {
    for region in ["DE", ""] {
        let mut person = with_holidays();
        lives_in(&person, region);
        stays_away_for_three_days(&mut person);
        assert_eq!(person.rose("usage_halved"), [after(31)], "{region}");
    }
}

#[test]
fn s3_three_days_beside_the_holidays_are_the_boundary() {
    let mut person = with_holidays();
    lives_in(&person, "CN");
    stays_away_for_three_days(&mut person);
    person.waits(2 * DAY_MS);
    assert_eq!(person.rose("usage_halved"), [0; 0], "two working days");
    person.waits(DAY_MS);
    assert_eq!(person.rose("usage_halved"), [after(34)]);
}

#[test]
fn s3_the_holidays_stand_in_the_pack() {
    let mut person = Person::under(packs::builtin_with(&[(QINGMING, "2026-03-30")]));
    lives_in(&person, "CN");
    stays_away_for_three_days(&mut person);
    assert_eq!(person.rose("usage_halved"), [0; 0], "two working days so far");
    person.waits(DAY_MS);
    assert_eq!(person.rose("usage_halved"), [after(32)]);
}
