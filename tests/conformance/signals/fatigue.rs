//! S11 what is about to be lost, S12 reach fatigue.

use staykit_core::event::Draft;
use staykit_core::time::{DAY_MS, HOUR_MS};
use staykit_tests::packs::{builtin, builtin_with};

use super::table::{MIDNIGHT, NEVER, after, both, often, plain, rose};

const TODAY_18: i64 = MIDNIGHT + 3 * DAY_MS - 6 * HOUR_MS;

#[test]
fn s11_a_streak_of_three_days_is_at_risk_six_hours_before_it_breaks() {
    let mut person = after(builtin(), &often(0, DAY_MS, 3, "check_in"), TODAY_18 - 1);
    assert!(!person.has("streak_at_risk"));
    person.waits(1);
    assert!(person.has("streak_at_risk"));
    person.waits(DAY_MS);
    assert_eq!(person.fell("streak_at_risk"), [MIDNIGHT + 3 * DAY_MS], "then it is broken");
}

#[test]
fn s11_who_checks_in_or_has_no_streak_yet_risks_nothing() {
    for days in [2, 4] {
        let person =
            after(builtin(), &often(0, DAY_MS, days, "check_in"), MIDNIGHT + 3 * DAY_MS - 1);
        assert_eq!(person.rose("streak_at_risk"), NEVER, "{days} days");
    }
    let mut person = after(builtin(), &often(0, DAY_MS, 3, "check_in"), TODAY_18 + HOUR_MS);
    person.does("check_in");
    assert_eq!(person.fell("streak_at_risk"), [TODAY_18 + HOUR_MS]);
}

#[test]
fn s11_points_about_to_expire_until_they_are_spent() {
    let expiring = |minutes: i64| {
        let points = Draft::new("points_expiring").integer("points", 300);
        let mut person = after(builtin(), &[(0, points)], minutes);
        assert!(person.has("points_expiring"));
        person.waits(0);
        person
    };
    let mut person = expiring(DAY_MS);
    person.does("points_spent");
    assert_eq!(person.fell("points_expiring"), [DAY_MS]);
    let mut person = expiring(7 * DAY_MS);
    person.waits(1);
    assert_eq!(person.fell("points_expiring"), [7 * DAY_MS + 1], "the boundary");
    assert_eq!(rose("points_expiring", &[(0, "points_earned")], 9 * DAY_MS), NEVER);
}

#[test]
fn s11_its_figures_stand_in_the_pack() {
    let pack = builtin_with(&[
        ("<= hours(6)", "<= hours(2)"),
        ("within(days(7), 'points_expiring')", "within(days(2), 'points_expiring')"),
    ]);
    let mut events = often(0, DAY_MS, 3, "check_in");
    events.push((2 * DAY_MS, Draft::new("points_expiring")));
    let person = after(pack, &events, 9 * DAY_MS);
    assert_eq!(person.rose("streak_at_risk"), [TODAY_18 + 4 * HOUR_MS]);
    assert_eq!(person.fell("points_expiring"), [4 * DAY_MS + 1]);
}

/// Guidance shown once a day, of these campaigns.
fn shown(campaigns: &[&str]) -> Vec<(i64, Draft)> {
    let one = |(day, name): (i64, &&str)| {
        (day * DAY_MS, Draft::new("guidance_shown").text("campaign", *name))
    };
    (0..).zip(campaigns).map(one).collect()
}

#[test]
fn s12_three_messages_ignored_in_a_row_tire() {
    let person = after(builtin(), &shown(&["a", "b", "c"]), 20 * DAY_MS);
    assert_eq!(person.rose("reach_ignored"), [2 * DAY_MS]);
    assert_eq!(person.fell("reach_ignored"), [MIDNIGHT + 6 * DAY_MS], "two of them in 7 days");
    let same = after(builtin(), &shown(&["a", "a", "a"]), 3 * DAY_MS);
    assert_eq!(same.rose("same_content"), [2 * DAY_MS]);
    assert_eq!(same.rose("reach_fatigue"), [2 * DAY_MS]);
}

#[test]
fn s12_an_answer_other_content_and_two_messages_do_not() {
    let clicked = plain(&[(DAY_MS + 1, "guidance_clicked")]);
    let person = after(builtin(), &both(&[shown(&["a", "b", "c"]), clicked]), 4 * DAY_MS);
    assert_eq!(person.rose("reach_fatigue"), NEVER);
    let person = after(builtin(), &shown(&["a", "a"]), 4 * DAY_MS);
    assert_eq!(person.rose("reach_fatigue"), NEVER, "two");
    let person = after(builtin(), &shown(&["a", "a", "b"]), 4 * DAY_MS);
    assert_eq!(person.rose("same_content"), NEVER);
}

#[test]
fn s12_not_interested_do_not_disturb_and_notifications_off_count_until_they_are_over() {
    let off =
        [("do_not_disturb_on", "do_not_disturb_off"), ("notifications_off", "notifications_on")];
    for (begins, ends) in off {
        let person = after(builtin(), &plain(&[(0, begins), (50 * DAY_MS, ends)]), 60 * DAY_MS);
        assert_eq!(person.rose("reach_off"), [0], "{begins}");
        assert_eq!(person.fell("reach_fatigue"), [50 * DAY_MS], "{ends}");
    }
    let person = after(builtin(), &plain(&[(0, "not_interested")]), 60 * DAY_MS);
    assert_eq!(person.fell("not_interested"), [30 * DAY_MS + 1]);
}

#[test]
fn s12_its_figures_stand_in_the_pack() {
    let pack = builtin_with(&[
        ("days(7)) >= 3 && count('guidance_clicked'", "days(7)) >= 2 && count('guidance_clicked'"),
        ("days(7)) >= 3 && distinct(", "days(7)) >= 4 && distinct("),
        ("within(days(30), 'not_interested')", "within(days(5), 'not_interested')"),
    ]);
    let person = after(pack.clone(), &shown(&["a", "a", "a", "a"]), 5 * DAY_MS);
    assert_eq!(person.rose("reach_ignored"), [DAY_MS]);
    assert_eq!(person.rose("same_content"), [3 * DAY_MS]);
    let person = after(pack, &plain(&[(0, "not_interested")]), 60 * DAY_MS);
    assert_eq!(person.fell("not_interested"), [5 * DAY_MS + 1]);
}
