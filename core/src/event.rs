//! What happened: an untrusted [`Draft`] becomes an [`Event`] that is valid by construction.

mod catalog;
mod checked;
mod draft;
pub(crate) mod journal_form;
pub mod limits;
mod spec;
mod standard;
mod value;

pub use catalog::{Catalog, CatalogError, UnknownNames};
pub use checked::Event;
pub use draft::{Draft, DraftError};
pub use spec::{EventSpec, Priority, PropertySpec, PropertyType, Sensitivity};
pub use value::{Currency, Value};

/// Names of the events that the engine itself records: what became of guidance, and of the store.
pub mod names {
    /// Guidance was seen.
    pub const SHOWN: &str = "guidance_shown";
    /// Guidance was put away.
    pub const DISMISSED: &str = "guidance_dismissed";
    /// Guidance was followed.
    pub const CLICKED: &str = "guidance_clicked";
    /// Within the campaign's time after a show, the person did what it was for.
    pub const CONVERTED: &str = "guidance_converted";
    /// Property of these: name of the campaign.
    pub const CAMPAIGN: &str = "campaign";
    /// Property of these: number of the decision.
    pub const DECISION: &str = "decision";
    /// What was stored here before is lost; numbers of it may be missing for good.
    pub const STORAGE_RESET: &str = "storage_reset";
    /// Property of this: [`KEY_LOST`], [`IDENTITY_DAMAGED`], [`DATABASE_DAMAGED`] or [`DATABASE_MISSING`].
    pub const REASON: &str = "reason";
    /// The wrapping key is gone for good: this is a new installation.
    pub const KEY_LOST: &str = "key_lost";
    /// Its reason if the file that says whose store it is could not be read.
    pub const IDENTITY_DAMAGED: &str = "identity_damaged";
    /// The buffer would not open and was set aside.
    pub const DATABASE_DAMAGED: &str = "database_damaged";
    /// The buffer was not there any more.
    pub const DATABASE_MISSING: &str = "database_missing";
}
