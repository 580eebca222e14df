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
    /// What was measured; of a value that was calculated, the first of its parts.
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
    /// What `value` was calculated from, such as both counts of `a + b`; empty if it is the value of
    /// `feature` itself.
    pub parts: Vec<Part>,
}

/// A value that another one was calculated from.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// What was measured.
    pub feature: Feature,
    /// As [`Comparison::name`].
    pub name: String,
    /// What came out.
    pub value: Scalar,
}

/// Most comparisons that an explanation holds: more than anyone reads.
const MOST: usize = 8;

/// Added in bytes to the number of a relation if parts follow.
const WITH_PARTS: u8 = 0x80;

/// Whether the condition holds, and the comparisons of features with constants that were made on
/// the way (those that short-circuits left out are not among them).
#[must_use]
pub fn explain(
    program: &Program,
    readings: &impl Readings,
    definitions: &Definitions,
    rules: &Rules,
) -> (bool, Vec<Comparison>) {
    let mut found = Vec::new();
    let mut stack = Stack::new();
    let mut sources: Vec<Source> = Vec::new();
    let mut skip = 0;
    for op in program.ops() {
        if skip > 0 {
            skip -= 1;
            continue;
        }
        let operands = stack.top_two();
        skip = step(&mut stack, op, |feature| readings.read(feature));
        let result = stack.top_two().1;
        let below = sources.len().min(stack.depth().saturating_sub(1));
        let from = sources.split_off(below);
        let compared = Compared::of(&op, operands, (result, &from));
        found.extend(compared.and_then(|of| of.named(readings, (definitions, rules))));
        sources.push(Source::of(op, from));
    }
    found.truncate(MOST);
    (stack.pop() == Slot::Value(Scalar::Flag(true)), found)
}

/// Where a slot of the stack came from.
#[derive(Default)]
struct Source {
    /// The features that it was calculated from, in the order in which they are read.
    features: Vec<u16>,
    /// It is no feature's value, but calculated.
    calculated: bool,
}

impl Source {
    /// Where the result of an instruction comes from that took slots of these sources.
    fn of(op: Op, from: Vec<Self>) -> Self {
        let calculated = matches!(op, Op::Arithmetic(_)) || from.iter().any(|of| of.calculated);
        let mut features: Vec<u16> = Vec::new();
        match op {
            Op::Feature(number) => features.push(number),
            Op::Arithmetic(_) | Op::ToNumber => {
                for number in from.into_iter().flat_map(|of| of.features) {
                    if features.len() < MOST && !features.contains(&number) {
                        features.push(number);
                    }
                }
            }
            _ => {}
        }
        Self { features, calculated }
    }
}

/// A comparison, before the names of what it is about are known.
struct Compared<'a> {
    features: &'a [u16],
    calculated: bool,
    relation: Relation,
    value: Scalar,
    limit: Scalar,
    held: bool,
}

impl<'a> Compared<'a> {
    /// What an instruction compared, if it compared anything that came from features.
    fn of(
        op: &'a Op,
        operands: (Slot, Slot),
        (result, from): (Slot, &'a [Source]),
    ) -> Option<Self> {
        let Slot::Value(Scalar::Flag(held)) = result else { return None };
        match (op, operands, from) {
            (Op::Compare(relation), (Slot::Value(a), Slot::Value(b)), [left, right]) => {
                // A feature itself tells more than what was calculated.
                let is_plain = |of: &Source| !of.features.is_empty() && !of.calculated;
                let of_right = left.features.is_empty() || (!is_plain(left) && is_plain(right));
                let (of, relation, value, limit) = if of_right {
                    (right, relation.mirrored(), b, a)
                } else {
                    (left, *relation, a, b)
                };
                let Source { features, calculated } = of;
                Some(Self { features, calculated: *calculated, relation, value, limit, held })
            }
            (Op::Feature(number), ..) => Some(Self {
                features: std::slice::from_ref(number),
                calculated: false,
                relation: Relation::Equal,
                value: Scalar::Flag(held),
                limit: Scalar::Flag(true),
                held,
            }),
            _ => None,
        }
    }

    fn named(
        &self,
        readings: &impl Readings,
        (definitions, rules): (&Definitions, &Rules),
    ) -> Option<Comparison> {
        let number = *self.features.first()?;
        let feature = definitions.feature(number)?.clone();
        let figures = (self.relation, self.value, self.limit, self.held);
        let named = Comparison::named(feature, figures, readings, (definitions, rules))?;
        let part = |number: &u16| {
            let feature = definitions.feature(*number)?.clone();
            let name = name_of(&feature, definitions, rules)?;
            Some(Part { feature, name, value: readings.read(*number)? })
        };
        let parts = self.features.iter().filter_map(part).collect();
        Some(if self.calculated { Comparison { parts, ..named } } else { named })
    }
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
        Some(Self { feature, name, relation, value, limit, held, shares, parts: Vec::new() })
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
        let with_parts = if self.parts.is_empty() { 0 } else { WITH_PARTS };
        out.byte(self.relation.number() | with_parts);
        self.value.encode(out);
        self.limit.encode(out);
        out.flag(self.held);
        out.length(self.shares.len());
        self.shares.iter().for_each(|share| share.encode(out));
        if !self.parts.is_empty() {
            out.length(self.parts.len());
            self.parts.iter().for_each(|part| part.encode(out));
        }
    }

    pub(crate) fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        let (feature, name) = (Feature::decode(input)?, input.text()?.to_owned());
        let number = input.byte()?;
        let relation = Relation::from_number(number & !WITH_PARTS);
        Ok(Self {
            feature,
            name,
            relation: relation.ok_or_else(|| input.malformed())?,
            value: Scalar::decode(input)?,
            limit: Scalar::decode(input)?,
            held: input.flag()?,
            shares: input.list(Share::decode)?,
            parts: if number < WITH_PARTS { Vec::new() } else { input.list(Part::decode)? },
        })
    }
}

impl Part {
    fn encode(&self, out: &mut Writer<'_>) {
        self.feature.encode(out);
        out.text(&self.name);
        self.value.encode(out);
    }

    fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            feature: Feature::decode(input)?,
            name: input.text()?.to_owned(),
            value: Scalar::decode(input)?,
        })
    }
}
