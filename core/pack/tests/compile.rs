//! What the compiler makes of packs.

#![expect(
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a helper of tests fails as a test does"
)]

use proptest::prelude::{any, proptest};
use proptest::test_runner::Config;
use staykit_core::guidance::{Period, Trigger};
use staykit_core::pack::{Pack, PackError};
use staykit_core::profile::{Aggregate, Events, Feature, Summary, Unit, Window};
use staykit_pack::{compile, describe, generate_key, public_key, sign};

const DOCUMENTATION: &str = include_str!("../../docs/rule-language.md");
const RETENTION: &str = include_str!("../builtin/retention.yaml");

fn bytes(yaml: &str) -> Vec<u8> {
    compile(yaml).unwrap_or_else(|problems| panic!("{problems:#?}")).bytes
}

/// What conditions may read beside signals.
const CONCLUSIONS: &str = "tags: { recent: { raise: hour() > 1 } }
scores: { activity: { factors: { f: { of: hour(), points: [[1, 100]] } }, tiers: { high: 70, low: 0 } } }
segments: { value: [{ name: loyal, when: hour() > 1 }, { name: other }] }
stages: { lifecycle: [{ name: new }, { name: declining, enter: hour() > 1 }] }
levels: { member: { of: hour(), steps: { bronze: 0, silver: 5 } } }
predictions: { screens: { of: screen_enter.screen } }
";

/// The condition as `describe` prints it after compiling.
fn reprinted(condition: &str) -> String {
    let yaml = format!(
        "pack: t\nversion: 1\nfunnels:\n  f: {{ steps: [open, purchase], within: hours(1) }}\n  \
         checkout: {{ steps: [open, purchase], within: hours(1) }}\nsignals:\n  \
         z: {{ raise: hour() > 1 }}\n  going_quiet: {{ raise: hour() > 1 }}\n  a:\n    raise: >-\n      \
         {condition}\n{CONCLUSIONS}"
    );
    let text = describe(&bytes(&yaml)).unwrap();
    let lines = text.lines().skip_while(|line| *line != "signal a");
    let line = lines.into_iter().find_map(|line| line.strip_prefix("  raise  "));
    line.unwrap().to_owned()
}

#[test]
fn a_compiled_condition_reads_as_it_was_written() {
    for condition in [
        "absent('open', days(5))",
        "absent('open') < weeks(1)",
        "count('purchase', days(7), item == 'it\\'s') >= 3",
        "sum('purchase', 'amount', ever()) > 50000 || since_first('open') < hours(36)",
        "active_days('open', days(28)) * 2 - 1 > 2 * (hour() + weekday())",
        "(hour() < 8 || hour() >= 22) && !(weekday() > 5)",
        "baseline_drop('session', days(3), days(28)) >= 0.5",
        "funnel_step('f') == 1 && funnel_age('f') >= minutes(5)",
        "session_count(weeks(1)) >= 5 && session_time(days(1)) > minutes(15)",
        "session_length() > minutes(3) && signal('z') && signal_age('z') > seconds(90)",
        "fact('level') == 'gold' && fact_number('age') > 3",
        "context('net') == 'wifi' && context_number('charge') < 20",
        "(double(hour()) / 2.0 > 3.5) == true",
        "since_last('purchase') > since_last('add_to_cart')",
        "tag('recent') && score('activity') >= 60.5",
        "!(tier('activity') == 'high') || segment('value') == 'other' && stage_age('lifecycle') > days(2)",
        "stage('lifecycle') == 'new' && level_progress('member') + level_left('member') > 0.5",
        "level_amount('member') * level_multiplier('member') > 0.5 && next_action('cart') > 0.5",
        "stopped('search', days(14)) || resumed('search', hours(30))",
        "sequence(['open', 'search', 'open'], hours(2)) && holiday()",
        "sequence(['open', 'search'], minutes(5), session(), direct())",
        "path_progress(['open', 'search', 'purchase']) >= 0.5",
        "streak('open') > 6 && streak('open', freeze(2), repair('share')) > 6",
        "streak_left('open', freeze(1)) < hours(3)",
        "regularly('open', 3, weeks(1), 3, 4) || regularly('open', 1, days(1), 5, 7)",
        "baseline_rise('search', days(3), days(28)) > 1.0",
        "baseline_zscore('session', days(7), days(60)) < -2.0",
        "baseline_drift('session', days(7), days(60)) < 0.0",
        "decayed('open', days(7)) > 2.5",
        "dropped_at('f') == 1",
        "session_count(weeks(1), minutes(3)) >= 5",
        "hour_of_week() == best_hour() && active_share('22:00-06:00') > 0.5",
        "next_active_window() < minutes(30)",
        "clock_moved(days(7)) >= 2 || clock_moved(ever()) > 9",
        "in_window('mon-fri,sun', '09:00-18:30') || in_window('sat', '22:00-06:00')",
        "count('purchase', days(7), amount >= 100 && item != 'case') > 2",
        "count('x', sessions(3), y < -2.5 && z == true) == 0",
        "sum('purchase', 'amount', days(30), amount.currency == 'CNY') > 100",
        "avg('purchase', 'amount', days(30)) > 99.5",
        "min('purchase', 'amount', ever()) < max('purchase', 'amount', weeks(4))",
        "distinct('screen_enter', 'screen', sessions(1), screen != 'home') >= 4",
        "share('screen_enter', days(7), screen == 'help') > 0.25",
        "entropy('search', 'term', days(14)) < 1.5",
        "interval_entropy('tap', minutes(30)) < 1.0",
        "active_days('open', days(28), source == 'push') >= 3",
        "since_last('purchase', amount >= 100) > since_first('purchase', amount >= 100)",
        "absent('purchase', days(30), amount >= 100)",
        "last_value('purchase', 'item') == 'strap' && last_value('purchase', 'amount') > 100",
        "fact_age('app_version') < days(7)",
    ] {
        // A duration is printed in days.
        let expected = condition.replace("< weeks(1)", "< days(7)");
        assert_eq!(reprinted(&expected), expected);
        assert_eq!(reprinted(condition), expected);
    }
}

#[test]
fn the_same_yaml_gives_the_same_bytes_and_features_are_shared() {
    assert_eq!(bytes(RETENTION), bytes(RETENTION));
    let pack = Pack::unsigned(&bytes(RETENTION)).unwrap();
    let opens = Feature::SinceLast(Events::named("open"));
    assert!(pack.definitions.features().iter().filter(|f| **f == opens).count() <= 1);
}

#[test]
fn every_part_of_a_pack_arrives_on_the_device() {
    let pack = Pack::unsigned(&bytes(
        "pack: all
version: 7
session: { idle: minutes(20) }
reach: { caps: { per: weeks(2), times: 3 }, cool_down: hours(4), quiet: \"22:00-08:30\" }
events:
  swim: { priority: high, sensitivity: sensitive, durable: true, ambient: true,
          properties: { laps: { type: number, sensitivity: technical } } }
funnels: { checkout: { steps: [product_view, purchase], within: hours(24) } }
signals:
  late: { raise: \"signal('early') && hour() > 3\", says: { en: \"{sum('swim', 'laps', hours(5))}!\" } }
  early: { raise: funnel_step('checkout') == 1, clear: hour() > 4 }
campaigns:
  low: { goal: g, start: { on: swim }, show: { kind: banner, title: { en: T }, action: a } }
  high:
    goal: g
    start: { raised: late, when: hour() < 9, fresh: minutes(5) }
    priority: 3
    converts: { on: purchase, within: days(7) }
    show: { title: { en: T, zh: 题 }, body: { en: B } }
",
    ))
    .unwrap();
    assert_eq!((pack.name.as_str(), pack.version), ("all", 7));
    assert_eq!(pack.definitions.session_idle_ms(), 20 * 60_000);
    let reach = pack.campaigns.reach();
    assert_eq!((reach.caps[0].period, reach.caps[0].times), (Period::Weeks(2), 3));
    assert_eq!(reach.quiet.unwrap().to_string(), "22:00-08:30");
    let swim = &pack.events[0];
    assert!(swim.durable && swim.ambient && swim.find("laps").is_some());
    let names: Vec<&str> = pack.rules.signals().iter().map(|signal| &*signal.name).collect();
    assert_eq!(names, ["early", "late"]);
    let late = &pack.rules.signals()[1];
    assert_eq!(late.says.find("en"), Some("{0}!"));
    let window = Window { unit: Unit::Hours, length: 5 };
    let summary = Summary::Sum { property: "laps".into(), fraction: true };
    let laps = Feature::Aggregate(Aggregate { events: Events::named("swim"), window, summary });
    assert_eq!(pack.definitions.feature(late.values[0]), Some(&laps));
    let [high, low] = pack.campaigns.all() else { panic!() };
    assert_eq!((&*high.name, &*low.name), ("high", "low"));
    assert_eq!(high.trigger, Trigger::Raised(1));
    assert_eq!((high.fresh_ms, low.fresh_ms), (5 * 60_000, 0));
    assert_eq!(high.content.title.find("zh-CN"), Some("题"));
    assert_eq!((&*high.content.kind, &*low.content.kind), ("popup", "banner"));
}

#[test]
fn a_signed_pack_is_accepted_from_a_trusted_key_alone_and_unchanged_only() {
    let (key, other) = (generate_key().unwrap(), generate_key().unwrap());
    let trusted = [public_key(&other).unwrap(), public_key(&key).unwrap()];
    let pack = bytes(RETENTION);
    let signed = sign(&pack, &key).unwrap();
    assert_eq!(Pack::verify(&signed, &trusted), Pack::unsigned(&pack));
    assert!(matches!(Pack::verify(&signed, &trusted[..1]), Err(PackError::UnknownKey(_))));
    let mut changed = signed.clone();
    changed[100] ^= 1;
    assert!(matches!(Pack::verify(&changed, &trusted), Err(PackError::BadSignature(_))));
    assert!(sign(&pack[1..], &key).is_err() && sign(&pack, b"no key").is_err());
}

/// The blocks of the language's documentation in that language.
fn blocks(language: &str) -> Vec<String> {
    let open = format!("```{language}\n");
    let parts = DOCUMENTATION.split(&open).skip(1);
    parts.map(|part| part.split("```").next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn every_example_of_the_documentation_compiles() {
    for yaml in blocks("yaml") {
        let compiled = compile(&yaml).unwrap_or_else(|problems| panic!("{problems:#?}"));
        assert_eq!(compiled.warnings, []);
    }
    let conditions: Vec<String> =
        blocks("cel").iter().flat_map(|block| block.lines().map(str::to_owned)).collect();
    assert!(conditions.len() > 15);
    for condition in &conditions {
        reprinted(condition);
    }
    let all = conditions.join(" ");
    for name in FUNCTIONS {
        assert!(all.contains(&format!("{name}(")), "{name} has no example");
    }
}

/// Every function of the language but those of time.
const FUNCTIONS: [&str; 56] = [
    "count",
    "sum",
    "since_last",
    "since_first",
    "absent",
    "active_days",
    "baseline_drop",
    "funnel_step",
    "funnel_age",
    "session_count",
    "session_time",
    "session_length",
    "signal",
    "signal_age",
    "hour",
    "weekday",
    "fact",
    "fact_number",
    "context",
    "context_number",
    "double",
    "stopped",
    "resumed",
    "within",
    "sequence",
    "path_progress",
    "streak",
    "streak_left",
    "regularly",
    "baseline_rise",
    "baseline_zscore",
    "baseline_drift",
    "decayed",
    "dropped_at",
    "hour_of_week",
    "best_hour",
    "active_share",
    "next_active_window",
    "in_window",
    "holiday",
    "clock_moved",
    "tag",
    "score",
    "tier",
    "segment",
    "stage",
    "level",
    "tier_age",
    "segment_age",
    "stage_age",
    "level_age",
    "level_amount",
    "level_progress",
    "level_left",
    "level_multiplier",
    "next_action",
];

proptest! {
    #![proptest_config(Config::with_cases(128))]

    #[test]
    fn a_damaged_yaml_never_panics(at in 0..RETENTION.len(), length in 0_usize..40, with in "\\PC{0,8}") {
        let boundary = |from: usize| {
            (from..RETENTION.len()).find(|at| RETENTION.is_char_boundary(*at))
        };
        let start = boundary(at).unwrap_or(RETENTION.len());
        let end = boundary(start + length).unwrap_or(RETENTION.len());
        let damaged = [&RETENTION[..start], with.as_str(), &RETENTION[end..]].concat();
        let _ = compile(&damaged);
    }

    #[test]
    fn a_random_condition_never_panics(condition in "[a-c'\"()&|!<>=+*/%?:.,0-9 \\[\\]{}u-]{0,40}") {
        let _ = compile(&format!("pack: t\nversion: 1\nsignals:\n  a:\n    raise: |\n      {condition}\n"));
    }

    #[test]
    fn a_damaged_pack_never_panics(at in any::<proptest::sample::Index>(), byte: u8, cut: bool) {
        let mut damaged = bytes(RETENTION);
        let at = at.index(damaged.len());
        if cut { damaged.truncate(at) } else { damaged[at] = byte }
        let _ = Pack::unsigned(&damaged);
        let _ = describe(&damaged);
    }
}
