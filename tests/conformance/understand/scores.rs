//! U5 activity score with tiers and exact shares, U10 stay milestones.

use staykit_core::engine::{Scored, Why};
use staykit_core::event::Draft;
use staykit_core::rules::TableKind;
use staykit_core::time::{DAY_MS, HOUR_MS, MINUTE_MS};
use staykit_tests::packs;
use staykit_tests::person::Person;

const ACTIVITY: &str = "pack: test
version: 1
scores:
  activity:
    says: { en: \"Activity {score('activity')}\" }
    factors:
      recency: { of: since_last('open'), points: [[days(0), 30], [days(3), 20], [days(7), 0]] }
      days: { of: \"active_days('open', days(28))\", linear: { from: 0, to: 14, points: 45 } }
      use: { of: session_time(days(7)), linear: { from: minutes(0), to: hours(5), points: 25 } }
      support: { of: \"count('support_contact', days(30))\", points: [[1, -5], [3, -12.5]] }
    tiers: { high: 70, mid: 40, low: 0 }
signals:
  cooling: { raise: score('activity') < 40 && tier('activity') == 'low' }
";

fn person() -> Person {
    Person::under(packs::compiled(ACTIVITY))
}

fn uses(person: &mut Person, days: i64) {
    for _ in 0..days {
        person.does("open");
        person.waits(20 * MINUTE_MS);
        person.does("screen_leave");
        person.waits(DAY_MS - 20 * MINUTE_MS);
    }
}

fn does(person: &mut Person, events: &[&str]) {
    for event in events {
        person.does(event);
    }
}

fn activity(person: &Person) -> Scored {
    person.engine().understanding().unwrap().scores.remove(0)
}

fn shares(scored: &Scored) -> Vec<(&str, i64)> {
    scored.factors.iter().map(|share| (share.name.as_str(), share.hundredths)).collect()
}

#[test]
fn u5_the_score_is_the_exact_sum_of_its_shares_and_rises_through_its_tiers() {
    let mut person = person();
    assert_eq!(activity(&person).hundredths, 0);
    person.does("open");
    let first = activity(&person);
    // 45 of 14 days: 3.21 points for one, cut to hundredths.
    assert_eq!(shares(&first), [("recency", 3_000), ("days", 321), ("use", 0), ("support", 0)]);
    assert_eq!((first.hundredths, first.cut), (3_321, 0));
    assert_eq!(first.tier.unwrap().row, "low");
    uses(&mut person, 14);
    let regular = activity(&person);
    // Within the last seven local days, six visits of 20 minutes.
    assert_eq!(
        shares(&regular),
        [("recency", 3_000), ("days", 4_500), ("use", 1_000), ("support", 0)]
    );
    let sum: i64 = regular.factors.iter().map(|share| share.hundredths).sum();
    assert_eq!(regular.hundredths, sum);
    assert_eq!(regular.tier.unwrap().row, "high");
    let [why, _] = person.asks_why(Why::Score("activity".to_owned()));
    assert_eq!(
        why,
        "activity 85 of 100 = recency 30 + days 45 + use 10 + support 0; high: Activity 85.0"
    );
    let tiers = person.moved("activity");
    let tiers: Vec<&str> = tiers.iter().map(|(_, row)| row.as_str()).collect();
    assert_eq!(tiers[..3], ["low", "mid", "high"]);
    // At midnight a day of use leaves the window, and the next visit makes up for it.
    assert_eq!(tiers.last(), Some(&"high"));
}

#[test]
fn u5_points_may_be_taken_and_the_score_never_leaves_its_bounds() {
    let mut person = person();
    (0..3).for_each(|_| drop(person.does("support_contact")));
    person.waits(HOUR_MS);
    let scored = activity(&person);
    assert_eq!(scored.factors[3].hundredths, -1_250);
    // Nothing else counts yet: what is below 0 is given back.
    assert_eq!((scored.hundredths, scored.cut), (0, 1_250));
}

#[test]
fn u5_time_alone_lowers_the_score_at_the_right_instant() {
    let mut person = person();
    person.does("open");
    person.waits(3 * DAY_MS - 1);
    assert_eq!(activity(&person).factors[0].hundredths, 3_000);
    person.waits(1);
    assert_eq!(activity(&person).factors[0].hundredths, 2_000);
    let mut person = self::person();
    uses(&mut person, 5);
    // 30 + 16.07 + 8.33 = 54.40; after three days without a visit 44.40, after seven 16.07.
    let left = person.now() - DAY_MS;
    person.waits(10 * DAY_MS);
    let tiers = person.moved("activity");
    let low = tiers.last().unwrap();
    assert_eq!(low.1, "low");
    assert!(low.0 <= left + 7 * DAY_MS && low.0 > left + 3 * DAY_MS, "{tiers:?}");
    assert_eq!(person.rose("cooling").last(), Some(&low.0), "a signal that reads it rises with it");
}

#[test]
fn u5_the_change_of_a_tier_is_explained_by_the_shares_in_both_languages() {
    let mut person = person();
    uses(&mut person, 5);
    let [why, chinese] = person.asks_why(Why::Table(TableKind::Tier, "activity".to_owned()));
    assert!(why.starts_with("activity is mid for "), "{why}");
    assert!(chinese.starts_with("activity为mid已"), "{chinese}");
    assert!(why.contains("= recency 30 + days ") && why.contains("(>= 40)"), "{why}");
    let understanding = person.engine().understanding().unwrap();
    let tier = understanding.scores[0].tier.clone().unwrap();
    assert!(tier.why.zh.contains("recency 30"), "{}", tier.why.zh);
    let json = serde_json::to_value(&understanding).unwrap();
    assert_eq!(json["scores"][0]["tier"]["row"], "mid");
    assert_eq!(json["scores"][0]["says"]["en"], "Activity 54.4");
}

#[test]
fn u5_points_and_tiers_stand_in_the_pack() {
    let other =
        ACTIVITY.replace("high: 70, mid: 40", "high: 30, mid: 10").replace(", 30]", ", 35.25]");
    let mut person = Person::under(packs::compiled(&other));
    person.does("open");
    let scored = activity(&person);
    assert_eq!(scored.hundredths, 3_525 + 321);
    assert_eq!(scored.tier.unwrap().row, "high");
}

const MILESTONES: &str = "pack: test
version: 1
scores:
  milestones:
    factors:
      searches: { of: \"count('search', days(7))\", linear: { from: 0, to: 3, points: 20 } }
      favourites: { of: \"count('favourite', days(7))\", linear: { from: 0, to: 2, points: 20 } }
      details: { of: \"count('product_view', ever())\", linear: { from: 0, to: 5, points: 20 } }
      comments: { of: \"count('comment', weeks(1))\", linear: { from: 0, to: 3, points: 20 } }
      shortcut: { of: \"count('shortcut_added', ever())\", points: [[1, 10]] }
      friend: { of: \"count('invite', ever())\", points: [[1, 10]] }
tags:
  searcher: { raise: \"count('search', days(7)) >= 3 && count('favourite', days(7)) >= 2\" }
  stays: { raise: score('milestones') >= 100 }
";

#[test]
fn u10_milestones_show_how_far_the_person_is_and_the_tag_stands_at_the_last() {
    let mut person = Person::under(packs::compiled(MILESTONES));
    let receipt = ["search", "search", "search", "favourite"].map(|event| person.does(event));
    assert!(receipt.iter().all(|receipt| receipt.changes.is_empty()));
    let shares: Vec<i64> = activity(&person).factors.iter().map(|of| of.hundredths).collect();
    assert_eq!(shares, [2_000, 1_000, 0, 0, 0, 0]);
    let receipt = person.does("favourite");
    assert_eq!(receipt.changes[0].signal, "searcher");
    (0..5).for_each(|_| drop(person.records(Draft::new("product_view"))));
    (0..3).for_each(|_| drop(person.does("comment")));
    person.does("shortcut_added");
    assert_eq!(activity(&person).hundredths, 9_000);
    assert!(!person.has("stays"));
    assert_eq!(person.does("invite").changes[0].signal, "stays");
    assert_eq!(activity(&person).hundredths, 10_000);
}

#[test]
fn u10_two_searches_or_one_favourite_are_not_enough() {
    let mut person = Person::under(packs::compiled(MILESTONES));
    for event in ["search", "search", "favourite", "favourite", "favourite"] {
        person.does(event);
    }
    assert!(!person.has("searcher"));
    let shares: Vec<i64> = activity(&person).factors.iter().map(|of| of.hundredths).collect();
    assert_eq!(shares[..2], [1_333, 2_000], "more than enough counts as enough");
}

#[test]
fn u10_seven_local_days_are_the_boundary() {
    // 09:00 on the first day; the window of seven days ends with the seventh midnight.
    for (wait, expected) in
        [(6 * DAY_MS + 15 * HOUR_MS - 1, true), (6 * DAY_MS + 15 * HOUR_MS, false)]
    {
        let mut person = Person::under(packs::compiled(MILESTONES));
        does(&mut person, &["search", "search", "favourite"]);
        person.waits(wait);
        does(&mut person, &["search", "favourite"]);
        assert_eq!(person.has("searcher"), expected, "{wait}");
    }
}

#[test]
fn u10_the_figures_stand_in_the_pack() {
    let pack = MILESTONES
        .replace("days(7)) >= 3", "days(7)) >= 1")
        .replace("to: 3, points: 20 } }\n      f", "to: 1, points: 20 } }\n      f");
    let mut person = Person::under(packs::compiled(&pack));
    does(&mut person, &["favourite", "favourite", "search"]);
    assert!(person.has("searcher"));
    assert_eq!(activity(&person).factors[0].hundredths, 2_000);
}
