//! Conditions: CEL text to checked programs.

mod aggregates;
mod arguments;
mod baselines;
mod check;
mod conclusions;
mod facts;
mod filters;
mod functions;
mod hours;
mod parse;
mod refuse;
mod reprint;
mod says;
mod signatures;
mod syntax;
mod tables;
mod timed;

pub(crate) use arguments::event_name;
pub(crate) use check::{condition, duration, window};
pub(crate) use conclusions::{Amount, Concluded, amount, conclusions_read};
pub(crate) use parse::parse;
pub(crate) use reprint::{Reprint, in_words};
pub(crate) use says::says;
pub(crate) use syntax::{Excerpt, Expr, Kind};
pub(crate) use tables::{RowNames, Tables};

/// Milliseconds of each unit of duration that the language has.
pub(crate) const DURATIONS: [(&str, i64); 5] = [
    ("seconds", staykit_core::time::SECOND_MS),
    ("minutes", staykit_core::time::MINUTE_MS),
    ("hours", staykit_core::time::HOUR_MS),
    ("days", staykit_core::time::DAY_MS),
    ("weeks", 7 * staykit_core::time::DAY_MS),
];
