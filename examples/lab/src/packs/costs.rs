//! What the rules of a pack cost, as a table.

use std::fmt::Write as _;

use staykit_pack::{Cost, Costs, Share};

use crate::terminal::thousands;

/// A line for each rule, the most memory first, then the totals and their limits.
pub(super) fn table(costs: &Costs) -> String {
    let mut rules: Vec<&Cost> = costs.rules.iter().collect();
    rules.sort_by_key(|rule| std::cmp::Reverse((rule.bytes, rule.instructions)));
    let width = rules.iter().map(|rule| rule.name.chars().count()).max().unwrap_or(0).max(20);
    let mut text = format!(
        "{:<8}  {:<width$}  {:>12}  {:>9}  {:>9}\n",
        "", "rule", "instructions", "functions", "bytes"
    );
    let mut row = |kind: &str, name: &str, [a, b, c]: [usize; 3]| {
        // Writing to a String does not fail.
        let _ = writeln!(
            text,
            "{kind:<8}  {name:<width$}  {:>12}  {:>9}  {:>9}",
            number(a),
            number(b),
            number(c)
        );
    };
    for Cost { kind, name, instructions, features, bytes } in rules {
        row(kind, name, [*instructions, *features, *bytes]);
    }
    let Costs { instructions, features, bytes, size, .. } = costs;
    row("all", "shared ones once", [instructions.used, features.used, bytes.used]);
    row("limit", "", [instructions.limit, features.limit, bytes.limit]);
    let Share { used, limit } = size;
    let _ = writeln!(text, "\ncompiled size: {} bytes (limit {})", number(*used), number(*limit));
    text
}

fn number(value: usize) -> String {
    thousands(u64::try_from(value).unwrap_or(u64::MAX))
}
