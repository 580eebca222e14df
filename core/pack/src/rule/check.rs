//! Types: an expression that passes becomes instructions that the device accepts.

use std::fmt;
use std::ops::Range;

use staykit_core::profile::{Feature, ScalarType, Window};
use staykit_core::rules::Program;
use staykit_core::rules::program::{Op, Operation, Relation};

use super::conclusions::{Concluded, concluded_by};
use super::facts;
use super::syntax::{Excerpt, Expr, Kind};
use super::tables::Tables;
use crate::problem::Problems;

/// What an expression gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Integer,
    Number,
    Flag,
    /// Whole milliseconds; compares with durations only.
    Duration,
}

impl fmt::Display for Type {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Integer => "a whole number",
            Self::Number => "a number",
            Self::Flag => "yes or no",
            Self::Duration => "a duration",
        })
    }
}

impl Type {
    pub(super) fn of(feature: &Feature) -> Self {
        match feature.scalar_type() {
            ScalarType::Integer if feature.is_duration() => Self::Duration,
            ScalarType::Integer => Self::Integer,
            ScalarType::Number => Self::Number,
            ScalarType::Flag => Self::Flag,
        }
    }
}

/// Instructions that leave one value.
pub(super) struct Code {
    pub(super) ops: Vec<Op>,
    pub(super) kind: Type,
}

impl Code {
    pub(super) fn one(op: Op, kind: Type) -> Self {
        Self { ops: vec![op], kind }
    }

    /// The same value as a number with a fraction.
    pub(super) fn into_number(mut self) -> Self {
        let small = match self.ops.as_slice() {
            [Op::Integer(value)] => i32::try_from(*value).ok(),
            _ => None,
        };
        if let Some(value) = small {
            return Self::one(Op::Number(f64::from(value)), Type::Number);
        }
        self.ops.push(Op::ToNumber);
        Self { ops: self.ops, kind: Type::Number }
    }

    fn join(mut self, other: Self, last: Op, kind: Type) -> Self {
        self.ops.extend(other.ops);
        self.ops.push(last);
        Self { ops: self.ops, kind }
    }
}

/// Checks one expression; what it refers to gets a number in `tables`.
pub(super) struct Checker<'c, 'a> {
    pub(super) excerpt: Excerpt<'c>,
    pub(super) tables: &'c mut Tables,
    pub(super) problems: &'c mut Problems<'a>,
}

/// Compiles a condition; `None` after a problem.
pub(crate) fn condition(
    excerpt: Excerpt<'_>,
    expr: &Expr,
    tables: &mut Tables,
    problems: &mut Problems<'_>,
) -> Option<Program> {
    let mut checker = Checker { excerpt, tables, problems };
    let code = checker.flag(expr)?;
    let features = &checker.tables.features;
    let kind = |number: u16| features.get(usize::from(number)).map(Feature::scalar_type);
    match Program::new(code.ops, &kind) {
        Ok(program) => {
            if program.features().is_empty() {
                let message = "reads nothing about the person: always the same".to_owned();
                let spot = checker.excerpt.spot(&expr.range, checker.problems);
                checker.problems.warn(spot, message, None);
            }
            Some(program)
        }
        Err(error) => checker.wrong(&expr.range, format!("too much for one condition: {error}")),
    }
}

/// Whether one side is time in sessions and the other neither that nor a constant duration: they
/// would not grow at the same pace.
fn paces_differ(left: &Expr, right: &Expr) -> bool {
    let called = |expr: &Expr| match &expr.kind {
        Kind::Call(name, _) => Some(name.clone()),
        _ => None,
    };
    let (Some(left), Some(right)) = (called(left), called(right)) else { return false };
    let of_sessions = |name: &str| name == "session_time" || name == "session_length";
    let constant = |name: &str| super::DURATIONS.iter().any(|(unit, _)| *unit == name);
    of_sessions(&left) && !constant(&right) || of_sessions(&right) && !constant(&left)
}

/// Whether one side is time that runs out and the other no constant duration.
fn one_runs_out(left: &Expr, right: &Expr) -> bool {
    let called = |expr: &Expr, names: &[&str]| match &expr.kind {
        Kind::Call(name, _) => names.contains(&name.as_str()),
        _ => false,
    };
    let units: Vec<&str> = super::DURATIONS.iter().map(|(unit, _)| *unit).collect();
    let runs_out = |expr| called(expr, &["streak_left", "next_active_window"]);
    runs_out(left) && !called(right, &units) || runs_out(right) && !called(left, &units)
}

/// The milliseconds of a constant duration such as `hours(2)`.
pub(crate) fn duration(
    excerpt: Excerpt<'_>,
    expr: &Expr,
    tables: &mut Tables,
    problems: &mut Problems<'_>,
) -> Option<i64> {
    Checker { excerpt, tables, problems }.duration(expr)
}

/// A constant window such as `days(7)`.
pub(crate) fn window(
    excerpt: Excerpt<'_>,
    expr: &Expr,
    tables: &mut Tables,
    problems: &mut Problems<'_>,
) -> Option<Window> {
    Checker { excerpt, tables, problems }.window(expr)
}

impl Checker<'_, '_> {
    /// Adds a problem. Gives `None`, for whoever has nothing to go on with.
    pub(super) fn wrong<T>(
        &mut self,
        range: &Range<usize>,
        message: impl Into<String>,
    ) -> Option<T> {
        let spot = self.excerpt.spot(range, self.problems);
        self.problems.add(spot, message);
        None
    }

    fn flag(&mut self, expr: &Expr) -> Option<Code> {
        let code = self.value(expr)?;
        if code.kind == Type::Flag {
            return Some(code);
        }
        let message = format!("{} is no condition; compare it, such as with >", code.kind);
        self.wrong(&expr.range, message)
    }

    pub(super) fn value(&mut self, expr: &Expr) -> Option<Code> {
        match &expr.kind {
            Kind::Integer(value) => Some(Code::one(Op::Integer(*value), Type::Integer)),
            Kind::Number(value) => Some(Code::one(Op::Number(*value), Type::Number)),
            Kind::Flag(value) => Some(Code::one(Op::Flag(*value), Type::Flag)),
            Kind::Text(_) => self.wrong(
                &expr.range,
                "a text compares with fact(key), last_value(name, property) and the like, or names something in a function",
            ),
            Kind::Name(name) => self.name(name, expr),
            Kind::Call(name, args) => self.call(name, args, expr),
            Kind::List(_) => self.wrong(
                &expr.range,
                "lists stand in sequence([...]) and path_progress([...]) only; \
                 write a == 'x' || a == 'y'",
            ),
            Kind::Suffix(..) => {
                self.wrong(&expr.range, "`.unit` belongs to texts only; here compare with days(n)")
            }
            Kind::Compare(relation, left, right) => self.compare(*relation, left, right, expr),
            Kind::Arithmetic(operation, left, right) => {
                let (left, right) = (self.value(left), self.value(right));
                self.arithmetic(*operation, left?, right?, expr)
            }
            Kind::And(left, right) => self.logic(left, right, Op::SkipIfFalse, Op::And),
            Kind::Or(left, right) => self.logic(left, right, Op::SkipIfTrue, Op::Or),
            Kind::Not(of) => {
                let mut code = self.flag(of)?;
                code.ops.push(Op::Not);
                Some(code)
            }
            Kind::Negate(of) => self.negate(of, expr),
        }
    }

    fn logic(&mut self, left: &Expr, right: &Expr, skip: fn(u16) -> Op, last: Op) -> Option<Code> {
        let (left_code, right_code) = (self.flag(left), self.flag(right));
        let (mut left_code, right_code) = (left_code?, right_code?);
        let Ok(length) = u16::try_from(right_code.ops.len() + 1) else {
            return self.wrong(&right.range, "too much for one condition");
        };
        left_code.ops.push(skip(length));
        Some(left_code.join(right_code, last, Type::Flag))
    }

    fn compare(
        &mut self,
        relation: Relation,
        left: &Expr,
        right: &Expr,
        whole: &Expr,
    ) -> Option<Code> {
        match (&left.kind, &right.kind) {
            (_, Kind::Text(text)) => return self.text_test(relation, left, text, whole),
            (Kind::Text(text), _) => return self.text_test(relation, right, text, whole),
            _ => {}
        }
        if one_runs_out(left, right) {
            let message = "time that runs out compares with a constant, such as hours(3)";
            return self.wrong(&whole.range, message);
        }
        if paces_differ(left, right) {
            // Nothing would tell when one passes the other while nothing happens.
            let message = "time in sessions compares with a constant, such as minutes(30)";
            return self.wrong(&whole.range, message);
        }
        let (left, right) = (self.value(left), self.value(right));
        let (left, right) = (left?, right?);
        let equality = matches!(relation, Relation::Equal | Relation::NotEqual);
        let (left, right) = match (left.kind, right.kind) {
            (Type::Flag, Type::Flag) if !equality => {
                return self.wrong(&whole.range, "yes or no has no order; write == or !=");
            }
            (a, b) if a == b => (left, right),
            (Type::Integer, Type::Number) => (left.into_number(), right),
            (Type::Number, Type::Integer) => (left, right.into_number()),
            (Type::Duration, _) | (_, Type::Duration) => {
                let message = "a duration compares with a duration, such as minutes(30) or days(5)";
                return self.wrong(&whole.range, message);
            }
            (a, b) => return self.wrong(&whole.range, format!("{a} does not compare with {b}")),
        };
        Some(left.join(right, Op::Compare(relation), Type::Flag))
    }

    /// `fact(key) == 'text'` and the like.
    fn text_test(
        &mut self,
        relation: Relation,
        of: &Expr,
        text: &str,
        whole: &Expr,
    ) -> Option<Code> {
        const TEXTS: &str = "only fact(key), context(key), last_value(name, property) and the \
                             like compare with a text here";
        let Kind::Call(name, args) = &of.kind else {
            return self.wrong(&whole.range, TEXTS);
        };
        if let Some(Concluded::Table(kind)) = concluded_by(name)
            && kind.name() == name
        {
            return self.row_test((kind, relation), (of, text), whole);
        }
        let feature = match name.as_str() {
            "last_value" => {
                let text = self.checked_text(text, &whole.range)?;
                self.last_text(args, text, of)?
            }
            name if facts::TEXTS.contains(&name) => {
                self.fact_is((name, args), text, of, &whole.range)?
            }
            _ => return self.wrong(&whole.range, TEXTS),
        };
        let mut code = self.read(feature, &of.range)?;
        match relation {
            Relation::Equal => {}
            Relation::NotEqual => code.ops.push(Op::Not),
            _ => return self.wrong(&whole.range, "texts have no order here; write == or !="),
        }
        Some(code)
    }

    /// Instructions that read a feature.
    pub(super) fn read(&mut self, feature: Feature, range: &Range<usize>) -> Option<Code> {
        let kind = Type::of(&feature);
        match self.tables.number(feature) {
            Some(number) => Some(Code::one(Op::Feature(number), kind)),
            None => self.wrong(range, "more features than a pack may have"),
        }
    }

    fn arithmetic(
        &mut self,
        operation: Operation,
        left: Code,
        right: Code,
        whole: &Expr,
    ) -> Option<Code> {
        match (left.kind, right.kind) {
            (Type::Integer, Type::Integer) => {}
            (Type::Number, Type::Number) if operation != Operation::Remainder => {}
            (Type::Number, Type::Number) => {
                return self.wrong(&whole.range, "% is for whole numbers");
            }
            (Type::Integer, Type::Number) | (Type::Number, Type::Integer) => {
                let message = "whole numbers and numbers do not mix; write 2.0 for 2, or double(x)";
                return self.wrong(&whole.range, message);
            }
            (Type::Duration, _) | (_, Type::Duration) => {
                let message = "durations are not calculated with; compare them with days(n)";
                return self.wrong(&whole.range, message);
            }
            _ => return self.wrong(&whole.range, "yes or no is not calculated with"),
        }
        if let ([Op::Integer(a)], [Op::Integer(b)]) = (left.ops.as_slice(), right.ops.as_slice()) {
            return match calculate(operation, *a, *b) {
                Some(value) => Some(Code::one(Op::Integer(value), Type::Integer)),
                None => self.wrong(&whole.range, "overflows, or divides by 0"),
            };
        }
        let kind = left.kind;
        Some(left.join(right, Op::Arithmetic(operation), kind))
    }

    fn negate(&mut self, of: &Expr, whole: &Expr) -> Option<Code> {
        let minus_one = |kind| match kind {
            Type::Number => Code::one(Op::Number(-1.0), kind),
            _ => Code::one(Op::Integer(-1), Type::Integer),
        };
        let code = self.value(of)?;
        self.arithmetic(Operation::Multiply, minus_one(code.kind), code, whole)
    }
}

fn calculate(operation: Operation, a: i64, b: i64) -> Option<i64> {
    match operation {
        Operation::Add => a.checked_add(b),
        Operation::Subtract => a.checked_sub(b),
        Operation::Multiply => a.checked_mul(b),
        Operation::Divide => a.checked_div(b),
        Operation::Remainder => a.checked_rem(b),
    }
}
