//! Compiled conditions and what they conclude: signals and tags, scores, and tables of segments,
//! stages and levels.

mod branches;
mod change;
mod error;
mod evaluate;
mod explain;
mod limits;
mod op;
mod order;
mod plan;
pub mod program;
mod reading;
mod ruleset;
mod says;
mod score;
mod share;
mod signal;
mod signals;
mod standing;
mod state;
mod table;
mod value;
mod words;

pub(crate) use change::{Changes, reason};
pub use change::{SignalChange, TableChange};
pub use error::RulesError;
pub use evaluate::{amount, holds};
pub use explain::{Comparison, Part, explain};
pub use limits::{MOST_DEPTH, MOST_WORK, MOST_WORK_OF_ALL};
pub use program::{Op, Operation, Program, ProgramError, Relation, Vocabulary};
pub(crate) use reading::{Pass, Reading};
pub use ruleset::{MOST_SCORES, MOST_TABLES, Rules};
pub use score::{Factor, MOST_FACTORS, MOST_HUNDREDTHS, MOST_STEPS, Scale, Score};
pub use share::Share;
pub(crate) use share::points_text;
pub use signal::{MOST_SIGNALS, Signal};
pub(crate) use state::Marked;
pub use state::{SignalState, Signals, TableState};
pub use table::{LARGEST_MULTIPLIER, MOST_ROWS, Row, Table, TableKind};
pub use value::Readings;
pub use words::duration;
pub(crate) use words::shares_text;
