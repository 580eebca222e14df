//! What an engine is opened with, and what opening gives.

use staykit_bindings::{
    Consent, DeviceClass, HostZone, Opened, OwnEvent, OwnProperty, Priority, PropertyKind,
    Sensitivity, Settings,
};

/// Settings of one engine.
#[uniffi::remote(Record)]
pub struct Settings {
    /// Folder of the store; made if it is not there.
    pub folder: String,
    /// The app's version, for batches.
    pub app_version: String,
    /// Kind of device.
    pub device_class: DeviceClass,
    /// What holds until the person is asked; nothing if `None`.
    pub consent: Option<Consent>,
    /// Name of a pack in the library: `retention` (also if `None`), `phone`, `watch`, `shop`,
    /// `fitness`. Counts beside `signed_pack` only if that is refused. An engine of a name that is
    /// not in the library opens under `retention`.
    pub builtin_pack: Option<String>,
    /// A signed pack to begin with, in place of the built-in one. If it is refused the engine
    /// opens under the built-in one. In both cases `Status.packRefused` says why.
    pub signed_pack: Option<Vec<u8>>,
    /// Ed25519 public keys, 32 bytes each, whose signature makes a pack acceptable.
    pub trusted_keys: Vec<Vec<u8>>,
    /// Events of the app's own.
    pub events: Vec<OwnEvent>,
    /// Refuse events that the catalog does not know, to find misspelt names during development.
    pub refuse_unknown_names: bool,
    /// Bytes of all files of the store; 10 MB, or 2 MB on a watch, if `None`.
    pub byte_budget: Option<u64>,
    /// Days after which an event goes in any case; 90 if `None`.
    pub age_limit_days: Option<u32>,
    /// Differs between two starts of the device; `None` if the platform does not tell.
    pub boot_id: Option<u64>,
    /// The device's zone.
    pub zone: HostZone,
}

/// Where the device's local time stands, as the platform tells it.
#[uniffi::remote(Record)]
pub struct HostZone {
    /// Minutes east of UTC now.
    pub offset_min: i16,
    /// When the offset changes next, wall clock, ms since 1970-01-01T00:00Z; `None` if it does not
    /// within the months that the facade looked at.
    pub next_at_ms: Option<i64>,
    /// Minutes east of UTC from then on; without `next_at_ms` of no meaning.
    pub next_offset_min: i16,
}

/// Kind of device.
#[uniffi::remote(Enum)]
pub enum DeviceClass {
    /// Not told.
    Unknown,
    /// A phone.
    Phone,
    /// A watch.
    Watch,
    /// A tablet.
    Tablet,
    /// A desktop or server.
    Desktop,
}

/// What the person allows.
#[uniffi::remote(Record)]
pub struct Consent {
    /// Events may be recorded on the device and conclusions drawn from them there.
    pub record: bool,
    /// Guidance may be shown.
    pub guide: bool,
    /// Events may leave the device.
    pub upload: bool,
}

/// An event of the app's own.
#[uniffi::remote(Record)]
pub struct OwnEvent {
    /// Its name.
    pub name: String,
    /// How long it survives when room runs out.
    pub priority: Priority,
    /// How closely the fact itself touches the person.
    pub sensitivity: Sensitivity,
    /// Syncing to flash starts at once.
    pub durable: bool,
    /// Happens without the person's doing: begins and lengthens no session.
    pub ambient: bool,
    /// Its typed properties; others are accepted untyped.
    pub properties: Vec<OwnProperty>,
}

/// A typed property of an event of the app's own.
#[uniffi::remote(Record)]
pub struct OwnProperty {
    /// Its name.
    pub name: String,
    /// The type a value must have.
    pub kind: PropertyKind,
    /// How closely its values touch the person.
    pub sensitivity: Sensitivity,
}

/// Which events survive longest when room runs out, and are uploaded first.
#[uniffi::remote(Enum)]
pub enum Priority {
    /// Taps, scrolls, glances.
    Low,
    /// Most events.
    Normal,
    /// Milestones and outcomes of guidance.
    High,
    /// Payments.
    Critical,
}

/// How closely a value touches the person.
#[uniffi::remote(Enum)]
pub enum Sensitivity {
    /// Says nothing about a person.
    Technical,
    /// What a person does in the app.
    Behaviour,
    /// Health, place, money, words written.
    Sensitive,
}

/// Type of a property.
#[uniffi::remote(Enum)]
pub enum PropertyKind {
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// A number; whole ones are accepted, too.
    Number,
    /// Yes or no.
    Flag,
    /// An amount of money.
    Money,
}

/// What opening gave.
#[uniffi::remote(Record)]
pub struct Opened {
    /// Names the engine in every other call.
    pub handle: i64,
    /// Whether it waits for its key. An engine that was open already may not.
    pub locked: bool,
    /// The data key as the platform's vault wrapped it; `None` before the first unlocking, then
    /// the facade makes one.
    pub wrapped_key: Option<Vec<u8>>,
}
