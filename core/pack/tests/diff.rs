//! What is said of the difference between two packs.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a helper of tests fails as a test does")]

use staykit_core::profile::CHAIN_BYTES;
use staykit_core::profile::limits::FUNNEL_BYTES;
use staykit_pack::{compile, costs, diff};

const BEFORE: &str = r#"
pack: shop
version: 1
events: { lesson_done: { properties: { score: { type: number } } } }
funnels: { checkout: { steps: [add_to_cart, purchase], within: hours(2) } }
signals:
  quiet:
    raise: absent('open', days(30)) && count('open', days(7)) > 2
    says: { en: "No visit for {since_last('open').days} days" }
  gone: { raise: "absent('open', days(90))", says: { en: Gone } }
tags: { buyer: { raise: "funnel_step('checkout') == 2" } }
scores:
  activity:
    factors: { opens: { of: "count('open', days(7))", linear: { from: 0, to: 10, points: 100 }, says: { en: visits } } }
segments: { value: [{ name: a, when: hour() > 3 }, { name: b, when: weekday() > 3 }, { name: c }] }
campaigns:
  hello:
    goal: reactivation
    start: { on: open, when: signal('quiet') }
    caps: { per: week, times: 1 }
    converts: { on: purchase, within: days(3) }
    show: { title: { en: Hello } }
"#;

/// What changes if `from` is replaced by `to`.
fn changed(replaced: &[(&str, &str)]) -> String {
    let mut after = BEFORE.to_owned();
    for (from, to) in replaced {
        assert!(after.contains(from), "{from}");
        after = after.replace(from, to);
    }
    let [before, after] = [BEFORE, &after]
        .map(|yaml| compile(yaml).unwrap_or_else(|problems| panic!("{problems:#?}")).bytes);
    let found = diff(&before, &after).unwrap();
    let bytes = [&before, &after].map(|bytes| costs(bytes).unwrap().bytes);
    assert_eq!((bytes[0], bytes[1]), found.bytes);
    // How much each function takes is not this test's.
    let memory = format!("{} -> {} bytes", bytes[0].used, bytes[1].used);
    if found.is_none() { String::new() } else { found.to_string().replace(&memory, "some") }
}

#[test]
fn packs_that_mean_the_same_do_not_differ() {
    assert_eq!(changed(&[]), "");
    assert_eq!(changed(&[("version: 1", "version: 2")]), "");
    let odd = "pack: p\nversion: 1\nlevels: { 'a, (b': { of: hour(), steps: { of: 0, 'my step': 1, my: 2, 'my: x': 3 } } }\n";
    let bytes = compile(odd).unwrap().bytes;
    assert!(diff(&bytes, &bytes).unwrap().is_none(), "names that look like labels");
    assert_eq!(changed(&[("days(30)) && count", "days(30))\n      && count")]), "");
}

#[test]
fn a_changed_figure_is_told_with_both_conditions_and_what_is_counted_anew() {
    let text = changed(&[
        ("days(30)) && count('open', days(7))", "days(45)) && count('open', days(14))"),
        ("within: hours(2)", "within: hours(3)"),
    ]);
    assert_eq!(
        text,
        "funnel checkout: changed
  within: 2 hours -> 3 hours
    - 2 hours
    + 3 hours

signal quiet: changed
  raise: days(30) -> days(45), days(7) -> days(14)
    - absent('open', days(30)) && count('open', days(7)) > 2
    + absent('open', days(45)) && count('open', days(14)) > 2

counted anew, from what the device still holds of the past:
  count('open', days(14))
  funnel checkout

memory on a device: some at most (limit 524288)
"
    );
}

#[test]
fn what_is_added_removed_or_otherwise_changed_is_told() {
    let text = changed(&[
        (
            "  gone: { raise: \"absent('open', days(90))\", says: { en: Gone } }\n",
            "  late: { raise: hour() > 22, says: { en: Late } }\n",
        ),
        ("says: { en: visits }", "says: { en: Visits }"),
        ("times: 1", "times: 2"),
        ("en: Hello", "en: Hallo"),
        ("type: number", "type: integer"),
        (
            "{ name: a, when: hour() > 3 }, { name: b, when: weekday() > 3 }",
            "{ name: b, when: weekday() > 3 }, { name: a, when: hour() > 3 }",
        ),
    ]);
    for part in [
        "signal gone: removed\n",
        "signal late: added\n  + raise    hour() > 22\n  + says en  Late\n",
        "score activity: changed\n  opens en\n    - visits\n    + Visits\n",
        "event lesson_done: changed\n  score\n    - a number, behaviour\n    + a whole number, behaviour\n",
        "segment value: changed\n  order\n    - a, b, c\n    + b, a, c\n",
        "campaign hello: changed\n  limits: 1 -> 2\n    - 1 a week\n    + 2 a week\n  title en\n    - Hello\n    + Hallo\n",
        "memory on a device: some at most",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn the_memory_of_a_rule_and_of_a_pack_has_its_funnels_and_predictions_once() {
    let pack = |raise: &str, more: &str| {
        let yaml = format!(
            "pack: p\nversion: 1\n{more}signals:\n  s: {{ raise: \"{raise}\", says: {{ en: s }} }}\n"
        );
        costs(&compile(&yaml).unwrap().bytes).unwrap()
    };
    let bare = pack("hour() > 1", "");
    assert_eq!(bare.rules[0].bytes, bare.bytes.used);
    let more = "funnels:\n  f: { steps: [open, search], within: hours(1) }\n\
                predictions:\n  next: { of: screen_enter.screen }\n";
    let unread = pack("hour() > 1", more);
    let kept = CHAIN_BYTES + FUNNEL_BYTES;
    assert_eq!(unread.bytes.used, bare.bytes.used + kept, "kept whether or not a rule reads it");
    assert_eq!(unread.rules, bare.rules);
    let of = "funnel_step('f') == 1 && dropped_at('f') == 1 && next_action('a') > next_action('b')";
    let read = pack(of, more);
    assert_eq!(read.rules[0].bytes, read.bytes.used);
    assert!(read.bytes.used > kept);
}
