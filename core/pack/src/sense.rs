//! Whether conditions make sense: what can never hold, what always holds, what excludes what.
//!
//! A condition is taken apart into comparisons of one feature with one constant; whatever else is
//! in it may be anything. So what is said here is certain, but not all that could be.

mod domain;
mod range;
mod report;
mod rules;
mod search;
mod tree;

pub(crate) use rules::{Start, Written, segments, signal, stage, start, threshold};
pub(crate) use search::Budget;
pub(crate) use tree::Tree;
