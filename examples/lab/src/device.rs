//! An engine as a device would run it, on a clock that the lab moves.

use std::cell::Cell;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use staykit_core::crypto::FileVault;
use staykit_core::engine::{Config, Engine, Host};
use staykit_core::pack::Pack;
use staykit_core::privacy::Consent;
use staykit_core::random::SeededRandom;
use staykit_core::time::{Clock, VirtualClock, Zone};

use crate::failure::Failure;
use crate::log::Instant;

/// What a device is made of.
#[derive(Debug, Clone)]
pub(crate) struct Parts<'a> {
    /// Folder of the sealed store.
    pub(crate) store: &'a Path,
    /// File of the wrapping key.
    pub(crate) vault: &'a Path,
    /// The built-in one if there is none.
    pub(crate) pack: Option<&'a Pack>,
    pub(crate) random: u64,
    /// What the clock shows at the start.
    pub(crate) at: Instant,
}

/// An engine and its clock.
#[derive(Debug)]
pub(crate) struct Device {
    pub(crate) engine: Engine,
    clock: Arc<VirtualClock>,
    /// By how much its wall clock is ahead of the true time, ms.
    ahead_ms: Cell<i64>,
}

impl Device {
    pub(crate) fn open(parts: &Parts<'_>) -> Result<Self, Failure> {
        fs::create_dir_all(parts.store).map_err(Failure::file("make", parts.store))?;
        let clock = Arc::new(VirtualClock::at(parts.at.wall_ms));
        clock.set_zone(Zone::fixed(parts.at.offset_min));
        let random = Arc::new(SeededRandom::new(parts.random));
        let vault = Arc::new(FileVault::new(parts.vault));
        let host = Host::new(clock.clone(), random).with_vault(vault);
        let mut config = Config::new(parts.store)
            .with_consent(Consent::all())
            .with_app_version(concat!("lab ", env!("CARGO_PKG_VERSION")))
            .with_manual_maintenance();
        if let Some(pack) = parts.pack {
            config = config.with_pack(pack.clone());
        }
        let engine = Engine::open(config, host).map_err(|error| {
            Failure::new(
                format_args!("the store {} cannot be opened: {error}", parts.store.display()),
                "is another lab running on it? otherwise start again in an empty folder",
            )
        })?;
        Ok(Self { engine, clock, ahead_ms: Cell::new(0) })
    }

    /// The true time, ms since 1970-01-01T00:00Z.
    pub(crate) fn now_ms(&self) -> i64 {
        self.clock.read().map_or(0, |reading| reading.wall_ms - self.ahead_ms.get())
    }

    /// When the engine next wants a tick, in true time.
    pub(crate) fn next_due(&self) -> Option<i64> {
        self.engine.next_due().map(|due| due.saturating_sub(self.ahead_ms.get()))
    }

    /// From now on the wall clock is ahead by so much: somebody sets it.
    pub(crate) fn set_ahead(&self, ahead_ms: i64) {
        let now = self.now_ms();
        self.ahead_ms.set(ahead_ms);
        self.clock.set_wall(now.saturating_add(ahead_ms));
    }

    /// Lets time pass to this instant; never back.
    pub(crate) fn advance_to(&self, at: Instant) {
        self.clock.set_zone(Zone::fixed(at.offset_min));
        self.clock.advance_to(at.wall_ms.saturating_add(self.ahead_ms.get()));
    }
}

/// For `map_err` on calls that only a damaged store or a full disk makes fail.
pub(crate) fn engine_failed<E: std::fmt::Display>(call: &str) -> impl FnOnce(E) -> Failure {
    move |error| {
        Failure::new(
            format_args!("{call} failed: {error}"),
            "check that the disk has room; otherwise please report it with the command you ran",
        )
    }
}
