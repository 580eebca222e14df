//! G7 reach control: caps, cool-down, quiet hours, priority.

use staykit_core::time::{DAY_MS, HOUR_MS, MINUTE_MS, OffsetChange, Zone};
use staykit_tests::packs;
use staykit_tests::person::{Person, START};

/// A campaign `note` that every search asks for, with these fields.
fn noting(fields: &str) -> Person {
    Person::under(packs::of_campaigns("", &[("note", "search", fields)]))
}

/// The same with limits over all campaigns, and a second campaign `hint` for taps.
fn reaching(reach: &str) -> Person {
    Person::under(packs::of_campaigns(reach, &[("note", "search", ""), ("hint", "tap", "")]))
}

/// What becomes of `note` when the person searches at the instant `at`.
fn at(person: &mut Person, at: i64) -> &'static str {
    person.waits_until(at);
    person.asks("search", "note")
}

/// Local midnight at the end of the first day, for somebody in UTC; the clock starts at nine.
const MIDNIGHT: i64 = 15 * HOUR_MS;
/// The clock starts on a Monday.
const NEXT_MONDAY: i64 = MIDNIGHT + 6 * DAY_MS;

#[test]
fn g7_a_cap_a_day_is_counted_until_local_midnight() {
    let mut person = noting("caps: { per: day, times: 2 }");
    assert_eq!([0, 1].map(|ms| at(&mut person, ms)), ["show", "show"]);
    assert_eq!(at(&mut person, MIDNIGHT - 1), "campaign_cap");
    assert_eq!(at(&mut person, MIDNIGHT), "show");
    person.is_killed();
    assert_eq!(at(&mut person, MIDNIGHT + 1), "show");
    assert_eq!(at(&mut person, MIDNIGHT + 2), "campaign_cap", "counted across a kill");
}

#[test]
fn g7_a_cap_a_week_is_counted_from_monday() {
    let mut person = noting("caps: { per: week, times: 3 }");
    for day in 0..3 {
        assert_eq!(at(&mut person, day * DAY_MS), "show");
    }
    assert_eq!(at(&mut person, NEXT_MONDAY - 1), "campaign_cap");
    assert_eq!(at(&mut person, NEXT_MONDAY), "show");
}

#[test]
fn g7_caps_of_several_days_and_for_ever() {
    let mut person = noting("caps: [{ per: days(3), times: 1 }, { per: ever, times: 2 }]");
    assert_eq!(at(&mut person, 0), "show");
    assert_eq!(at(&mut person, MIDNIGHT + 2 * DAY_MS - 1), "campaign_cap");
    assert_eq!(at(&mut person, MIDNIGHT + 2 * DAY_MS), "show");
    assert_eq!(at(&mut person, 100 * DAY_MS), "campaign_cap");
}

#[test]
fn g7_global_caps_count_all_campaigns() {
    let mut person = reaching("caps: [{ per: day, times: 2 }, { per: week, times: 3 }]");
    assert_eq!(person.asks("tap", "hint"), "show");
    assert_eq!(person.asks("search", "note"), "show");
    assert_eq!(person.asks("tap", "hint"), "global_cap");
    assert_eq!(at(&mut person, MIDNIGHT), "show");
    assert_eq!(at(&mut person, MIDNIGHT + 1), "global_cap", "three this week");
    assert_eq!(at(&mut person, NEXT_MONDAY), "show");
}

#[test]
fn g7_the_built_in_pack_shows_at_most_two_a_day_and_its_figure_can_be_changed() {
    let from = "caps: [{ per: day, times: 2 }";
    for (times, to) in [(2, from), (1, "caps: [{ per: day, times: 1 }")] {
        let mut person = Person::under(packs::builtin_with(&[(from, to)]));
        person.does("payment_failed");
        person.waits(HOUR_MS);
        person.does("guidance_clicked");
        person.waits(2 * HOUR_MS);
        person.does("add_to_cart");
        person.waits(HOUR_MS);
        assert_eq!(person.shown().len(), times);
        let gates: Vec<&str> = person.withheld().into_iter().map(|(_, gate)| gate).collect();
        assert_eq!(gates, vec!["global_cap"; 3 - times]);
    }
}

#[test]
fn g7_days_and_weeks_are_local_wherever_the_person_is() {
    // Eight hours east of UTC the day ends at 16:00 UTC, seven hours after the start.
    let mut person = noting("caps: { per: day, times: 1 }");
    person.flies_to(Zone::fixed(8 * 60));
    assert_eq!(at(&mut person, 0), "show");
    assert_eq!(at(&mut person, 7 * HOUR_MS - 1), "campaign_cap");
    assert_eq!(at(&mut person, 7 * HOUR_MS), "show");
    let mut person = noting("caps: { per: week, times: 1 }");
    person.flies_to(Zone::fixed(-5 * 60));
    assert_eq!(at(&mut person, 0), "show");
    assert_eq!(at(&mut person, NEXT_MONDAY), "campaign_cap", "Sunday evening in New York");
    assert_eq!(at(&mut person, NEXT_MONDAY + 5 * HOUR_MS), "show");
}

#[test]
fn g7_a_flight_west_repeats_no_day_and_a_flight_east_begins_the_next_one() {
    let mut west = noting("caps: { per: day, times: 2 }");
    west.flies_to(Zone::fixed(8 * 60));
    // Half past midnight on Tuesday in China, then five in the afternoon on Monday in Lisbon.
    assert_eq!(at(&mut west, 7 * HOUR_MS + 30 * MINUTE_MS), "show");
    west.flies_to(Zone::fixed(0));
    assert_eq!(at(&mut west, 8 * HOUR_MS), "show");
    assert_eq!(at(&mut west, 9 * HOUR_MS), "campaign_cap");
    assert_eq!(at(&mut west, MIDNIGHT), "campaign_cap", "that Tuesday had begun before");
    assert_eq!(at(&mut west, MIDNIGHT + DAY_MS), "show");
    let mut east = noting("caps: { per: day, times: 1 }");
    // Six in the evening on Monday in Lisbon, then two o'clock on Tuesday in China.
    assert_eq!(at(&mut east, 9 * HOUR_MS), "show");
    east.flies_to(Zone::fixed(8 * 60));
    assert_eq!(at(&mut east, 9 * HOUR_MS + 1), "show");
}

/// Central Europe on the last Sunday of March 2026: at 02:00 (01:00 UTC) clocks show 03:00.
fn spring() -> Zone {
    Zone { offset_min: 60, next: Some(OffsetChange { at: 1_774_746_000_000, offset_min: 120 }) }
}

/// Central Europe on the last Sunday of October 2026: at 03:00 (01:00 UTC) clocks show 02:00.
fn autumn() -> Zone {
    Zone { offset_min: 120, next: Some(OffsetChange { at: 1_792_890_000_000, offset_min: 60 }) }
}

/// So many hours after midnight UTC of the day on which the clocks change.
fn hours(zone: Zone, hours: i64) -> i64 {
    zone.next.unwrap().at - HOUR_MS - START + hours * HOUR_MS
}

#[test]
fn g7_a_day_has_23_or_25_hours_when_the_clocks_change() {
    for (zone, begins, ends) in [(spring(), -1, 22), (autumn(), -2, 23)] {
        let mut person = noting("caps: { per: day, times: 1 }");
        person.flies_to(zone);
        assert_eq!(at(&mut person, hours(zone, begins)), "show", "the Sunday begins");
        assert_eq!(at(&mut person, hours(zone, ends) - 1), "campaign_cap", "it lasts");
        assert_eq!(at(&mut person, hours(zone, ends)), "show", "Monday begins, and the week");
    }
}

#[test]
fn g7_quiet_hours_may_pass_midnight_and_begin_and_end_on_the_minute() {
    let mut person = noting("quiet: \"22:00-08:00\"");
    let ten_at_night = 13 * HOUR_MS;
    assert_eq!(at(&mut person, ten_at_night - 1), "show");
    assert_eq!(at(&mut person, ten_at_night), "quiet_hours");
    assert_eq!(at(&mut person, MIDNIGHT), "quiet_hours");
    assert_eq!(at(&mut person, MIDNIGHT + 8 * HOUR_MS - 1), "quiet_hours");
    assert_eq!(at(&mut person, MIDNIGHT + 8 * HOUR_MS), "show");
    let mut person = noting("quiet: \"12:00-13:30\"");
    assert_eq!(at(&mut person, 3 * HOUR_MS - 1), "show");
    assert_eq!(at(&mut person, 3 * HOUR_MS), "quiet_hours");
    assert_eq!(at(&mut person, 4 * HOUR_MS + 30 * MINUTE_MS), "show");
}

#[test]
fn g7_quiet_hours_are_right_when_the_clocks_change() {
    // Spring: eight o'clock comes an hour earlier, whether or not the host says so at once.
    for told in [false, true] {
        let mut person = noting("quiet: \"22:00-08:00\"");
        person.flies_to(spring());
        assert_eq!(at(&mut person, hours(spring(), -3) - 1), "show", "21:59 on Saturday");
        assert_eq!(at(&mut person, hours(spring(), -3)), "quiet_hours", "22:00");
        person.waits_until(hours(spring(), 2));
        if told {
            person.flies_to(Zone::fixed(120));
        }
        assert_eq!(at(&mut person, hours(spring(), 6) - 1), "quiet_hours", "07:59 on Sunday");
        assert_eq!(at(&mut person, hours(spring(), 6)), "show", "08:00");
    }
    // Autumn: an hour that occurs twice is quiet twice.
    let mut person = noting("quiet: \"02:00-03:00\"");
    person.flies_to(autumn());
    let verdicts = [-1, 0, 1, 2].map(|hour| at(&mut person, hours(autumn(), hour)));
    assert_eq!(verdicts, ["show", "quiet_hours", "quiet_hours", "show"]);
}

#[test]
fn g7_quiet_hours_follow_the_person_to_another_zone() {
    let mut person = noting("quiet: \"22:00-08:00\"");
    assert_eq!(at(&mut person, 3 * HOUR_MS), "show", "noon in Lisbon");
    person.flies_to(Zone::fixed(11 * 60));
    assert_eq!(at(&mut person, 3 * HOUR_MS), "quiet_hours", "eleven at night in Sydney");
}

#[test]
fn g7_general_quiet_hours_hold_unless_the_campaign_has_its_own() {
    let campaigns = [("note", "search", ""), ("urgent", "tap", "quiet: \"03:00-04:00\"")];
    let pack = packs::of_campaigns("quiet: \"22:00-08:00\"", &campaigns);
    let mut person = Person::under(pack);
    person.waits(13 * HOUR_MS);
    assert_eq!(person.asks("search", "note"), "quiet_hours");
    assert_eq!(person.asks("tap", "urgent"), "show");
}

#[test]
fn g7_after_a_show_the_cool_down_must_pass() {
    let mut person = noting("cool_down: hours(4)");
    assert_eq!(at(&mut person, 0), "show");
    assert_eq!(at(&mut person, 4 * HOUR_MS - 1), "campaign_cool_down");
    assert_eq!(at(&mut person, 4 * HOUR_MS), "show", "what is withheld begins no cool-down");
    let mut person = reaching("cool_down: minutes(30)");
    assert_eq!(person.asks("tap", "hint"), "show");
    assert_eq!(at(&mut person, 30 * MINUTE_MS - 1), "global_cool_down");
    assert_eq!(at(&mut person, 30 * MINUTE_MS), "show");
}

#[test]
fn g7_a_cool_down_is_elapsed_time_whatever_the_clocks_show() {
    let mut person = noting("cool_down: hours(4)");
    person.flies_to(spring());
    assert_eq!(at(&mut person, hours(spring(), -1)), "show", "midnight");
    assert_eq!(at(&mut person, hours(spring(), 3) - 1), "campaign_cool_down");
    assert_eq!(at(&mut person, hours(spring(), 3)), "show", "five in the morning");
}

#[test]
fn g7_the_more_important_campaign_goes_first_and_the_other_says_so() {
    let pack = packs::of_campaigns(
        "",
        &[
            ("minor", "search", "priority: 1"),
            ("major", "search", "priority: 2, caps: { per: ever, times: 1 }"),
        ],
    );
    let mut person = Person::under(pack);
    person.does("search");
    assert_eq!(person.shown(), [("major", 0)]);
    assert_eq!(person.withheld(), [("minor", "outranked")]);
    // Once the first is capped it stands in nobody's way.
    assert_eq!(person.asks("search", "minor"), "show");
    assert_eq!(person.withheld()[1..], [("major", "campaign_cap")]);
}

#[test]
fn g7_one_of_the_built_in_campaigns_is_shown_at_a_time() {
    let mut person = Person::new();
    // Clicked, and left in the cart, so that both are due at the same instant.
    person.does("guidance_clicked");
    person.waits(90 * MINUTE_MS);
    person.does("add_to_cart");
    person.waits(HOUR_MS);
    assert_eq!(person.shown(), [("cart_reminder", 2 * HOUR_MS)]);
    assert_eq!(person.withheld(), [("follow_up", "outranked")]);
}
