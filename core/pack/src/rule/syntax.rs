//! The part of CEL that rules are written in.

use std::ops::Range;

use staykit_core::rules::program::{Operation, Relation};

use crate::problem::Problems;
use crate::read::Scalar;
use crate::source::Spot;

/// An expression within a value of the YAML.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Excerpt<'n> {
    scalar: &'n Scalar,
    /// Bytes of the scalar's text.
    start: usize,
    end: usize,
}

impl<'n> Excerpt<'n> {
    pub(crate) fn whole(scalar: &'n Scalar) -> Self {
        Self { scalar, start: 0, end: scalar.text.len() }
    }

    pub(crate) fn part(scalar: &'n Scalar, range: &Range<usize>) -> Self {
        Self { scalar, start: range.start, end: range.end }
    }

    pub(crate) fn text(&self) -> &'n str {
        self.scalar.text.get(self.start..self.end).unwrap_or_default()
    }

    /// Where a part of the expression stands in the source.
    pub(crate) fn spot(&self, range: &Range<usize>, problems: &Problems<'_>) -> Spot {
        let range = self.start + range.start..self.start + range.end;
        self.scalar.part(range, problems.source())
    }
}

/// An expression and the bytes of the excerpt it stands in.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Expr {
    pub(crate) kind: Kind,
    pub(crate) range: Range<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    Integer(i64),
    Number(f64),
    Text(String),
    Flag(bool),
    Name(String),
    Call(String, Vec<Expr>),
    /// `['a', 'b']`, as the argument of a function only.
    List(Vec<Expr>),
    /// `x.days`, in texts only.
    Suffix(Box<Expr>, String),
    Compare(Relation, Box<Expr>, Box<Expr>),
    Arithmetic(Operation, Box<Expr>, Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
    Negate(Box<Expr>),
}

impl Expr {
    pub(crate) fn parts(&self) -> Vec<&Expr> {
        match &self.kind {
            Kind::Call(_, parts) | Kind::List(parts) => parts.iter().collect(),
            Kind::Suffix(of, _) | Kind::Not(of) | Kind::Negate(of) => vec![of],
            Kind::Compare(_, left, right)
            | Kind::Arithmetic(_, left, right)
            | Kind::And(left, right)
            | Kind::Or(left, right) => vec![left, right],
            Kind::Integer(_) | Kind::Number(_) | Kind::Text(_) | Kind::Flag(_) | Kind::Name(_) => {
                Vec::new()
            }
        }
    }
}
