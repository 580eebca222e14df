//! Conditions and whole packs as people write them: problems with their places, or a pack that
//! every device accepts and that runs.

use staykit_core::pack::Pack;
use staykit_pack::{Problem, compile};

use super::input::Input;
use super::pack::runs;
use super::sample;

pub(super) fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    match input.byte() % 3 {
        0 => condition(&String::from_utf8_lossy(input.rest())),
        1 => {
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
        "((((true)))) || 1 in [1, 2] ? has(x.y) : null",
    ];
    let mut seeds: Vec<Vec<u8>> =
        conditions.iter().map(|text| [&[0], text.as_bytes()].concat()).collect();
    seeds.push([&[2], sample::PACK.as_bytes()].concat());
    seeds.push(vec![1, 1, 0, 120, b'{']);
    seeds.push(vec![1, 6, 1, 0, 2, b'\n', b' ']);
    seeds
}

fn condition(text: &str) {
    let quoted = serde_json::to_string(text).unwrap();
    let head =
        "pack: test\nversion: 1\nfunnels:\n  f: { steps: [a, b], within: hours(1) }\nsignals:\n";
    let says = "says: { en: x }";
    compiles(&format!(
        "{head}  s: {{ raise: \"true\", {says} }}\n  t: {{ raise: {quoted}, {says} }}\n"
    ));
}

fn compiles(yaml: &str) {
    match compile(yaml) {
        Ok(compiled) => {
            assert_eq!(compile(yaml).unwrap().bytes, compiled.bytes);
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
