//! S17 buyers who look in and do not order, S18 what is held and not used.

use staykit_core::event::Draft;
use staykit_core::time::DAY_MS;
use staykit_tests::packs::{builtin, builtin_with};

use super::table::{NEVER, after, boundary, rose, rose_with};

/// So many orders on the first days, and visits every third day.
fn buyer(orders: i64, until: i64) -> Vec<(i64, &'static str)> {
    let mut events: Vec<_> = (0..orders).map(|day| (day * DAY_MS, "purchase")).collect();
    events.extend((0..until / 3).map(|number| (number * 3 * DAY_MS + 1, "open")));
    events.sort_by_key(|(at, _)| *at);
    events
}

#[test]
fn s17_a_frequent_buyer_without_an_order_for_90_days_who_still_looks_in() {
    assert_eq!(rose("buyer_gone", &buyer(3, 120), 120 * DAY_MS), [92 * DAY_MS]);
    boundary("buyer_gone", &buyer(3, 90), 92 * DAY_MS, &[94 * DAY_MS + 1], 120 * DAY_MS);
}

#[test]
fn s17_who_ordered_twice_orders_again_or_does_not_come_is_none() {
    assert_eq!(rose("buyer_gone", &buyer(2, 120), 120 * DAY_MS), NEVER, "two orders");
    let mut again = buyer(3, 120);
    again.push((92 * DAY_MS - 1, "purchase"));
    again.sort_by_key(|(at, _)| *at);
    assert_eq!(rose("buyer_gone", &again, 120 * DAY_MS), NEVER, "an order in time");
    assert_eq!(rose("buyer_gone", &buyer(3, 60), 120 * DAY_MS), NEVER, "silent, which is S1");
}

#[test]
fn s17_the_90_days_stand_in_the_pack() {
    let figures = [("stopped('purchase', days(90))", "stopped('purchase', days(60))")];
    assert_eq!(rose_with(&figures, "buyer_gone", &buyer(3, 90), 90 * DAY_MS), [62 * DAY_MS]);
}

#[test]
fn s18_coupons_benefits_and_points_that_are_held_and_not_used() {
    let (three, week) = (3 * DAY_MS, 7 * DAY_MS);
    boundary("coupon_unused", &[(0, "coupon_received")], three, &[30 * DAY_MS], 40 * DAY_MS);
    boundary("benefit_unused", &[(0, "benefit_received")], week, &[30 * DAY_MS], 40 * DAY_MS);
    let earned = [(0, Draft::new("points_earned").integer("points", 100))];
    let mut person = after(builtin(), &earned, 30 * DAY_MS - 1);
    assert!(!person.has("points_unused"));
    person.waits(1);
    assert!(person.has("points_unused"));
    person.records(Draft::new("points_spent").integer("points", 1));
    assert!(!person.has("points_unused"));
}

#[test]
fn s18_what_is_never_looked_at() {
    for event in ["coupon_received", "benefit_received"] {
        assert_eq!(rose("benefits_unseen", &[(0, event)], 9 * DAY_MS), [3 * DAY_MS], "{event}");
        let events = [(0, event), (DAY_MS, "benefits_viewed")];
        assert_eq!(rose("benefits_unseen", &events, 9 * DAY_MS), NEVER, "{event}");
    }
}

#[test]
fn s18_what_is_used_in_time_or_too_little_is_none() {
    for (signal, got, used, days) in [
        ("coupon_unused", "coupon_received", "coupon_used", 3),
        ("benefit_unused", "benefit_received", "benefit_used", 7),
    ] {
        let events = [(0, got), (days * DAY_MS - 1, used)];
        assert_eq!(rose(signal, &events, 20 * DAY_MS), NEVER, "{signal}");
    }
    let earned = [(0, Draft::new("points_earned").integer("points", 99))];
    assert_eq!(after(builtin(), &earned, 50 * DAY_MS).rose("points_unused"), NEVER);
}

#[test]
fn s18_its_figures_stand_in_the_pack() {
    let figures = [
        ("since_last('coupon_received') >= days(3)", "since_last('coupon_received') >= days(5)"),
        ("since_last('benefit_received') >= days(7)", "since_last('benefit_received') >= days(2)"),
    ];
    for (signal, event, days) in
        [("coupon_unused", "coupon_received", 5), ("benefit_unused", "benefit_received", 2)]
    {
        let rose = rose_with(&figures, signal, &[(0, event)], 9 * DAY_MS);
        assert_eq!(rose, [days * DAY_MS], "{signal}");
    }
    let pack = builtin_with(&[("ever()) >= 100", "ever()) >= 50")]);
    let earned = [(0, Draft::new("points_earned").integer("points", 50))];
    assert_eq!(after(pack, &earned, 40 * DAY_MS).rose("points_unused"), [30 * DAY_MS]);
}
