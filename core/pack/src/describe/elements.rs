//! A description in parts that can be compared.

use std::collections::BTreeMap;
use std::fmt;

use staykit_core::event::{EventSpec, Priority, Sensitivity};

use super::{Description, in_words, limits};

/// One rule, or whatever else a pack holds, in words.
pub(crate) struct Element {
    /// `signal going_quiet`.
    pub(crate) title: String,
    /// What each line is about, once, and what it says.
    pub(crate) lines: Vec<(String, String)>,
    /// The order of the lines is part of the meaning.
    pub(crate) ordered: bool,
}

impl Description<'_> {
    /// All but name, version and size of the pack.
    pub(crate) fn elements(&self) -> Vec<Element> {
        let (pack, definitions) = (self.pack, &self.pack.definitions);
        let mut all = vec![self.whole()];
        all.extend(pack.events.iter().map(event));
        all.extend(definitions.funnels().iter().map(|funnel| {
            let steps = ("steps".to_owned(), funnel.steps.join(" > "));
            let within = ("within".to_owned(), in_words(funnel.within_ms));
            Element::new(format!("funnel {}", funnel.name), vec![steps, within])
        }));
        all.extend(definitions.holidays().iter().map(|(region, days)| {
            let days: Vec<String> =
                days.iter().map(|of| format!("{}..{}", of.first, of.last)).collect();
            let lines = vec![("days".to_owned(), days.join(", "))];
            Element::new(format!("holidays {region}"), lines)
        }));
        all.extend(definitions.predictions().iter().map(|of| {
            let lines = vec![("of".to_owned(), format!("{}.{}", of.event, of.property))];
            Element::new(format!("prediction {}", of.name), lines)
        }));
        all.extend(self.rules());
        let mut titles: Vec<String> = all.iter().map(|of| of.title.clone()).collect();
        number_twins(&mut titles);
        for (element, title) in all.iter_mut().zip(titles) {
            element.title = title;
        }
        all
    }

    fn rules(&self) -> Vec<Element> {
        let rules = &self.pack.rules;
        let signals = rules.signals().iter().map(|of| {
            let kind = if of.tag { "tag" } else { "signal" };
            written(format!("{kind} {}", of.name), false, |out| self.write_signal(of, out))
        });
        let scores = rules
            .scores()
            .iter()
            .map(|of| written(format!("score {}", of.name), true, |out| self.write_score(of, out)));
        let tables = rules.tables().iter().map(|of| Element {
            ordered: true,
            ..written(format!("{} {}", of.kind, of.name), true, |out| self.write_table(of, out))
        });
        let campaigns = self.pack.campaigns.all().iter().map(|of| {
            let title = format!("campaign {}", of.name);
            let mut element = written(title, false, |out| self.write_campaign(of, out));
            let rank = ("priority".to_owned(), of.priority.to_string());
            element.lines.splice(0..0, [("for".to_owned(), of.goal.clone()), rank]);
            element
        });
        signals.chain(scores).chain(tables).chain(campaigns).collect()
    }

    fn whole(&self) -> Element {
        let reach = self.pack.campaigns.reach();
        let idle = in_words(self.pack.definitions.session_idle_ms());
        let limits = limits(&reach.caps, reach.cool_down_ms, reach.quiet);
        let lines = vec![("session idle".to_owned(), idle), ("reach".to_owned(), limits)];
        Element::new("pack".to_owned(), lines)
    }
}

impl Element {
    fn new(title: String, lines: Vec<(String, String)>) -> Self {
        Self { title, lines, ordered: false }
    }
}

fn event(spec: &EventSpec) -> Element {
    let priority = match spec.priority {
        Priority::Low => "low",
        Priority::Normal => "normal",
        Priority::High => "high",
        Priority::Critical => "critical",
    };
    let mut kept = vec![priority, sensitivity(spec.sensitivity)];
    kept.extend(spec.durable.then_some("durable"));
    kept.extend(spec.ambient.then_some("ambient"));
    let mut lines = vec![("kept".to_owned(), kept.join(", "))];
    lines.extend(spec.properties.iter().map(|property| {
        let kind = format!("{}, {}", property.kind, sensitivity(property.sensitivity));
        (property.name.to_string(), kind)
    }));
    Element::new(format!("event {}", spec.name), lines)
}

fn sensitivity(of: Sensitivity) -> &'static str {
    match of {
        Sensitivity::Technical => "technical",
        Sensitivity::Behaviour => "behaviour",
        Sensitivity::Sensitive => "sensitive",
    }
}

/// What a writer of a description wrote: a title, then a line for each thing, indented; what is
/// indented more belongs to the line before. Rows and factors are `named`: a colon ends the name.
fn written(title: String, named: bool, write: impl FnOnce(&mut String) -> fmt::Result) -> Element {
    let mut text = String::new();
    // Writing to a String does not fail.
    let _ = write(&mut text);
    let mut lines: Vec<(String, String)> = Vec::new();
    let mut parent = String::new();
    for line in text.lines().skip_while(|line| line.is_empty()).skip(1) {
        let below = line.starts_with("    ");
        let (label, value) = label_of(line.trim(), named);
        if !below {
            label.clone_into(&mut parent);
        }
        let texts = matches!(label, "says" | "title" | "body");
        let (what, value) = match value.split_once(": ") {
            Some((locale, text)) if texts => (format!("{label} {locale}"), text),
            _ if below => (format!("{parent} {label}"), value),
            _ => (label.to_owned(), value),
        };
        lines.push((what, value.to_owned()));
    }
    let mut labels: Vec<String> = lines.iter().map(|(what, _)| what.clone()).collect();
    number_twins(&mut labels);
    let lines = labels.into_iter().zip(lines.into_iter().map(|(_, value)| value)).collect();
    Element::new(title, lines)
}

fn label_of(line: &str, named: bool) -> (&str, &str) {
    let amount = line.starts_with("of ") || line.starts_with("says ");
    let split = if named && !amount { line.split_once(": ") } else { None };
    let (label, value) = split.or_else(|| line.split_once(' ')).unwrap_or((line, ""));
    (label.trim_end_matches(':'), value.trim())
}

/// Makes names differ that are the same.
fn number_twins(names: &mut [String]) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for name in names {
        let times = seen.entry(name.clone()).or_default();
        *times += 1;
        if *times > 1 {
            *name = format!("{name} ({times})");
        }
    }
}
