//! Engines whose clocks and random numbers are given: for replays of `tests/vectors`, in no library that is packed.

use node_api::{Env, Result};
use node_api_derive::napi;
use staykit_bindings as shared;

use crate::deferred::{NativeOpened, told};
use crate::refused::thrown;
use crate::values::{NativeSettings, whole};

/// Opens a rehearsal, on the thread that asks.
#[napi]
pub fn rehearse<'env>(
    env: &'env Env,
    settings: NativeSettings<'_>,
    wall_ms: f64,
    boot_ms: f64,
    seed: f64,
    boot_id: Option<f64>,
) -> Result<NativeOpened<'env>> {
    let unsigned = |of: f64| u64::try_from(whole(of)).unwrap_or(0);
    let rehearsal = shared::Rehearsal {
        wall_ms: whole(wall_ms),
        boot_ms: unsigned(boot_ms),
        seed: unsigned(seed),
    };
    let settings = shared::Settings { boot_id: boot_id.map(unsigned), ..settings.shared()? };
    let opened = shared::rehearse(settings, rehearsal).map_err(|refused| thrown(&refused))?;
    told(env, opened)
}

/// Sets the clocks of a rehearsal.
#[napi]
pub fn set_clocks(handle: f64, wall_ms: f64, boot_ms: f64) -> Result<()> {
    let boot_ms = u64::try_from(whole(boot_ms)).unwrap_or(0);
    let set = shared::session(whole(handle)).and_then(|of| of.set_clocks(whole(wall_ms), boot_ms));
    set.map_err(|refused| thrown(&refused))
}
