//! Engines as the benchmarks use them.

use std::path::Path;
use std::sync::Arc;

use staykit_core::crypto::FileVault;
use staykit_core::engine::{Config, Engine, Host};
use staykit_core::pack::Pack;
use staykit_core::privacy::Consent;
use staykit_core::random::SystemRandom;
use staykit_core::time::VirtualClock;

/// 2026-03-02 09:00 UTC, a Monday.
pub(crate) const START: i64 = 1_772_442_000_000;

/// An engine on the system's clock, with its maintenance thread.
pub(crate) fn engine(folder: &Path, pack: Pack) -> Engine {
    let vault = Arc::new(FileVault::new(folder.join("vault")));
    Engine::open(config(folder, pack), Host::system(vault)).unwrap()
}

/// An engine on a clock that is set by hand; maintained by hand.
pub(crate) fn replayed(folder: &Path, pack: Pack, clock: &Arc<VirtualClock>) -> Engine {
    let vault = Arc::new(FileVault::new(folder.join("vault")));
    let clock = Arc::<VirtualClock>::clone(clock);
    let host = Host::new(clock, Arc::new(SystemRandom)).with_vault(vault);
    Engine::open(config(folder, pack).with_manual_maintenance(), host).unwrap()
}

/// Half a million events of a second, which no device has, must find room until they are compacted.
const BYTE_BUDGET: u64 = 1 << 30;

pub(crate) fn config(folder: &Path, pack: Pack) -> Config {
    Config::new(folder.join("store"))
        .with_pack(pack)
        .with_consent(Consent::all())
        .with_byte_budget(BYTE_BUDGET)
}
