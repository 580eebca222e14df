//! C7: facts about the device and the app, and how they change.

use staykit_core::engine::Receipt;
use staykit_core::event::Value;
use staykit_core::pack::Pack;
use staykit_core::time::{DAY_MS, HOUR_MS};
use staykit_tests::packs;
use staykit_tests::person::Person;

/// Android 10 is API level 29.
fn pack(floor: u32, days: u32) -> Pack {
    let old = format!("device('os') == 'android' && device_number('api_level') < {floor}");
    let updated = format!("fact_age('app_version') < days({days})");
    packs::of_signals([
        ("old_system", old.as_str()),
        ("not_new", "\"!(device_number('api_level') >= 29)\""),
        ("just_updated", updated.as_str()),
        ("from_store", "app('channel') == 'store' && region() == 'CN' && locale() != 'en'"),
    ])
}

fn sets(person: &Person, facts: &[(&str, Value)]) -> Vec<(String, bool)> {
    let facts = facts.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    changed(person.engine().set_facts(facts).unwrap())
}

fn unsets(person: &Person, key: &str) -> Vec<(String, bool)> {
    changed(person.engine().unset_facts(vec![key.to_owned()]).unwrap())
}

fn changed(receipt: Receipt) -> Vec<(String, bool)> {
    receipt.changes.into_iter().map(|change| (change.signal, change.raised)).collect()
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

fn one(signal: &str, raised: bool) -> Vec<(String, bool)> {
    vec![(signal.to_owned(), raised)]
}

#[test]
fn c7_a_system_below_the_floor_is_a_risk_factor_until_it_is_updated() {
    let person = Person::under(pack(29, 7));
    assert_eq!(sets(&person, &[("device_os", text("android"))]), []);
    let changes = sets(&person, &[("device_api_level", Value::Integer(27))]);
    assert_eq!(changes, [one("old_system", true), one("not_new", true)].concat());
    let changes = sets(&person, &[("device_api_level", Value::Integer(33))]);
    assert_eq!(changes, [one("old_system", false), one("not_new", false)].concat());
}

#[test]
fn c7_an_unknown_or_another_system_is_none() {
    let person = Person::under(pack(29, 7));
    assert_eq!(sets(&person, &[("device_os", text("android"))]), []);
    assert_eq!(sets(&person, &[("device_api_level", text("27"))]), [], "not a number");
    let other = [("device_os", text("harmony")), ("device_api_level", Value::Integer(9))];
    assert_eq!(sets(&person, &other), one("not_new", true));
    assert_eq!(unsets(&person, "device_api_level"), one("not_new", false), "unknown again");
}

#[test]
fn c7_the_boundary_of_the_floor_stands_in_the_pack() {
    for floor in [29, 31] {
        let person = Person::under(pack(floor, 7));
        sets(&person, &[("device_os", text("android"))]);
        let rises = |level: u32| {
            let changes = sets(&person, &[("device_api_level", Value::Integer(level.into()))]);
            changes.contains(&("old_system".to_owned(), true))
        };
        assert!(!rises(floor));
        assert!(rises(floor - 1));
    }
}

#[test]
fn c7_an_update_of_the_app_is_new_for_seven_days_to_the_millisecond() {
    for days in [7, 30] {
        let mut person = Person::under(pack(29, days));
        let days = i64::from(days);
        person.does("open");
        let version = |version: &str| [("app_version", text(version))];
        assert_eq!(sets(&person, &version("1.0")), one("just_updated", true));
        person.waits(2 * DAY_MS);
        assert_eq!(sets(&person, &version("1.0")), [], "the same again is no change");
        person.is_killed();
        person.waits((days - 2) * DAY_MS - 1);
        assert!(person.engine().status().unwrap().signals.contains(&"just_updated".to_owned()));
        person.waits(1);
        assert_eq!(person.fell("just_updated"), [days * DAY_MS]);
        assert_eq!(sets(&person, &version("1.1")), one("just_updated", true));
        person.waits(HOUR_MS);
        assert_eq!(unsets(&person, "app_version"), one("just_updated", false));
        assert_eq!(unsets(&person, "app_version"), []);
    }
}

#[test]
fn c7_facts_that_were_unset_stay_so_after_a_kill_and_make_room() {
    let mut person = Person::under(pack(29, 7));
    let all = [("app_channel", text("store")), ("region", text("CN")), ("locale", text("zh"))];
    assert_eq!(sets(&person, &all), one("from_store", true));
    assert_eq!(unsets(&person, "region"), one("from_store", false));
    person.is_killed();
    assert_eq!(sets(&person, &[("locale", text("zh-Hant"))]), []);
    assert_eq!(sets(&person, &[("region", text("CN"))]), one("from_store", true));
    for numbers in [0..31, 31..61] {
        let many = numbers.map(|number| (format!("k{number}"), Value::Integer(1))).collect();
        person.engine().set_facts(many).unwrap();
    }
    let more = || vec![("more".to_owned(), Value::Integer(1))];
    assert!(person.engine().set_facts(more()).is_err());
    unsets(&person, "k7");
    assert!(person.engine().set_facts(more()).is_ok());
}
