//! Conditions and whole packs as people write them: problems with their places, or a pack that
//! every device accepts and that runs.

use staykit_core::pack::Pack;
use staykit_pack::{Problem, compile, costs, describe, diff};

use super::input::Input;
use super::pack::runs;
use super::sample;

pub(super) fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    match input.byte() {
        0xff => {
            let mut yaml = sample::WHOLE.as_bytes().to_vec();
            input.edits(&mut yaml);
            compiles(&String::from_utf8_lossy(&yaml));
        }
        kind if kind % 3 == 0 => condition(&String::from_utf8_lossy(input.rest())),
        kind if kind % 3 == 1 => {
            let mut yaml = sample::PACK.as_bytes().to_vec();
            input.edits(&mut yaml);
            compiles(&String::from_utf8_lossy(&yaml));
        }
        _ => compiles(&String::from_utf8_lossy(input.rest())),
    }
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let conditions = [
        "count('open', days(7)) >= 2 && !(hour() < 9)",
        "sum('purchase', 'amount', weeks(2)) / 3 > 50000 % 7 - -1",
        "absent('open', days(30)) || baseline_drop('session', days(3), days(28)) >= 0.5",
        "signal('s') && signal_age('s') < minutes(5) || funnel_step('f') == 2",
        "count('a', hours(24), campaign == 'b') > 0 && fact('l') == \"g\" && context('n') != 'w'",
        "double(session_count(days(7))) / 7.0 >= 1.5 && since_last('x') > since_first('x')",
        "tag('t') && score('o') > 50 || segment('g') == 'b' && stage_age('l') > days(1)",
        "level('v') != 'x' && level_progress('v') < 0.5 && tier('o') == 'high' && next_action('a') > 0.1",
        "sequence(['a', 'b', 'a'], hours(2), direct()) || path_progress(['a', 'b']) > 0.4",
        "streak('a', freeze(1), repair('b')) > 2 && streak_left('a') < hours(2) && stopped('b', days(1))",
        "entropy('a', 'b', days(3)) < 0.5 || share('a', sessions(2), b == 'c' && d >= -1) > 0.2",
        "count('a', days(7)) > 5 && (count('a', days(7)) < 3 || absent('a', days(9))) && hour() == 24",
        "!(!(!(count('a', days(7)) < 0))) || 9223372036854775807 > count('a', ever()) && 1e308 < 2.5",
        "((((true)))) || 1 in [1, 2] ? has(x.y) : null",
    ];
    let mut seeds: Vec<Vec<u8>> =
        conditions.iter().map(|text| [&[0], text.as_bytes()].concat()).collect();
    seeds.push([&[2], sample::PACK.as_bytes()].concat());
    seeds.push([&[2], sample::WHOLE.as_bytes()].concat());
    seeds.push(vec![0xff, 1, 1, 0, b'{']);
    seeds.push(vec![0xff, 6, 2, 90, 2, b'\n', b' ']);
    let circle = "pack: p\nversion: 1\ntags:\n  a: { raise: tag('b') }\n  b: { raise: tag('a') }\n";
    seeds.push([&[2], circle.as_bytes()].concat());
    let huge = "pack: p\nversion: 4294967295\nsignals:\n  a: { raise: \"count('x', days(9999999999)) > 99999999999999999999\" }\nexamples: [{ given: { at: \"2026-03-01T09:00Z\", event: x, every: days(180), times: 18446744073709551615 }, expect: { at: \"2026-03-01T09:00Z\", signal: a, raised: true } }]\n";
    seeds.push([&[2], huge.as_bytes()].concat());
    seeds.push(vec![1, 1, 0, 120, b'{']);
    seeds.push(vec![1, 6, 1, 0, 2, b'\n', b' ']);
    seeds
}

fn condition(text: &str) {
    let quoted = serde_json::to_string(text).unwrap();
    let head = "pack: test\nversion: 1\nfunnels:\n  f: { steps: [a, b], within: hours(1) }\n\
         tags: { t: { raise: hour() > 1 } }\n\
         scores: { o: { factors: { f: { of: hour(), points: [[1, 100]] } }, tiers: { high: 70, low: 0 } } }\n\
         segments: { g: [{ name: b, when: hour() > 1 }, { name: c }] }\n\
         stages: { l: [{ name: b }, { name: c, enter: hour() > 1 }] }\n\
         levels: { v: { of: hour(), steps: { x: 0, y: 5 } } }\n\
         predictions: { n: { of: screen_enter.screen } }\nsignals:\n";
    let says = "says: { en: x }";
    compiles(&format!(
        "{head}  s: {{ raise: \"true\", {says} }}\n  t: {{ raise: {quoted}, {says} }}\n"
    ));
}

fn compiles(yaml: &str) {
    match compile(yaml) {
        Ok(compiled) => {
            assert_eq!(compile(yaml).unwrap().bytes, compiled.bytes);
            for warning in &compiled.warnings {
                is_in(yaml, warning);
            }
            assert!(!describe(&compiled.bytes).unwrap().is_empty());
            assert!(costs(&compiled.bytes).unwrap().bytes.used < 1 << 20);
            assert!(diff(&compiled.bytes, &compiled.bytes).unwrap().is_none());
            diff(&compiled.bytes, &crate::packs::bytes(sample::WHOLE)).unwrap();
            runs(&Pack::unsigned(&compiled.bytes).unwrap());
        }
        Err(problems) => {
            assert!(!problems.is_empty(), "refused without a word");
            for problem in &problems {
                is_in(yaml, problem);
            }
        }
    }
}

/// A problem names a place that is there.
fn is_in(yaml: &str, problem: &Problem) {
    assert!(problem.line >= 1 && problem.column >= 1, "{problem}");
    assert!(problem.line <= yaml.lines().count() + 1, "{problem}");
    assert!(!problem.to_string().is_empty());
}
