//! `io.staykit.core.Lab`, which is in the tests alone: an entry that panics, and Rust's own `record`
//! for the benchmark to alternate with.

use std::time::Instant;

use jni::errors::{LogErrorAndDefault, Result};
use jni::objects::JClass;
use jni::sys::{jint, jlong};
use jni::{Env, NativeMethod, native_method};
use staykit_bindings::session;
use staykit_core::event::Draft;

const _: [NativeMethod<'static>; 2] = [
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
];

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
