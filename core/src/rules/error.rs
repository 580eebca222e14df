use std::fmt;

use super::limits::{MOST_DEPTH, MOST_WORK, MOST_WORK_OF_ALL};

/// Why rules cannot be evaluated. What is at fault is named as in `` signal `silent` ``.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RulesError {
    /// More of something than the limit.
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many.
        found: usize,
        /// How many may be.
        limit: usize,
    },
    /// Two of one kind and name.
    Repeated(String),
    /// It reads something that stands after it (or itself): a circle, or a wrong order.
    Order(String),
    /// Its place in the order is taken, or there is none such.
    Place(String),
    /// A text or a condition names a feature that does not exist, or the feature a score, a table
    /// or a row that does not exist.
    NoSuchFeature(String),
    /// A part is missing, there is one too many, or a figure is out of bounds.
    Unsound(String),
    /// A growing duration is used otherwise than in a comparison with a constant or with another
    /// growing one, or a shrinking one otherwise than with a constant, so that nothing would tell
    /// when the condition changes.
    Pace(String),
    /// Its evaluation would take too long, or that of all up to it.
    TooCostly(String),
}

impl fmt::Display for RulesError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooMany { what, found, limit } => write!(out, "{found} {what}, at most {limit}"),
            Self::Repeated(name) => write!(out, "{name} is defined twice"),
            Self::Order(name) => write!(out, "{name} reads something that is not before it"),
            Self::Place(name) => write!(out, "{name} has no place of its own in the order"),
            Self::NoSuchFeature(name) => write!(out, "{name} names something that does not exist"),
            Self::Unsound(name) => {
                write!(out, "{name} lacks a part, or has one too many or out of bounds")
            }
            Self::Pace(name) => {
                write!(
                    out,
                    "{name} uses a growing or shrinking duration otherwise than in a plain comparison"
                )
            }
            Self::TooCostly(name) => write!(
                out,
                "{name} takes too much work: at most {MOST_WORK} instructions, {MOST_WORK_OF_ALL} \
                 with all before it, and scores within each other {MOST_DEPTH} deep"
            ),
        }
    }
}

impl std::error::Error for RulesError {}
