//! S7 service failure, S10 stalled intent.

use staykit_core::pack::Pack;
use staykit_core::time::{DAY_MS, HOUR_MS, MINUTE_MS, Zone};
use staykit_tests::packs::{builtin, builtin_with};
use staykit_tests::person::Person;

const NEVER: [i64; 0] = [];

/// A person who did these things, each so many ms after the start, up to `until`.
fn after(pack: Pack, events: &[(i64, &str)], until: i64) -> Person {
    let mut person = Person::under(pack);
    for (at, event) in events {
        person.waits_until(*at);
        person.does(event);
    }
    person.waits_until(until);
    person
}

#[test]
fn s7_a_failed_payment_or_a_crash_is_a_service_failure_in_the_same_call() {
    for (event, signal) in [("payment_failed", "payment_unresolved"), ("crash", "crash_unresolved")]
    {
        let mut person = after(builtin(), &[(0, "open")], HOUR_MS);
        let receipt = person.does(event);
        let rose: Vec<&str> = receipt.changes.iter().map(|c| c.signal.as_str()).collect();
        assert!(rose.contains(&signal) && rose.contains(&"service_failure"), "{rose:?}");
    }
}

#[test]
fn s7_what_was_put_right_is_no_failure_any_more() {
    for (event, cure) in [("payment_failed", "purchase"), ("crash", "open")] {
        let events = [(0, "open"), (HOUR_MS, event), (2 * HOUR_MS, cure)];
        let person = after(builtin(), &events, 10 * DAY_MS);
        assert_eq!(person.rose("service_failure"), [HOUR_MS], "{event}");
        assert_eq!(person.fell("service_failure"), [2 * HOUR_MS], "{cure}");
    }
    // The cure of the one does not cure the other, and an error is no crash.
    let crossed = [(0, "open"), (HOUR_MS, "crash"), (2 * HOUR_MS, "purchase")];
    assert!(after(builtin(), &crossed, 3 * HOUR_MS).has("service_failure"));
    let crossed = [(0, "payment_failed"), (HOUR_MS, "open")];
    assert!(after(builtin(), &crossed, 3 * HOUR_MS).has("service_failure"));
    let harmless = [(0, "open"), (HOUR_MS, "error"), (2 * HOUR_MS, "purchase")];
    assert_eq!(after(builtin(), &harmless, DAY_MS).rose("service_failure"), NEVER);
}

#[test]
fn s7_it_is_given_up_after_7_days_to_the_millisecond_and_found_again() {
    for event in ["payment_failed", "crash"] {
        let mut person = after(builtin(), &[(0, event)], 7 * DAY_MS - 1);
        assert!(person.has("service_failure"), "{event}");
        person.waits(1);
        assert!(!person.has("service_failure"), "{event}");
        person.waits(DAY_MS);
        person.does(event);
        person.waits(DAY_MS);
        person.does(event);
        person.waits(20 * DAY_MS);
        assert_eq!(person.rose("service_failure"), [0, 8 * DAY_MS], "{event}");
        assert_eq!(person.fell("service_failure"), [7 * DAY_MS, 16 * DAY_MS], "the last counts");
    }
}

#[test]
fn s7_a_failure_just_before_midnight_stands_the_next_day() {
    let mut person = Person::new();
    person.flies_to(Zone::fixed(8 * 60));
    // 23:59:59.999 in China.
    person.waits(7 * HOUR_MS - 1);
    person.does("payment_failed");
    person.waits(2);
    assert!(person.has("service_failure"));
    assert_eq!(person.fell("service_failure"), NEVER);
}

#[test]
fn s7_the_7_days_stand_in_the_pack() {
    let pack = builtin_with(&[
        ("since_last('payment_failed') >= days(7)", "since_last('payment_failed') >= days(2)"),
        ("since_last('crash') >= days(7)", "since_last('crash') >= days(9)"),
    ]);
    let person = after(pack.clone(), &[(0, "payment_failed")], 20 * DAY_MS);
    assert_eq!(person.fell("service_failure"), [2 * DAY_MS]);
    let person = after(pack, &[(0, "crash")], 20 * DAY_MS);
    assert_eq!(person.fell("service_failure"), [9 * DAY_MS]);
}

#[test]
fn s10_five_minutes_on_a_product_without_ordering_stall() {
    let person = after(builtin(), &[(0, "product_view")], DAY_MS);
    assert_eq!(person.rose("product_hesitation"), [5 * MINUTE_MS]);
    assert_eq!(person.fell("product_hesitation"), [30 * MINUTE_MS], "nobody looks any more");
    assert_eq!(person.rose("stalled_intent"), [5 * MINUTE_MS]);
}

#[test]
fn s10_who_orders_or_goes_elsewhere_within_five_minutes_does_not_hesitate() {
    for event in ["add_to_cart", "purchase", "screen_leave", "background", "product_view"] {
        let events = [(0, "product_view"), (5 * MINUTE_MS - 1, event)];
        let person = after(builtin(), &events, 6 * MINUTE_MS);
        assert_eq!(person.rose("product_hesitation"), NEVER, "{event}");
    }
    // A view of the product that follows is measured on its own.
    let events = [(0, "product_view"), (4 * MINUTE_MS, "product_view")];
    let person = after(builtin(), &events, 10 * MINUTE_MS);
    assert_eq!(person.rose("product_hesitation"), [9 * MINUTE_MS]);
}

#[test]
fn s10_a_cart_is_idle_after_30_minutes_to_the_millisecond_and_for_a_day() {
    let mut person = after(builtin(), &[(0, "add_to_cart")], 30 * MINUTE_MS - 1);
    assert!(!person.has("cart_idle"));
    person.waits(1);
    assert!(person.has("cart_idle") && person.has("stalled_intent"));
    person.waits(2 * DAY_MS);
    assert_eq!(person.fell("cart_idle"), [DAY_MS]);
}

#[test]
fn s10_a_cart_that_is_being_paid_or_was_paid_is_not_idle() {
    let bought = [(0, "add_to_cart"), (30 * MINUTE_MS - 1, "purchase")];
    assert_eq!(after(builtin(), &bought, DAY_MS).rose("cart_idle"), NEVER);
    let paying = [(0, "add_to_cart"), (20 * MINUTE_MS, "checkout_started")];
    assert_eq!(after(builtin(), &paying, DAY_MS).rose("cart_idle"), [50 * MINUTE_MS]);
    let more = [(0, "add_to_cart"), (20 * MINUTE_MS, "add_to_cart")];
    assert_eq!(after(builtin(), &more, DAY_MS).rose("cart_idle"), [50 * MINUTE_MS]);
    let late = [(0, "add_to_cart"), (HOUR_MS, "purchase")];
    assert_eq!(after(builtin(), &late, DAY_MS).fell("cart_idle"), [HOUR_MS]);
}

#[test]
fn s10_a_form_that_was_given_up_or_left_lying_stalls() {
    let given_up = [(0, "form_started"), (MINUTE_MS, "form_abandoned")];
    assert_eq!(after(builtin(), &given_up, HOUR_MS).rose("form_abandoned"), [MINUTE_MS]);
    let lying = [(0, "form_started")];
    let person = after(builtin(), &lying, 2 * DAY_MS);
    assert_eq!(person.rose("form_abandoned"), [30 * MINUTE_MS]);
    assert_eq!(person.fell("form_abandoned"), [DAY_MS]);
    let sent = [(0, "form_started"), (30 * MINUTE_MS - 1, "form_submitted")];
    assert_eq!(after(builtin(), &sent, DAY_MS).rose("form_abandoned"), NEVER);
    let sent_later = [(0, "form_abandoned"), (MINUTE_MS, "form_submitted")];
    assert_eq!(after(builtin(), &sent_later, DAY_MS).fell("form_abandoned"), [MINUTE_MS]);
}

/// Views at these instants, each left at once.
fn views(pack: Pack, at: &[i64], until: i64) -> Person {
    let events: Vec<(i64, &str)> =
        at.iter().flat_map(|at| [(*at, "product_view"), (at + 1, "screen_leave")]).collect();
    after(pack, &events, until)
}

#[test]
fn s10_five_views_within_three_local_days_without_an_order_stall() {
    let day = |day: i64| day * DAY_MS;
    let three_days = [0, HOUR_MS, day(1), day(1) + HOUR_MS, day(2)];
    assert_eq!(views(builtin(), &three_days, day(2)).rose("repeated_views"), [day(2)]);
    assert_eq!(views(builtin(), &three_days[..4], day(2)).rose("repeated_views"), NEVER);
    let four_days = [0, HOUR_MS, day(1), day(1) + HOUR_MS, day(3)];
    assert_eq!(views(builtin(), &four_days, day(4)).rose("repeated_views"), NEVER);
    for order in ["add_to_cart", "purchase"] {
        let mut events: Vec<(i64, &str)> = vec![(0, order)];
        events.extend((1..=5).map(|minute| (minute * MINUTE_MS, "product_view")));
        let person = after(builtin(), &events, HOUR_MS);
        assert_eq!(person.rose("repeated_views"), NEVER, "{order}");
    }
}

#[test]
fn s10_every_figure_stands_in_the_pack() {
    let product = builtin_with(&[(
        "since_last('product_view') >= minutes(5) &&",
        "since_last('product_view') >= minutes(2) &&",
    )]);
    let person = after(product, &[(0, "product_view")], HOUR_MS);
    assert_eq!(person.rose("product_hesitation"), [2 * MINUTE_MS]);
    let cart = builtin_with(&[(
        "since_last('add_to_cart') >= minutes(30) &&",
        "since_last('add_to_cart') >= minutes(45) &&",
    )]);
    let person = after(cart, &[(0, "add_to_cart")], DAY_MS);
    assert_eq!(person.rose("cart_idle"), [45 * MINUTE_MS]);
    let form = builtin_with(&[(
        "since_last('form_started') >= minutes(30) &&",
        "since_last('form_started') >= minutes(10) &&",
    )]);
    let person = after(form, &[(0, "form_started")], DAY_MS);
    assert_eq!(person.rose("form_abandoned"), [10 * MINUTE_MS]);
    let repeated = builtin_with(&[(
        "count('product_view', days(3)) >= 5\n",
        "count('product_view', days(3)) >= 3\n",
    )]);
    let at = [0, MINUTE_MS, 2 * MINUTE_MS];
    let person = views(repeated, &at, HOUR_MS);
    assert_eq!(person.rose("repeated_views"), [2 * MINUTE_MS]);
}
