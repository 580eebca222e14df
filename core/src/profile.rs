//! What is known of the person: features kept up to date by a fold over events.

mod baseline;
mod definitions;
mod feature;
mod funnel;
pub mod limits;
mod ring;
mod session;
mod state;

pub use definitions::{Definitions, DefinitionsError, Funnel};
pub use feature::{Feature, Measure, Motion, Scalar, ScalarType, TextTest, Unit, Window};
pub use session::Sessions;
pub use state::{Profile, TooManyFacts};
