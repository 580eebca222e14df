//! The form in which a condition is run: its comparisons, each of which says where to go on.
//!
//! What holds under `&&`, `||` and `!` needs no third value for faults: a condition holds if both
//! sides, or one of them, hold; and its opposite holds if a side, or both, are false for sure. So
//! each comparison asks for yes or for a sure no, and a fault is neither.

use super::op::Op;
use super::value::{Readings, Slot, compare};
use crate::profile::{Relation, Scalar};

/// Where a condition ends well; anything else beyond the last branch is its failure.
const HOLDS: u16 = u16::MAX;
const FAILS: u16 = HOLDS - 1;

/// A condition of plain comparisons.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Branches(Box<[Branch]>);

#[derive(Debug, Clone, Copy, PartialEq)]
struct Branch {
    leaf: Leaf,
    /// It passes if the comparison is false for sure.
    negated: bool,
    /// The next branch if it passes, and if not.
    then: u16,
    otherwise: u16,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Leaf {
    Flag(u16),
    Integer(u16, Relation, i64),
    Number(u16, Relation, f64),
    Features(u16, Relation, u16),
}

impl Leaf {
    /// Whether it is so; `None` for a fault.
    fn is_so(self, readings: &impl Readings) -> Option<bool> {
        match self {
            Self::Flag(feature) => match readings.read(feature)? {
                Scalar::Flag(flag) => Some(flag),
                _ => None,
            },
            Self::Integer(feature, relation, limit) => match readings.read(feature)? {
                Scalar::Integer(value) => Some(relation.holds(Some(value.cmp(&limit)))),
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
        }
    }
}

impl Branches {
    /// The branches of a verified condition; `None` if it does more than compare.
    pub(super) fn of(ops: &[Op]) -> Option<Self> {
        let tree = Tree::of(ops)?;
        let mut branches = Vec::with_capacity(tree.leaves());
        tree.emit(false, (HOLDS, FAILS), &mut branches)?;
        Some(Self(branches.into()))
    }

    /// Whether the condition holds.
    pub(super) fn hold(&self, readings: &impl Readings) -> bool {
        let mut at = 0;
        while let Some(branch) = self.0.get(usize::from(at)) {
            let passes = branch.leaf.is_so(readings).is_some_and(|is_so| is_so != branch.negated);
            at = if passes { branch.then } else { branch.otherwise };
        }
        at == HOLDS
    }
}

/// A condition as it was written.
enum Tree {
    Leaf(Leaf),
    Not(Box<Tree>),
    Both(Box<Tree>, Box<Tree>),
    Either(Box<Tree>, Box<Tree>),
}

/// What the instructions have left on the stack.
enum Item {
    Feature(u16),
    Integer(i64),
    Number(f64),
    Tree(Tree),
}

impl Item {
    fn into_tree(self) -> Option<Tree> {
        match self {
            Self::Feature(number) => Some(Tree::Leaf(Leaf::Flag(number))),
            Self::Tree(tree) => Some(tree),
            Self::Integer(_) | Self::Number(_) => None,
        }
    }
}

impl Tree {
    fn of(ops: &[Op]) -> Option<Self> {
        let mut stack: Vec<Item> = Vec::new();
        // Short cuts that are open: what they skip on, and where they lead.
        let mut skips: Vec<(bool, usize)> = Vec::new();
        for (place, op) in ops.iter().enumerate() {
            let item = match *op {
                Op::Feature(number) => Item::Feature(number),
                Op::Integer(value) => Item::Integer(value),
                Op::Number(value) => Item::Number(value),
                Op::Compare(relation) => {
                    let right = stack.pop()?;
                    Item::Tree(Self::Leaf(comparison(stack.pop()?, relation, right)?))
                }
                Op::Not => Item::Tree(Self::Not(Box::new(stack.pop()?.into_tree()?))),
                Op::SkipIfFalse(count) | Op::SkipIfTrue(count) => {
                    let on = matches!(op, Op::SkipIfTrue(_));
                    skips.push((on, place + 1 + usize::from(count)));
                    continue;
                }
                Op::And | Op::Or => {
                    // A short cut that leads elsewhere means something else than the operator.
                    let either = *op == Op::Or;
                    if skips.pop()? != (either, place + 1) {
                        return None;
                    }
                    let right = Box::new(stack.pop()?.into_tree()?);
                    let left = Box::new(stack.pop()?.into_tree()?);
                    let join = if either { Self::Either } else { Self::Both };
                    Item::Tree(join(left, right))
                }
                Op::Flag(_) | Op::Arithmetic(_) | Op::ToNumber => return None,
            };
            stack.push(item);
        }
        let tree = stack.pop()?.into_tree();
        tree.filter(|_| stack.is_empty() && skips.is_empty())
    }

    fn leaves(&self) -> usize {
        match self {
            Self::Leaf(_) => 1,
            Self::Not(of) => of.leaves(),
            Self::Both(left, right) | Self::Either(left, right) => left.leaves() + right.leaves(),
        }
    }

    fn emit(&self, negated: bool, to: (u16, u16), into: &mut Vec<Branch>) -> Option<()> {
        let (then, otherwise) = to;
        match self {
            Self::Leaf(leaf) => into.push(Branch { leaf: *leaf, negated, then, otherwise }),
            Self::Not(of) => of.emit(!negated, to, into)?,
            Self::Both(left, right) | Self::Either(left, right) => {
                let next = u16::try_from(into.len() + left.leaves()).ok()?;
                // The opposite of "both" is "either is false".
                let both = matches!(self, Self::Both(..)) != negated;
                let of_left = if both { (next, otherwise) } else { (then, next) };
                left.emit(negated, of_left, into)?;
                right.emit(negated, to, into)?;
            }
        }
        Some(())
    }
}

fn comparison(left: Item, relation: Relation, right: Item) -> Option<Leaf> {
    Some(match (left, right) {
        (Item::Feature(of), Item::Integer(limit)) => Leaf::Integer(of, relation, limit),
        (Item::Feature(of), Item::Number(limit)) => Leaf::Number(of, relation, limit),
        (Item::Feature(left), Item::Feature(right)) => Leaf::Features(left, relation, right),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::evaluate::{holds, holds_by_stack};
    use super::super::program::Program;
    use super::{Branches, Op, Readings, Relation};
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

    fn kind(feature: u16) -> Option<ScalarType> {
        (feature < 8).then_some(if feature.is_multiple_of(2) {
            ScalarType::Integer
        } else {
            ScalarType::Flag
        })
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
            if let Ok(program) = Program::new(ops, kind) {
                assert!(Branches::of(program.ops()).is_some());
                let values = Values(values);
                assert_eq!(holds(&program, &values), holds_by_stack(&program, &values));
            }
        }
    }

    #[test]
    fn a_short_cut_past_more_than_its_operator_is_left_to_the_stack() {
        let ops = [Op::Feature(1), Op::SkipIfFalse(3), Op::Feature(3), Op::And, Op::Not];
        let program = Program::new(ops.to_vec(), kind).unwrap();
        assert!(Branches::of(program.ops()).is_none());
        assert!(!holds(&program, &Values(vec![Some(0); 8])));
    }
}
