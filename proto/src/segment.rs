//! Rows to columns and back: the form of [`v1::Segment`](crate::v1::Segment).
//!
//! [`pack`] is deterministic: equal rows give equal messages. [`rows`] reads what came from
//! outside, so every length and index is checked, and the text it expands is bounded.

use std::fmt;

mod event;
mod pack;
mod seq;
mod unpack;

pub use event::event;
pub use pack::pack;
pub use seq::{seq_deltas, seqs};
pub use unpack::rows;

/// Rows in one segment at most: the events that one batch may hold.
pub const ROWS_MAX: usize = 1_000;

/// Bytes of text (names, values, currencies) in one row at most: what the wire allows an event.
///
/// Without it a segment of 1 MB could name one long string in each of its rows and expand to
/// gigabytes.
pub const ROW_TEXT_BYTES_MAX: usize = 32 * 1024;

/// One event without its identity, which travels beside the segment.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Name as the app gave it.
    pub name: String,
    /// Raw wall clock of the device, milliseconds since 1970-01-01T00:00Z.
    pub wall_ms: i64,
    /// Offset from UTC at that moment, minutes east.
    pub offset_min: i32,
    /// Local calendar day, days since 1970-01-01.
    pub local_day: i32,
    /// Session the event belongs to.
    pub session: u64,
    /// Time since the device started, sleep included, milliseconds; 0 = unknown.
    pub boot_ms: u64,
    /// Names and values, in the order in which the app gave them.
    pub properties: Vec<(String, Property)>,
}

/// A property's value.
#[derive(Debug, Clone, PartialEq)]
pub enum Property {
    /// A text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Number(f64),
    /// Yes or no.
    Flag(bool),
    /// An amount of money.
    Money {
        /// The amount in the minor unit of the currency (cents).
        minor: i64,
        /// ISO 4217 code.
        currency: String,
    },
}

/// Why a segment, or its list of sequence numbers, cannot be read.
///
/// `column` is the field's name in the proto files; `place` counts from 0 within that column,
/// except in [`SegmentError::RowTooLong`], where `row` counts events.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SegmentError {
    /// More rows than [`ROWS_MAX`].
    TooManyRows {
        /// Rows found.
        rows: usize,
        /// Rows allowed.
        limit: usize,
    },
    /// A column is longer or shorter than the rows, or the values before it, ask for.
    Length {
        /// The column.
        column: &'static str,
        /// Entries asked for.
        expected: u64,
        /// Entries found.
        found: u64,
    },
    /// A column of values ended before the properties did.
    Exhausted {
        /// The column.
        column: &'static str,
        /// Entries it has: the place of the one that is missing.
        place: usize,
    },
    /// An index points outside the table of strings.
    Index {
        /// The column that bears the index.
        column: &'static str,
        /// Where in the column.
        place: usize,
        /// The index.
        index: i64,
        /// Strings in the table.
        limit: usize,
    },
    /// A property is of no known kind.
    Kind {
        /// Which property.
        place: usize,
        /// The number found.
        kind: i32,
    },
    /// A flag is neither 0 nor 1.
    Flag {
        /// Where in the column `integer`.
        place: usize,
        /// The number found.
        value: i64,
    },
    /// The text of a row, once expanded, is longer than [`ROW_TEXT_BYTES_MAX`].
    RowTooLong {
        /// Which row.
        row: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// A sequence number is not above the one before it (the first: not above 0), or does not
    /// fit in 64 bits.
    Sequence {
        /// Where in the column `seq_delta`.
        place: usize,
        /// The difference found.
        delta: u64,
    },
}

impl fmt::Display for SegmentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManyRows { rows, limit } => {
                write!(f, "segment has {rows} rows, more than {limit}")
            }
            Self::Length { column, expected, found } => {
                write!(f, "column {column} has {found} entries instead of {expected}")
            }
            Self::Exhausted { column, place } => {
                write!(f, "column {column} ends at {place}, but a property asks for more")
            }
            Self::Index { column, place, index, limit } => {
                write!(f, "column {column} at {place}: no string {index} in a table of {limit}")
            }
            Self::Kind { place, kind } => {
                write!(f, "column property_kind at {place}: unknown kind {kind}")
            }
            Self::Flag { place, value } => {
                write!(f, "column integer at {place}: {value} is no flag (0 or 1)")
            }
            Self::RowTooLong { row, limit } => {
                write!(f, "row {row} has more than {limit} bytes of text")
            }
            Self::Sequence { place, delta } => {
                write!(f, "column seq_delta at {place}: difference {delta} is not allowed")
            }
        }
    }
}

impl std::error::Error for SegmentError {}
