//! What the compiler says of conditions that make no sense, word for word: people work with these
//! lines.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a helper of tests fails as a test does")]

use staykit_pack::compile;

/// The warnings about a pack that consists of a head and `rest`, which starts on line 3.
fn warnings(rest: &str) -> Vec<String> {
    match compile(&format!("pack: test\nversion: 1\n{rest}")) {
        Ok(compiled) => compiled.warnings.iter().map(ToString::to_string).collect(),
        Err(problems) => panic!("{problems:#?}"),
    }
}

/// The warnings about one condition, each after its column in it.
fn of_condition(condition: &str) -> Vec<String> {
    let yaml = format!(
        "funnels: {{ f: {{ steps: [open, search, purchase], within: hours(1) }} }}\n\
         signals:\n  a:\n    says: {{ en: x }}\n    raise: >-\n      {condition}\n  \
         z: {{ raise: hour() > 1, says: {{ en: x }} }}\n\
         segments: {{ value: [{{ name: loyal, when: hour() > 1 }}, {{ name: new, when: weekday() > 1 }}, {{ name: other }}] }}\n"
    );
    let found = warnings(&yaml).into_iter();
    found
        .map(|line| {
            let (place, text) = line.split_once("  ").unwrap();
            let (line, column) = place.split_once(':').unwrap();
            assert_eq!(line, "8", "{text}");
            format!("{} {text}", column.parse::<usize>().unwrap() - 6)
        })
        .collect()
}

#[test]
fn what_excludes_each_other_is_told_with_both_sides() {
    for (condition, expected) in [
        (
            "count('open', days(7)) > 5 && hour() > 8 && count('open', days(7)) < 3",
            "1 count('open', days(7)) > 5 && hour() > 8 && count('open', da ...   can never hold: `count('open', days(7)) > 5` and `count('open', days(7)) < 3` exclude each other; write || if one of them is enough; so it never rises",
        ),
        (
            "absent('open') >= days(30) && absent('open') < days(5)",
            "1 absent('open') >= days(30) && absent('open') < days(5)   can never hold: `absent('open') >= days(30)` and `absent('open') < days(5)` exclude each other; write || if one of them is enough; so it never rises",
        ),
        (
            "absent('open', days(30)) && !absent('open', days(5))",
            "1 absent('open', days(30)) && !absent('open', days(5))   can never hold: `absent('open', days(30))` and `!absent('open', days(5))` exclude each other; write || if one of them is enough; so it never rises",
        ),
        (
            "count('open', days(7)) >= 1 && absent('open', days(9))",
            "1 count('open', days(7)) >= 1 && absent('open', days(9))   can never hold: `count('open', days(7)) >= 1` and `absent('open', days(9))` exclude each other; write || if one of them is enough; so it never rises",
        ),
        (
            "fact('level') == 'gold' && fact('level') == 'silver'",
            "1 fact('level') == 'gold' && fact('level') == 'silver'   can never hold: `fact('level') == 'gold'` and `fact('level') == 'silver'` exclude each other; write || if one of them is enough; so it never rises",
        ),
        (
            "hour() > 20 || segment('value') == 'loyal' && segment('value') == 'new'",
            "16 segment('value') == 'loyal' && segment('value') == 'new'   can never hold: `segment('value') == 'loyal'` and `segment('value') == 'new'` exclude each other; write || if one of them is enough",
        ),
        (
            "hour() < 9 && (hour() > 20 || hour() == 12)",
            "1 hour() < 9 && (hour() > 20 || hour() == 12   can never hold: `hour() < 9` and `hour() > 20 || hour() == 12` exclude each other; write || if one of them is enough; so it never rises",
        ),
        (
            "hour() != 9 || hour() != 10",
            "1 hour() != 9 || hour() != 10   always holds: there is always `hour() != 9` or `hour() != 10`; write && if both are meant; so it always stands",
        ),
    ] {
        assert_eq!(of_condition(condition), [expected], "{condition}");
    }
}

#[test]
fn values_that_there_are_not_are_told_with_those_that_there_are() {
    for (condition, expected) in [
        (
            "count('open', days(7)) < 0",
            "1 count('open', days(7)) < 0   can never hold: `count('open', days(7))` is 0 or more; so it never rises",
        ),
        (
            "hour() > 3 && share('purchase', days(7), item == 'a') > 1",
            "15 share('purchase', days(7), item == 'a') > 1   can never hold: `share('purchase', days(7), item == 'a')` is 0 to 1; a quarter is 0.25; so it never rises",
        ),
        (
            "-1 < count('open', days(7))",
            "2 1 < count('open', days(7))   always holds: `count('open', days(7))` is 0 or more; so it always stands",
        ),
        ("hour() == 24 || weekday() > 5", "1 hour() == 24   can never hold: `hour()` is 0 to 23"),
        (
            "active_days('open', days(7)) >= 8",
            "1 active_days('open', days(7)) >= 8   can never hold: `active_days('open', days(7))` is 0 to 7; so it never rises",
        ),
        (
            "session_time(hours(2)) > hours(4)",
            "1 session_time(hours(2)) > hours(4)   can never hold: `session_time(hours(2))` is 0 to 3 hours; so it never rises",
        ),
        (
            "funnel_step('f') > 3",
            "1 funnel_step('f') > 3   can never hold: `funnel_step('f')` is 0 to 3; so it never rises",
        ),
        (
            "baseline_drop('open', days(3), days(28)) > 50.0",
            "1 baseline_drop('open', days(3), days(28)) > 50.0   can never hold: `baseline_drop('open', days(3), days(28))` is 1 at most; a quarter is 0.25; so it never rises",
        ),
    ] {
        assert_eq!(of_condition(condition), [expected], "{condition}");
    }
}

#[test]
fn what_may_hold_is_not_told() {
    for condition in [
        "count('open', days(7)) > 2 && count('open', days(7)) < 4",
        "count('open', days(7)) > 2 && count('open', days(3)) < 2",
        "count('open', days(7)) == 0 || absent('open', days(9))",
        "count('open', days(7)) >= 1 && absent('open') > days(7)",
        "count('purchase', days(7), item == 'a') >= 1 && absent('purchase', days(9), item == 'b')",
        "fact('level') != 'gold' && fact('level') != 'silver'",
        "last_value('purchase', 'item') == 'a' && hour() > 1",
        "sum('purchase', 'amount', days(7)) < 0 && baseline_rise('open', days(3), days(28)) > 5.0",
        "double(count('open', days(7))) / 7.0 > 3.0 && count('open', days(7)) * 2 < 9",
        "hour() > 20 || hour() < 6",
        "!(hour() > 20) && !(hour() < 6)",
        "signal('z') && signal_age('z') > days(3) || true == holiday()",
    ] {
        assert_eq!(of_condition(condition), [""; 0], "{condition}");
    }
}

#[test]
fn a_clear_that_never_or_at_once_holds_is_told() {
    let of = |clear: &str| {
        let says = "says: { en: x }";
        warnings(&format!(
            "signals:\n  a:\n    raise: absent('open', days(5))\n    {says}\n    clear: {clear}\n"
        ))
    };
    assert_eq!(
        of("absent('open') < days(0)"),
        [
            "7:12  absent('open') < days(0)   can never hold: `absent('open')` is 0 or more; so it never clears; leave `clear` out to clear when `raise` ends"
        ]
    );
    assert_eq!(
        of("absent('open') > days(3)"),
        [
            "7:12  absent('open') > days(3)   holds whenever `raise` does: it falls as soon as it rises; write what ends it"
        ]
    );
    assert_eq!(of("count('open', days(1)) > 1"), [""; 0]);
}

#[test]
fn a_campaign_that_contradicts_its_start_is_told() {
    let of = |start: &str| {
        warnings(&format!(
            "signals:\n  quiet: {{ raise: \"absent('open', days(5))\", says: {{ en: x }} }}\n\
             campaigns:\n  c:\n    goal: g\n    show: {{ title: {{ en: x }} }}\n    start: {{ {start} }}\n"
        ))
    };
    let told = of("raised: quiet, when: \"since_last('open') < days(2) && hour() > 3\"");
    assert_eq!(told, [""; 0], "two figures may differ: {told:?}");
    assert_eq!(
        of("raised: quiet, when: absent('open') < days(2)"),
        [
            "9:35  absent('open') < days(2)   can never hold when `quiet` rises, so it is never shown; see its `raise`"
        ]
    );
    assert_eq!(
        of("raised: quiet, when: \"!signal('quiet')\""),
        [
            "9:36  !signal('quiet')   can never hold when `quiet` rises, so it is never shown; see its `raise`"
        ]
    );
    assert_eq!(
        of("on: open, when: \"absent('open', days(3))\""),
        [
            "9:31  absent('open', days(3))   can never hold after `open`, so it is never shown; the event itself counts already; ask for a signal that stood before it"
        ]
    );
    assert_eq!(of("on: open, when: signal('quiet')"), [""; 0]);
}

#[test]
fn rows_and_steps_that_nobody_gets_to_are_told() {
    let segments = "segments:\n  s:\n    - { name: all, when: hour() >= 1 }\n    - { name: late, when: hour() > 20 }\n    - { name: other }\n";
    assert_eq!(
        warnings(segments),
        [
            "6:27  hour() > 20   the rows before take all for whom this holds; write the narrower first"
        ]
    );
    let stages = "stages:\n  s:\n    - { name: new }\n    - { name: late, enter: hour() > 20, stay: hour() < 9 }\n";
    assert_eq!(
        warnings(stages),
        [
            "6:47  hour() < 9   can never hold where `enter` does: it is left as soon as it is entered"
        ]
    );
    let score = "scores:\n  s:\n    factors:\n      a: { of: \"active_days('open', days(7))\", points: [[0, 0], [9, 100]] }\n";
    assert_eq!(warnings(score), ["6:66  9   never reached: what it goes by is 0 to 7"]);
    let level = "levels:\n  s: { of: score('a'), steps: { low: 0, high: 120 } }\nscores:\n  a: { factors: { f: { of: hour(), linear: { from: 0, to: 23, points: 100 } } } }\n";
    assert_eq!(warnings(level), ["4:47  120   never reached: what it goes by is 0 to 100"]);
}
