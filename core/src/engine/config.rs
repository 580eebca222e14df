//! What an engine is opened with.

use std::path::PathBuf;
use std::sync::Arc;

use crate::crypto::KeyVault;
use crate::event::{EventSpec, UnknownNames};
use crate::pack::{Pack, PublicKey};
use crate::privacy::Consent;
use crate::random::{Random, SystemRandom};
use crate::store::{Disk, SystemDisk};
use crate::time::{Clock, SystemClock};

/// Settings of one engine.
#[derive(Debug, Clone)]
pub struct Config {
    pub(super) folder: PathBuf,
    pub(super) pack: Option<Pack>,
    pub(super) consent: Consent,
    pub(super) events: Vec<EventSpec>,
    pub(super) unknown_names: UnknownNames,
    pub(super) trusted: Vec<PublicKey>,
    pub(super) app_version: String,
    pub(super) device_class: DeviceClass,
    pub(super) own_thread: bool,
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

impl Config {
    /// An engine whose store is in `folder`, with the built-in pack, no consent, and a
    /// maintenance thread of its own.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            pack: None,
            consent: Consent::none(),
            events: Vec::new(),
            unknown_names: UnknownNames::default(),
            trusted: Vec::new(),
            app_version: String::new(),
            device_class: DeviceClass::default(),
            own_thread: true,
        }
    }

    /// With this pack in place of the built-in one. The engine does not keep packs: hand over the
    /// one in force at each opening.
    #[must_use]
    pub fn with_pack(self, pack: Pack) -> Self {
        Self { pack: Some(pack), ..self }
    }

    /// With this consent for an installation that has not been asked yet; what the person said
    /// later, by `set_consent`, is kept in the store and outweighs it.
    #[must_use]
    pub fn with_consent(self, consent: Consent) -> Self {
        Self { consent, ..self }
    }

    /// With an event of the app's own in the catalog.
    #[must_use]
    pub fn with_event(mut self, spec: EventSpec) -> Self {
        self.events.push(spec);
        self
    }

    /// What to do with events that the catalog does not know.
    #[must_use]
    pub fn with_unknown_names(self, unknown_names: UnknownNames) -> Self {
        Self { unknown_names, ..self }
    }

    /// With a key whose signature makes a pack acceptable.
    #[must_use]
    pub fn with_trusted_key(mut self, key: PublicKey) -> Self {
        self.trusted.push(key);
        self
    }

    /// With the app's version, for batches.
    #[must_use]
    pub fn with_app_version(self, version: impl Into<String>) -> Self {
        Self { app_version: version.into(), ..self }
    }

    /// With the kind of device, for batches.
    #[must_use]
    pub fn with_device_class(self, device_class: DeviceClass) -> Self {
        Self { device_class, ..self }
    }

    /// Without a thread of its own: the host calls [`super::Engine::maintain`], as a replay does.
    #[must_use]
    pub fn with_manual_maintenance(self) -> Self {
        Self { own_thread: false, ..self }
    }
}

/// What the host lends the engine.
#[derive(Clone)]
pub struct Host {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) random: Arc<dyn Random>,
    pub(super) vault: Option<Arc<dyn KeyVault>>,
    pub(super) disk: Arc<dyn Disk>,
}

impl Host {
    /// A host with this clock and this source of random numbers and no vault: the engine stays
    /// locked until [`super::Engine::unlock`].
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Self { clock, random, vault: None, disk: Arc::new(SystemDisk) }
    }

    /// The operating system's clock (in UTC) and randomness, and this vault.
    #[must_use]
    pub fn system(vault: Arc<dyn KeyVault>) -> Self {
        Self::new(Arc::new(SystemClock::default()), Arc::new(SystemRandom)).with_vault(vault)
    }

    /// With a vault that answers at once, on the thread that opens the engine.
    #[must_use]
    pub fn with_vault(self, vault: Arc<dyn KeyVault>) -> Self {
        Self { vault: Some(vault), ..self }
    }

    /// With another disk than the operating system's, for tests of what disks do.
    #[must_use]
    pub fn with_disk(self, disk: Arc<dyn Disk>) -> Self {
        Self { disk, ..self }
    }
}

impl std::fmt::Debug for Host {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Host").field("vault", &self.vault.is_some()).finish_non_exhaustive()
    }
}
