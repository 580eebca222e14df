//! What is known of the person: features kept up to date by a fold over events.

mod baseline;
mod chain;
mod coding;
mod definitions;
mod derived;
mod facts;
mod feature;
mod funnel;
pub mod limits;
mod prediction;
mod ring;
mod scalar;
mod session;
mod slot;
mod state;
mod window;

pub use chain::{CHAIN_BYTES, LONGEST_ACTION};
pub use definitions::{Definitions, DefinitionsError, Funnel};
pub use derived::Derived;
pub use facts::{TextTest, TooManyFacts};
pub use feature::{Feature, Measure};
pub use prediction::Prediction;
pub use scalar::{Motion, Scalar, ScalarType};
pub use session::Sessions;
pub use state::Profile;
pub use window::{Unit, Window};
