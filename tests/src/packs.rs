//! Packs, compiled as the pack tool does.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::LazyLock;

use staykit_core::pack::Pack;

/// The built-in pack as it was written.
pub const RETENTION: &str = include_str!("../../core/pack/builtin/retention.yaml");

static BUILTIN: LazyLock<Pack> = LazyLock::new(|| compiled(RETENTION));

/// The built-in pack, compiled anew.
#[must_use]
pub fn builtin() -> Pack {
    BUILTIN.clone()
}

/// The pack that `yaml` describes.
#[must_use]
pub fn compiled(yaml: &str) -> Pack {
    Pack::unsigned(&bytes(yaml)).unwrap()
}

/// The same, as the compiler wrote it.
#[must_use]
pub fn bytes(yaml: &str) -> Vec<u8> {
    let compiled = staykit_pack::compile(yaml).unwrap_or_else(|problems| {
        let lines: String = problems.iter().fold(String::new(), |mut lines, problem| {
            let _ = writeln!(lines, "{problem}");
            lines
        });
        std::panic::panic_any(lines)
    });
    compiled.bytes
}

/// The built-in pack with other figures: each pair is what stands there, exactly once, and what
/// is to stand there instead.
#[must_use]
pub fn builtin_with(figures: &[(&str, &str)]) -> Pack {
    let mut yaml = RETENTION.to_owned();
    for (from, to) in figures {
        assert_eq!(yaml.matches(from).count(), 1, "`{from}` does not stand there once");
        yaml = yaml.replacen(from, to, 1);
    }
    compiled(&yaml)
}

/// A pack of signals, each with the condition under which it rises.
#[must_use]
pub fn of_signals<'a>(signals: impl IntoIterator<Item = (&'a str, &'a str)>) -> Pack {
    compiled(&with_signals("pack: test\nversion: 1\n", signals))
}

/// A pack of tags, each with the condition under which it stands.
#[must_use]
pub fn of_tags<'a>(tags: impl IntoIterator<Item = (&'a str, &'a str)>) -> Pack {
    let yaml = with_signals("pack: test\nversion: 1\n", tags);
    compiled(&yaml.replacen("signals:", "tags:", 1))
}

/// Signals below a head of other sections.
#[must_use]
pub fn with_signals<'a>(
    head: &str,
    signals: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> String {
    let each = signals.into_iter().fold(String::new(), |mut lines, (name, raise)| {
        let _ = write!(lines, "  {name}:\n    raise: {raise}\n    says: {{ en: {name} }}\n");
        lines
    });
    format!("{head}signals:\n{each}")
}

/// A pack of campaigns that wait for events: name, event, and more fields of the campaign.
#[must_use]
pub fn of_campaigns(reach: &str, campaigns: &[(&str, &str, &str)]) -> Pack {
    let mut yaml = "pack: test\nversion: 1\n".to_owned();
    if !reach.is_empty() {
        let _ = writeln!(yaml, "reach: {{ {reach} }}");
    }
    yaml.push_str("campaigns:\n");
    for (name, event, more) in campaigns {
        let more = if more.is_empty() { String::new() } else { format!(", {more}") };
        let _ = writeln!(
            yaml,
            "  {name}: {{ goal: test, start: {{ on: {event} }}, show: {{ title: {{ en: {name} }} }}{more} }}"
        );
    }
    compiled(&yaml)
}

/// How often each word comes up.
#[must_use]
pub fn tally<T: Ord>(words: impl IntoIterator<Item = T>) -> BTreeMap<T, usize> {
    words.into_iter().fold(BTreeMap::new(), |mut counts, word| {
        *counts.entry(word).or_default() += 1;
        counts
    })
}
