//! Packs of a stated size: counters over every name that the generator gives, rules over them.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Mutex;

use staykit_core::pack::Pack;

use super::shop::NAMES;

const WINDOWS: [&str; 13] = [
    "days(1)",
    "days(7)",
    "days(30)",
    "hours(6)",
    "weeks(4)",
    "days(2)",
    "days(3)",
    "days(14)",
    "hours(24)",
    "days(21)",
    "weeks(2)",
    "days(28)",
    "days(5)",
];

/// A pack of `rules` rules over `counters` counters, spread evenly over the names. Each rule reads
/// one counter, every fifth two; a quarter of them stand once a few hundred events have come.
pub(crate) fn pack(counters: usize, rules: usize) -> Pack {
    Pack::unsigned(&compiled(counters, rules)).expect("the pack is whole")
}

fn compiled(counters: usize, rules: usize) -> Vec<u8> {
    let mut yaml = "pack: bench\nversion: 1\nsignals:\n".to_owned();
    for rule in 0..rules {
        let first = counter(rule % counters);
        let (low, high) = (rule % 7 * 10 + 5, 1_000_000 + rule);
        let least = if rule % 4 == 0 { low } else { high };
        let second = if rule % 5 == 0 {
            format!(" && {} < {high}", counter((rule + NAMES.len()) % counters))
        } else {
            String::new()
        };
        let _ = writeln!(
            yaml,
            "  rule_{rule}:\n    raise: {first} >= {least}{second}\n    says: {{ en: rule {rule} }}"
        );
    }
    staykit_pack::compile(&yaml).expect("the pack has no fault").bytes
}

/// The same, compiled once: the compiler takes longer than what is measured with it.
pub(crate) fn pack_again(counters: usize, rules: usize) -> Pack {
    static COMPILED: Mutex<BTreeMap<(usize, usize), Vec<u8>>> = Mutex::new(BTreeMap::new());
    let mut known = COMPILED.lock().unwrap();
    let bytes = known.entry((counters, rules)).or_insert_with(|| compiled(counters, rules));
    Pack::unsigned(bytes).expect("the pack is whole")
}

fn counter(number: usize) -> String {
    let (name, window) = (NAMES[number % NAMES.len()].0, WINDOWS[number / NAMES.len()]);
    format!("count('{name}', {window})")
}
