//! Compiled conditions and the signals they raise.

mod evaluate;
mod explain;
pub mod program;
mod says;
mod signal;
mod signals;
mod words;

pub use evaluate::{Readings, holds};
pub use explain::{Comparison, explain};
pub use program::{Op, Operation, Program, ProgramError, Relation};
pub use signal::{MOST_SIGNALS, Rules, RulesError, Signal};
pub(crate) use signals::{Marked, Pass, Reading};
pub use signals::{SignalChange, SignalState, Signals};
pub use words::duration;
