//! Conditions and amounts, one instruction after the other; a fault is `None`.

use std::cmp::Ordering;

use staykit_core::profile::Scalar;
use staykit_core::rules::{Op, Operation, Program, Relation};

use super::{Conclusions, Now};
use crate::oracle::as_float;

impl Conclusions {
    pub(super) fn holds(&self, program: &Program, now: &Now<'_>) -> bool {
        self.run(program, now) == Some(Scalar::Flag(true))
    }

    pub(super) fn number(&self, program: &Program, now: &Now<'_>) -> Option<f64> {
        match self.run(program, now)? {
            Scalar::Integer(value) => Some(as_float(value)),
            Scalar::Number(value) => Some(value).filter(|value| !value.is_nan()),
            Scalar::Flag(_) => None,
        }
    }

    fn run(&self, program: &Program, now: &Now<'_>) -> Option<Scalar> {
        let mut stack: Vec<Option<Scalar>> = Vec::new();
        let ops: Vec<_> = program.ops().collect();
        let mut at = 0;
        while let Some(op) = ops.get(at) {
            at += 1;
            let top = stack.last().copied().flatten();
            let pushed = match *op {
                Op::Integer(value) => Some(Scalar::Integer(value)),
                Op::Number(value) => Some(Scalar::Number(value)),
                Op::Flag(value) => Some(Scalar::Flag(value)),
                Op::Feature(number) => self.read(number, now),
                Op::SkipIfFalse(count) | Op::SkipIfTrue(count) => {
                    let wanted = matches!(op, Op::SkipIfTrue(_));
                    at += if top == Some(Scalar::Flag(wanted)) { usize::from(count) } else { 0 };
                    continue;
                }
                Op::ToNumber => match stack.pop().unwrap() {
                    Some(Scalar::Integer(value)) => Some(Scalar::Number(as_float(value))),
                    _ => None,
                },
                Op::Not => match stack.pop().unwrap() {
                    Some(Scalar::Flag(flag)) => Some(Scalar::Flag(!flag)),
                    _ => None,
                },
                Op::Compare(relation) => two(&mut stack, |a, b| compared(relation, a?, b?)),
                Op::Arithmetic(operation) => two(&mut stack, |a, b| figured(operation, a?, b?)),
                Op::And => two(&mut stack, |a, b| decided(false, a, b)),
                Op::Or => two(&mut stack, |a, b| decided(true, a, b)),
            };
            stack.push(pushed);
        }
        stack.pop().unwrap()
    }
}

fn two(
    stack: &mut Vec<Option<Scalar>>,
    of: impl FnOnce(Option<Scalar>, Option<Scalar>) -> Option<Scalar>,
) -> Option<Scalar> {
    let right = stack.pop().unwrap();
    of(stack.pop().unwrap(), right)
}

fn decided(by: bool, a: Option<Scalar>, b: Option<Scalar>) -> Option<Scalar> {
    let by = Some(Scalar::Flag(by));
    if a == by || b == by { by } else { a.and(b) }
}

fn compared(relation: Relation, a: Scalar, b: Scalar) -> Option<Scalar> {
    let order = match (a, b) {
        (Scalar::Integer(a), Scalar::Integer(b)) => Some(a.cmp(&b)),
        (Scalar::Number(a), Scalar::Number(b)) => a.partial_cmp(&b),
        (Scalar::Flag(a), Scalar::Flag(b)) => Some(a.cmp(&b)),
        _ => return None,
    };
    Some(Scalar::Flag(match relation {
        Relation::Less => order == Some(Ordering::Less),
        Relation::LessOrEqual => order.is_some_and(Ordering::is_le),
        Relation::Greater => order == Some(Ordering::Greater),
        Relation::GreaterOrEqual => order.is_some_and(Ordering::is_ge),
        Relation::Equal => order == Some(Ordering::Equal),
        Relation::NotEqual => order != Some(Ordering::Equal),
    }))
}

fn figured(operation: Operation, a: Scalar, b: Scalar) -> Option<Scalar> {
    match (a, b) {
        (Scalar::Integer(a), Scalar::Integer(b)) => match operation {
            Operation::Add => a.checked_add(b),
            Operation::Subtract => a.checked_sub(b),
            Operation::Multiply => a.checked_mul(b),
            Operation::Divide => a.checked_div(b),
            Operation::Remainder => a.checked_rem(b),
        }
        .map(Scalar::Integer),
        (Scalar::Number(a), Scalar::Number(b)) => match operation {
            Operation::Add => Some(a + b),
            Operation::Subtract => Some(a - b),
            Operation::Multiply => Some(a * b),
            Operation::Divide => Some(a / b),
            Operation::Remainder => None,
        }
        .map(Scalar::Number),
        _ => None,
    }
}
