//! The JSON Schema for editors knows what the compiler knows.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a helper of tests fails as a test does")]

mod schema {
    pub(crate) mod validate;
    pub(crate) mod yaml;
}

use std::collections::BTreeSet;

use schema::validate::validate;
use schema::yaml::json;
use serde_json::Value;
use staykit_pack::{BUILTIN, compile};

const SCHEMA: &str = include_str!("../schema/staykit-pack.schema.json");
const DOCUMENTATION: &str = include_str!("../../docs/rule-language.md");

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

fn problems(yaml: &str) -> Vec<String> {
    let schema = schema();
    let mut found = Vec::new();
    validate(&schema, &schema, &json(yaml), "", &mut found);
    found
}

/// Each map of a pack: its place in the schema, and a pack whose map there has a key `zzzz`.
const MAPS: &[(&str, &str)] = &[
    ("", "zzzz: 1"),
    ("/properties/session", "session: { zzzz: 1 }"),
    ("/properties/reach", "reach: { zzzz: 1 }"),
    ("/$defs/cap", "reach: { caps: { zzzz: 1 } }"),
    ("/$defs/event", "events: { e: { zzzz: 1 } }"),
    ("/$defs/property", "events: { e: { properties: { p: { zzzz: 1 } } } }"),
    ("/$defs/funnel", "funnels: { f: { zzzz: 1 } }"),
    ("/$defs/prediction", "predictions: { p: { zzzz: 1 } }"),
    ("/$defs/signal", "signals: { s: { zzzz: 1 } }"),
    ("/$defs/tag", "tags: { t: { zzzz: 1 } }"),
    ("/$defs/score", "scores: { s: { zzzz: 1 } }"),
    ("/$defs/factor", "scores: { s: { factors: { f: { zzzz: 1 } } } }"),
    (
        "/$defs/factor/properties/linear",
        "scores: { s: { factors: { f: { of: hour(), linear: { zzzz: 1 } } } } }",
    ),
    (
        "/$defs/score/properties/tiers/additionalProperties/anyOf/1",
        "scores: { s: { factors: { f: { of: hour(), points: [[1, 100]] } }, tiers: { a: { zzzz: 1 }, b: 0 } } }",
    ),
    ("/$defs/segment", "segments: { s: [{ zzzz: 1 }, { name: b }] }"),
    ("/$defs/stage", "stages: { s: [{ zzzz: 1 }, { name: b }] }"),
    ("/$defs/level", "levels: { l: { zzzz: 1 } }"),
    (
        "/$defs/level/properties/steps/additionalProperties/anyOf/1",
        "levels: { l: { of: hour(), steps: { a: { zzzz: 1 }, b: 1 } } }",
    ),
    ("/$defs/campaign", "campaigns: { c: { zzzz: 1 } }"),
    ("/$defs/campaign/properties/start", "campaigns: { c: { start: { zzzz: 1 } } }"),
    ("/$defs/campaign/properties/converts", "campaigns: { c: { converts: { zzzz: 1 } } }"),
    ("/$defs/show", "campaigns: { c: { show: { zzzz: 1 } } }"),
    ("/$defs/example", "examples: [{ zzzz: 1 }]"),
    ("/$defs/given", "examples: [{ given: { zzzz: 1 } }]"),
    ("/$defs/expected", "examples: [{ expect: { zzzz: 1 } }]"),
    (
        "/$defs/money",
        "examples: [{ given: { at: \"2026-03-01T09:00Z\", event: open, properties: { a: { zzzz: 1 } } } }]",
    ),
];

/// The names in back quotes of the one message of the compiler that has this text.
fn named(yaml: &str, text: &str) -> BTreeSet<String> {
    let problems = compile(&format!("pack: p\nversion: 1\n{yaml}\n")).unwrap_err();
    let message = problems.iter().find(|problem| problem.message.contains(text));
    let Some(message) = message else { panic!("{yaml}: {problems:#?}") };
    let (_, names) = message.message.split_once(text).unwrap();
    names.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_key_that_the_compiler_knows_is_in_the_schema_and_no_other() {
    let schema = schema();
    for (place, yaml) in MAPS {
        let map = schema.pointer(place).unwrap_or_else(|| panic!("no {place}"));
        let mut keys: BTreeSet<String> =
            map["properties"].as_object().unwrap().keys().cloned().collect();
        if place.is_empty() {
            // They are carried out before the keys are looked at.
            assert!(keys.remove("extends") && keys.remove("remove"));
        }
        assert_eq!(keys, named(yaml, "no such key; it has "), "{place}");
        assert_eq!(map["additionalProperties"], Value::Bool(false), "{place}");
    }
}

#[test]
fn every_map_of_the_schema_is_compared_with_the_compiler() {
    fn maps(value: &Value, place: &str, into: &mut BTreeSet<String>) {
        let Value::Object(entries) = value else {
            if let Value::Array(items) = value {
                for (number, item) in items.iter().enumerate() {
                    maps(item, &format!("{place}/{number}"), into);
                }
            }
            return;
        };
        if entries.get("additionalProperties") == Some(&Value::Bool(false)) {
            into.insert(place.to_owned());
        }
        for (key, value) in entries {
            maps(value, &format!("{place}/{key}"), into);
        }
    }
    let mut found = BTreeSet::new();
    maps(&schema(), "", &mut found);
    let known: BTreeSet<String> = MAPS.iter().map(|(place, _)| (*place).to_owned()).collect();
    assert_eq!(found, known);
}

#[test]
fn every_choice_is_the_compilers() {
    for (place, yaml) in [
        ("/$defs/sensitivity", "events: { e: { sensitivity: zzzz } }"),
        ("/$defs/event/properties/priority", "events: { e: { priority: zzzz } }"),
        ("/$defs/property/properties/type", "events: { e: { properties: { p: { type: zzzz } } } }"),
    ] {
        let schema = schema();
        let choices = schema.pointer(place).unwrap()["enum"].as_array().unwrap();
        let choices: BTreeSet<String> =
            choices.iter().map(|choice| choice.as_str().unwrap().to_owned()).collect();
        assert_eq!(choices, named(yaml, "expected one of "), "{place}");
    }
}

#[test]
fn every_key_has_a_description() {
    let schema = schema();
    for (place, _) in MAPS {
        for (key, value) in schema.pointer(place).unwrap()["properties"].as_object().unwrap() {
            let of =
                value["$ref"].as_str().and_then(|at| schema.pointer(at.trim_start_matches('#')));
            let described = |value: &Value| value["description"].is_string();
            assert!(described(value) || of.is_some_and(described), "{place}/{key}");
        }
    }
}

#[test]
fn the_packs_that_there_are_are_valid() {
    for (name, yaml) in BUILTIN {
        assert_eq!(problems(yaml), [""; 0], "{name}");
    }
    let blocks: Vec<&str> = DOCUMENTATION.split("```yaml\n").skip(1).collect();
    let packs = blocks.iter().map(|block| block.split("```").next().unwrap());
    let packs: Vec<&str> = packs.filter(|block| block.contains("\nversion:")).collect();
    assert!(packs.len() >= 2);
    for yaml in packs {
        assert_eq!(problems(yaml), [""; 0], "{yaml}");
    }
}

/// Entries of the built-in pack of which a variant changes a part, at least one of each section.
const PARTS: &[&str] = &[
    "signals: { going_quiet: { says: { en: Quiet } } }",
    "tags: { regular: { examples: [] } }",
    "funnels: { own: { within: hours(1), steps: [open, search] } }",
    "scores: { activity: { says: { en: Activity } } }",
    "scores: { activity: { factors: { recency: { says: { en: Last } } } } }",
    "scores: { activity: { factors: { frequency: { linear: { points: 40 } } } } }",
    "levels: { member: { keeps: true } }",
    "campaigns: { welcome_back: { cool_down: hours(48) } }",
    "campaigns: { welcome_back: { show: { action: \"app://x\" } } }",
];

#[test]
fn what_a_variant_takes_over_is_demanded_of_a_whole_pack_only() {
    for part in PARTS {
        let variant = format!("pack: p\nversion: 1\nextends: retention\n{part}\n");
        if let Err(problems) = compile(&variant) {
            panic!("{part}: {problems:#?}");
        }
        assert_eq!(problems(&variant), [""; 0], "{part}");
        let whole = format!("pack: p\nversion: 1\n{part}\n");
        assert_eq!(compile(&whole).is_ok(), problems(&whole).is_empty(), "{part}");
    }
    let wrong = "pack: p\nversion: 1\nextends: retention\nsignals: { s: { rise: hour() > 1 } }\n";
    assert!(!problems(wrong).is_empty(), "other mistakes are still found");
}

/// Keys without which no pack is whole, wherever it stands, are demanded of a variant, too: those
/// of what stands in lists, which are not merged, and of examples.
#[test]
fn only_what_is_never_merged_is_demanded_of_a_variant() {
    fn demanding(value: &Value, place: &str, into: &mut BTreeSet<String>) {
        if let Value::Object(entries) = value {
            if entries.contains_key("required") {
                into.insert(place.to_owned());
            }
            for (key, value) in
                entries.iter().filter(|(key, _)| !matches!(key.as_str(), "not" | "anyOf"))
            {
                demanding(value, &format!("{place}/{key}"), into);
            }
        }
    }
    let mut found = BTreeSet::new();
    demanding(&schema()["$defs"], "", &mut found);
    let expected = ["/cap", "/example", "/expected", "/given", "/money", "/segment", "/stage"];
    assert_eq!(found, expected.map(str::to_owned).into());
}

#[test]
fn what_the_compiler_refuses_by_its_form_is_not_valid() {
    let head = "pack: p\nversion: 1\n";
    for rest in [
        "signal: {}",
        "signals: { s: { rise: hour() > 1 } }",
        "signals: { s: { says: { en: x } } }",
        "events: { e: { priority: urgent } }",
        "funnels: { f: { steps: [open], within: hours(1) } }",
        "reach: { caps: [{ per: day, times: 0 }] }",
        "segments: { s: [{ name: a }] }",
        "scores: { s: { factors: { f: { of: hour(), points: [[1]] } } } }",
        "scores: { s: { factors: { f: { of: hour() } } } }",
        "campaigns: { c: { goal: g, show: { title: { en: x } }, start: { on: open, raised: s } } }",
        "examples: [{ given: { at: \"2026-03-01T09:00Z\", event: open, every: days(1) }, expect: { at: \"2026-03-01T09:00Z\", signal: s, raised: true } }]",
    ] {
        let yaml = format!("{head}{rest}\n");
        assert!(compile(&yaml).is_err(), "{rest}");
        assert!(!problems(&yaml).is_empty(), "{rest}");
    }
    assert!(!problems("pack: p\n").is_empty());
}
