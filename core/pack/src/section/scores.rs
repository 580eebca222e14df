use staykit_core::rules::{Factor, MOST_FACTORS, MOST_STEPS, Scale, Score};

use super::signals::{Parse, explanation, parse_node};
use super::steps::{amount_of, hundredths, threshold};
use super::tables::ParsedTable;
use super::{content, terms};
use crate::problem::Problems;
use crate::read::{Fields, Node, Scalar, entries, list};
use crate::rule::{Amount, Concluded, Tables};
use crate::sense;

const LINEAR: &str = "{ from: 0, to: 600, points: 25 }";
const POINTS: &str = "pairs of a value and the points from it on: [[0, 30], [3, 20], [7, 0]]";

/// A score whose factors are parsed but not checked.
pub(super) struct ParsedScore<'n> {
    pub(super) name: &'n Scalar,
    fields: Fields<'n>,
    factors: Vec<ParsedFactor<'n>>,
}

struct ParsedFactor<'n> {
    name: &'n Scalar,
    fields: Fields<'n>,
    of: Option<Parse<'n>>,
}

impl<'n> ParsedScore<'n> {
    pub(super) fn parse(
        name: &'n Scalar,
        node: &'n Node,
        problems: &mut Problems<'_>,
    ) -> Option<Self> {
        let fields =
            Fields::of(node, "a score", name.spot, &["factors", "tiers", "says"], problems)?;
        let node = fields.need("factors", "what gives points: `name: { of: ... }`", problems)?;
        let named = entries(node, "`factors`", problems);
        if !(1..=MOST_FACTORS).contains(&named.len()) {
            problems.add(node.spot, format!("a score has 1 to {MOST_FACTORS} factors"));
        }
        let factors = named.iter().filter_map(|(name, node)| factor(name, node, problems));
        Some(Self { name, factors: factors.collect(), fields })
    }

    pub(super) fn reads(&self) -> Vec<(Concluded, &str)> {
        self.factors.iter().filter_map(|factor| factor.of.as_ref()).flat_map(Parse::reads).collect()
    }

    /// Its tiers, which are a table of their own.
    pub(super) fn tiers(&self, problems: &mut Problems<'_>) -> Option<ParsedTable<'n>> {
        let node = self.fields.find("tiers")?;
        ParsedTable::tiers(self.name, node, problems)
    }

    pub(super) fn compile(
        &self,
        place: u16,
        tables: &mut Tables,
        problems: &mut Problems<'_>,
    ) -> Option<Score> {
        let factors: Vec<Option<Factor>> =
            self.factors.iter().map(|factor| factor.compile(tables, problems)).collect();
        let (says, values) = explanation(&self.fields, tables, problems)?;
        let factors = factors.into_iter().collect::<Option<Vec<_>>>()?;
        let most: i64 = factors.iter().map(|factor| most(&factor.scale)).sum();
        if most != 10_000 {
            let points = f64::from(i32::try_from(most).unwrap_or(i32::MAX)) / 100.0;
            let message = format!("its factors give {points} points at most, not 100");
            problems.warn(self.name.spot, message, None);
        }
        Some(Score { name: terms::name(self.name, problems)?, place, factors, says, values })
    }
}

/// The most that a factor gives, in hundredths.
fn most(scale: &Scale) -> i64 {
    match scale {
        Scale::Steps(steps) => {
            steps.iter().map(|(_, hundredths)| *hundredths).max().unwrap_or(0).max(0)
        }
        Scale::Linear { hundredths, .. } => (*hundredths).max(0),
    }
}

fn factor<'n>(
    name: &'n Scalar,
    node: &'n Node,
    problems: &mut Problems<'_>,
) -> Option<ParsedFactor<'n>> {
    let keys = ["of", "points", "linear", "says"];
    let fields = Fields::of(node, "a factor", name.spot, &keys, problems)?;
    let of = fields
        .need("of", "what is measured, such as count('open', days(7))", problems)
        .and_then(|node| parse_node(node, "what is measured", problems));
    Some(ParsedFactor { name, fields, of })
}

impl ParsedFactor<'_> {
    fn compile(&self, tables: &mut Tables, problems: &mut Problems<'_>) -> Option<Factor> {
        let of = self.of.as_ref().and_then(|parse| amount_of(parse, tables, problems));
        let of = of?;
        let scale = match (self.fields.find("points"), self.fields.find("linear")) {
            (Some(node), None) => steps(node, &of, tables, problems),
            (None, Some(node)) if of.flows => {
                let message =
                    "what grows with time has `points`: nothing would tell when a line is passed";
                problems.add(node.spot, message);
                None
            }
            (None, Some(node)) => linear(node, &of, tables, problems),
            _ => {
                let message =
                    format!("a factor has either `points`: {POINTS}, or `linear`: {LINEAR}");
                problems.add(self.name.spot, message);
                None
            }
        };
        let says = match self.fields.find("says") {
            Some(node) => content::texts(node, problems, content::plain),
            None => Some(staykit_core::text::Texts::default()),
        };
        let name = terms::name(self.name, problems)?;
        Some(Factor { name, of: of.program, scale: scale?, says: says? })
    }
}

fn steps(
    node: &Node,
    of: &Amount,
    tables: &mut Tables,
    problems: &mut Problems<'_>,
) -> Option<Scale> {
    let nodes = list(node, POINTS, problems);
    if !(1..=MOST_STEPS).contains(&nodes.len()) {
        problems.add(node.spot, format!("expected 1 to {MOST_STEPS} {POINTS}"));
        return None;
    }
    let mut steps: Vec<(f64, i64)> = Vec::new();
    for node in nodes {
        let [from, points] = list(node, POINTS, problems) else {
            problems.add(node.spot, format!("expected {POINTS}"));
            return None;
        };
        let from_value = threshold(from, of, tables, problems);
        let points = hundredths(points, problems);
        let (from_value, points) = (from_value?, points?);
        if steps.last().is_some_and(|(last, _)| *last >= from_value) {
            problems.add(from.spot, "each value is larger than the one before");
            return None;
        }
        sense::threshold(from.spot, &of.program, from_value, tables, problems);
        steps.push((from_value, points));
    }
    Some(Scale::Steps(steps))
}

fn linear(
    node: &Node,
    of: &Amount,
    tables: &mut Tables,
    problems: &mut Problems<'_>,
) -> Option<Scale> {
    let fields = Fields::of(node, "`linear`", node.spot, &["from", "to", "points"], problems)?;
    let from = fields.need("from", "the value where the points begin", problems)?;
    let to = fields.need("to", "the value where all are reached", problems)?;
    let points = fields.need("points", "how many there are", problems)?;
    let from = threshold(from, of, tables, problems);
    let until = threshold(to, of, tables, problems);
    let points = hundredths(points, problems);
    let (from, until) = (from?, until?);
    sense::threshold(to.spot, &of.program, until, tables, problems);
    if (from - until).abs() <= 0.0 {
        problems.add(to.spot, "`from` and `to` are the same");
        return None;
    }
    Some(Scale::Linear { from, to: until, hundredths: points? })
}
