//! What the compiler says of packs that are wrong, word for word: people work with these lines.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper of tests fails as a test does"
)]

use staykit_pack::compile;

/// The problems of a pack that consists of a head and `rest`, which starts on line 3.
fn problems(rest: &str) -> Vec<String> {
    match compile(&format!("pack: test\nversion: 1\n{rest}")) {
        Ok(compiled) => panic!("compiled, with {:?}", compiled.warnings),
        Err(problems) => problems.iter().map(ToString::to_string).collect(),
    }
}

/// The one problem of a condition; the place within it counts from 1.
fn problem(condition: &str) -> String {
    let found = problems(&format!(
        "signals:\n  a:\n    raise: >-\n      {condition}\n  z: {{ raise: hour() > 1 }}\n"
    ));
    assert_eq!(found.len(), 1, "{found:#?}");
    let (place, text) = found[0].split_once("  ").unwrap();
    let (line, column) = place.split_once(':').unwrap();
    assert_eq!(line, "6", "{found:?}");
    format!("{} {text}", column.parse::<usize>().unwrap() - 6)
}

#[test]
fn a_misspelt_function_is_found_and_the_right_one_shown() {
    let found = problem("absent('open', days(5)) && since_lst('open') > days(5)");
    assert_eq!(
        found,
        "28 since_lst('open')   no such function; did you mean since_last(name[, filter])?"
    );
    let found = problem("size('open') > 3");
    assert!(found.starts_with("1 size('open')   no such function; there are count, sum"));
}

#[test]
fn types_are_checked_at_their_places() {
    for (condition, expected) in [
        (
            "count('open', days(7))",
            "1 count('open', days(7))   a whole number is no condition; compare it, such as with >",
        ),
        (
            "since_last('open') > 5",
            "1 since_last('open') > 5   a duration compares with a duration, such as minutes(30) or days(5)",
        ),
        (
            "since_last('open') > session_length()",
            "1 since_last('open') > session_length()   time in sessions compares with a constant, such as minutes(30)",
        ),
        (
            "hour() > 8 && signal_age('z') + hours(1) > hours(2)",
            "15 signal_age('z') + hours(1)   durations are not calculated with; compare them with days(n)",
        ),
        (
            "count('open', ever()) * 1.5 > 3.0",
            "1 count('open', ever()) * 1.5   whole numbers and numbers do not mix; write 2.0 for 2, or double(x)",
        ),
        ("true > false", "1 true > false   yes or no has no order; write == or !="),
        ("fact('level') > 'a'", "1 fact('level') > 'a'   texts have no order here; write == or !="),
        (
            "fact('level')",
            "1 fact('level')   compares with a text: fact('key') == 'text'; for numbers fact_number('key')",
        ),
        (
            "'a' == 'b'",
            "1 'a' == 'b'   only fact(key), context(key), last_value(name, property) and the like compare with a text here",
        ),
        (
            "9223372036854775807 + 1 > hour()",
            "1 9223372036854775807 + 1   overflows, or divides by 0",
        ),
        (
            "baseline_drop('open', days(3), days(28)) % 0.5 > 0.1",
            "1 baseline_drop('open', days(3), days(28)) % 0.5   % is for whole numbers",
        ),
    ] {
        assert_eq!(problem(condition), expected, "{condition}");
    }
}

#[test]
fn arguments_are_checked_and_the_signature_is_shown() {
    for (condition, expected) in [
        ("count('open') > 3", "1 count('open')   write count(name, window[, filter])"),
        ("count(open, days(7)) > 3", "7 open   expected the name of an event in quotes: 'open'"),
        (
            "count('open', 7) > 3",
            "15 7   expected a window: minutes(n), hours(n), days(n), weeks(n), sessions(n) or ever()",
        ),
        ("count('open', days(200)) > 3", "15 days(200)   a window of 1 to 180 days"),
        ("active_days('open', weeks(2)) > 3", "21 weeks(2)   only days(n) here"),
        (
            "count('purchase', days(7), amount == 'x') > 3",
            "28 amount == 'x'   `amount` of `purchase` is money, which does not compare with a text",
        ),
        (
            "count('purchase', days(7), item < 'x') > 3",
            "28 item < 'x'   a text has no order here; write == or !=",
        ),
        (
            "count('purchase', days(7), item == 'x' || item == 'y') > 3",
            "28 item == 'x' || item == 'y'   a filter joins tests by && only; count each side apart and add",
        ),
        (
            "count('purchase', days(7), hour() > 3) > 3",
            "28 hour() > 3   a filter is written property == 'text', amount >= 100 or flag == true, joined by &&",
        ),
        (
            "count('x', days(7), a > 1 && b > 1 && c > 1 && d > 1 && e > 1) > 3",
            "21 a > 1 && b > 1 && c > 1 && d > 1 && e > 1   5 tests, at most 4 in a filter",
        ),
        ("count('x', days(7), a > 1e999) > 3", "25 1e999   invalid double literal"),
        ("double(hour()) < 1e999", "18 1e999   invalid double literal"),
        (
            "count('x', days(7), a > b) > 3",
            "25 b   a filter compares with a constant: 'text', 100 or true",
        ),
        (
            "count('purchase', days(7), item.currency == 'CNY') > 3",
            "28 item.currency   `item` of `purchase` is text, not money",
        ),
        (
            "count('purchase', days(7), currency == 3) > 3",
            "28 currency == 3   a currency compares with its code, such as 'CNY'",
        ),
        ("count('open', sessions(101)) > 3", "15 sessions(101)   a window of 1 to 100 sessions"),
        (
            "share('open', days(7)) > 0.5",
            "1 share('open', days(7))   write share(name, window, filter)",
        ),
        (
            "distinct('purchase', 'amount', days(7)) > 3",
            "22 'amount'   `amount` of `purchase` is money, which has no classes; group it when you record it",
        ),
        (
            "last_value('search', 'query') > 3",
            "1 last_value('search', 'query')   `query` of `search` is text; texts compare: last_value(name, property) == 'text'",
        ),
        ("region('CN') == 'CN'", "1 region('CN')   write region() == 'text'"),
        ("region() > 3", "1 region()   compares with a text: region() == 'text'"),
        (
            "sum('purchase', 'item', days(7)) > 3",
            "17 'item'   `item` of `purchase` is text, which has no sum",
        ),
        (
            "baseline_drop('open', days(90), days(90)) > 0.5",
            "1 baseline_drop('open', days(90), days(90))   both together at most 179 days",
        ),
        ("hour > 3", "1 hour   a function: write hour()"),
        ("signal('y')", "8 'y'   no such signal in this pack; did you mean 'a'?"),
        (
            "funnel_step('checkout') > 1",
            "13 'checkout'   no such funnel under `funnels` in this pack",
        ),
    ] {
        assert_eq!(problem(condition), expected, "{condition}");
    }
}

#[test]
fn what_cel_has_beyond_the_language_is_refused_by_name() {
    for (condition, expected) in [
        ("hour() in [8, 9]", "8 in   `in` is not part"),
        ("hour() > 8 ? true : false", "12 ?   `? :` is not part"),
        ("[1, 2].exists(x, x > hour())", "`exists` is not"),
        (
            "hour() == ['a', 'b']",
            "11 ['a', 'b']   lists stand in sequence([...]) and path_progress",
        ),
        ("has(user.level)", "has() is not part"),
        ("user['level'] == 'gold'", "`[ ]` is not part"),
        ("{'a': 1} == {'a': 1}", "maps and messages are not part"),
        (
            "fact('a').startsWith('x')",
            "methods are not part of the language; write startsWith(...)",
        ),
        ("hour() == 8u", "11 8u   unsigned numbers are not needed; leave out the u"),
        ("fact('a') == null", "14 null   null is not part"),
        ("fact('a') == b'x'", "14 b'x'   bytes are not part"),
        (
            "since_last('open') > duration('5h')",
            "22 duration('5h')   duration is not part of the language; durations are hours(5)",
        ),
        ("hour() > 8 and hour() < 9", "12 and   write && for `and`"),
        ("hour() = 8", "8 =   write == to compare"),
        ("hour() > 8 &&", "14 the expression ends too early"),
        ("hour() > 8 $", "12 $   `$` does not belong here"),
    ] {
        let found = problem(condition);
        let expected =
            expected.strip_prefix("`exists`").map_or(expected, |_| "all, exists, exists_one");
        assert!(found.contains(expected), "{condition}: {found}");
    }
}

#[test]
fn what_is_nested_too_deeply_or_too_long_is_refused() {
    let parentheses = format!("{}true{}", "(".repeat(200), ")".repeat(200));
    let chain = format!("hour(){} > 3", " + hour()".repeat(400));
    let dots = format!("a{}", ".a".repeat(2_000));
    for condition in [parentheses, chain, dots] {
        let found = problem(&condition);
        assert!(found.contains("nested too deeply (at most 32)"), "{found}");
    }
    let long = problem(&format!("hour() > 3{}", " || hour() > 3".repeat(400)));
    assert!(long.contains("bytes of expression, at most 4096"), "{long}");
    let many = problem(&format!("hour() > 3{}", " || hour() > 3".repeat(100)));
    assert!(many.contains("too much for one condition: more than 256 instructions"), "{many}");
}

#[test]
fn several_problems_come_at_once_in_the_order_of_the_lines() {
    let found = problems(
        "sesion: { idle: minutes(30) }
signals:
  a:
    raise: cout('open', days(7)) > 3 && sum('open') > 2
    cleer: true
  b: { raise: \"hour() > 'x'\" }
campaigns:
  c: { start: { raised: aa, fresh: hour(1) }, show: { title: { EN: x } } }
",
    );
    let expected = [
        "3:1  sesion   a pack has no such key; did you mean `session`?",
        "6:12  cout('open', days(7))   no such function; did you mean count(name, window[, filter])?",
        "6:41  sum('open')   write sum(name, property, window[, filter])",
        "7:5  cleer   a signal has no such key; did you mean `clear`?",
        "8:16  hour() > 'x'   only fact(key), context(key), last_value(name, property) and the like compare with a text here",
        "10:3  c   a campaign needs `goal`: what it is for, in a word for reports",
        "10:25  aa   no such signal in this pack; did you mean `a`?",
        "10:36  hour(1)   expected a duration: seconds(n), minutes(n), hours(n), days(n) or weeks(n)",
        "10:64  EN   expected a language in lower case: `en`, `zh`, `pt-br`",
    ];
    assert_eq!(found, expected, "{found:#?}");
}

#[test]
fn arguments_of_time_and_order_are_checked() {
    for (condition, expected) in [
        (
            "sequence('open', hours(2))",
            "10 'open'   expected a list of events, in order: ['open', 'search']",
        ),
        ("sequence(['open'], hours(2))", "10 ['open']   2 to 8 events"),
        (
            "sequence(['open', 'search'], hours(2), once())",
            "40 once()   session() or direct() here, or nothing",
        ),
        (
            "sequence(['open', 'search'], days(200))",
            "30 days(200)   more than 0 and at most 180 days",
        ),
        (
            "streak('open', freeze(7)) > 3",
            "16 freeze(7)   write freeze(n): 1 to 6 missed days of a week are bridged",
        ),
        (
            "streak('open', repair('open')) > 3",
            "16 repair('open')   another event than that of the streak",
        ),
        ("freeze(1) > 3", "1 freeze(1)   stands in another function: streak(name, freeze(1))"),
        (
            "streak_left('open') < session_length()",
            "1 streak_left('open') < session_length()   time that runs out compares with a constant, such as hours(3)",
        ),
        (
            "since_last('open') > next_active_window()",
            "1 since_last('open') > next_active_window()   time that runs out compares with a constant, such as hours(3)",
        ),
        (
            "regularly('open', 3, weeks(2), 3, 4)",
            "22 weeks(2)   days(1) or weeks(1): the unit that is counted in",
        ),
        ("regularly('open', 3, weeks(1), 5, 4)", "32 5   expected a whole number, 1 to 4"),
        ("decayed('open', weeks(1)) > 3.0", "17 weeks(1)   only days(n) here"),
        (
            "in_window('monday', '09:00-18:00')",
            "11 'monday'   expected days of the week: 'mon-fri', 'sat,sun' or 'mon-sun'",
        ),
        (
            "in_window('mon', '9-18')",
            "18 '9-18'   expected local times: '09:00-18:00', the second not part of it",
        ),
        (
            "active_share('20:30-22:00') > 0.5",
            "14 '20:30-22:00'   expected whole hours of the day: '20:00-22:00'",
        ),
        ("holiday", "1 holiday   a function: write holiday()"),
    ] {
        assert_eq!(problem(condition), expected, "{condition}");
    }
}

#[test]
fn holidays_are_days_of_regions() {
    let found = problems(
        "holidays:
  China: [\"2026-10-01\"]
  CN: [\"2026-10-01..2026-10-07\", \"2026-02-30\", \"2026-10-07..2026-10-01\", \"2026-01-01..2026-06-01\"]
",
    );
    let expected = [
        "4:3  China   a region is two capitals: CN, DE (ISO 3166)",
        "5:34  \"2026-02-30\"   expected a day or days such as \"2026-10-01\" or \"2026-10-01..2026-10-07\"",
        "5:48  \"2026-10-07..2026-10-01\"   from the first day to the last, at most 62 days",
        "5:74  \"2026-01-01..2026-06-01\"   from the first day to the last, at most 62 days",
    ];
    assert_eq!(found, expected, "{found:#?}");
}

#[test]
fn a_circle_of_signals_is_named() {
    let found =
        problems("signals:\n  a: { raise: signal('b') }\n  b: { raise: \"!signal('a')\" }\n");
    assert_eq!(found, ["4:3  a   signals read each other in a circle: a -> b -> a"]);
    let found = problems("signals:\n  a: { raise: hour() > 3, clear: signal('a') }\n");
    assert_eq!(found, ["4:3  a   signals read each other in a circle: a -> a"]);
}

#[test]
fn values_in_texts_are_checked_where_they_stand() {
    let says = |text: &str| {
        problems(&format!(
            "signals:\n  a:\n    raise: hour() > 3\n    says: {{ en: \"{text}\" }}\n"
        ))
    };
    assert_eq!(
        says("No visit for {since_last('open').dys} days"),
        ["6:32  since_last('open').dys   no unit of a duration; there is .days, .hours, .minutes"]
    );
    assert_eq!(
        says("{count('open', days(7)).days}"),
        ["6:19  count('open', days(7)).days   a whole number has no unit; leave out `.days`"]
    );
    assert_eq!(says("x } y"), ["6:20  }   braces hold a value to show: {since_last('open').days}"]);
}

#[test]
fn unknown_events_and_properties_are_warnings() {
    let yaml = "pack: test
version: 1
events: { swim: { properties: { laps: { type: number } } } }
signals:
  a:
    raise: >-
      absent('prchase', days(5)) || count('purchase', days(5), itm == 'x') > 1
      || sum('swim', 'laps', days(7)) < 2.5 || absent('my_own_thing', days(2))
    says: { en: x }
";
    let compiled = compile(yaml).unwrap();
    let warnings: Vec<String> = compiled.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        [
            "7:14  'prchase'   unknown event `prchase`; did you mean `purchase`?",
            "7:64  itm   `purchase` has no known property `itm`; did you mean `item`?",
            "8:55  'my_own_thing'   unknown event `my_own_thing`",
        ]
    );
}

#[test]
fn the_sections_say_what_they_expect() {
    for (rest, expected) in [
        (
            "reach: { quiet: \"22-8\" }",
            "3:17  \"22-8\"   expected local times such as \"22:00-08:00\", the second not quiet any more",
        ),
        (
            "reach: { caps: { per: month, times: 1 } }",
            "3:23  month   expected day, week, ever, days(n) or weeks(n)",
        ),
        ("reach: { caps: { per: day, times: 0 } }", "3:35  0   expected how often, 1 to 128"),
        ("reach: { cool_down: days(200) }", "3:21  days(200)   at most days(180)"),
        (
            "events: { purchase: {} }",
            "3:11  purchase   `purchase` is a standard event: choose another name",
        ),
        (
            "events: { x: { priority: hihg } }",
            "3:26  hihg   expected one of `low`, `normal`, `high`, `critical`; did you mean `high`?",
        ),
        (
            "funnels: { f: { steps: [open], within: hours(1) } }",
            "3:24  [   expected a list of 2 to 32 events, in order",
        ),
        ("version: 2", "3:1  version   key `version` stands here twice"),
    ] {
        assert_eq!(problems(rest), [expected]);
    }
    assert_eq!(
        compile("").unwrap_err()[0].to_string(),
        "1:1  an empty file; a pack begins with `pack: NAME`"
    );
}

#[test]
fn circles_between_tags_scores_and_tables_are_named() {
    let found = problems(
        "tags:
  valued: { raise: \"segment('value') == 'high'\" }
scores:
  use: { factors: { tag: { of: \"double(level_left('member') > 0.0 && tag('valued'))\", points: [[0, 100]] } } }
levels:
  member: { of: score('use'), steps: { one: 0, two: 1 } }
segments:
  value: [{ name: high, when: tier('use') == 'top' || level('member') == 'two' }, { name: low }]
",
    );
    let expected = "4:3  valued   these read each other in a circle: tag `valued` -> segment `value` \
                    -> level `member` -> score `use` -> level `member`";
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("read each other in a circle: "), "{found:?} {expected}");
    assert!(found[0].contains("score `use`") && found[0].contains("level `member`"), "{found:?}");
}

#[test]
fn what_is_wrong_with_scores_and_tables_is_said_in_their_words() {
    let rest = |rest: &str| problems(rest).join("\n");
    for (pack, expected) in [
        (
            "scores:\n  s: { factors: { f: { of: since_last('open'), linear: { from: days(0), to: days(7), points: 100 } } } }\n",
            "what grows with time has `points`: nothing would tell when a line is passed",
        ),
        (
            "scores:\n  s: { factors: { f: { of: since_last('open'), points: [[3, 100]] } } }\n",
            "3   expected a duration: seconds(n), minutes(n), hours(n), days(n) or weeks(n)",
        ),
        (
            "scores:\n  s: { factors: { f: { of: hour(), points: [[3, 100], [3, 1]] } } }\n",
            "each value is larger than the one before",
        ),
        (
            "scores:\n  s: { factors: { f: { of: hour(), points: [[3, 1.234]] } } }\n",
            "1.234   expected points from -1000 to 1000, at most two decimals",
        ),
        ("scores:\n  s: { factors: { f: { of: hour() } } }\n", "f   a factor has either `points`"),
        (
            "scores:\n  s: { factors: { f: { of: hour() > 3, points: [[0, 1]] } } }\n",
            "hour() > 3   yes or no is no amount",
        ),
        (
            "scores:\n  s: { factors: { f: { of: hour(), points: [[0, 100]] } }, tiers: { high: 70, low: 10 } }\n",
            "low   the lowest tier begins at 0",
        ),
        (
            "segments:\n  v: [{ name: a, when: hour() > 3 }, { name: b, when: hour() > 4 }]\n",
            "b   the last segment takes all others: no `when`",
        ),
        (
            "segments:\n  v: [{ name: a }, { name: b }]\n",
            "a   needs `when`; only the last segment takes all others",
        ),
        (
            "stages:\n  v: [{ name: a }, { name: b }]\n",
            "b   needs `enter`; only the first stage takes all others",
        ),
        (
            "levels:\n  m: { of: hour(), steps: { a: 0, b: 0 } }\n",
            "b   the lowest first: `b` is not above `a`",
        ),
        (
            "segments:\n  v: [{ name: a, when: hour() > 3 }, { name: b }]\ntags:\n  t: { raise: segment('v') == 'aa' }\n",
            "segment `v` has no such row; did you mean 'a'?",
        ),
        (
            "segments:\n  v: [{ name: a, when: hour() > 3 }, { name: b }]\ntags:\n  t: { raise: segment('v') }\n",
            "segment('v')   compares with a text: segment(name) == 'row'",
        ),
        (
            "tags:\n  t: { raise: score('activty') > 3.0 }\nscores:\n  activity: { factors: { f: { of: hour(), points: [[0, 100]] } } }\n",
            "'activty'   no such score in this pack; did you mean 'activity'?",
        ),
        (
            "tags:\n  t: { raise: hour() > 3 }\n  u: { raise: signal('t') }\n",
            "'t'   a tag: write tag('t')",
        ),
        (
            "tags:\n  u: { raise: next_action('cart') > 0.5 }\n",
            "this pack has nothing under `predictions`",
        ),
        ("predictions:\n  p: { of: screen }\n", "screen   expected an event and a property"),
    ] {
        let found = rest(pack);
        assert!(found.contains(expected), "{found}\nis not\n{expected}");
    }
}

/// The problems of a pack that extends the built-in one, as a tool prints them.
fn extending(rest: &str) -> Vec<String> {
    let yaml = format!("pack: own\nversion: 1\nextends: retention\n{rest}");
    compile(&yaml).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn what_goes_wrong_with_an_extended_pack_is_told_where_it_stands() {
    let own = extending("signals: { going_quiet: { raise: absnt('open') } }\n");
    assert!(own[0].starts_with("4:34  absnt('open')   no such function"), "{own:?}");
    let gone = extending("remove: { signals: [cart_idle] }\n");
    assert!(gone[0].starts_with("3:10  retention   retention.yaml:"), "{gone:?}");
    assert!(gone[0].contains("cart_idle") && gone[0].contains("no such signal"), "{gone:?}");
    let typo = extending("remove: { signals: [cart_idel] }\n");
    let expected = "4:21  cart_idel   nothing of that name in the pack that this extends; did you mean `cart_idle`?";
    assert_eq!(typo, [expected]);
    let section = extending("remove: { signal: [cart_idle] }\n");
    assert!(section[0].starts_with("4:11  signal   no such section"), "{section:?}");
}

#[test]
fn what_cannot_be_extended_is_refused() {
    let of = |yaml: &str| compile(yaml).unwrap_err()[0].to_string();
    let unknown = of("pack: own\nversion: 1\nextends: retenton\n");
    assert!(unknown.starts_with("3:10  retenton   expected a built-in pack"), "{unknown}");
    assert!(unknown.ends_with("did you mean `retention`?"), "{unknown}");
    let twice = of("pack: own\nversion: 1\nextends: shop\n");
    assert!(twice.ends_with("extends another pack itself: extend that one"), "{twice}");
    let alone = of("pack: own\nversion: 1\nremove: { signals: [a] }\n");
    assert!(
        alone.starts_with("3:1  remove   `remove` is for a pack that extends another"),
        "{alone}"
    );
    let nameless = of("extends: retention\nversion: 1\n");
    assert!(nameless.contains("needs `pack`"), "{nameless}");
}
