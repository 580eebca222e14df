use staykit_core::profile::{Derived, Feature};
use staykit_core::rules::{LARGEST_MULTIPLIER, MOST_ROWS, Op, Program, Row, Table, TableKind};

use super::signals::{Parse, compile_condition, explanation, parse_node, written};
use super::steps::{amount_of, threshold};
use super::terms;
use crate::problem::Problems;
use crate::read::{Fields, Kind, Node, Scalar, entries, flag, list, text};
use crate::rule::{Amount, Concluded, Tables};
use crate::sense;

/// A table whose conditions are parsed but not checked.
pub(super) struct ParsedTable<'n> {
    pub(super) kind: TableKind,
    pub(super) name: &'n Scalar,
    of: Of<'n>,
    keeps: bool,
    rows: Vec<ParsedRow<'n>>,
}

/// What a table goes by.
enum Of<'n> {
    /// The conditions of its rows.
    Rows,
    Amount(Option<Parse<'n>>),
    /// The score of its name.
    Score,
}

struct ParsedRow<'n> {
    name: &'n Scalar,
    /// Of a level, the step may stand without a map around it.
    fields: Option<Fields<'n>>,
    enter: Option<Parse<'n>>,
    stay: Option<Parse<'n>>,
    from: Option<&'n Node>,
}

impl<'n> ParsedTable<'n> {
    pub(super) fn parse(
        (kind, name): (TableKind, &'n Scalar),
        node: &'n Node,
        problems: &mut Problems<'_>,
    ) -> Option<Self> {
        if kind == TableKind::Level {
            return Self::levels(name, node, problems);
        }
        let expected = format!("the {kind}s in order: a list of `- name: ...`");
        let nodes = list(node, &expected, problems);
        check_count(nodes.len(), kind, node, problems)?;
        let last = nodes.len().saturating_sub(1);
        let rows: Vec<Option<ParsedRow<'n>>> = nodes
            .iter()
            .enumerate()
            .map(|(place, node)| match kind {
                TableKind::Stage => stage(node, place == 0, problems),
                _ => segment(node, place == last, problems),
            })
            .collect();
        let rows = rows.into_iter().collect::<Option<Vec<_>>>()?;
        check_names(&rows, problems);
        Some(Self { kind, name, of: Of::Rows, keeps: false, rows })
    }

    fn levels(name: &'n Scalar, node: &'n Node, problems: &mut Problems<'_>) -> Option<Self> {
        let keys = ["of", "steps", "keeps"];
        let fields = Fields::of(node, "a level", name.spot, &keys, problems)?;
        let of = fields
            .need("of", "what it goes by, such as active_days('open', days(30))", problems)
            .and_then(|node| parse_node(node, "what it goes by", problems));
        let keeps = match fields.find("keeps") {
            Some(node) => flag(node, problems)?,
            None => false,
        };
        let node = fields.need("steps", "{ bronze: 0, silver: 500 }", problems)?;
        let rows = steps(node, TableKind::Level, problems)?;
        Some(Self { kind: TableKind::Level, name, of: Of::Amount(of), keeps, rows })
    }

    /// The tiers of a score.
    pub(super) fn tiers(
        name: &'n Scalar,
        node: &'n Node,
        problems: &mut Problems<'_>,
    ) -> Option<Self> {
        let kind = TableKind::Tier;
        let rows = steps(node, kind, problems)?;
        Some(Self { kind, name, of: Of::Score, keeps: false, rows })
    }

    pub(super) fn reads(&self) -> Vec<(Concluded, &str)> {
        let rows = self.rows.iter().flat_map(|row| row.enter.iter().chain(&row.stay));
        let mut reads: Vec<_> = rows.flat_map(Parse::reads).collect();
        match &self.of {
            Of::Rows | Of::Amount(None) => {}
            Of::Amount(Some(of)) => reads.extend(of.reads()),
            Of::Score => reads.push((Concluded::Score, &self.name.text)),
        }
        reads
    }

    pub(super) fn row_names(&self) -> Vec<String> {
        self.rows.iter().map(|row| row.name.text.clone()).collect()
    }

    pub(super) fn compile(
        &self,
        place: u16,
        tables: &mut Tables,
        problems: &mut Problems<'_>,
    ) -> Option<Table> {
        let of = match &self.of {
            Of::Rows => None,
            Of::Amount(of) => Some(amount_of(of.as_ref()?, tables, problems)?),
            Of::Score => Some(score(self.name, tables)?),
        };
        let rows: Vec<Option<Row>> =
            self.rows.iter().map(|row| row.compile(of.as_ref(), tables, problems)).collect();
        let rows = rows.into_iter().collect::<Option<Vec<_>>>()?;
        if of.is_some() {
            self.check_rising(&rows, problems)?;
        }
        self.make_sense(&rows, of.as_ref(), tables, problems);
        Some(Table {
            name: terms::name(self.name, problems)?,
            kind: self.kind,
            place,
            rows,
            of: of.map(|of| of.program),
            keeps: self.keeps,
        })
    }

    /// Warns of rows that nobody gets to.
    fn make_sense(
        &self,
        rows: &[Row],
        of: Option<&Amount>,
        tables: &mut Tables,
        problems: &mut Problems<'_>,
    ) {
        let pairs = || self.rows.iter().zip(rows);
        match self.kind {
            TableKind::Segment => {
                let rows: Vec<_> = pairs().map(|(parsed, row)| parsed.entering(row)).collect();
                sense::segments(&rows, tables, problems);
            }
            TableKind::Stage => {
                for (parsed, row) in pairs() {
                    let stay = written(parsed.stay.as_ref(), row.stay.as_ref());
                    sense::stage(parsed.entering(row), stay, tables, problems);
                }
            }
            TableKind::Level | TableKind::Tier => {
                for ((parsed, row), of) in pairs().zip(std::iter::repeat(of)) {
                    let Some((node, of)) = parsed.from.zip(of) else { continue };
                    sense::threshold(node.spot, &of.program, row.from, tables, problems);
                }
            }
        }
    }

    fn check_rising(&self, rows: &[Row], problems: &mut Problems<'_>) -> Option<()> {
        for ((lower, higher), parsed) in
            rows.iter().zip(rows.iter().skip(1)).zip(self.rows.iter().skip(1))
        {
            if higher.from <= lower.from {
                let message =
                    format!("the lowest first: `{}` is not above `{}`", higher.name, lower.name);
                problems.add(parsed.name.spot, message);
                return None;
            }
        }
        let (first, parsed) = (rows.first()?, self.rows.first()?);
        if self.kind == TableKind::Tier && first.from > 0.0 {
            problems.add(parsed.name.spot, "the lowest tier begins at 0");
            return None;
        }
        Some(())
    }
}

fn check_count(
    found: usize,
    kind: TableKind,
    node: &Node,
    problems: &mut Problems<'_>,
) -> Option<()> {
    if (2..=MOST_ROWS).contains(&found) {
        return Some(());
    }
    problems.add(node.spot, format!("expected 2 to {MOST_ROWS} {kind}s"));
    None
}

fn check_names(rows: &[ParsedRow<'_>], problems: &mut Problems<'_>) {
    for (place, row) in rows.iter().enumerate() {
        if rows.iter().take(place).any(|known| known.name.text == row.name.text) {
            problems.add(row.name.spot, format!("`{}` stands here twice", row.name.text));
        }
    }
}

fn segment<'n>(
    node: &'n Node,
    is_last: bool,
    problems: &mut Problems<'_>,
) -> Option<ParsedRow<'n>> {
    let fields = Fields::of(node, "a segment", node.spot, &["name", "when", "says"], problems)?;
    let name = row_name(&fields, problems)?;
    let when = fields.find("when");
    match (when, is_last) {
        (None, false) => {
            problems.add(name.spot, "needs `when`; only the last segment takes all others");
        }
        (Some(_), true) => {
            problems.add(name.spot, "the last segment takes all others: no `when`");
        }
        _ => {}
    }
    let enter = when.and_then(|node| parse_node(node, "a condition", problems));
    Some(ParsedRow { name, fields: Some(fields), enter, stay: None, from: None })
}

fn stage<'n>(node: &'n Node, is_first: bool, problems: &mut Problems<'_>) -> Option<ParsedRow<'n>> {
    let keys = ["name", "enter", "stay", "at_least", "says"];
    let fields = Fields::of(node, "a stage", node.spot, &keys, problems)?;
    let name = row_name(&fields, problems)?;
    let enter = fields.find("enter");
    if enter.is_none() && !is_first {
        problems.add(name.spot, "needs `enter`; only the first stage takes all others");
    }
    let enter = enter.and_then(|node| parse_node(node, "a condition", problems));
    let stay = fields.find("stay").and_then(|node| parse_node(node, "a condition", problems));
    Some(ParsedRow { name, fields: Some(fields), enter, stay, from: None })
}

fn row_name<'n>(fields: &Fields<'n>, problems: &mut Problems<'_>) -> Option<&'n Scalar> {
    text(fields.need("name", "what it is called", problems)?, "a name", problems)
}

/// `{ bronze: 0, silver: { from: 500, multiplier: 1.5 } }`.
fn steps<'n>(
    node: &'n Node,
    kind: TableKind,
    problems: &mut Problems<'_>,
) -> Option<Vec<ParsedRow<'n>>> {
    let named = entries(node, "steps", problems);
    check_count(named.len(), kind, node, problems)?;
    let keys: &[&str] = match kind {
        TableKind::Level => &["from", "multiplier", "says"],
        _ => &["from", "says"],
    };
    let mut rows = Vec::new();
    for (name, node) in named {
        let fields = match node.kind {
            Kind::Map(_) => Some(Fields::of(node, "a step", name.spot, keys, problems)?),
            _ => None,
        };
        let from = match &fields {
            Some(fields) => fields.need("from", "where it begins", problems)?,
            None => node,
        };
        rows.push(ParsedRow { name, fields, enter: None, stay: None, from: Some(from) });
    }
    // As it is natural to write the highest tier first, both orders are right.
    if kind == TableKind::Tier && is_falling(&rows) {
        rows.reverse();
    }
    Some(rows)
}

fn is_falling(rows: &[ParsedRow<'_>]) -> bool {
    let number = |row: &ParsedRow<'_>| match &row.from?.kind {
        Kind::Scalar(scalar) => scalar.text.parse::<f64>().ok(),
        _ => None,
    };
    let (first, last) = (rows.first().and_then(number), rows.last().and_then(number));
    first.zip(last).is_some_and(|(first, last)| first > last)
}

/// A score as what its tiers go by.
fn score(name: &Scalar, tables: &mut Tables) -> Option<Amount> {
    let place = tables.scores.iter().position(|known| *known == name.text)?;
    let feature = Feature::Derived(Derived::Score(u16::try_from(place).ok()?));
    let kind = feature.scalar_type();
    let number = tables.number(feature)?;
    let program = Program::number(vec![Op::Feature(number)], &|_| Some(kind)).ok()?;
    Some(Amount { program, is_duration: false, flows: false })
}

impl ParsedRow<'_> {
    fn entering<'p>(&'p self, row: &'p Row) -> Option<sense::Written<'p>> {
        written(self.enter.as_ref(), row.enter.as_ref())
    }

    fn compile(
        &self,
        of: Option<&Amount>,
        tables: &mut Tables,
        problems: &mut Problems<'_>,
    ) -> Option<Row> {
        let mut row = Row::named(terms::name(self.name, problems)?);
        if let Some((node, of)) = self.from.zip(of) {
            row.from = threshold(node, of, tables, problems)?;
        }
        if let Some(parse) = &self.enter {
            row.enter = Some(compile_condition(parse, tables, problems)?);
        }
        if let Some(parse) = &self.stay {
            row.stay = Some(compile_condition(parse, tables, problems)?);
        }
        let Some(fields) = &self.fields else { return Some(row) };
        row.at_least_ms = terms::time_or(fields, "at_least", 0, tables, problems)?;
        if let Some(node) = fields.find("multiplier") {
            row.multiplier = multiplier(node, problems)?;
        }
        (row.says, row.values) = explanation(fields, tables, problems)?;
        Some(row)
    }
}

fn multiplier(node: &Node, problems: &mut Problems<'_>) -> Option<f64> {
    let scalar = text(node, "a number", problems)?;
    let most = LARGEST_MULTIPLIER;
    let value = scalar.text.parse().ok().filter(|value| (0.0..=most).contains(value));
    if value.is_none() {
        problems.add(scalar.spot, format!("expected a number from 0 to {most}"));
    }
    value
}
