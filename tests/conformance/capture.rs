//! C1 events, C2 sessions, C4 funnels.

use std::fmt::Write;

use serde_json::{Map, Value as Json, json};
use staykit_core::engine::Error;
use staykit_core::event::{Catalog, Currency, Draft, DraftError, EventSpec, PropertyType, Value};
use staykit_core::time::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS};
use staykit_tests::packs;
use staykit_tests::person::{Person, START};
use staykit_tests::server::{self, Server};

/// What the row asks for, in its order, under the names of the catalog.
const ROW: [&str; 45] = [
    "open",
    "foreground",
    "background",
    "screen_enter",
    "screen_leave",
    "tap",
    "scroll",
    "exposure",
    "click",
    "conversion",
    "repurchase",
    "form_started",
    "form_submitted",
    "form_abandoned",
    "search",
    "favourite",
    "add_to_cart",
    "purchase",
    "payment_failed",
    "error",
    "crash",
    "share",
    "invite",
    "comment",
    "feature_used",
    "shortcut_added",
    "support_contact",
    "login",
    "login_failed",
    "password_reset",
    "log_out",
    "register_step",
    "push_delivered",
    "push_opened",
    "link_clicked",
    "notifications_off",
    "language_set",
    "wrist_on",
    "wrist_off",
    "charging_on",
    "paired",
    "unpaired",
    "workout_started",
    "workout_finished",
    "glance",
];

/// A value of each type that is easily lost on the way: beyond ASCII, negative, larger than a
/// float holds.
fn value(kind: PropertyType) -> Value {
    match kind {
        PropertyType::Text => Value::Text("表带 “21”\u{1f3bf}".to_owned()),
        PropertyType::Integer => Value::Integer(i64::MIN + 1),
        PropertyType::Number => Value::Number(-0.1),
        PropertyType::Flag => Value::Flag(true),
        PropertyType::Money => {
            Value::Money { minor: -9_007_199_254_740_993, currency: Currency::new("CNY").unwrap() }
        }
    }
}

const TYPES: [PropertyType; 5] = [
    PropertyType::Text,
    PropertyType::Integer,
    PropertyType::Number,
    PropertyType::Flag,
    PropertyType::Money,
];

/// An event with all properties that the catalog gives it.
fn full(spec: &EventSpec) -> Draft {
    spec.properties.iter().fold(Draft::new(spec.name.clone()), |draft, property| {
        draft.value(property.name.clone(), value(property.kind))
    })
}

/// The columns of the collector's table that such an event fills: amount, currency, screen,
/// duration, properties.
fn columns(spec: &EventSpec) -> (Option<i64>, String, String, Option<i64>, Json) {
    let (mut amount, mut duration, mut rest) = (None, None, Map::new());
    let (mut currency, mut screen) = (String::new(), String::new());
    for property in spec.properties.iter() {
        match (&*property.name, value(property.kind)) {
            ("amount", Value::Money { minor, currency: of }) => {
                amount = Some(minor);
                of.code().clone_into(&mut currency);
            }
            ("screen", Value::Text(text)) => screen = text,
            ("duration_ms", Value::Integer(ms)) => duration = Some(ms),
            (name, Value::Text(text)) => drop(rest.insert(name.to_owned(), json!(text))),
            (name, Value::Integer(whole)) => drop(rest.insert(name.to_owned(), json!(whole))),
            (name, Value::Number(number)) => drop(rest.insert(name.to_owned(), json!(number))),
            (name, Value::Flag(flag)) => drop(rest.insert(name.to_owned(), json!(flag))),
            (name, Value::Money { .. }) => panic!("`{name}` of {}", spec.name),
        }
    }
    (amount, currency, screen, duration, Json::Object(rest))
}

#[test]
fn c1_every_behaviour_that_the_row_names_is_a_standard_event() {
    let names: Vec<&str> = Catalog::standard().map(|spec| &*spec.name).collect();
    for wanted in ROW {
        assert!(names.contains(&wanted), "{wanted}");
    }
    let find = |name: &str| Catalog::standard().find(|spec| spec.name == name).unwrap();
    let kind = |event: &str, property: &str| find(event).find(property).unwrap().kind;
    assert_eq!(kind("purchase", "amount"), PropertyType::Money);
    assert_eq!(kind("screen_leave", "duration_ms"), PropertyType::Integer, "dwell");
    assert_eq!(kind("tap", "cell"), PropertyType::Integer, "cell of the heat map");
    assert_eq!(kind("scroll", "cell"), PropertyType::Integer, "cell of the heat map");
}

#[test]
fn c1_every_standard_event_reaches_the_collector_with_all_its_properties() {
    let server = Server::start(None);
    let mut person = Person::new();
    let specs: Vec<&EventSpec> = Catalog::standard().collect();
    for spec in &specs {
        person.records(full(spec));
        person.is_away(SECOND_MS);
    }
    server::send_all(&mut person, |upload| server.takes(upload));
    let connection = rusqlite::Connection::open(server.database()).unwrap();
    let sql = "SELECT name, wall_ms, offset_min, local_day, priority, amount_minor,
            coalesce(currency, ''), coalesce(screen, ''), duration_ms, properties
        FROM events ORDER BY seq";
    let mut statement = connection.prepare(sql).unwrap();
    let mut rows = statement.query([]).unwrap();
    for (at, spec) in (0..).zip(&specs) {
        let row = rows.next().unwrap().expect("one row an event");
        assert_eq!(row.get::<_, String>(0).unwrap(), spec.name);
        assert_eq!(row.get::<_, i64>(1).unwrap(), START + at * SECOND_MS, "{}", spec.name);
        assert_eq!(row.get::<_, i64>(2).unwrap(), 0);
        assert_eq!(row.get::<_, i64>(3).unwrap(), START / DAY_MS);
        let priority = serde_json::to_value(spec.priority).unwrap();
        assert_eq!(row.get::<_, String>(4).unwrap(), priority, "{}", spec.name);
        let properties: String = row.get(9).unwrap();
        let found = (
            row.get(5).unwrap(),
            row.get(6).unwrap(),
            row.get(7).unwrap(),
            row.get(8).unwrap(),
            serde_json::from_str(&properties).unwrap(),
        );
        assert_eq!(found, columns(spec), "{}", spec.name);
    }
    assert!(rows.next().unwrap().is_none());
}

#[test]
fn c1_a_property_of_another_type_is_refused_by_its_name_and_nothing_is_recorded() {
    let person = Person::new();
    let mut refused = 0;
    for spec in Catalog::standard() {
        for property in spec.properties.iter() {
            for kind in TYPES.into_iter().filter(|kind| *kind != property.kind) {
                let draft = Draft::new(spec.name.clone()).value(property.name.clone(), value(kind));
                let error = person.engine().record(draft).unwrap_err();
                let expected = DraftError::Type {
                    event: spec.name.to_string(),
                    property: property.name.to_string(),
                    expected: property.kind,
                    found: kind,
                };
                assert_eq!(error, Error::Draft(expected));
                assert!(error.to_string().contains(&format!("`{}`", property.name)), "{error}");
                refused += 1;
            }
        }
    }
    assert!(refused > 100, "{refused}");
    assert_eq!(person.engine().status().unwrap().recorded, 0);
}

#[test]
fn c2_the_pack_says_after_which_pause_a_new_session_begins() {
    for (minutes, pack) in [
        (30, packs::builtin()),
        (10, packs::builtin_with(&[("idle: minutes(30)", "idle: minutes(10)")])),
    ] {
        let mut person = Person::under(pack);
        person.does("open");
        // Just the gap still belongs to the session; a millisecond more does not.
        person.is_away(minutes * MINUTE_MS);
        person.does("tap");
        person.is_away(minutes * MINUTE_MS + 1);
        person.does("tap");
        // What happens without the person's doing lengthens nothing.
        person.is_away(minutes * MINUTE_MS);
        person.does("push_delivered");
        person.is_away(MINUTE_MS);
        person.does("tap");
        let events = server::events(&server::next(person.engine()));
        let sessions: Vec<u64> = events.iter().map(|(_, row)| row.session).collect();
        assert_eq!(sessions, [1, 1, 2, 2, 3], "idle gap of {minutes} minutes");
    }
}

#[test]
fn c2_session_numbers_go_on_after_the_app_was_closed_or_killed() {
    let mut person = Person::new();
    for _ in 0..3 {
        person.does("open");
        person.reopens();
        person.is_away(MINUTE_MS);
        person.does("tap");
        person.is_killed();
        person.is_away(HOUR_MS);
    }
    let events = server::events(&server::next(person.engine()));
    let sessions: Vec<u64> = events.iter().map(|(_, row)| row.session).collect();
    assert_eq!(sessions, [1, 1, 2, 2, 3, 3]);
}

/// Rules over sessions, with the figures of the row.
fn sessions() -> Person {
    Person::under(packs::of_signals([
        ("long", "session_length() > minutes(3)"),
        ("heavy", "session_time(days(1)) > minutes(15)"),
        ("thrice", "session_count(days(1)) >= 3"),
        ("effective", "count('open', weeks(1)) >= 5 && session_time(weeks(1)) > minutes(3)"),
    ]))
}

#[test]
fn c2_duration_and_number_of_sessions_can_be_read_by_rules() {
    let mut person = sessions();
    person.does("open");
    person.waits(3 * MINUTE_MS);
    person.does("tap");
    assert!(!person.has("long"), "3 minutes are not over 3 minutes");
    person.waits(1);
    person.does("tap");
    assert!(person.has("long"));
    // The session is over: it has no length any more, its time stays.
    person.waits(HOUR_MS);
    assert!(!person.has("long"));
    for minutes in [11, 1] {
        assert!(!person.has("heavy"));
        person.does("open");
        person.waits(minutes * MINUTE_MS);
        person.does("tap");
        person.waits(HOUR_MS);
    }
    assert!(person.has("heavy"), "3 min 0.001 s, 11 min and 1 min make more than 15");
    assert_eq!(person.rose("thrice").len(), 1);
    person.waits(DAY_MS);
    assert!(!person.has("heavy") && !person.has("thrice"), "another day");
}

#[test]
fn c2_effectively_active_is_five_launches_a_week_and_more_than_three_minutes() {
    let mut person = sessions();
    for _ in 0..4 {
        person.does("open");
        person.waits(MINUTE_MS);
        person.does("tap");
        person.waits(DAY_MS);
    }
    assert!(!person.has("effective"), "four launches");
    person.does("open");
    assert!(person.has("effective"), "Monday to Friday");
    person.waits(3 * DAY_MS);
    assert!(!person.has("effective"), "on the next Monday the week begins anew");
}

/// The funnel of a shop: view, cart, pay within a day.
fn shop() -> Person {
    let head = "pack: test\nversion: 1\nfunnels:\n  checkout: \
                { steps: [product_view, add_to_cart, purchase], within: hours(24) }\n";
    let signals = [
        ("viewed", "funnel_step('checkout') == 1"),
        ("in_cart", "funnel_step('checkout') == 2"),
        ("paid", "funnel_step('checkout') == 3"),
        ("stuck", "funnel_step('checkout') == 2 && funnel_age('checkout') >= hours(2)"),
    ];
    Person::under(packs::compiled(&packs::with_signals(head, signals)))
}

fn standing(person: &Person) -> Vec<String> {
    person.engine().status().unwrap().signals
}

#[test]
fn c4_the_device_knows_the_step_where_the_person_stands() {
    let mut person = shop();
    person.does("add_to_cart");
    assert_eq!(standing(&person), [""; 0], "the second step first is no attempt");
    person.does("product_view");
    assert_eq!(standing(&person), ["viewed"]);
    person.does("purchase");
    assert_eq!(standing(&person), ["viewed"], "a step was left out");
    person.does("add_to_cart");
    assert_eq!(standing(&person), ["in_cart"]);
    person.is_killed();
    assert_eq!(standing(&person), ["in_cart"]);
    person.does("product_view");
    assert_eq!(standing(&person), ["in_cart"], "looking again loses nothing");
    person.does("purchase");
    assert_eq!(standing(&person), ["paid"]);
}

#[test]
fn c4_steps_count_only_within_the_time_limit() {
    for (late, expected) in [(0, vec!["paid"]), (1, vec![])] {
        let mut person = shop();
        person.does("product_view");
        person.waits(HOUR_MS);
        person.does("add_to_cart");
        person.waits(23 * HOUR_MS + late);
        person.does("purchase");
        assert_eq!(standing(&person), expected, "{late} ms late");
    }
}

#[test]
fn c4_who_stops_at_a_step_is_found_without_another_event() {
    let mut person = shop();
    person.does("product_view");
    person.waits(HOUR_MS);
    person.does("add_to_cart");
    person.waits(3 * DAY_MS);
    assert_eq!(person.rose("stuck"), [3 * HOUR_MS]);
    assert_eq!(person.fell("stuck"), [24 * HOUR_MS + 1], "when the attempt ends");
}

#[test]
fn c4_250_funnels_are_followed_at_once() {
    let mut head = "pack: test\nversion: 1\nevents:\n".to_owned();
    let mut funnels = "funnels:\n".to_owned();
    let mut signals = Vec::new();
    for funnel in 0..250 {
        // Every funnel shares its first step with nine others.
        let (first, second) = (funnel / 10, funnel);
        if funnel % 10 == 0 {
            writeln!(head, "  first_{first}: {{}}").unwrap();
        }
        writeln!(head, "  second_{second}: {{}}").unwrap();
        writeln!(
            funnels,
            "  f{funnel}: {{ steps: [first_{first}, second_{second}], within: days(7) }}"
        )
        .unwrap();
        for step in [1, 2] {
            signals
                .push((format!("f{funnel}_{step}"), format!("funnel_step('f{funnel}') == {step}")));
        }
    }
    let signals = signals.iter().map(|(name, raise)| (name.as_str(), raise.as_str()));
    let pack = packs::compiled(&packs::with_signals(&format!("{head}{funnels}"), signals));
    let mut person = Person::under(pack);
    for first in 0..25 {
        person.does(&format!("first_{first}"));
    }
    for second in (0..250).step_by(2) {
        person.does(&format!("second_{second}"));
    }
    let mut expected: Vec<String> = (0..250)
        .map(|funnel| format!("f{funnel}_{}", if funnel % 2 == 0 { 2 } else { 1 }))
        .collect();
    let mut found = standing(&person);
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
}
