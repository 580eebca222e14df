//! U1 to U5, U8 to U10 as the built-in pack has them.

use staykit_core::event::Draft;
use staykit_core::time::{DAY_MS, HOUR_MS, MINUTE_MS};
use staykit_tests::packs::builtin_with;
use staykit_tests::person::Person;

fn is_in(person: &Person, table: &str) -> String {
    person.is_in(table).unwrap().row
}

/// Hundredths of points, which are the sum of the shares.
fn score(person: &Person, name: &str) -> i64 {
    let scores = person.engine().understanding().unwrap().scores;
    let score = scores.into_iter().find(|score| score.name == name).unwrap();
    let shares: i64 = score.factors.iter().map(|share| share.hundredths).sum();
    assert_eq!(shares, score.hundredths + score.cut);
    score.hundredths
}

/// The tier of the activity score.
fn tier(person: &Person) -> String {
    let scores = person.engine().understanding().unwrap().scores;
    let score = scores.into_iter().find(|score| score.name == "activity").unwrap();
    score.tier.unwrap().row
}

fn buys(person: &mut Person, minor: i64) {
    person.records(Draft::new("purchase").money("amount", minor, "CNY"));
}

#[test]
fn u2_recency_frequency_and_money_make_eight_segments() {
    for (orders, minor, now, later) in [
        (3, 600_00, "champion", "slipping"),
        (1, 1500_01, "promising", "at_risk"),
        (3, 10_00, "loyal", "fading"),
        (1, 1500_00, "recent", "passive"),
    ] {
        let mut person = Person::new();
        (0..orders).for_each(|_| buys(&mut person, minor));
        assert_eq!(is_in(&person, "value"), now);
        person.waits(30 * DAY_MS - 1);
        assert_eq!(is_in(&person, "value"), now);
        person.waits(1);
        assert_eq!(is_in(&person, "value"), later);
    }
    let figures = [("days(90)) > 150000", "days(90)) > 50000")];
    let mut person = Person::under(builtin_with(&figures));
    buys(&mut person, 500_01);
    assert_eq!(is_in(&person, "value"), "promising");
}

#[test]
fn u3_a_life_from_new_to_lost() {
    let mut person = Person::new();
    for _ in 0..20 {
        person.does("open");
        person.waits(MINUTE_MS);
        person.does("tap");
        person.waits(DAY_MS - MINUTE_MS);
    }
    assert_eq!(is_in(&person, "lifecycle"), "mature");
    person.waits(100 * DAY_MS);
    let rows: Vec<String> = person.moved("lifecycle").into_iter().map(|(_, row)| row).collect();
    assert_eq!(rows, ["new", "mature", "declining", "lost"]);
    let mut person = Person::new();
    (0..8).for_each(|_| {
        person.does("open");
        person.waits(2 * DAY_MS);
    });
    assert_eq!(is_in(&person, "lifecycle"), "growing");
}

#[test]
fn u4_why_someone_is_silent_and_what_to_do() {
    for (events, why, treatment) in [
        (vec!["feature_used", "crash"], "failure", "feature_lost"),
        (vec![], "mismatch", "feature_lost"),
        (
            vec![
                "feature_used",
                "product_view",
                "product_view",
                "product_view",
                "product_view",
                "product_view",
            ],
            "competitor",
            "competitor",
        ),
        (vec!["feature_used"], "forgot", "dormant"),
        (vec!["feature_used", "coupon_used", "coupon_used"], "forgot", "price_sensitive"),
    ] {
        let mut person = Person::new();
        person.does("open");
        for event in events {
            person.waits(1);
            person.does(event);
        }
        assert_eq!(is_in(&person, "why_silent"), "active");
        person.waits(5 * DAY_MS);
        assert_eq!(
            (is_in(&person, "why_silent").as_str(), is_in(&person, "treatment").as_str()),
            (why, treatment)
        );
    }
}

#[test]
fn u5_and_u10_activity_and_milestones_are_sums_of_shares() {
    let mut person = Person::new();
    for event in ["open", "search", "search", "search", "favourite", "favourite", "invite"] {
        person.does(event);
    }
    assert_eq!(score(&person, "milestones"), 45_00);
    for _ in 0..20 {
        person.does("open");
        person.does("feature_used");
        person.waits(5 * MINUTE_MS);
        person.does("tap");
        person.waits(DAY_MS - 5 * MINUTE_MS);
    }
    assert_eq!(score(&person, "milestones"), 15_00, "the searches are too long ago");
    assert_eq!(tier(&person), "high");
    person.waits(30 * DAY_MS);
    assert_eq!(tier(&person), "low");
}

#[test]
fn u8_the_next_screen_is_foretold() {
    let mut person = Person::new();
    for _ in 0..5 {
        for screen in ["home", "cart"] {
            person.records(Draft::new("screen_enter").text("screen", screen));
        }
    }
    person.records(Draft::new("screen_enter").text("screen", "home"));
    let next = person.engine().next_actions("next_screen", 1).unwrap();
    assert!(format!("{next:?}").contains("cart"), "{next:?}");
}

#[test]
fn u9_the_member_level_rises_with_what_is_spent() {
    for (minor, level) in [
        (479_00, "bronze"),
        (480_00, "silver"),
        (1980_00, "gold"),
        (4980_00, "platinum"),
        (9980_00, "diamond"),
    ] {
        let mut person = Person::new();
        buys(&mut person, minor);
        assert_eq!(is_in(&person, "member"), level, "{minor}, and 20 for the order");
    }
    let mut person = Person::under(builtin_with(&[("silver: { from: 500", "silver: { from: 100")]));
    buys(&mut person, 80_00);
    assert_eq!(is_in(&person, "member"), "silver");
}

#[test]
fn u1_the_built_in_tags_stand_in_the_same_call() {
    let mut person = Person::new();
    buys(&mut person, 5000_00);
    let tags = person.engine().understanding().unwrap().tags;
    let names: Vec<&str> = tags.iter().map(|tag| tag.name.as_str()).collect();
    for wanted in ["buyer", "valuable", "vip", "core_bound", "found_value", "bought_lately"] {
        assert!(names.contains(&wanted), "{wanted} {names:?}");
    }
    person.waits(HOUR_MS);
    person.does("open");
    assert!(!person.has("repeat_buyer"));
}
