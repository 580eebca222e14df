//! What an engine is opened with.

use std::path::PathBuf;
use std::sync::Arc;

use crate::crypto::KeyVault;
use crate::event::{EventSpec, UnknownNames};
use crate::pack::{Pack, PublicKey};
use crate::privacy::Consent;
use crate::random::{Random, SystemRandom};
use crate::store::{Disk, SystemDisk, limits};
use crate::time::{Clock, DAY_MS, SystemClock};

/// Bytes of all files; half a year of an app that records 1,000 events a day.
const BUDGET: u64 = 10_000_000;
/// The same on a watch.
const WATCH_BUDGET: u64 = 2_000_000;
/// A quarter: longer than an upload is held up by anything that ends by itself.
const AGE_LIMIT_DAYS: u32 = 90;

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
    pub(super) stops_when_gone: bool,
    byte_budget: Option<u64>,
    age_limit_days: u32,
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
            stops_when_gone: false,
            byte_budget: None,
            age_limit_days: AGE_LIMIT_DAYS,
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

    /// With this many bytes for all files of the store in place of 10 MB, or 2 MB on a watch; less
    /// than 1 MB counts as 1 MB. What has to go to keep within it is counted and told to the
    /// collector; payments go last. Between two rounds of maintenance the files may be up to
    /// [`crate::store::limits::BUDGET_SLACK`] larger.
    #[must_use]
    pub fn with_byte_budget(self, bytes: u64) -> Self {
        Self { byte_budget: Some(bytes), ..self }
    }

    /// With this many days in place of 90, after which an event goes whether the collector has it
    /// or not. By the hour and the device's clock at that time.
    #[must_use]
    pub fn with_age_limit_days(self, days: u32) -> Self {
        Self { age_limit_days: days, ..self }
    }

    /// With no more uploads, until the engine is opened anew, once a collector has answered 410: it is
    /// gone for good. Without, it is asked again after a day, as after a wrong key.
    #[must_use]
    pub fn with_stop_when_gone(self) -> Self {
        Self { stops_when_gone: true, ..self }
    }

    pub(super) fn byte_budget(&self) -> u64 {
        let usual = if self.device_class == DeviceClass::Watch { WATCH_BUDGET } else { BUDGET };
        let least = u64::try_from(limits::LEAST_BUDGET.most).unwrap_or(0);
        self.byte_budget.unwrap_or(usual).max(least)
    }

    pub(super) fn age_limit_ms(&self) -> i64 {
        i64::from(self.age_limit_days).saturating_mul(DAY_MS)
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
