//! `io.staykit.core.Native`: static methods by JNI, registered when the library is loaded.
//!
//! Each answers with the number of `bindings/README.md`. Nothing is thrown and nothing unwinds: what
//! JNI itself refuses (no array, a length beyond it) is [`Refusal::Encoding`], and a panic that the
//! session's own fence does not see is [`Refusal::Broken`].

use std::any::Any;
use std::ffi::c_void;

use jni::errors::{Error, ErrorPolicy, LogErrorAndDefault, Result};
use jni::objects::{JByteArray, JClass, JString};
use jni::sys::{JNI_ERR, JNI_VERSION_1_6, jboolean, jint, jlong, jshort};
use jni::{Env, JavaVM, NativeMethod, jni_str, native_method};
use staykit_bindings::encoding::MOST_BYTES;
use staykit_bindings::{self as shared, HostZone, Refusal, Session, hot};
use zeroize::Zeroizing;

/// Drafts up to this many bytes are copied onto the stack: nearly all.
const USUAL_BYTES: usize = 512;

/// What the virtual machine calls first, on the thread that loads the library.
#[expect(unsafe_code, reason = "the name that the virtual machine looks for")]
// SAFETY: no other function of this library has the name, and its signature is JNI's.
#[unsafe(no_mangle)]
pub(crate) extern "system" fn JNI_OnLoad(
    vm: *mut jni::sys::JavaVM,
    _reserved: *mut c_void,
) -> jint {
    if vm.is_null() {
        return JNI_ERR;
    }
    log_to_android();
    #[expect(unsafe_code, reason = "the pointer comes from the virtual machine")]
    // SAFETY: the virtual machine hands over the pointer to itself, which outlives the process's use
    // of this library; it is not null.
    let vm = unsafe { JavaVM::from_raw(vm) };
    match vm.attach_current_thread(register) {
        Ok(()) => JNI_VERSION_1_6,
        Err(error) => {
            log::error!("the native methods were not registered: {error}");
            JNI_ERR
        }
    }
}

fn register(env: &mut Env<'_>) -> Result<()> {
    // The class loader here is that of whoever called `System.loadLibrary`.
    let class = env.find_class(jni_str!("io/staykit/core/Native"))?;
    #[expect(unsafe_code, reason = "the virtual machine cannot check function pointers")]
    // SAFETY: `native_method!` derives each signature from the function that it points to, and checks
    // at the first call of each that it was registered as the static method it is written for.
    unsafe { env.register_native_methods(class, &METHODS) }?;
    Ok(())
}

fn log_to_android() {
    #[cfg(target_os = "android")]
    android_logger::init_once(
        android_logger::Config::default()
            .with_max_level(log::LevelFilter::Info)
            .with_tag("staykit"),
    );
}

const METHODS: [NativeMethod<'static>; 15] = [
    native_method! { static fn record(handle: jlong, draft: jbyte[], length: jint) -> jlong, error_policy = Answer },
    native_method! {
        static fn record_earlier(handle: jlong, draft: jbyte[], length: jint, wall_ms: jlong, boot_ms: jlong) -> jlong,
        error_policy = Answer
    },
    native_method! { static fn tick(handle: jlong) -> jlong, error_policy = Answer },
    native_method! { static fn next_due(handle: jlong) -> jlong, error_policy = Answer },
    native_method! {
        static fn report(handle: jlong, decision: jlong, outcome: jint) -> jlong, error_policy = Answer
    },
    native_method! {
        static fn change_facts(handle: jlong, changes: jbyte[], length: jint) -> jlong, error_policy = Answer
    },
    native_method! {
        static fn change_context(handle: jlong, changes: jbyte[], length: jint) -> jlong, error_policy = Answer
    },
    native_method! {
        static fn set_zone(
            handle: jlong, offset_min: jshort, changes: jboolean, next_at_ms: jlong, next_offset_min: jshort,
        ) -> jlong,
        error_policy = Answer
    },
    native_method! { static fn why_refused(handle: jlong, draft: jbyte[], length: jint) -> JString, error_policy = LogErrorAndDefault },
    native_method! { static fn refusal_text(code: jlong) -> JString, error_policy = LogErrorAndDefault },
    native_method! { static fn new_key() -> jbyte[], error_policy = LogErrorAndDefault },
    native_method! { static fn unlock(handle: jlong, key: jbyte[]) -> jlong, error_policy = Answer },
    native_method! {
        static fn unlock_new(handle: jlong, key: jbyte[], wrapped: jbyte[]) -> jlong, error_policy = Answer
    },
    native_method! {
        static fn rewrap(handle: jlong, key: jbyte[], wrapped: jbyte[]) -> jlong, error_policy = Answer
    },
    native_method! { static fn erase_and_begin_anew(handle: jlong) -> jlong, error_policy = Answer },
];

fn record(
    env: &mut Env<'_>,
    _: JClass<'_>,
    handle: jlong,
    draft: JByteArray<'_>,
    length: jint,
) -> Result<jlong> {
    with_bytes(env, &draft, length, |draft| hot::record(handle, draft))
}

fn record_earlier(
    env: &mut Env<'_>,
    _: JClass<'_>,
    handle: jlong,
    draft: JByteArray<'_>,
    length: jint,
    wall_ms: jlong,
    boot_ms: jlong,
) -> Result<jlong> {
    let record = |draft: &[u8]| hot::record_earlier(handle, draft, wall_ms, boot_ms);
    with_bytes(env, &draft, length, record)
}

fn tick(_: &mut Env<'_>, _: JClass<'_>, handle: jlong) -> Result<jlong> {
    Ok(hot::tick(handle))
}

fn next_due(_: &mut Env<'_>, _: JClass<'_>, handle: jlong) -> Result<jlong> {
    Ok(hot::next_due(handle))
}

fn report(
    _: &mut Env<'_>,
    _: JClass<'_>,
    handle: jlong,
    decision: jlong,
    outcome: jint,
) -> Result<jlong> {
    Ok(hot::report(handle, decision, outcome))
}

fn change_facts(
    env: &mut Env<'_>,
    _: JClass<'_>,
    handle: jlong,
    changes: JByteArray<'_>,
    length: jint,
) -> Result<jlong> {
    with_bytes(env, &changes, length, |changes| hot::change_facts(handle, changes))
}

fn change_context(
    env: &mut Env<'_>,
    _: JClass<'_>,
    handle: jlong,
    changes: JByteArray<'_>,
    length: jint,
) -> Result<jlong> {
    with_bytes(env, &changes, length, |changes| hot::change_context(handle, changes))
}

fn set_zone(
    _: &mut Env<'_>,
    _: JClass<'_>,
    handle: jlong,
    offset_min: jshort,
    changes: jboolean,
    next_at_ms: jlong,
    next_offset_min: jshort,
) -> Result<jlong> {
    let next_at_ms = changes.then_some(next_at_ms);
    Ok(hot::set_zone(handle, HostZone { offset_min, next_at_ms, next_offset_min }))
}

fn why_refused<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    handle: jlong,
    draft: JByteArray<'local>,
    length: jint,
) -> Result<JString<'local>> {
    let why = |draft: &[u8]| match shared::session(handle) {
        Ok(session) => session.why_refused(draft),
        Err(error) => Some(error.to_string()),
    };
    match with_array(env, &draft, length, why)? {
        Some(why) => env.new_string(why),
        None => Ok(JString::null()),
    }
}

fn refusal_text<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    code: jlong,
) -> Result<JString<'local>> {
    match Refusal::from_code(code) {
        Some(refusal) => env.new_string(refusal.text()),
        None => Ok(JString::null()),
    }
}

fn new_key<'local>(env: &mut Env<'local>, _: JClass<'local>) -> Result<JByteArray<'local>> {
    match shared::new_key() {
        Ok(key) => env.byte_array_from_slice(key.bytes()),
        Err(error) => {
            log::error!("no key could be made: {error}");
            Ok(JByteArray::null())
        }
    }
}

fn unlock(env: &mut Env<'_>, _: JClass<'_>, handle: jlong, key: JByteArray<'_>) -> Result<jlong> {
    let mut key = secret(env, &key)?;
    Ok(done(handle, "unlock", |session| session.unlock(&mut key)))
}

fn unlock_new(
    env: &mut Env<'_>,
    _: JClass<'_>,
    handle: jlong,
    key: JByteArray<'_>,
    wrapped: JByteArray<'_>,
) -> Result<jlong> {
    let mut key = secret(env, &key)?;
    let wrapped = secret(env, &wrapped)?;
    Ok(done(handle, "unlock_new", |session| session.unlock_new(&mut key, &wrapped)))
}

fn rewrap(
    env: &mut Env<'_>,
    _: JClass<'_>,
    handle: jlong,
    key: JByteArray<'_>,
    wrapped: JByteArray<'_>,
) -> Result<jlong> {
    let mut key = secret(env, &key)?;
    let wrapped = secret(env, &wrapped)?;
    Ok(done(handle, "rewrap", |session| session.rewrap(&mut key, &wrapped)))
}

fn erase_and_begin_anew(_: &mut Env<'_>, _: JClass<'_>, handle: jlong) -> Result<jlong> {
    Ok(done(handle, "erase_and_begin_anew", Session::erase_and_begin_anew))
}

/// 0, or the refusal; its words go to the log, since the number alone reaches Kotlin.
fn done(
    handle: jlong,
    what: &str,
    call: impl FnOnce(&Session) -> std::result::Result<(), shared::Error>,
) -> jlong {
    match shared::session(handle).and_then(|session| call(&session)) {
        Ok(()) => 0,
        Err(error) => {
            log::warn!("{what}: {error}");
            error.refusal().code()
        }
    }
}

/// Runs a call with the first `length` bytes of an array; more than any draft may have are not read.
fn with_bytes(
    env: &Env<'_>,
    array: &JByteArray<'_>,
    length: jint,
    call: impl FnOnce(&[u8]) -> jlong,
) -> Result<jlong> {
    if usize::try_from(length).is_ok_and(|length| length > MOST_BYTES) {
        return Ok(Refusal::Draft.code());
    }
    with_array(env, array, length, call)
}

fn with_array<T>(
    env: &Env<'_>,
    array: &JByteArray<'_>,
    length: jint,
    call: impl FnOnce(&[u8]) -> T,
) -> Result<T> {
    let length = usize::try_from(length).map_err(|_| Error::IndexOutOfBounds)?;
    let (mut signed, mut bytes) = ([0_i8; USUAL_BYTES], [0_u8; USUAL_BYTES]);
    let (Some(signed), Some(bytes)) = (signed.get_mut(..length), bytes.get_mut(..length)) else {
        let bytes = copy(env, array, length)?;
        return Ok(call(&bytes));
    };
    array.get_region(env, 0, signed)?;
    for (to, from) in bytes.iter_mut().zip(signed) {
        *to = from.cast_unsigned();
    }
    Ok(call(bytes))
}

/// The first `length` bytes of an array, zeroed when they are let go.
fn copy(env: &Env<'_>, array: &JByteArray<'_>, length: usize) -> Result<Zeroizing<Vec<u8>>> {
    if length > array.len(env)? {
        return Err(Error::IndexOutOfBounds);
    }
    let mut signed = Zeroizing::new(vec![0; length]);
    array.get_region(env, 0, &mut signed)?;
    Ok(Zeroizing::new(signed.iter().map(|byte| byte.cast_unsigned()).collect()))
}

/// A whole array: a key, plain or wrapped.
fn secret(env: &Env<'_>, array: &JByteArray<'_>) -> Result<Zeroizing<Vec<u8>>> {
    copy(env, array, array.len(env)?)
}

/// What a method answers if it cannot: a refusal, never an exception.
#[derive(Debug)]
struct Answer;

impl ErrorPolicy<jlong, Error> for Answer {
    type Captures<'unowned: 'method, 'method> = ();

    fn on_error<'unowned: 'method, 'method>(
        _: &mut Env<'unowned>,
        (): &mut Self::Captures<'unowned, 'method>,
        _: Error,
    ) -> Result<jlong> {
        Ok(Refusal::Encoding.code())
    }

    fn on_panic<'unowned: 'method, 'method>(
        _: &mut Env<'unowned>,
        (): &mut Self::Captures<'unowned, 'method>,
        payload: Box<dyn Any + Send + 'static>,
    ) -> Result<jlong> {
        // Dropping what was thrown could throw again.
        std::mem::forget(payload);
        log::error!("a fault was caught at the library's edge");
        Ok(Refusal::Broken.code())
    }
}
