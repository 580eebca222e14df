//! What an engine is opened with, as plain data.

use std::borrow::Cow;
use std::path::Path;

use staykit_core::engine::Config;
use staykit_core::event::{self, EventSpec, PropertySpec, UnknownNames};
use staykit_core::pack::{Pack, PublicKey};
use staykit_core::{engine, privacy};

use crate::clock::HostZone;
use crate::error::Error;

/// Settings of one engine.
#[derive(Debug, Clone, Default)]
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
    /// opens under the built-in one. In both cases
    /// [`Status::pack_refused`](crate::Status::pack_refused) says why.
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

/// Kind of device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeviceClass {
    /// Not told.
    #[default]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Consent {
    /// Events may be recorded on the device and conclusions drawn from them there.
    pub record: bool,
    /// Guidance may be shown.
    pub guide: bool,
    /// Events may leave the device.
    pub upload: bool,
}

/// An event of the app's own.
#[derive(Debug, Clone, PartialEq, Eq)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnProperty {
    /// Its name.
    pub name: String,
    /// The type a value must have.
    pub kind: PropertyKind,
    /// How closely its values touch the person.
    pub sensitivity: Sensitivity,
}

/// Which events survive longest when room runs out, and are uploaded first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Priority {
    /// Taps, scrolls, glances.
    Low,
    /// Most events.
    #[default]
    Normal,
    /// Milestones and outcomes of guidance.
    High,
    /// Payments.
    Critical,
}

/// How closely a value touches the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sensitivity {
    /// Says nothing about a person.
    Technical,
    /// What a person does in the app.
    #[default]
    Behaviour,
    /// Health, place, money, words written.
    Sensitive,
}

/// Type of a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

impl Settings {
    /// The core's settings for `folder`, and why the pack that is asked for is not in them, if it
    /// was refused: what a server or a build got wrong must not cost what is recorded.
    pub(crate) fn config(self, folder: &Path) -> (Config, Option<Error>) {
        let (keys, bad_key) = self.keys();
        let (pack, refused) = self.pack(&keys, bad_key);
        // The names that a refused pack would have brought are unknown now.
        let unknown = if self.refuse_unknown_names && refused.is_none() {
            UnknownNames::Refuse
        } else {
            UnknownNames::Accept
        };
        let mut config = Config::new(folder)
            .with_app_version(self.app_version)
            .with_device_class(self.device_class.into())
            .with_consent(self.consent.unwrap_or_default().into())
            .with_unknown_names(unknown);
        if let Some(pack) = pack {
            config = config.with_pack(pack);
        }
        if let Some(bytes) = self.byte_budget {
            config = config.with_byte_budget(bytes);
        }
        if let Some(days) = self.age_limit_days {
            config = config.with_age_limit_days(days);
        }
        let config = keys.into_iter().fold(config, Config::with_trusted_key);
        let specs = self.events.into_iter().map(EventSpec::from);
        (specs.fold(config, Config::with_event), refused)
    }

    /// The trusted keys, and what is wrong with the first that is none.
    fn keys(&self) -> (Vec<PublicKey>, Option<Error>) {
        let (mut keys, mut bad) = (Vec::new(), None);
        for key in &self.trusted_keys {
            match public_key(key) {
                Ok(key) => keys.push(key),
                Err(error) => bad = bad.or(Some(error)),
            }
        }
        (keys, bad)
    }

    /// The pack to begin with, the library's first if `None`, and why it is not the one asked for.
    /// A key that is none speaks against a pack only if no other key speaks for it.
    fn pack(&self, keys: &[PublicKey], bad_key: Option<Error>) -> (Option<Pack>, Option<Error>) {
        let refused = match self.signed_pack.as_deref().map(|signed| Pack::verify(signed, keys)) {
            Some(Ok(pack)) => return (Some(pack), None),
            Some(Err(refused)) => bad_key.or_else(|| Some(refused.into())),
            // The keys are for packs that come later.
            None => None,
        };
        match self.builtin_pack.as_deref().map(Pack::builtin) {
            Some(Ok(pack)) => (Some(pack), refused),
            Some(Err(unknown)) => (None, refused.or_else(|| Some(unknown.into()))),
            None => (None, refused),
        }
    }
}

fn public_key(bytes: &[u8]) -> Result<PublicKey, Error> {
    PublicKey::try_from(bytes).map_err(|_| Error::Argument("a trusted key has 32 bytes"))
}

impl From<OwnEvent> for EventSpec {
    fn from(own: OwnEvent) -> Self {
        let properties = own.properties.into_iter().map(|property| PropertySpec {
            name: Cow::Owned(property.name),
            kind: property.kind.into(),
            sensitivity: property.sensitivity.into(),
        });
        Self {
            name: Cow::Owned(own.name),
            priority: own.priority.into(),
            sensitivity: own.sensitivity.into(),
            durable: own.durable,
            ambient: own.ambient,
            properties: properties.collect(),
        }
    }
}

impl From<Consent> for privacy::Consent {
    fn from(Consent { record, guide, upload }: Consent) -> Self {
        Self { record, guide, upload }
    }
}

impl From<privacy::Consent> for Consent {
    fn from(privacy::Consent { record, guide, upload }: privacy::Consent) -> Self {
        Self { record, guide, upload }
    }
}

impl From<DeviceClass> for engine::DeviceClass {
    fn from(class: DeviceClass) -> Self {
        match class {
            DeviceClass::Unknown => Self::Unknown,
            DeviceClass::Phone => Self::Phone,
            DeviceClass::Watch => Self::Watch,
            DeviceClass::Tablet => Self::Tablet,
            DeviceClass::Desktop => Self::Desktop,
        }
    }
}

impl From<Priority> for event::Priority {
    fn from(priority: Priority) -> Self {
        match priority {
            Priority::Low => Self::Low,
            Priority::Normal => Self::Normal,
            Priority::High => Self::High,
            Priority::Critical => Self::Critical,
        }
    }
}

impl From<event::Priority> for Priority {
    fn from(priority: event::Priority) -> Self {
        match priority {
            event::Priority::Low => Self::Low,
            event::Priority::Normal => Self::Normal,
            event::Priority::High => Self::High,
            event::Priority::Critical => Self::Critical,
        }
    }
}

impl From<Sensitivity> for event::Sensitivity {
    fn from(sensitivity: Sensitivity) -> Self {
        match sensitivity {
            Sensitivity::Technical => Self::Technical,
            Sensitivity::Behaviour => Self::Behaviour,
            Sensitivity::Sensitive => Self::Sensitive,
        }
    }
}

impl From<PropertyKind> for event::PropertyType {
    fn from(kind: PropertyKind) -> Self {
        match kind {
            PropertyKind::Text => Self::Text,
            PropertyKind::Integer => Self::Integer,
            PropertyKind::Number => Self::Number,
            PropertyKind::Flag => Self::Flag,
            PropertyKind::Money => Self::Money,
        }
    }
}
