//! `libstaykit.so` for Kotlin: conversions, and nothing else.
//!
//! Two interfaces to the same sessions. [`native`] is JNI by hand, for what an app calls on its main
//! thread and for keys, which must leave no copy behind. [`api`] is `UniFFI`, for all the rest.

mod api;
#[cfg(feature = "lab")]
mod lab;
mod native;
mod types;

uniffi::setup_scaffolding!("staykit");
