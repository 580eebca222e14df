use staykit_core::profile::{Feature, ScalarType};
use staykit_core::rules::{Op, Operation, Program, Relation};

use super::range::turned;

/// A condition, as far as it consists of comparisons of one feature with one constant.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Tree {
    And(Box<Tree>, Box<Tree>),
    Or(Box<Tree>, Box<Tree>),
    Not(Box<Tree>),
    Flag(bool),
    Test(Test),
    /// May be anything.
    Unknown,
}

/// A feature, by its number, and a constant. Flags are compared with 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Test {
    pub(super) feature: u16,
    pub(super) relation: Relation,
    pub(super) constant: f64,
}

enum Item {
    Tree(Tree),
    Feature(u16),
    Constant(f64),
    Other,
}

/// Whole numbers up to here are exact as floats.
const EXACT: i64 = 1 << 53;

impl Tree {
    pub(crate) fn of(program: &Program, features: &[Feature]) -> Self {
        let mut stack = Vec::new();
        for op in program.ops() {
            if let Some(item) = item(op, &mut stack, features) {
                stack.push(item);
            }
        }
        match stack.pop() {
            Some(Item::Tree(tree)) => tree,
            _ => Self::Unknown,
        }
    }
}

fn item(op: Op, stack: &mut Vec<Item>, features: &[Feature]) -> Option<Item> {
    Some(match op {
        Op::Integer(value) => constant(value),
        Op::Number(value) => Item::Constant(value),
        Op::Flag(value) => Item::Tree(Tree::Flag(value)),
        Op::Feature(number) => match features.get(usize::from(number)).map(Feature::scalar_type) {
            Some(ScalarType::Flag) => Item::Tree(Tree::Test(Test {
                feature: number,
                relation: Relation::Equal,
                constant: 1.0,
            })),
            _ => Item::Feature(number),
        },
        Op::ToNumber | Op::SkipIfFalse(_) | Op::SkipIfTrue(_) => return None,
        Op::Arithmetic(operation) => calculate(operation, stack),
        Op::Compare(relation) => Item::Tree(compare(relation, stack)),
        Op::Not => Item::Tree(Tree::Not(Box::new(tree(stack)))),
        Op::And => {
            let (right, left) = (tree(stack), tree(stack));
            Item::Tree(Tree::And(Box::new(left), Box::new(right)))
        }
        Op::Or => {
            let (right, left) = (tree(stack), tree(stack));
            Item::Tree(Tree::Or(Box::new(left), Box::new(right)))
        }
    })
}

fn constant(value: i64) -> Item {
    if (-EXACT..=EXACT).contains(&value) {
        #[expect(clippy::cast_precision_loss, reason = "exact in these bounds")]
        return Item::Constant(value as f64);
    }
    Item::Other
}

fn tree(stack: &mut Vec<Item>) -> Tree {
    match stack.pop() {
        Some(Item::Tree(tree)) => tree,
        _ => Tree::Unknown,
    }
}

/// The compiler leaves no whole numbers to calculate, except those with a feature among them.
fn calculate(operation: Operation, stack: &mut Vec<Item>) -> Item {
    match (stack.pop(), stack.pop(), operation) {
        (Some(Item::Constant(b)), Some(Item::Constant(a)), Operation::Multiply) => {
            Item::Constant(a * b)
        }
        _ => Item::Other,
    }
}

fn compare(relation: Relation, stack: &mut Vec<Item>) -> Tree {
    let (right, left) = (stack.pop(), stack.pop());
    match (left, right) {
        (Some(Item::Feature(feature)), Some(Item::Constant(constant))) => {
            Tree::Test(Test { feature, relation, constant })
        }
        (Some(Item::Constant(constant)), Some(Item::Feature(feature))) => {
            Tree::Test(Test { feature, relation: turned(relation), constant })
        }
        (Some(Item::Constant(a)), Some(Item::Constant(b))) => Tree::Flag(relates(relation, a, b)),
        (Some(Item::Tree(of)), Some(Item::Tree(Tree::Flag(flag))))
        | (Some(Item::Tree(Tree::Flag(flag))), Some(Item::Tree(of))) => {
            if flag == (relation == Relation::Equal) { of } else { Tree::Not(Box::new(of)) }
        }
        _ => Tree::Unknown,
    }
}

fn relates(relation: Relation, a: f64, b: f64) -> bool {
    match relation {
        Relation::Less => a < b,
        Relation::LessOrEqual => a <= b,
        Relation::Greater => a > b,
        Relation::GreaterOrEqual => a >= b,
        Relation::Equal => (a - b).abs() <= 0.0,
        Relation::NotEqual => (a - b).abs() > 0.0,
    }
}
