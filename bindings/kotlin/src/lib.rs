//! `libstaykit.so` for Kotlin: conversions, and nothing else.
//!
//! Two interfaces to the same sessions. [`native`] is JNI by hand, for what an app calls on its main
//! thread and for keys, which must leave no copy behind. [`api`] is `UniFFI`, for all the rest.

#[expect(clippy::needless_pass_by_value, reason = "UniFFI hands over what it has made")]
mod api;
#[cfg(feature = "lab")]
#[expect(clippy::unnecessary_wraps, reason = "the form that `native_method!` calls")]
mod lab;
#[expect(
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    reason = "the form that `native_method!` calls"
)]
mod native;
mod types;

uniffi::setup_scaffolding!("staykit");
