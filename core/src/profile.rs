//! What is known of the person: features kept up to date by a fold over events.

mod aggregate;
mod baseline;
mod chain;
mod coding;
mod definitions;
mod derived;
mod facts;
mod feature;
mod filter;
mod funnel;
mod holidays;
mod keeping;
mod last;
pub mod limits;
mod moment;
mod prediction;
mod ring;
mod scalar;
mod session;
mod slot;
mod state;
mod tally;
mod timed;
mod validity;
mod window;

pub use aggregate::{Aggregate, Summary};
pub use baseline::{Baseline, BaselineFigure, Measure};
pub use chain::{CHAIN_BYTES, LONGEST_ACTION};
pub use definitions::{Definitions, DefinitionsError, Funnel};
pub use derived::Derived;
pub use facts::{FactChange, TextTest, TooManyFacts};
pub use feature::{Effort, Feature};
pub use filter::{Constant, Events, Part, Relation, Test};
pub use holidays::{DayRange, Holidays};
pub use last::{KeptValue, LastValue};
pub use prediction::Prediction;
pub use scalar::{Motion, Scalar, ScalarType};
pub use session::Sessions;
pub use state::Profile;
pub use timed::{
    Decayed, Lapse, LongSessions, Path, Regularity, Rhythm, Sequence, Streak, StreakFigure, Timed,
    Turn, WeekHours,
};
pub use validity::ValidFrom;
pub use window::{Unit, Window};
