//! `io.staykit.core.Lab`, which is in the tests alone: an entry that panics, Rust's own `record` for
//! the benchmark to alternate with, and rehearsals.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use jni::errors::{LogErrorAndDefault, Result};
use jni::objects::JClass;
use jni::sys::{jint, jlong};
use jni::{Env, NativeMethod, native_method};
use staykit_bindings::{Rehearsal, session};
use staykit_core::event::Draft;

/// How the next opening is rehearsed.
static NEXT: Mutex<Option<Rehearsal>> = Mutex::new(None);

const _: [NativeMethod<'static>; 4] = [
    native_method! {
        java_type = "io.staykit.core.Lab",
        static extern fn provoke(handle: jlong) -> jlong,
        error_policy = LogErrorAndDefault
    },
    native_method! {
        java_type = "io.staykit.core.Lab",
        static extern fn record_in_rust(handle: jlong, count: jint) -> jlong,
        error_policy = LogErrorAndDefault
    },
    native_method! {
        java_type = "io.staykit.core.Lab",
        static extern fn rehearse_next(wall_ms: jlong, boot_ms: jlong, seed: jlong) -> jlong,
        error_policy = LogErrorAndDefault
    },
    native_method! {
        java_type = "io.staykit.core.Lab",
        static extern fn set_clocks(handle: jlong, wall_ms: jlong, boot_ms: jlong) -> jlong,
        error_policy = LogErrorAndDefault
    },
];

/// What the next opening is to be, once.
pub(crate) fn next_rehearsal() -> Option<Rehearsal> {
    NEXT.lock().unwrap_or_else(PoisonError::into_inner).take()
}

fn rehearse_next(
    _: &mut Env<'_>,
    _: JClass<'_>,
    wall_ms: jlong,
    boot_ms: jlong,
    seed: jlong,
) -> Result<jlong> {
    let (boot_ms, seed) = (boot_ms.cast_unsigned(), seed.cast_unsigned());
    *NEXT.lock().unwrap_or_else(PoisonError::into_inner) =
        Some(Rehearsal { wall_ms, boot_ms, seed });
    Ok(0)
}

fn set_clocks(
    _: &mut Env<'_>,
    _: JClass<'_>,
    handle: jlong,
    wall_ms: jlong,
    boot_ms: jlong,
) -> Result<jlong> {
    let set = session(handle).and_then(|it| it.set_clocks(wall_ms, boot_ms.cast_unsigned()));
    Ok(set.err().map_or(0, |error| error.refusal().code()))
}

fn provoke(_: &mut Env<'_>, _: JClass<'_>, handle: jlong) -> Result<jlong> {
    let provoked = session(handle).and_then(|session| session.provoke());
    Ok(provoked.err().map_or(0, |error| error.refusal().code()))
}

/// Records `count` times the draft of the benchmark; nanoseconds that it took, -1 if one failed.
fn record_in_rust(_: &mut Env<'_>, _: JClass<'_>, handle: jlong, count: jint) -> Result<jlong> {
    let Ok(session) = session(handle) else { return Ok(-1) };
    let engine = session.engine();
    let begun = Instant::now();
    for number in 0..count {
        let draft = Draft::new("purchase")
            .money("amount", 19_90, "CNY")
            .text("sku", "strap-21")
            .integer("quantity", i64::from(number))
            .number("rating", 4.5)
            .flag("gift", false);
        if engine.record(draft).is_err() {
            return Ok(-1);
        }
    }
    Ok(jlong::try_from(begun.elapsed().as_nanos()).unwrap_or(-1))
}
