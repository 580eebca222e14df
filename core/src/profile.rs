//! What is known of the person: features kept up to date by a fold over events.

mod baseline;
mod coding;
mod definitions;
mod facts;
mod feature;
mod funnel;
mod holidays;
pub mod limits;
mod ring;
mod scalar;
mod session;
mod slot;
mod state;
mod timed;
mod window;

pub use baseline::{Baseline, BaselineFigure};
pub use definitions::{Definitions, DefinitionsError, Funnel};
pub use facts::{TextTest, TooManyFacts};
pub use feature::{Feature, Measure};
pub use holidays::{DayRange, Holidays};
pub use scalar::{Motion, Scalar, ScalarType};
pub use session::Sessions;
pub use state::Profile;
pub use timed::{
    Decayed, Lapse, LongSessions, Path, Regularity, Rhythm, Sequence, Streak, StreakFigure, Timed,
    Turn, WeekHours,
};
pub use window::{Unit, Window};
