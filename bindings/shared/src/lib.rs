//! What the bindings to Kotlin (JNI, UniFFI) and `ArkTS` (Node-API) have in common, in safe Rust:
//! the bytes of a draft, the one number that answers a call, the clock, the fence against panics
//! and the table of handles. No logic of the product: that is the core's.
//!
//! A binding converts types and calls [`hot`] on the app's main thread, [`open`] and a
//! [`Session`]'s methods elsewhere. `bindings/README.md` has the bytes and numbers in tables.

pub mod answer;
mod clock;
mod conclusion;
mod decision;
pub mod encoding;
mod error;
mod fence;
mod handles;
pub mod hot;
mod rehearsal;
mod session;
mod settings;
mod status;
mod upload;

pub use clock::{HostClock, HostZone};
pub use conclusion::{
    Amount, Conclusion, Factor, Figure, Level, NextAction, Prediction, Score, Standing, TableKind,
    Understanding, Words,
};
pub use decision::{Cause, Decision, LocalText, Outcome, Why};
pub use error::{Error, Refusal};
pub use fence::fence;
#[cfg(feature = "lab")]
pub use fence::provoke_at;
pub use handles::{Opened, close, open, rehearse, session};
pub use rehearsal::Rehearsal;
pub use session::{Session, new_key};
pub use settings::{
    Consent, DeviceClass, OwnEvent, OwnProperty, Priority, PropertyKind, Sensitivity, Settings,
};
pub use status::{CampaignCounts, DroppedEvents, KeyState, Status, StorageState, WaitingEvents};
pub use upload::{Answer, Delivery, Maintained, Upload};
