//! Refusals as errors of `ArkTS`: a word for the kind, a colon, and what happened.

use node_api::{Error, Status};
use staykit_bindings::{Error as Refused, Refusal};

/// A refusal as the error that is thrown.
#[inline(never)]
pub(crate) fn thrown(refused: &Refused) -> Error {
    Error::new(Status::GenericFailure, format!("{}: {refused}", word(refused.refusal())))
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
