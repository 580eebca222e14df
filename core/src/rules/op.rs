//! The instructions of programs.

use crate::codec::{Reader, Writer};
use crate::profile::Relation;

/// One instruction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Op {
    /// Pushes a whole number.
    Integer(i64),
    /// Pushes a number.
    Number(f64),
    /// Pushes a flag.
    Flag(bool),
    /// Pushes the value of a feature.
    Feature(u16),
    /// Pops two values of one type, pushes whether the lower one is so to the upper one.
    Compare(Relation),
    /// Pops two numbers (or whole numbers), pushes what the operation gives, or a fault.
    Arithmetic(Operation),
    /// Turns the whole number on top into a number.
    ToNumber,
    /// Turns the flag on top round.
    Not,
    /// If the top is `false`, skips this many instructions (the right side and its `And`).
    SkipIfFalse(u16),
    /// If the top is `true`, skips this many instructions.
    SkipIfTrue(u16),
    /// Pops two flags, pushes whether both hold: `false` wins over a fault.
    And,
    /// Pops two flags, pushes whether one holds: `true` wins over a fault.
    Or,
}

/// What to do with two numbers. Whole numbers that overflow, and a division of them by 0, are
/// faults, as in CEL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`, whole numbers only
    Remainder,
}

const OPERATIONS: [Operation; 5] = [
    Operation::Add,
    Operation::Subtract,
    Operation::Multiply,
    Operation::Divide,
    Operation::Remainder,
];

impl Op {
    pub(super) fn encode(self, out: &mut Writer<'_>) {
        match self {
            Self::Integer(value) => {
                out.byte(0x01);
                out.signed(value);
            }
            Self::Number(value) => {
                out.byte(0x02);
                out.float(value);
            }
            Self::Flag(value) => out.byte(if value { 0x04 } else { 0x03 }),
            Self::Feature(number) => {
                out.byte(0x05);
                out.unsigned(u64::from(number));
            }
            Self::Compare(relation) => out.byte(0x10 + relation.number()),
            Self::Arithmetic(operation) => out.byte(0x20 + place_of(&OPERATIONS, operation)),
            Self::ToNumber => out.byte(0x28),
            Self::Not => out.byte(0x30),
            Self::SkipIfFalse(count) => {
                out.byte(0x31);
                out.unsigned(u64::from(count));
            }
            Self::SkipIfTrue(count) => {
                out.byte(0x32);
                out.unsigned(u64::from(count));
            }
            Self::And => out.byte(0x33),
            Self::Or => out.byte(0x34),
        }
    }

    pub(super) fn decode(input: &mut Reader<'_>) -> Option<Self> {
        let short = |input: &mut Reader<'_>| u16::try_from(input.unsigned().ok()?).ok();
        Some(match input.byte().ok()? {
            0x01 => Self::Integer(input.signed().ok()?),
            0x02 => Self::Number(input.float().ok()?),
            0x03 => Self::Flag(false),
            0x04 => Self::Flag(true),
            0x05 => Self::Feature(short(input)?),
            code @ 0x10..0x20 => Self::Compare(Relation::from_number(code - 0x10)?),
            0x28 => Self::ToNumber,
            code @ 0x20..0x28 => Self::Arithmetic(*OPERATIONS.get(usize::from(code - 0x20))?),
            0x30 => Self::Not,
            0x31 => Self::SkipIfFalse(short(input)?),
            0x32 => Self::SkipIfTrue(short(input)?),
            0x33 => Self::And,
            0x34 => Self::Or,
            _ => return None,
        })
    }
}

fn place_of<T: Copy + PartialEq>(table: &[T], wanted: T) -> u8 {
    table
        .iter()
        .position(|entry| *entry == wanted)
        .and_then(|at| u8::try_from(at).ok())
        .unwrap_or(0)
}
