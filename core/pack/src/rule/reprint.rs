//! Programs back to text, for people who look into a compiled pack.

mod features;
mod timed;

use std::fmt::Write;

use staykit_core::profile::{Derived, Feature, Prediction, ScalarType};
use staykit_core::rules::program::{Op, Operation, Relation};
use staykit_core::rules::{Program, Rules};

use super::DURATIONS;

/// Prints conditions with the names of what they read.
pub(crate) struct Reprint<'p> {
    pub(crate) features: &'p [Feature],
    pub(crate) signals: &'p [&'p str],
    pub(crate) funnels: &'p [&'p str],
    pub(crate) rules: &'p Rules,
    pub(crate) predictions: &'p [Prediction],
}

/// How tightly an expression binds: loosely bound ones get parentheses inside tighter ones.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Or,
    And,
    Compare,
    Sum,
    Product,
    Unary,
    Value,
}

/// A printed part of an expression.
struct Part<'p> {
    text: String,
    binding: Binding,
    origin: Origin<'p>,
}

/// What a part is, where that matters for what stands beside it.
#[derive(Clone, Copy)]
enum Origin<'p> {
    Constant(i64),
    Feature(&'p Feature),
    Other,
}

impl<'p> Part<'p> {
    fn new(text: String, binding: Binding) -> Self {
        Self { text, binding, origin: Origin::Other }
    }

    fn of(origin: Origin<'p>, text: String, binding: Binding) -> Self {
        Self { text, binding, origin }
    }

    fn within(&self, binding: Binding) -> String {
        if self.binding < binding { format!("({})", self.text) } else { self.text.clone() }
    }

    /// As one side of a comparison: a constant beside a duration is one.
    fn beside(&self, other: &Self) -> String {
        match (self.origin, other.origin) {
            (Origin::Constant(ms), Origin::Feature(of)) if of.is_duration() => duration(ms),
            _ => self.within(Binding::Sum),
        }
    }
}

impl<'p> Reprint<'p> {
    /// The condition that a program was compiled from, or one that means the same.
    pub(crate) fn condition(&self, program: &Program) -> String {
        let mut stack: Vec<Part<'_>> = Vec::new();
        for op in program.ops() {
            if let Some(part) = self.part(op, &mut stack) {
                stack.push(part);
            }
        }
        stack.pop().map(|part| part.text).unwrap_or_default()
    }

    fn part(&self, op: Op, stack: &mut Vec<Part<'p>>) -> Option<Part<'p>> {
        Some(match op {
            Op::Integer(value) => {
                Part::of(Origin::Constant(value), value.to_string(), Binding::Value)
            }
            Op::Number(value) => Part::new(format!("{value:?}"), Binding::Value),
            Op::Flag(value) => Part::new(value.to_string(), Binding::Value),
            Op::Feature(number) => {
                let feature = self.features.get(usize::from(number))?;
                let binding = match feature {
                    Feature::FactIs(_)
                    | Feature::ContextIs(_)
                    | Feature::Derived(Derived::Is { .. }) => Binding::Compare,
                    Feature::LastValue(last) if last.scalar_type() == ScalarType::Flag => {
                        Binding::Compare
                    }
                    _ => Binding::Value,
                };
                Part::of(Origin::Feature(feature), self.feature(feature), binding)
            }
            Op::Compare(relation) => compare(relation, stack)?,
            Op::Arithmetic(operation) => calculate(operation, stack)?,
            Op::ToNumber => Part::new(format!("double({})", stack.pop()?.text), Binding::Value),
            Op::Not => {
                Part::new(format!("!{}", stack.pop()?.within(Binding::Unary)), Binding::Unary)
            }
            Op::And => join("&&", Binding::And, stack)?,
            Op::Or => join("||", Binding::Or, stack)?,
            Op::SkipIfFalse(_) | Op::SkipIfTrue(_) => return None,
        })
    }
}

fn compare<'p>(relation: Relation, stack: &mut Vec<Part<'p>>) -> Option<Part<'p>> {
    let (right, left) = (stack.pop()?, stack.pop()?);
    // `absent` is one function: the name and the duration it is held against.
    if let (Origin::Feature(Feature::Absent(events)), Origin::Constant(ms)) =
        (left.origin, right.origin)
        && relation == Relation::GreaterOrEqual
    {
        let text = features::call("absent", events, &[duration(ms)]);
        return Some(Part::new(text, Binding::Value));
    }
    let text = format!("{} {relation} {}", left.beside(&right), right.beside(&left));
    Some(Part::new(text, Binding::Compare))
}

fn calculate<'p>(operation: Operation, stack: &mut Vec<Part<'p>>) -> Option<Part<'p>> {
    let (right, left) = (stack.pop()?, stack.pop()?);
    let (sign, binding) = match operation {
        Operation::Add => ("+", Binding::Sum),
        Operation::Subtract => ("-", Binding::Sum),
        Operation::Multiply => ("*", Binding::Product),
        Operation::Divide => ("/", Binding::Product),
        Operation::Remainder => ("%", Binding::Product),
    };
    let tighter = if binding == Binding::Sum { Binding::Product } else { Binding::Unary };
    let text = format!("{} {sign} {}", left.within(binding), right.within(tighter));
    Some(Part::new(text, binding))
}

fn join<'p>(sign: &str, binding: Binding, stack: &mut Vec<Part<'p>>) -> Option<Part<'p>> {
    let (right, left) = (stack.pop()?, stack.pop()?);
    let text = format!("{} {sign} {}", left.within(binding), right.within(binding));
    Some(Part::new(text, binding))
}

/// A duration as the language writes it, in the largest unit up to days that it is whole in.
fn duration(ms: i64) -> String {
    match whole_units(ms) {
        Some((unit, count)) => format!("{unit}({count})"),
        None => format!("{ms} ms"),
    }
}

/// A duration in words: `30 minutes`.
pub(crate) fn in_words(ms: i64) -> String {
    match whole_units(ms) {
        Some((unit, 1)) => format!("1 {}", unit.trim_end_matches('s')),
        Some((unit, count)) => format!("{count} {unit}"),
        None => format!("{ms} ms"),
    }
}

fn whole_units(ms: i64) -> Option<(&'static str, i64)> {
    let mut units = DURATIONS.iter().rev().filter(|(unit, _)| *unit != "weeks");
    let (unit, unit_ms) = units.find(|(_, unit_ms)| ms % unit_ms == 0 && ms != 0)?;
    Some((unit, ms / unit_ms))
}

/// A text as CEL writes it.
fn quote(text: &str) -> String {
    let mut quoted = String::from("'");
    for found in text.chars() {
        if matches!(found, '\'' | '\\') {
            quoted.push('\\');
        }
        // `write!` to a String does not fail.
        let _ = write!(quoted, "{found}");
    }
    quoted.push('\'');
    quoted
}
