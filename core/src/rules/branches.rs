//! The form in which a condition is run: its comparisons, each of which says where to go on.
//!
//! What holds under `&&`, `||` and `!` needs no third value for faults: a condition holds if both
//! sides, or one of them, hold; and its opposite holds if a side, or both, are false for sure. So
//! each comparison asks for yes or for a sure no, and a fault is neither.

use super::op::Op;
use super::value::{Readings, Slot, compare};
use crate::profile::{Effort, Relation, Scalar};

/// A condition of plain comparisons.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Branches(Box<[Branch]>);

#[derive(Debug, Clone, Copy, PartialEq)]
struct Branch {
    leaf: Leaf,
    /// It passes if the comparison is false for sure.
    negated: bool,
    /// Where to go on if it passes, and if not.
    then: Next,
    otherwise: Next,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Next {
    /// The condition holds, or does not.
    End(bool),
    /// The branch behind it.
    On,
    /// So many branches on are skipped, one at least.
    Skip(u16),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Leaf {
    Flag(u16),
    /// Whole numbers from the one to the other.
    Integer(u16, i64, i64),
    Number(u16, Relation, f64),
    Features(u16, Relation, u16),
}

impl Leaf {
    fn features(self) -> impl Iterator<Item = u16> {
        let (feature, other) = match self {
            Self::Flag(of) | Self::Integer(of, ..) | Self::Number(of, ..) => (of, None),
            Self::Features(left, _, right) => (left, Some(right)),
        };
        std::iter::once(feature).chain(other)
    }

    /// Whether it is so; `None` for a fault.
    #[inline]
    fn is_so(self, readings: &impl Readings) -> Option<bool> {
        match self {
            Self::Integer(feature, least, most) => {
                let value = integer(readings, feature)?;
                Some(least <= value && value <= most)
            }
            other => other.is_so_otherwise(readings),
        }
    }

    /// Apart, so that what is asked most stays short.
    #[inline(never)]
    fn is_so_otherwise(self, readings: &impl Readings) -> Option<bool> {
        match self {
            Self::Flag(feature) => match readings.read(feature)? {
                Scalar::Flag(flag) => Some(flag),
                _ => None,
            },
            Self::Number(feature, relation, limit) => match readings.read(feature)? {
                Scalar::Number(value) => Some(relation.holds(value.partial_cmp(&limit))),
                _ => None,
            },
            Self::Features(left, relation, right) => {
                let value = |feature| readings.read(feature).map(Slot::Value);
                match compare(relation, value(left)?, value(right)?) {
                    Slot::Value(Scalar::Flag(flag)) => Some(flag),
                    _ => None,
                }
            }
            Self::Integer(..) => None,
        }
    }
}

#[inline]
fn integer(readings: &impl Readings, feature: u16) -> Option<i64> {
    readings.at_hand(feature).or_else(|| match readings.read(feature)? {
        Scalar::Integer(value) => Some(value),
        _ => None,
    })
}

impl Branches {
    /// The branches of a verified condition, what takes the least effort first; `None` if it does
    /// more than compare.
    pub(super) fn of(ops: &[Op], effort: impl Fn(u16) -> Effort) -> Option<Self> {
        let mut tree = Tree::of(ops)?;
        tree.sort(&effort);
        let mut branches = Vec::with_capacity(tree.leaves());
        tree.emit(false, (Target::End(true), Target::End(false)), &mut branches)?;
        Some(Self(branches.into()))
    }

    /// Whether the condition holds.
    pub(super) fn hold(&self, readings: &impl Readings) -> bool {
        let mut branches = &*self.0;
        while let Some((branch, rest)) = branches.split_first() {
            let passes = branch.leaf.is_so(readings).is_some_and(|is_so| is_so != branch.negated);
            // Jumps that a processor foresees; a place to choose would have to be waited for.
            let next = match (passes, branch.then, branch.otherwise) {
                (true, Next::On, _) | (false, _, Next::On) => {
                    branches = rest;
                    continue;
                }
                (true, next, _) | (false, _, next) => next,
            };
            match next {
                Next::End(holds) => return holds,
                Next::On => {}
                Next::Skip(count) => branches = rest.get(usize::from(count)..).unwrap_or_default(),
            }
        }
        false
    }
}

/// A condition as it was written.
enum Tree {
    Leaf(Leaf),
    Not(Box<Tree>),
    All(Vec<Tree>),
    Any(Vec<Tree>),
}

/// What the instructions have left on the stack.
enum Item {
    Feature(u16),
    Integer(i64),
    Number(f64),
    Tree(Tree),
    /// The left side of `&&` or `||` (then true), which stands here for nothing else, and where its
    /// short cut leads.
    Left(Tree, bool, usize),
}

impl Item {
    fn into_tree(self) -> Option<Tree> {
        match self {
            Self::Feature(number) => Some(Tree::Leaf(Leaf::Flag(number))),
            Self::Tree(tree) => Some(tree),
            Self::Integer(_) | Self::Number(_) | Self::Left(..) => None,
        }
    }
}

impl Tree {
    fn of(ops: &[Op]) -> Option<Self> {
        let mut stack: Vec<Item> = Vec::new();
        for (place, op) in ops.iter().enumerate() {
            let item = match *op {
                Op::Feature(number) => Item::Feature(number),
                Op::Integer(value) => Item::Integer(value),
                Op::Number(value) => Item::Number(value),
                Op::Compare(relation) => {
                    let right = stack.pop()?;
                    Item::Tree(comparison(stack.pop()?, relation, right)?)
                }
                Op::Not => Item::Tree(Self::Not(Box::new(stack.pop()?.into_tree()?))),
                Op::SkipIfFalse(count) | Op::SkipIfTrue(count) => {
                    let on = matches!(op, Op::SkipIfTrue(_));
                    Item::Left(stack.pop()?.into_tree()?, on, place + 1 + usize::from(count))
                }
                Op::And | Op::Or => {
                    let either = *op == Op::Or;
                    let right = stack.pop()?.into_tree()?;
                    // A short cut that leads elsewhere means something else than the operator.
                    let Item::Left(left, on, target) = stack.pop()? else { return None };
                    if (on, target) != (either, place + 1) {
                        return None;
                    }
                    Item::Tree(if either { left.or(right) } else { left.and(right) })
                }
                Op::Flag(_) | Op::Arithmetic(_) | Op::ToNumber => return None,
            };
            stack.push(item);
        }
        let tree = stack.pop()?.into_tree();
        tree.filter(|_| stack.is_empty())
    }

    fn and(self, other: Self) -> Self {
        let parts = |tree| match tree {
            Self::All(parts) => parts,
            tree => vec![tree],
        };
        Self::All([parts(self), parts(other)].into_iter().flatten().collect())
    }

    fn or(self, other: Self) -> Self {
        let parts = |tree| match tree {
            Self::Any(parts) => parts,
            tree => vec![tree],
        };
        Self::Any([parts(self), parts(other)].into_iter().flatten().collect())
    }

    fn leaves(&self) -> usize {
        match self {
            Self::Leaf(_) => 1,
            Self::Not(of) => of.leaves(),
            Self::All(parts) | Self::Any(parts) => parts.iter().map(Self::leaves).sum(),
        }
    }

    /// Puts what takes little effort before what takes more: neither value nor fault of `&&` and
    /// `||` depends on the order.
    fn sort(&mut self, effort: &impl Fn(u16) -> Effort) {
        match self {
            Self::Leaf(_) => {}
            Self::Not(of) => of.sort(effort),
            Self::All(parts) | Self::Any(parts) => {
                for part in &mut *parts {
                    part.sort(effort);
                }
                parts.sort_by_cached_key(|part| part.effort(effort));
            }
        }
    }

    /// The most that anything in it takes.
    fn effort(&self, effort: &impl Fn(u16) -> Effort) -> Effort {
        match self {
            Self::Leaf(leaf) => leaf.features().map(effort).max().unwrap_or_default(),
            Self::Not(of) => of.effort(effort),
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().map(|part| part.effort(effort)).max().unwrap_or_default()
            }
        }
    }

    fn emit(&self, negated: bool, to: (Target, Target), into: &mut Vec<Branch>) -> Option<()> {
        let (then, otherwise) = to;
        match self {
            Self::Leaf(leaf) => {
                let here = into.len();
                let (then, otherwise) = (then.seen_from(here)?, otherwise.seen_from(here)?);
                into.push(Branch { leaf: *leaf, negated, then, otherwise });
            }
            Self::Not(of) => of.emit(!negated, to, into)?,
            Self::All(parts) | Self::Any(parts) => {
                // The opposite of "all" is "any is false".
                let all = matches!(self, Self::All(_)) != negated;
                let (last, before) = parts.split_last()?;
                for part in before {
                    let next = Target::Branch(into.len() + part.leaves());
                    let to = if all { (next, otherwise) } else { (then, next) };
                    part.emit(negated, to, into)?;
                }
                last.emit(negated, to, into)?;
            }
        }
        Some(())
    }
}

/// Where a branch leads while they are laid out.
#[derive(Clone, Copy)]
enum Target {
    End(bool),
    Branch(usize),
}

impl Target {
    fn seen_from(self, here: usize) -> Option<Next> {
        Some(match self {
            Self::End(holds) => Next::End(holds),
            Self::Branch(place) => match place.checked_sub(here + 1)? {
                0 => Next::On,
                skipped => Next::Skip(u16::try_from(skipped).ok()?),
            },
        })
    }
}

fn comparison(left: Item, relation: Relation, right: Item) -> Option<Tree> {
    Some(Tree::Leaf(match (left, right) {
        (Item::Feature(of), Item::Integer(limit)) => return Some(whole(of, relation, limit)),
        (Item::Feature(of), Item::Number(limit)) => Leaf::Number(of, relation, limit),
        (Item::Feature(left), Item::Feature(right)) => Leaf::Features(left, relation, right),
        _ => return None,
    }))
}

/// Whole numbers are between two others or not: a question of one kind, which needs no choice.
fn whole(of: u16, relation: Relation, limit: i64) -> Tree {
    let between = |least, most| Tree::Leaf(Leaf::Integer(of, least, most));
    let none = || between(1, 0);
    match relation {
        Relation::Less => limit.checked_sub(1).map_or_else(none, |most| between(i64::MIN, most)),
        Relation::LessOrEqual => between(i64::MIN, limit),
        Relation::Greater => {
            limit.checked_add(1).map_or_else(none, |least| between(least, i64::MAX))
        }
        Relation::GreaterOrEqual => between(limit, i64::MAX),
        Relation::Equal => between(limit, limit),
        Relation::NotEqual => Tree::Not(Box::new(between(limit, limit))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::evaluate::{holds, run};
    use super::super::program::{Program, Vocabulary};
    use super::{Branches, Effort, Op, Readings, Relation, Slot};
    use crate::profile::{Scalar, ScalarType};
    use proptest::prelude::{Just, Strategy, any, prop, prop_oneof, proptest};

    /// Even features are whole numbers, odd ones flags; some have no value.
    struct Values(Vec<Option<i64>>);

    impl Readings for Values {
        fn read(&self, feature: u16) -> Option<Scalar> {
            let value = self.0[usize::from(feature)]?;
            Some(if feature.is_multiple_of(2) {
                Scalar::Integer(value)
            } else {
                Scalar::Flag(value > 0)
            })
        }
    }

    struct Kinds;

    impl Vocabulary for Kinds {
        fn scalar_type(&self, feature: u16) -> Option<ScalarType> {
            (feature < 8).then_some(if feature.is_multiple_of(2) {
                ScalarType::Integer
            } else {
                ScalarType::Flag
            })
        }

        fn effort(&self, feature: u16) -> Effort {
            [Effort::Derived, Effort::Clock, Effort::Held][usize::from(feature % 3)]
        }
    }

    fn branches(program: &Program) -> Option<Branches> {
        Branches::of(&program.ops().collect::<Vec<_>>(), |feature| Kinds.effort(feature))
    }

    fn leaf() -> impl Strategy<Value = Vec<Op>> {
        let relation = (0_u8..6).prop_map(|number| Relation::from_number(number).unwrap());
        prop_oneof![
            (0_u16..4).prop_map(|feature| vec![Op::Feature(2 * feature + 1)]),
            (0_u16..4, relation.clone(), -2_i64..3).prop_map(|(feature, relation, limit)| vec![
                Op::Feature(2 * feature),
                Op::Integer(limit),
                Op::Compare(relation)
            ]),
            (0_u16..4, relation, 0_u16..4).prop_map(|(left, relation, right)| vec![
                Op::Feature(2 * left),
                Op::Feature(2 * right),
                Op::Compare(relation)
            ]),
        ]
    }

    fn condition() -> impl Strategy<Value = Vec<Op>> {
        leaf().prop_recursive(5, 24, 2, |inner| {
            prop_oneof![
                (inner.clone(), inner.clone(), any::<bool>()).prop_map(|(left, right, either)| {
                    let past = u16::try_from(right.len() + 1).unwrap();
                    let skip = if either { Op::SkipIfTrue(past) } else { Op::SkipIfFalse(past) };
                    let last = if either { Op::Or } else { Op::And };
                    [left, vec![skip], right, vec![last]].concat()
                }),
                (inner, Just(Op::Not)).prop_map(|(of, not)| [of, vec![not]].concat()),
            ]
        })
    }

    proptest! {
        #[test]
        fn branches_and_stack_agree_faults_included(
            ops in condition(),
            values in prop::collection::vec(prop::option::of(-2_i64..3), 8),
        ) {
            if let Ok(program) = Program::new(ops, &Kinds) {
                assert!(branches(&program).is_some());
                let values = Values(values);
                let ops: Vec<_> = program.ops().collect();
                let by_stack = run(&ops, &values) == Slot::Value(Scalar::Flag(true));
                assert_eq!(holds(&program, &values), by_stack);
            }
        }
    }

    #[test]
    fn what_takes_least_is_asked_first_and_equals_in_the_order_of_the_text() {
        let (held, derived, other, clock) = (5, 3, 0, 7);
        let mut ops = vec![Op::Feature(held)];
        for flag in [derived, clock] {
            ops.extend([Op::SkipIfFalse(2), Op::Feature(flag), Op::And]);
        }
        ops.extend([Op::SkipIfFalse(4), Op::Feature(other), Op::Integer(1)]);
        ops.extend([Op::Compare(Relation::Less), Op::And]);
        let program = Program::new(ops, &Kinds).unwrap();
        let branches = branches(&program).unwrap();
        let order = branches.0.iter().flat_map(|branch| branch.leaf.features());
        assert_eq!(order.collect::<Vec<_>>(), [clock, held, derived, other]);
    }

    #[test]
    fn what_is_done_to_the_left_side_behind_its_short_cut_is_left_to_the_stack() {
        let behind = [
            vec![Op::Not, Op::Feature(3)],
            vec![Op::Feature(3), Op::Compare(Relation::Equal), Op::Feature(5)],
        ];
        for ops in behind {
            let past = u16::try_from(ops.len() + 1).unwrap();
            let ops = [vec![Op::Feature(1), Op::SkipIfFalse(past)], ops, vec![Op::And]].concat();
            let program = Program::new(ops, &Kinds).unwrap();
            assert!(branches(&program).is_none());
        }
    }

    #[test]
    fn a_short_cut_past_more_than_its_operator_is_left_to_the_stack() {
        let ops = [Op::Feature(1), Op::SkipIfFalse(3), Op::Feature(3), Op::And, Op::Not];
        let program = Program::new(ops.to_vec(), &Kinds).unwrap();
        assert!(branches(&program).is_none());
        assert!(!holds(&program, &Values(vec![Some(0); 8])));
    }
}
