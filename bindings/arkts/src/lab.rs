//! For tests and benchmarks, in no library that is packed: rehearsals, a call that panics, and Rust's own `record` to
//! alternate with.

use std::time::Instant;

use node_api::bindgen_prelude::{Object, Unknown};
use node_api::{Env, Result};
use node_api_derive::napi;
use staykit_bindings as shared;
use staykit_core::event::Draft;

use crate::object::Told;
use crate::refused::thrown;
use crate::values::{count, settings, whole};

/// Opens a rehearsal, on the thread that asks.
#[napi]
pub fn rehearse<'env>(
    env: &'env Env,
    told: Object<'_>,
    wall_ms: f64,
    boot_ms: f64,
    seed: f64,
    boot_id: Option<f64>,
) -> Result<Unknown<'env>> {
    let unsigned = |of: f64| u64::try_from(whole(of)).unwrap_or(0);
    let rehearsal = shared::Rehearsal {
        wall_ms: whole(wall_ms),
        boot_ms: unsigned(boot_ms),
        seed: unsigned(seed),
    };
    let settings = shared::Settings { boot_id: boot_id.map(unsigned), ..settings(&told)? };
    let opened = shared::rehearse(settings, rehearsal).map_err(|refused| thrown(&refused))?;
    opened.told(env)
}

/// Sets the clocks of a rehearsal.
#[napi]
pub fn set_clocks(handle: f64, wall_ms: f64, boot_ms: f64) -> Result<()> {
    let boot_ms = u64::try_from(whole(boot_ms)).unwrap_or(0);
    let set = shared::session(whole(handle)).and_then(|of| of.set_clocks(whole(wall_ms), boot_ms));
    set.map_err(|refused| thrown(&refused))
}

/// Breaks the engine by a panic within the fence; throws the refusal.
#[napi]
pub fn provoke(handle: f64) -> Result<()> {
    let provoked = shared::session(whole(handle)).and_then(|of| of.provoke());
    provoked.map_err(|refused| thrown(&refused))
}

/// Lets the `number`th call within a fence panic, from the next on; answers with how many were still
/// to come.
#[napi]
pub fn provoke_at(number: u32) -> u32 {
    shared::provoke_at(number)
}

/// Records the draft of the benchmark that many times; the nanoseconds that it took.
#[napi]
pub fn record_in_rust(handle: f64, times: u32) -> Result<f64> {
    let session = shared::session(whole(handle)).map_err(|refused| thrown(&refused))?;
    let engine = session.engine();
    let begun = Instant::now();
    for number in 0..times {
        let draft = Draft::new("purchase")
            .money("amount", 19_90, "CNY")
            .text("sku", "strap-21")
            .integer("quantity", i64::from(number))
            .number("rating", 4.5)
            .flag("gift", false);
        engine.record(draft).map_err(|error| thrown(&error.into()))?;
    }
    Ok(count(u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX)))
}
