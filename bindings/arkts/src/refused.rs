//! Refusals as errors of `ArkTS`: a word for the kind, a colon, and what happened.

use node_api::{Error, Result, Status};
use staykit_bindings::{Error as Refused, Refusal, fence};

/// A refusal as the error that is thrown.
#[inline(never)]
pub(crate) fn thrown(refused: &Refused) -> Error {
    Error::new(Status::GenericFailure, format!("{}: {refused}", word(refused.refusal())))
}

/// What a call gives whose own work is more than handing over bytes and numbers: a panic in it is a
/// refusal, as one in the engine is, and does not end the app.
pub(crate) fn caught<T>(call: impl FnOnce() -> Result<T>) -> Result<T> {
    fence(call).unwrap_or_else(|| Err(thrown(&Refused::Broken)))
}

fn word(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Encoding => "encoding",
        Refusal::Draft => "draft",
        Refusal::NoConsent => "no_consent",
        Refusal::Locked => "locked",
        Refusal::Closed => "closed",
        Refusal::MemoryFull => "memory_full",
        Refusal::Outcome => "outcome",
        Refusal::Unknown => "unknown",
        Refusal::Facts => "facts",
        Refusal::Store => "store",
        Refusal::Clock => "clock",
        Refusal::NoSuchHandle => "no_engine",
        Refusal::Broken => "broken",
        Refusal::Other => "other",
    }
}
