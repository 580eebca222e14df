//! Signals, tags, scores and tables, which may read each other, in one order.

use staykit_core::rules::{Score, Signal, Table, TableKind};

use super::examples;
use super::scores::ParsedScore;
use super::signals::ParsedSignal;
use super::tables::ParsedTable;
use crate::example::Example;
use crate::order::order;
use crate::problem::Problems;
use crate::read::{Fields, Scalar, entries};
use crate::rule::{Concluded, RowNames, Tables};

/// What the rules of a pack conclude, each list in the order of evaluation, and the examples.
#[derive(Default)]
pub(crate) struct Conclusions {
    pub(crate) signals: Vec<Signal>,
    pub(crate) scores: Vec<Score>,
    pub(crate) tables: Vec<Table>,
    pub(crate) examples: Vec<Example>,
}

enum Parsed<'n> {
    Signal(ParsedSignal<'n>),
    Score(ParsedScore<'n>),
    Table(ParsedTable<'n>),
}

impl<'n> Parsed<'n> {
    fn name(&self) -> &'n Scalar {
        match self {
            Self::Signal(signal) => signal.name,
            Self::Score(score) => score.name,
            Self::Table(table) => table.name,
        }
    }

    fn is(&self) -> Concluded {
        match self {
            Self::Signal(_) => Concluded::Signal,
            Self::Score(_) => Concluded::Score,
            Self::Table(table) => Concluded::Table(table.kind),
        }
    }

    /// What its conditions and amounts read.
    fn reads(&self) -> Vec<(Concluded, &str)> {
        match self {
            Self::Signal(signal) => signal.reads(),
            Self::Score(score) => score.reads(),
            Self::Table(table) => table.reads(),
        }
    }

    fn label(&self) -> String {
        let name = &self.name().text;
        match self {
            Self::Signal(signal) if signal.tag => format!("tag `{name}`"),
            Self::Signal(_) => format!("signal `{name}`"),
            Self::Score(_) => format!("score `{name}`"),
            Self::Table(table) => format!("{} `{name}`", table.kind),
        }
    }
}

/// Compiles them; from then on `tables` knows their numbers.
pub(crate) fn conclusions(
    pack: &Fields<'_>,
    tables: &mut Tables,
    problems: &mut Problems<'_>,
) -> Conclusions {
    let parsed = parse(pack, problems);
    let Some(places) = evaluation_order(&parsed, problems) else {
        return Conclusions::default();
    };
    let ordered: Vec<&Parsed<'_>> = places.iter().filter_map(|place| parsed.get(*place)).collect();
    for parsed in &ordered {
        register(parsed, tables);
    }
    let mut all = Conclusions::default();
    for (place, parsed) in (0..).zip(ordered) {
        match parsed {
            Parsed::Signal(signal) => {
                if let Some(node) = signal.fields.find("examples") {
                    all.examples.extend(examples::examples(
                        Some(signal.name),
                        node,
                        tables,
                        problems,
                    ));
                }
                all.signals.extend(signal.compile(tables, problems));
            }
            Parsed::Score(score) => all.scores.extend(score.compile(place, tables, problems)),
            Parsed::Table(table) => all.tables.extend(table.compile(place, tables, problems)),
        }
    }
    if let Some(node) = pack.find("examples") {
        all.examples.extend(examples::examples(None, node, tables, problems));
    }
    all
}

fn parse<'n>(pack: &Fields<'n>, problems: &mut Problems<'_>) -> Vec<Parsed<'n>> {
    let mut parsed: Vec<Parsed<'n>> = Vec::new();
    for (section, tag) in [("signals", false), ("tags", true)] {
        let Some(node) = pack.find(section) else { continue };
        for (name, node) in entries(node, &format!("`{section}`"), problems) {
            if tag && parsed.iter().any(|known| known.name().text == name.text) {
                problems.add(name.spot, "a signal has this name; tags need others");
            }
            parsed.extend(ParsedSignal::parse(name, node, tag, problems).map(Parsed::Signal));
        }
    }
    if let Some(node) = pack.find("scores") {
        for (name, node) in entries(node, "`scores`", problems) {
            let Some(score) = ParsedScore::parse(name, node, problems) else { continue };
            let tiers = score.tiers(problems);
            parsed.push(Parsed::Score(score));
            parsed.extend(tiers.map(Parsed::Table));
        }
    }
    for (section, kind) in [
        ("segments", TableKind::Segment),
        ("stages", TableKind::Stage),
        ("levels", TableKind::Level),
    ] {
        let Some(node) = pack.find(section) else { continue };
        for (name, node) in entries(node, &format!("`{section}`"), problems) {
            parsed.extend(ParsedTable::parse((kind, name), node, problems).map(Parsed::Table));
        }
    }
    parsed
}

fn evaluation_order(parsed: &[Parsed<'_>], problems: &mut Problems<'_>) -> Option<Vec<usize>> {
    let place = |(is, name): (Concluded, &str)| {
        parsed.iter().position(|known| known.is() == is && known.name().text == name)
    };
    let reads = |parsed: &Parsed<'_>| parsed.reads().into_iter().filter_map(place).collect();
    let reads: Vec<Vec<usize>> = parsed.iter().map(reads).collect();
    match order(&reads) {
        Ok(places) => Some(places),
        Err(circle) => {
            let circle: Vec<&Parsed<'_>> =
                circle.iter().chain(circle.first()).filter_map(|at| parsed.get(*at)).collect();
            let signals =
                circle.iter().all(|parsed| matches!(parsed, Parsed::Signal(it) if !it.tag));
            let (who, names): (&str, Vec<String>) = if signals {
                ("signals", circle.iter().map(|parsed| parsed.name().text.clone()).collect())
            } else {
                ("these", circle.iter().map(|parsed| parsed.label()).collect())
            };
            let spot = circle.first().map(|parsed| parsed.name().spot).unwrap_or_default();
            let message = format!("{who} read each other in a circle: {}", names.join(" -> "));
            problems.add(spot, message);
            None
        }
    }
}

fn register(parsed: &Parsed<'_>, tables: &mut Tables) {
    let name = parsed.name().text.clone();
    match parsed {
        Parsed::Signal(signal) => {
            if signal.tag {
                tables.tags.insert(name.clone());
            }
            tables.signals.push(name);
        }
        Parsed::Score(_) => tables.scores.push(name),
        Parsed::Table(table) => {
            tables.rows.push(RowNames { kind: table.kind, name, rows: table.row_names() });
        }
    }
}
