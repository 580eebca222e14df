//! The verified form of a condition: a few instructions for a small stack.
//!
//! A program comes out of a pack as bytes and is verified once: every instruction known, every
//! feature existing, types right, jumps forward, the stack within its bound, one flag (or number)
//! left at the end. After that evaluation cannot go wrong. `core/docs/rule-language.md` lists the bytes.

use std::fmt;

use super::branches::Branches;
use crate::codec::{Reader, Writer};
use crate::profile::{Definitions, Effort, Feature, ScalarType};

pub use super::op::{Op, Operation};
pub use crate::profile::Relation;

/// Most instructions of one program: ten times the longest built-in condition.
pub const MOST_OPS: usize = 256;
/// Deepest stack of one program.
pub const DEEPEST: usize = 16;

/// A verified condition, or an expression that leaves a number.
#[derive(Debug, Clone)]
pub struct Program {
    /// As [`Program::decode`] reads them: a tenth of the room that instructions take.
    bytes: Box<[u8]>,
    features: Box<[u16]>,
    form: Form,
}

/// The form in which a program is run.
#[derive(Debug, Clone)]
pub(super) enum Form {
    Branches(Branches),
    Stack(Box<[Op]>),
}

/// Why bytes are no program. `op` counts instructions from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProgramError {
    /// An unknown instruction, or the bytes end within one.
    Malformed {
        /// Which instruction.
        op: usize,
    },
    /// More than [`MOST_OPS`] instructions.
    TooLong,
    /// A feature that the pack does not define.
    NoSuchFeature {
        /// Which instruction.
        op: usize,
    },
    /// An operand missing or of the wrong type, or a number that is not finite.
    Type {
        /// Which instruction.
        op: usize,
    },
    /// The stack would grow beyond [`DEEPEST`].
    TooDeep {
        /// Which instruction.
        op: usize,
    },
    /// A jump out of the program or into the middle of another expression.
    Jump {
        /// Which instruction.
        op: usize,
    },
    /// What is left at the end is not one flag.
    Result,
    /// What is left at the end is not one number.
    NoNumber,
}

impl fmt::Display for ProgramError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { op } => write!(out, "instruction {op} is unknown or cut short"),
            Self::TooLong => write!(out, "more than {MOST_OPS} instructions"),
            Self::NoSuchFeature { op } => write!(out, "instruction {op} reads no known feature"),
            Self::Type { op } => write!(out, "instruction {op} has operands of the wrong type"),
            Self::TooDeep { op } => write!(out, "instruction {op}: more than {DEEPEST} operands"),
            Self::Jump { op } => write!(out, "instruction {op} jumps to no right place"),
            Self::Result => write!(out, "the result is not one flag"),
            Self::NoNumber => write!(out, "the result is not one number"),
        }
    }
}

impl std::error::Error for ProgramError {}

/// The features that programs may read.
pub trait Vocabulary {
    /// Type of the values of the feature with that number; `None` if there is none.
    fn scalar_type(&self, feature: u16) -> Option<ScalarType>;

    /// What it takes to read it.
    fn effort(&self, _feature: u16) -> Effort {
        Effort::default()
    }
}

impl<T: Fn(u16) -> Option<ScalarType>> Vocabulary for T {
    fn scalar_type(&self, feature: u16) -> Option<ScalarType> {
        self(feature)
    }
}

impl Vocabulary for Definitions {
    fn scalar_type(&self, feature: u16) -> Option<ScalarType> {
        Some(self.feature(feature)?.scalar_type())
    }

    fn effort(&self, feature: u16) -> Effort {
        self.feature(feature).map(Feature::effort).unwrap_or_default()
    }
}

/// What they mean is the same, however each is run.
impl PartialEq for Program {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Program {
    /// Verifies a condition against the types of the features it may read.
    pub fn new(ops: Vec<Op>, features: &impl Vocabulary) -> Result<Self, ProgramError> {
        match verify(&ops, features)?.as_slice() {
            [ScalarType::Flag] => {
                let branches = Branches::of(&ops, |feature| features.effort(feature));
                Ok(Self::verified(ops, branches))
            }
            _ => Err(ProgramError::Result),
        }
    }

    /// Verifies an expression that leaves a number or a whole number.
    pub fn number(ops: Vec<Op>, features: &impl Vocabulary) -> Result<Self, ProgramError> {
        match verify(&ops, features)?.as_slice() {
            [ScalarType::Integer | ScalarType::Number] => Ok(Self::verified(ops, None)),
            _ => Err(ProgramError::NoNumber),
        }
    }

    fn verified(ops: Vec<Op>, branches: Option<Branches>) -> Self {
        let mut features: Vec<u16> = Vec::new();
        for op in &ops {
            if let Op::Feature(number) = op {
                features.push(*number);
            }
        }
        features.sort_unstable();
        features.dedup();
        let mut bytes = Vec::new();
        let mut out = Writer::new(&mut bytes);
        for op in &ops {
            op.encode(&mut out);
        }
        let form = branches.map_or_else(|| Form::Stack(ops.into()), Form::Branches);
        Self { bytes: bytes.into(), features: features.into(), form }
    }

    /// Reads and verifies a condition.
    pub fn decode(bytes: &[u8], features: &impl Vocabulary) -> Result<Self, ProgramError> {
        Self::new(Self::decode_ops(bytes)?, features)
    }

    /// Reads and verifies an expression that leaves a number or a whole number.
    pub fn decode_number(bytes: &[u8], features: &impl Vocabulary) -> Result<Self, ProgramError> {
        Self::number(Self::decode_ops(bytes)?, features)
    }

    fn decode_ops(bytes: &[u8]) -> Result<Vec<Op>, ProgramError> {
        let mut input = Reader::new(bytes, "program");
        let mut ops = Vec::new();
        while input.remaining() > 0 {
            if ops.len() >= MOST_OPS {
                return Err(ProgramError::TooLong);
            }
            let op = Op::decode(&mut input).ok_or(ProgramError::Malformed { op: ops.len() })?;
            ops.push(op);
        }
        Ok(ops)
    }

    /// The bytes that [`Program::decode`] reads.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        self.bytes.to_vec()
    }

    /// The instructions.
    pub fn ops(&self) -> impl Iterator<Item = Op> {
        let mut input = Reader::new(&self.bytes, "program");
        std::iter::from_fn(move || Op::decode(&mut input))
    }

    /// Numbers of the features it reads, each once, in order.
    #[must_use]
    pub fn features(&self) -> &[u16] {
        &self.features
    }

    /// The whole numbers that a feature is compared with: the thresholds that it may pass.
    pub fn compared_with(&self, feature: u16) -> impl Iterator<Item = i64> {
        let (mut first, mut second) = (None, None);
        self.ops().filter_map(move |op| {
            let before = (first, second);
            (first, second) = (second, Some(op));
            match (before.0?, before.1?, op) {
                (Op::Feature(of), Op::Integer(value), Op::Compare(_))
                | (Op::Integer(value), Op::Feature(of), Op::Compare(_))
                    if of == feature =>
                {
                    Some(value)
                }
                _ => None,
            }
        })
    }

    pub(super) fn form(&self) -> &Form {
        &self.form
    }
}

/// Walks the instructions once with types in place of values; gives the types of what they leave.
fn verify(ops: &[Op], features: &impl Vocabulary) -> Result<Vec<ScalarType>, ProgramError> {
    use ScalarType::{Flag, Integer, Number};
    if ops.len() > MOST_OPS {
        return Err(ProgramError::TooLong);
    }
    let mut stack: Vec<ScalarType> = Vec::with_capacity(DEEPEST);
    // Open jumps, innermost last: the instruction they lead to, and the depth they need there.
    let mut jumps: Vec<(usize, usize)> = Vec::new();
    for (place, op) in ops.iter().enumerate() {
        let wrong = ProgramError::Type { op: place };
        land(&mut jumps, place, &stack)?;
        let pushed = match *op {
            Op::Integer(_) => Integer,
            Op::Number(value) if value.is_finite() => Number,
            Op::Number(_) => return Err(wrong),
            Op::Flag(_) => Flag,
            Op::Feature(number) => {
                features.scalar_type(number).ok_or(ProgramError::NoSuchFeature { op: place })?
            }
            Op::Compare(relation) => {
                let ordered = !matches!(relation, Relation::Equal | Relation::NotEqual);
                match (stack.pop(), stack.pop()) {
                    (Some(right), Some(left)) if right == left && !(ordered && left == Flag) => {
                        Flag
                    }
                    _ => return Err(wrong),
                }
            }
            Op::Arithmetic(operation) => match (stack.pop(), stack.pop()) {
                (Some(Integer), Some(Integer)) => Integer,
                (Some(Number), Some(Number)) if operation != Operation::Remainder => Number,
                _ => return Err(wrong),
            },
            Op::ToNumber => pop(&mut stack, Integer).map(|()| Number).ok_or(wrong)?,
            Op::Not => pop(&mut stack, Flag).map(|()| Flag).ok_or(wrong)?,
            Op::SkipIfFalse(count) | Op::SkipIfTrue(count) => {
                pop(&mut stack, Flag).ok_or(wrong)?;
                let target = place + 1 + usize::from(count);
                let nested = jumps.last().is_none_or(|(outer, _)| target <= *outer);
                if count == 0 || target > ops.len() || !nested {
                    return Err(ProgramError::Jump { op: place });
                }
                jumps.push((target, stack.len() + 1));
                Flag
            }
            Op::And | Op::Or => match (stack.pop(), stack.pop()) {
                (Some(Flag), Some(Flag)) => Flag,
                _ => return Err(wrong),
            },
        };
        stack.push(pushed);
        // Nothing may reach below what an open jump leaves on the stack.
        if jumps.iter().any(|(target, depth)| place + 1 < *target && stack.len() < *depth) {
            return Err(ProgramError::Jump { op: place });
        }
        if stack.len() > DEEPEST {
            return Err(ProgramError::TooDeep { op: place });
        }
    }
    land(&mut jumps, ops.len(), &stack)?;
    Ok(stack)
}

/// Checks that jumps which end at `place` find the stack as they leave it: a flag on top.
fn land(
    jumps: &mut Vec<(usize, usize)>,
    place: usize,
    stack: &[ScalarType],
) -> Result<(), ProgramError> {
    while let Some((_, needed)) = jumps.pop_if(|(target, _)| *target == place) {
        if needed != stack.len() || stack.last() != Some(&ScalarType::Flag) {
            return Err(ProgramError::Jump { op: place });
        }
    }
    Ok(())
}

fn pop(stack: &mut Vec<ScalarType>, wanted: ScalarType) -> Option<()> {
    (stack.pop()? == wanted).then_some(())
}
