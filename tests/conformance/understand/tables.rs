//! U2 value segments, U3 life-cycle stages, U4 why silent, U9 levels.

use staykit_core::engine::Why;
use staykit_core::event::Draft;
use staykit_core::rules::TableKind;
use staykit_core::time::{DAY_MS, HOUR_MS};
use staykit_tests::packs;
use staykit_tests::person::Person;

const RFM: &str = "pack: test
version: 1
tags:
  recent: { raise: \"since_last('purchase') < days(30)\" }
  often: { raise: \"count('purchase', days(90)) >= 3\" }
  much: { raise: \"sum('purchase', 'amount', days(90)) >= 50000\" }
segments:
  value:
    - { name: champions, when: tag('recent') && tag('often') && tag('much'), says: { en: Best, zh: 重要价值 } }
    - { name: loyal, when: tag('recent') && tag('often') }
    - { name: promising, when: tag('recent') && tag('much') }
    - { name: new, when: tag('recent') }
    - { name: at_risk, when: tag('often') && tag('much') }
    - { name: slipping, when: tag('often') }
    - { name: win_back, when: tag('much') }
    - { name: other }
signals:
  lost_a_champion: { raise: \"segment('value') == 'at_risk' && segment_age('value') >= days(7)\" }
";

fn buys(person: &mut Person, minor: i64) {
    person.records(Draft::new("purchase").money("amount", minor, "CNY"));
}

/// The segment after as many purchases of that amount, and days without one.
fn segment(pack: &str, purchases: usize, minor: i64, days: i64) -> String {
    let mut person = Person::under(packs::compiled(pack));
    person.does("open");
    for _ in 0..purchases {
        buys(&mut person, minor);
    }
    person.waits(days * DAY_MS);
    person.is_in("value").unwrap().row
}

#[test]
fn u2_recency_frequency_and_amount_give_eight_segments() {
    for (purchases, minor, days, expected) in [
        (3, 20_000, 0, "champions"),
        (3, 1_000, 0, "loyal"),
        (1, 60_000, 0, "promising"),
        (1, 1_000, 0, "new"),
        (3, 20_000, 40, "at_risk"),
        (3, 1_000, 40, "slipping"),
        (1, 60_000, 40, "win_back"),
        (0, 0, 0, "other"),
        (1, 1_000, 40, "other"),
    ] {
        assert_eq!(segment(RFM, purchases, minor, days), expected, "{purchases} {minor} {days}");
    }
}

#[test]
fn u2_the_segment_is_right_in_the_call_and_says_from_where_and_why() {
    let mut person = Person::under(packs::compiled(RFM));
    let receipt = person.does("open");
    assert_eq!((receipt.moves[0].from.as_deref(), &*receipt.moves[0].to), (None, "other"));
    buys(&mut person, 60_000);
    let receipt = person.records(Draft::new("purchase").money("amount", 1, "CNY"));
    assert!(receipt.moves.is_empty(), "the same segment is no change");
    let receipt = person.records(Draft::new("purchase").money("amount", 1, "CNY"));
    let [change] = receipt.moves.as_slice() else { panic!("{receipt:?}") };
    assert_eq!((change.from.as_deref(), &*change.to), (Some("promising"), "champions"));
    assert_eq!(change.says.find("zh"), Some("重要价值"));
    assert_eq!(change.reason(staykit_core::text::Language::English), "recent, often, much");
    person.is_killed();
    assert_eq!(person.is_in("value").unwrap().row, "champions");
    let [why, chinese] = person.asks_why(Why::Table(TableKind::Segment, "value".to_owned()));
    assert_eq!(why, "value is champions for 0 s: Best; recent, often, much");
    assert_eq!(chinese, "value为champions已0秒：重要价值；recent，often，much");
}

#[test]
fn u2_time_moves_the_person_at_the_millisecond_and_a_signal_waits_for_it() {
    let mut person = Person::under(packs::compiled(RFM));
    (0..3).for_each(|_| buys(&mut person, 20_000));
    person.waits(30 * DAY_MS - 1);
    assert_eq!(person.is_in("value").unwrap().row, "champions");
    person.waits(1);
    assert_eq!(person.is_in("value").unwrap().row, "at_risk");
    person.waits(8 * DAY_MS);
    assert_eq!(person.rose("lost_a_champion"), [37 * DAY_MS]);
    // An engine that was not running finds the same instants.
    let mut away = Person::under(packs::compiled(RFM));
    (0..3).for_each(|_| buys(&mut away, 20_000));
    away.is_away(38 * DAY_MS);
    away.reopens();
    away.ticks();
    assert_eq!(away.moved("value"), person.moved("value"));
    assert_eq!(away.rose("lost_a_champion"), [37 * DAY_MS]);
}

#[test]
fn u2_the_person_is_in_no_segment_before_the_first_event_though_time_passes() {
    let mut person = Person::under(packs::compiled(RFM));
    person.waits(3 * DAY_MS);
    assert_eq!(person.is_in("value"), None);
    person.does("open");
    assert_eq!(person.moved("value"), [(3 * DAY_MS, "other".to_owned())]);
}

#[test]
fn u2_the_figures_stand_in_the_pack() {
    let pack = RFM.replace(">= 50000", ">= 500").replace("days(90)) >= 3", "days(90)) >= 1");
    assert_eq!(segment(&pack, 1, 1_000, 0), "champions");
    assert_eq!(segment(&RFM.replace("days(30)", "days(50)"), 1, 1_000, 40), "new");
}

const STAGES: &str = "pack: test
version: 1
stages:
  lifecycle:
    - { name: new, enter: since_first('open') < days(14), at_least: days(3) }
    - name: mature
      enter: active_days('open', days(14)) >= 8
      stay: active_days('open', days(14)) >= 5
    - name: growing
      enter: active_days('open', days(14)) >= 4
      stay: active_days('open', days(14)) >= 3 && active_days('open', days(14)) < 8
    - { name: lost, enter: \"absent('open', days(30))\" }
    - name: declining
      enter: absent('open', days(7))
      stay: absent('open', days(7)) && absent('open') < days(30)
signals:
  slipping: { raise: stage('lifecycle') == 'declining' }
";

/// A person who opened the app on the first `days` days.
fn after(pack: &str, days: i64) -> Person {
    let mut person = Person::under(packs::compiled(pack));
    for _ in 0..days {
        person.does("open");
        person.waits(DAY_MS);
    }
    person
}

fn rows(person: &Person, table: &str) -> Vec<String> {
    person.moved(table).into_iter().map(|(_, row)| row).collect()
}

#[test]
fn u3_a_person_goes_through_the_stages_of_life() {
    let mut person = after(STAGES, 16);
    assert_eq!(rows(&person, "lifecycle"), ["new", "mature"]);
    assert_eq!(person.moved("lifecycle")[1].0, 14 * DAY_MS, "new for 14 days to the millisecond");
    person.waits(60 * DAY_MS);
    let all = ["new", "mature", "growing", "declining", "lost"];
    assert_eq!(rows(&person, "lifecycle"), all);
    let lost = person.moved("lifecycle").last().unwrap().0;
    assert!(lost >= 45 * DAY_MS, "30 days after the last visit: {lost}");
    assert_eq!(person.rose("slipping").len(), 1);
    assert_eq!(person.fell("slipping"), [lost]);
}

#[test]
fn u3_between_the_two_figures_a_stage_stays_what_it_is() {
    // Six active days of 14: who was mature stays so, who was not does not become it.
    let mut person = after(STAGES, 16);
    for _ in 0..14 {
        if person.now() / DAY_MS % 2 == 0 {
            person.does("open");
        }
        person.waits(DAY_MS);
    }
    assert_eq!(rows(&person, "lifecycle"), ["new", "mature"], "7 of 14 days keep the stage");
    let mut person = Person::under(packs::compiled(STAGES));
    for day in 0..28 {
        if day % 2 == 0 {
            person.does("open");
        }
        person.waits(DAY_MS);
    }
    assert_eq!(rows(&person, "lifecycle"), ["new", "growing"], "7 of 14 days do not reach it");
}

#[test]
fn u3_a_stage_lasts_at_least_its_time() {
    let pack = STAGES.replace("since_first('open') < days(14)", "since_first('open') < hours(1)");
    let mut person = Person::under(packs::compiled(&pack));
    person.does("open");
    for _ in 0..9 {
        person.waits(6 * HOUR_MS);
        person.does("open");
    }
    assert_eq!(rows(&person, "lifecycle"), ["new"]);
    person.waits(20 * DAY_MS);
    let moved = person.moved("lifecycle");
    assert_eq!(rows(&person, "lifecycle")[..2], ["new", "declining"]);
    assert!(moved[1].0 > 3 * DAY_MS);
}

#[test]
fn u3_the_figures_stand_in_the_pack() {
    let pack = STAGES
        .replace("'open', days(7)", "'open', days(4)")
        .replace("days(14)) >= 3 &&", "days(14)) >= 9 &&");
    let mut person = after(&pack, 1);
    person.waits(30 * DAY_MS);
    let moved = person.moved("lifecycle");
    assert_eq!(moved[1], (14 * DAY_MS, "declining".to_owned()));
    let pack = pack.replace("< days(14), at_least", "< days(2), at_least");
    let mut person = after(&pack, 1);
    person.waits(30 * DAY_MS);
    assert_eq!(person.moved("lifecycle")[1], (4 * DAY_MS, "declining".to_owned()));
}

#[test]
fn u3_the_stage_outlives_a_kill_and_a_pack_that_has_it_still() {
    let mut person = after(STAGES, 16);
    let before = person.is_in("lifecycle").unwrap();
    person.is_killed();
    assert_eq!(person.is_in("lifecycle").unwrap(), before);
    person.reopens_under(packs::compiled(&STAGES.replace("version: 1", "version: 2")));
    person.ticks();
    assert_eq!(person.is_in("lifecycle").unwrap().since_ms, before.since_ms);
    assert_eq!(rows(&person, "lifecycle"), ["new", "mature"]);
}

const SILENCE: &str = "pack: test
version: 1
signals:
  silent: { raise: \"absent('open', days(30))\" }
  failed: { raise: \"count('payment_failed', days(60)) >= 1 && since_last('payment_failed') < since_last('purchase')\" }
segments:
  why_silent:
    - { name: not_silent, when: \"!signal('silent')\" }
    - { name: functional_failure, when: \"signal('failed') || count('crash', days(60)) >= 2\" }
    - { name: lured_away, when: \"count('price_compared', days(60)) >= 3\" }
    - { name: value_mismatch, when: \"count('purchase', ever()) == 0\" }
    - { name: forgot }
  treatment:
    - { name: none, when: segment('why_silent') == 'not_silent' }
    - { name: feature_lost, when: segment('why_silent') == 'functional_failure' }
    - { name: gone_to_competitor, when: \"segment('why_silent') == 'lured_away'\" }
    - { name: price_sensitive, when: \"count('coupon_used', ever()) >= 1\" }
    - { name: dormant }
";

/// Why silent, and the treatment, after these events and so many days.
fn silence(pack: &str, events: &[&str], days: i64) -> (String, String) {
    let mut person = Person::under(packs::compiled(pack));
    person.does("open");
    for event in events {
        person.does(event);
    }
    person.waits(days * DAY_MS);
    (person.is_in("why_silent").unwrap().row, person.is_in("treatment").unwrap().row)
}

#[test]
fn u4_the_cause_of_silence_decides_about_the_treatment() {
    for (events, cause, treatment) in [
        (&["payment_failed"][..], "functional_failure", "feature_lost"),
        (&["purchase", "crash", "crash"], "functional_failure", "feature_lost"),
        (&["price_compared"; 3], "lured_away", "gone_to_competitor"),
        (&["coupon_used"], "value_mismatch", "price_sensitive"),
        (&["purchase"], "forgot", "dormant"),
    ] {
        let expected = (cause.to_owned(), treatment.to_owned());
        assert_eq!(silence(SILENCE, events, 31), expected, "{events:?}");
    }
}

#[test]
fn u4_who_is_not_silent_has_no_cause_and_a_repaired_failure_is_none() {
    let none = ("not_silent".to_owned(), "none".to_owned());
    assert_eq!(silence(SILENCE, &["payment_failed"], 29), none);
    assert_eq!(silence(SILENCE, &["payment_failed", "purchase"], 31).0, "forgot");
}

#[test]
fn u4_the_cause_is_known_at_the_millisecond_of_silence_and_gone_with_it() {
    let mut person = Person::under(packs::compiled(SILENCE));
    person.does("payment_failed");
    person.does("open");
    person.waits(30 * DAY_MS - 1);
    assert_eq!(person.is_in("treatment").unwrap().row, "none");
    person.waits(1);
    assert_eq!(person.is_in("treatment").unwrap().row, "feature_lost");
    let receipt = person.does("open");
    let rows: Vec<&str> = receipt.moves.iter().map(|change| change.to.as_str()).collect();
    assert_eq!(rows, ["not_silent", "none"], "one change of each table in the call");
}

#[test]
fn u4_the_figures_stand_in_the_pack() {
    let pack = SILENCE.replace("'open', days(30)", "'open', days(10)");
    assert_eq!(silence(&pack, &["purchase"], 11).0, "forgot");
    let pack = SILENCE.replace("days(60)) >= 2", "days(60)) >= 1");
    assert_eq!(silence(&pack, &["purchase", "crash"], 31).0, "functional_failure");
}

const LEVELS: &str = "pack: test
version: 1
levels:
  member:
    of: sum('purchase', 'amount', days(90)) / 100 + active_days('open', days(90)) * 10
    steps:
      bronze: 0
      silver: { from: 500, multiplier: 1.5, says: { en: \"{level_left('member')} to gold\" } }
      gold: { from: 2000, multiplier: 2 }
signals:
  nearly: { raise: level_progress('member') >= 0.9 && level('member') != 'gold' }
";

#[test]
fn u9_the_level_follows_amount_and_activity_with_progress_and_multiplier() {
    let mut person = Person::under(packs::compiled(LEVELS));
    person.does("open");
    let standing = person.is_in("member").unwrap();
    let level = standing.level.unwrap();
    assert_eq!((standing.row.as_str(), level.next.as_deref()), ("bronze", Some("silver")));
    assert_eq!((level.amount, level.left), (Some(10.0), 490.0));
    assert!((level.progress - 0.02).abs() < 1e-9 && (level.multiplier - 1.0).abs() < 1e-9);
    buys(&mut person, 154_000);
    let standing = person.is_in("member").unwrap();
    let level = standing.level.unwrap();
    assert_eq!(standing.says.find("en"), Some("450.0 to gold"));
    assert_eq!((standing.row.as_str(), level.left), ("silver", 450.0));
    assert!((level.progress - 0.7).abs() < 1e-9 && (level.multiplier - 1.5).abs() < 1e-9);
    assert_eq!(standing.why.en, "member 1550 (>= 500)");
    buys(&mut person, 45_000);
    let standing = person.is_in("member").unwrap();
    let level = standing.level.unwrap();
    assert_eq!((standing.row.as_str(), level.next, level.left), ("gold", None, 0.0));
    assert!((level.progress - 1.0).abs() < 1e-9 && (level.multiplier - 2.0).abs() < 1e-9);
}

#[test]
fn u9_just_below_a_step_is_not_on_it_and_progress_is_a_figure_for_rules() {
    let mut person = Person::under(packs::compiled(LEVELS));
    person.does("open");
    buys(&mut person, 48_900);
    assert_eq!(person.is_in("member").unwrap().row, "bronze");
    assert!(person.has("nearly"));
    buys(&mut person, 100);
    assert_eq!(person.is_in("member").unwrap().row, "silver");
    assert!(!person.has("nearly"), "a new level begins at nothing");
}

#[test]
fn u9_a_level_falls_when_the_window_has_passed_and_stays_if_the_pack_keeps_it() {
    let kept = LEVELS.replace("    steps:", "    keeps: true\n    steps:");
    for (pack, expected) in [(LEVELS, "bronze"), (&kept, "silver")] {
        let mut person = Person::under(packs::compiled(pack));
        person.does("open");
        buys(&mut person, 60_000);
        // The 90th local midnight from 09:00 on the first day.
        person.waits(89 * DAY_MS + 15 * HOUR_MS - 1);
        assert_eq!(person.is_in("member").unwrap().row, "silver");
        person.waits(1);
        let standing = person.is_in("member").unwrap();
        assert_eq!(standing.row, expected);
        assert_eq!(standing.level.unwrap().amount, Some(0.0));
    }
}

#[test]
fn u9_steps_and_multipliers_stand_in_the_pack() {
    let pack = LEVELS.replace("from: 2000, multiplier: 2 }", "from: 600, multiplier: 3 }");
    let mut person = Person::under(packs::compiled(&pack));
    buys(&mut person, 60_000);
    let standing = person.is_in("member").unwrap();
    assert_eq!(standing.row, "gold");
    assert!((standing.level.unwrap().multiplier - 3.0).abs() < 1e-9);
}
