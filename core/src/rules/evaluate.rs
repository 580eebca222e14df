//! Running a program: a few nanoseconds, no allocation, no failure.

use super::program::{DEEPEST, Form, Op, Operation, Program};
use super::value::{Readings, Slot, compare};
use crate::profile::Scalar;

/// Whether the condition holds. A fault, as CEL has it: an overflow, a division by 0, is no.
#[must_use]
pub fn holds(program: &Program, readings: &impl Readings) -> bool {
    match program.form() {
        Form::Branches(branches) => branches.hold(readings),
        Form::Stack(ops) => run(ops, readings) == Slot::Value(Scalar::Flag(true)),
    }
}

/// The number that an expression leaves; `None` for a fault.
#[must_use]
pub fn amount(program: &Program, readings: &impl Readings) -> Option<f64> {
    let Form::Stack(ops) = program.form() else { return None };
    match to_number(run(ops, readings)) {
        Slot::Value(Scalar::Number(value)) if !value.is_nan() => Some(value),
        _ => None,
    }
}

pub(super) fn run(ops: &[Op], readings: &impl Readings) -> Slot {
    let mut stack = Stack::new();
    let mut at = 0;
    while let Some(op) = ops.get(at) {
        at += 1 + usize::from(step(&mut stack, *op, |feature| readings.read(feature)));
    }
    stack.pop()
}

/// Runs one instruction; returns how many to skip after it.
pub(super) fn step(stack: &mut Stack, op: Op, read: impl FnOnce(u16) -> Option<Scalar>) -> u16 {
    let pushed = match op {
        Op::Integer(value) => Slot::Value(Scalar::Integer(value)),
        Op::Number(value) => Slot::Value(Scalar::Number(value)),
        Op::Flag(value) => Slot::Value(Scalar::Flag(value)),
        Op::Feature(number) => read(number).map_or(Slot::Fault, Slot::Value),
        Op::Compare(relation) => {
            let right = stack.pop();
            compare(relation, stack.pop(), right)
        }
        Op::Arithmetic(operation) => {
            let right = stack.pop();
            calculate(operation, stack.pop(), right)
        }
        Op::ToNumber => match stack.pop() {
            integer @ Slot::Value(Scalar::Integer(_)) => to_number(integer),
            _ => Slot::Fault,
        },
        Op::Not => match stack.pop() {
            Slot::Value(Scalar::Flag(flag)) => Slot::Value(Scalar::Flag(!flag)),
            _ => Slot::Fault,
        },
        Op::SkipIfFalse(count) => return skip_if(stack, false, count),
        Op::SkipIfTrue(count) => return skip_if(stack, true, count),
        Op::And => decided_by(false, stack.pop(), stack.pop()),
        Op::Or => decided_by(true, stack.pop(), stack.pop()),
    };
    stack.push(pushed);
    0
}

fn skip_if(stack: &Stack, wanted: bool, count: u16) -> u16 {
    if stack.top() == Slot::Value(Scalar::Flag(wanted)) { count } else { 0 }
}

/// `&&` and `||`: one operand that decides outweighs a fault of the other, as in CEL.
fn decided_by(deciding: bool, a: Slot, b: Slot) -> Slot {
    let flag = |flag| Slot::Value(Scalar::Flag(flag));
    if a == flag(deciding) || b == flag(deciding) {
        flag(deciding)
    } else if a == Slot::Fault || b == Slot::Fault {
        Slot::Fault
    } else {
        flag(!deciding)
    }
}

fn calculate(operation: Operation, left: Slot, right: Slot) -> Slot {
    let value = match (left, right) {
        (Slot::Value(Scalar::Integer(a)), Slot::Value(Scalar::Integer(b))) => match operation {
            Operation::Add => a.checked_add(b),
            Operation::Subtract => a.checked_sub(b),
            Operation::Multiply => a.checked_mul(b),
            Operation::Divide => a.checked_div(b),
            Operation::Remainder => a.checked_rem(b),
        }
        .map(Scalar::Integer),
        (Slot::Value(Scalar::Number(a)), Slot::Value(Scalar::Number(b))) => match operation {
            Operation::Add => Some(a + b),
            Operation::Subtract => Some(a - b),
            Operation::Multiply => Some(a * b),
            Operation::Divide => Some(a / b),
            Operation::Remainder => None,
        }
        .map(Scalar::Number),
        _ => None,
    };
    value.map_or(Slot::Fault, Slot::Value)
}

#[expect(clippy::cast_precision_loss, reason = "CEL's double(int) rounds to the nearest")]
fn to_number(slot: Slot) -> Slot {
    match slot {
        Slot::Value(Scalar::Integer(value)) => Slot::Value(Scalar::Number(value as f64)),
        Slot::Value(Scalar::Number(_)) => slot,
        _ => Slot::Fault,
    }
}

/// A stack that verification has shown to be deep enough.
pub(super) struct Stack {
    slots: [Slot; DEEPEST],
    depth: usize,
}

impl Stack {
    pub(super) fn new() -> Self {
        Self { slots: [Slot::Fault; DEEPEST], depth: 0 }
    }

    fn push(&mut self, slot: Slot) {
        if let Some(place) = self.slots.get_mut(self.depth) {
            *place = slot;
            self.depth += 1;
        }
    }

    pub(super) fn pop(&mut self) -> Slot {
        self.depth = self.depth.saturating_sub(1);
        self.slots.get(self.depth).copied().unwrap_or(Slot::Fault)
    }

    fn top(&self) -> Slot {
        let place = self.depth.checked_sub(1);
        place.and_then(|place| self.slots.get(place)).copied().unwrap_or(Slot::Fault)
    }

    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    /// The two on top, the lower one first.
    pub(super) fn top_two(&self) -> (Slot, Slot) {
        let at = |below: usize| {
            let place = self.depth.checked_sub(below);
            place.and_then(|place| self.slots.get(place)).copied().unwrap_or(Slot::Fault)
        };
        (at(2), at(1))
    }
}

#[cfg(test)]
mod tests {
    use super::super::program::{Op, Operation, Program, ProgramError, Relation};
    use super::{Readings, amount, holds};
    use crate::profile::{Scalar, ScalarType};
    use proptest::prelude::{any, proptest};

    struct Fixed(i64);

    impl Readings for Fixed {
        fn read(&self, _: u16) -> Option<Scalar> {
            Some(Scalar::Integer(self.0))
        }
    }

    fn integers(feature: u16) -> Option<ScalarType> {
        (feature < 4).then_some(ScalarType::Integer)
    }

    fn program(ops: &[Op]) -> Result<Program, ProgramError> {
        Program::new(ops.to_vec(), &integers)
    }

    #[test]
    fn comparisons_and_their_combinations_mean_what_they_say() {
        let between = program(&[
            Op::Feature(0),
            Op::Integer(3),
            Op::Compare(Relation::GreaterOrEqual),
            Op::SkipIfFalse(4),
            Op::Feature(0),
            Op::Integer(7),
            Op::Compare(Relation::Less),
            Op::And,
        ])
        .unwrap();
        let held: Vec<bool> = [2, 3, 6, 7].map(|value| holds(&between, &Fixed(value))).to_vec();
        assert_eq!(held, [false, true, true, false]);
        assert_eq!(Program::decode(&between.encode(), &integers), Ok(between));
    }

    #[test]
    fn an_amount_may_be_one_feature() {
        let amounts = [vec![Op::Feature(0), Op::ToNumber], vec![Op::Feature(0)]];
        for ops in amounts {
            let program = Program::number(ops, &integers).unwrap();
            assert_eq!(amount(&program, &Fixed(7)).map(f64::to_bits), Some(7.0_f64.to_bits()));
        }
    }

    #[test]
    fn a_division_by_zero_is_a_fault_that_a_deciding_operand_outweighs() {
        let fault = [
            Op::Integer(1),
            Op::Feature(0),
            Op::Arithmetic(Operation::Divide),
            Op::Integer(1),
            Op::Compare(Relation::Equal),
        ];
        assert!(!holds(&program(&fault).unwrap(), &Fixed(0)));
        let negated = [&fault[..], &[Op::Not]].concat();
        assert!(!holds(&program(&negated).unwrap(), &Fixed(0)));
        let outweighed = [&fault[..], &[Op::SkipIfTrue(2), Op::Flag(true), Op::Or]].concat();
        assert!(holds(&program(&outweighed).unwrap(), &Fixed(0)));
    }

    #[test]
    fn programs_that_could_go_wrong_are_refused() {
        let refused = |ops: &[Op]| program(ops).unwrap_err();
        assert_eq!(refused(&[]), ProgramError::Result);
        assert_eq!(refused(&[Op::Integer(1)]), ProgramError::Result);
        assert_eq!(refused(&[Op::Feature(4)]), ProgramError::NoSuchFeature { op: 0 });
        assert_eq!(refused(&[Op::And]), ProgramError::Type { op: 0 });
        assert_eq!(refused(&[Op::Flag(true), Op::SkipIfFalse(1)]), ProgramError::Jump { op: 1 });
        assert_eq!(
            refused(&[Op::Flag(true), Op::SkipIfFalse(1), Op::Flag(true), Op::And]),
            ProgramError::Jump { op: 3 }
        );
        assert_eq!(refused(&[Op::Integer(1); 20]), ProgramError::TooDeep { op: 16 });
        assert_eq!(refused(&vec![Op::Flag(true); 300]), ProgramError::TooLong);
        assert_eq!(refused(&[Op::Number(f64::NAN)]), ProgramError::Type { op: 0 });
    }

    proptest! {
        #[test]
        fn random_bytes_are_refused_or_run(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            if let Ok(program) = Program::decode(&bytes, &integers) {
                let _ = holds(&program, &Fixed(5));
            }
        }
    }
}
