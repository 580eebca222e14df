//! Why a condition holds or does not: which comparison, which value, which threshold.

use super::evaluate::{Stack, step};
use super::program::{Op, Program, Relation};
use super::ruleset::Rules;
use super::share::Share;
use super::value::{Readings, Slot};
use crate::codec::{Reader, Writer};
use crate::error::Malformed;
use crate::profile::{Definitions, Derived, Feature, Scalar};

/// One comparison that was made, with the values it was made with. Typed, so that it can be put
/// into words of any language later.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// What was measured.
    pub feature: Feature,
    /// Name of the funnel, signal, score, table or prediction that `feature` is about (`table =
    /// row` for a row); else empty.
    pub name: String,
    /// How it was compared.
    pub relation: Relation,
    /// What was measured.
    pub value: Scalar,
    /// With what.
    pub limit: Scalar,
    /// Whether the comparison held.
    pub held: bool,
    /// The share of each factor, if a score was measured.
    pub shares: Vec<Share>,
}

/// Most comparisons that an explanation holds: more than anyone reads.
const MOST: usize = 8;

/// Whether the condition holds, and the comparisons of features with constants that were made on
/// the way (those that short-circuits left out are not among them).
#[must_use]
pub fn explain(
    program: &Program,
    readings: &impl Readings,
    definitions: &Definitions,
    rules: &Rules,
) -> (bool, Vec<Comparison>) {
    let named = |number: u16, relation, value, limit, held| {
        let feature = definitions.feature(number)?.clone();
        Comparison::named(feature, (relation, value, limit, held), readings, (definitions, rules))
    };
    let mut found = Vec::new();
    let mut stack = Stack::new();
    // Which feature each slot of the stack came straight from.
    let mut sources: Vec<Option<u16>> = Vec::new();
    let mut skip = 0;
    for op in program.ops() {
        if skip > 0 {
            skip -= 1;
            continue;
        }
        let operands = stack.top_two();
        let (left, right) = match sources.as_slice() {
            [.., left, right] => (*left, *right),
            _ => (None, None),
        };
        skip = step(&mut stack, *op, |feature| readings.read(feature));
        let result = stack.top_two().1;
        sources.truncate(stack.depth().saturating_sub(1));
        let source = if let Op::Feature(number) = op { Some(*number) } else { None };
        match (op, operands, result) {
            (
                Op::Compare(relation),
                (Slot::Value(a), Slot::Value(b)),
                Slot::Value(Scalar::Flag(held)),
            ) => {
                found.extend(match (left, right) {
                    (Some(number), _) => named(number, *relation, a, b, held),
                    (None, Some(number)) => named(number, relation.mirrored(), b, a, held),
                    (None, None) => None,
                });
            }
            (Op::Feature(number), _, Slot::Value(value @ Scalar::Flag(held))) => {
                found.extend(named(*number, Relation::Equal, value, Scalar::Flag(true), held));
            }
            _ => {}
        }
        if stack.depth() > sources.len() {
            sources.push(source);
        }
    }
    found.truncate(MOST);
    (stack.pop() == Slot::Value(Scalar::Flag(true)), found)
}

impl Comparison {
    /// A comparison with the name of what it is about; `None` if there is no such thing.
    pub(crate) fn named(
        feature: Feature,
        (relation, value, limit, held): (Relation, Scalar, Scalar, bool),
        readings: &impl Readings,
        (definitions, rules): (&Definitions, &Rules),
    ) -> Option<Self> {
        let name = name_of(&feature, definitions, rules)?;
        let shares = match feature {
            Feature::Derived(Derived::Score(score)) => readings.shares(score),
            _ => Vec::new(),
        };
        Some(Self { feature, name, relation, value, limit, held, shares })
    }
}

/// The name of the funnel, signal, score, table or prediction that a feature is about.
fn name_of(feature: &Feature, definitions: &Definitions, rules: &Rules) -> Option<String> {
    Some(match feature {
        Feature::Signal(signal) | Feature::SignalAge(signal) => rules.signal(*signal)?.name.clone(),
        Feature::FunnelStep(funnel)
        | Feature::FunnelAge(funnel)
        | Feature::FunnelDropped(funnel) => {
            definitions.funnels().get(usize::from(*funnel))?.name.clone()
        }
        Feature::Next { prediction, .. } => {
            definitions.predictions().get(usize::from(*prediction))?.name.clone()
        }
        Feature::Derived(Derived::Score(score)) => rules.score(*score)?.name.clone(),
        Feature::Derived(Derived::Is { table, row }) => {
            let table = rules.table(*table)?;
            format!("{} = {}", table.name, table.row(*row)?.name)
        }
        Feature::Derived(derived) => rules.table(derived.table()?)?.name.clone(),
        _ => String::new(),
    })
}

impl Comparison {
    pub(crate) fn encode(&self, out: &mut Writer<'_>) {
        self.feature.encode(out);
        out.text(&self.name);
        out.byte(self.relation.number());
        self.value.encode(out);
        self.limit.encode(out);
        out.flag(self.held);
        out.length(self.shares.len());
        self.shares.iter().for_each(|share| share.encode(out));
    }

    pub(crate) fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            feature: Feature::decode(input)?,
            name: input.text()?.to_owned(),
            relation: Relation::from_number(input.byte()?).ok_or_else(|| input.malformed())?,
            value: Scalar::decode(input)?,
            limit: Scalar::decode(input)?,
            held: input.flag()?,
            shares: input.list(Share::decode)?,
        })
    }
}
