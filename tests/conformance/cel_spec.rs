//! What the rule language accepts of CEL means what CEL means: the cases of CEL's own conformance suite.
//!
//! `cargo xtask test cel` fetches the suite and names the file with its cases.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first failure"
)]

use std::fs;

use serde_json::Value;
use staykit_tests::packs;
use staykit_tests::person::Person;

/// Cases that the language accepts today, and may not stop accepting.
const ACCEPTED: usize = 127;

struct Case {
    name: String,
    expr: String,
    /// The value as CEL text; `None` if the case fails.
    is: Option<String>,
}

impl Case {
    fn read(line: &str) -> Self {
        let case: Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| case[key].as_str().map(str::to_owned);
        Self { name: text("name").unwrap(), expr: text("expr").unwrap(), is: text("is") }
    }

    /// Conditions about the case, and whether each must hold.
    fn conditions(&self) -> Vec<(String, bool)> {
        let Self { expr, is, .. } = self;
        match is.as_deref() {
            Some("true") => vec![(expr.clone(), true), (format!("!({expr})"), false)],
            Some("false") => vec![(expr.clone(), false), (format!("!({expr})"), true)],
            Some(value) => vec![(format!("({expr}) == {value}"), true)],
            None => vec![(expr.clone(), false), (format!("!({expr})"), false)],
        }
    }
}

fn pack_of<'a>(conditions: impl IntoIterator<Item = &'a String>) -> String {
    let quoted: Vec<(String, String)> = conditions
        .into_iter()
        .enumerate()
        .map(|(place, raise)| (format!("case_{place}"), serde_json::to_string(raise).unwrap()))
        .collect();
    let signals = quoted.iter().map(|(name, raise)| (name.as_str(), raise.as_str()));
    packs::with_signals("pack: cel\nversion: 1\n", signals)
}

#[test]
#[ignore = "needs the suite: cargo xtask test cel"]
fn what_is_accepted_of_cel_means_what_cel_means() {
    let cases = std::env::var_os("STAYKIT_CEL_CASES").expect("the file of the cases");
    let cases = fs::read_to_string(cases).unwrap();
    let accepts = |condition: &String| staykit_pack::compile(&pack_of([condition])).is_ok();
    let mut names = Vec::new();
    let mut conditions = Vec::new();
    let mut accepted = 0;
    for case in cases.lines().map(Case::read) {
        let before = conditions.len();
        for (condition, holds) in case.conditions() {
            if accepts(&condition) {
                names.push(format!("{}: {condition}", case.name));
                conditions.push((condition, holds));
            }
        }
        accepted += usize::from(conditions.len() > before);
    }
    let pack = packs::compiled(&pack_of(conditions.iter().map(|(condition, _)| condition)));
    let mut person = Person::under(pack);
    person.does("open");
    let wrong: Vec<&String> = (0..conditions.len())
        .filter(|place| person.has(&format!("case_{place}")) != conditions[*place].1)
        .map(|place| &names[place])
        .collect();
    assert!(wrong.is_empty(), "other than CEL: {wrong:#?}");
    assert!(accepted >= ACCEPTED, "{accepted} cases accepted, {ACCEPTED} before");
    println!("{accepted} of {} cases are in the language", cases.lines().count());
}
