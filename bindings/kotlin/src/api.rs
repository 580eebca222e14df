//! What is not called on the app's main thread, and what answers with more than a number: functions
//! of a handle, by `UniFFI`. All but [`decisions`], [`explain`] and [`consent`] may read or write files.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use staykit_bindings::{
    self as shared, Answer, Consent, Decision, Delivery, Figure, Maintained, NextAction, Opened,
    Outcome, Refusal, Session, Settings, Status, Understanding, Upload, Why, Words, answer,
};

/// Why a call was refused. The message names what and where and the limit, never a value.
#[derive(Debug, uniffi::Error)]
#[uniffi(flat_error)]
pub(crate) enum CoreError {
    /// -1: malformed bytes, or an argument out of its bounds.
    Encoding(shared::Error),
    /// -2: the draft is no event, or an event cannot be added to the catalog.
    Draft(shared::Error),
    /// -3: the person has not consented to that.
    NoConsent(shared::Error),
    /// -4: the store waits for its key.
    Locked(shared::Error),
    /// -5: the engine was closed.
    Closed(shared::Error),
    /// -6: flash takes no more and the memory is full.
    MemoryFull(shared::Error),
    /// -7: the outcome does not fit the decision.
    Outcome(shared::Error),
    /// -8: there is nothing of that name or number.
    Unknown(shared::Error),
    /// -9: more facts than there is room for.
    Facts(shared::Error),
    /// -10: the store failed.
    Store(shared::Error),
    /// -11: the clock or the source of random numbers failed.
    Clock(shared::Error),
    /// -12: there never was such a handle.
    NoSuchHandle(shared::Error),
    /// -13: a fault was caught; the engine does nothing more until it is opened again.
    Broken(shared::Error),
    /// -14: anything else: a pack that is not accepted, a file.
    Other(shared::Error),
}

type Result<T> = std::result::Result<T, CoreError>;

/// Opens the engine of the settings' folder, or finds the one that is open there already. It is
/// locked and takes events into memory until it gets its key by `Native.unlock` or
/// `Native.unlockNew`.
#[uniffi::export]
fn open(settings: Settings) -> Result<Opened> {
    #[cfg(feature = "lab")]
    if let Some(rehearsal) = crate::lab::next_rehearsal() {
        return Ok(shared::rehearse(settings, rehearsal)?);
    }
    Ok(shared::open(settings)?)
}

/// Syncs and ends. Closing twice is no error; a broken engine closes, too.
#[uniffi::export]
fn close(handle: i64) -> Result<()> {
    Ok(shared::close(handle)?)
}

/// What is to be shown and was not answered yet, oldest first.
#[uniffi::export]
fn decisions(handle: i64) -> Result<Vec<Decision>> {
    Ok(session(handle)?.decisions()?)
}

/// As `Native.report`, with words where it is refused; answers with the same number.
#[uniffi::export]
fn report_outcome(handle: i64, decision: u64, outcome: Outcome) -> Result<i64> {
    let receipt = session(handle)?.report(decision, outcome)?;
    Ok(answer::of(&Ok(receipt)))
}

/// Answers why, or why not.
#[uniffi::export]
fn explain(handle: i64, why: Why) -> Result<Words> {
    Ok(session(handle)?.explain(why)?)
}

/// How the engine is.
#[uniffi::export]
fn status(handle: i64) -> Result<Status> {
    Ok(session(handle)?.status()?)
}

/// What was understood of the person.
#[uniffi::export]
fn understanding(handle: i64) -> Result<Understanding> {
    Ok(session(handle)?.understanding()?)
}

/// Every figure that the active pack keeps.
#[uniffi::export]
fn figures(handle: i64) -> Result<Vec<Figure>> {
    Ok(session(handle)?.figures()?)
}

/// The likeliest next actions by a prediction of the pack, at most that many.
#[uniffi::export]
fn next_actions(handle: i64, prediction: String, most: u32) -> Result<Vec<NextAction>> {
    Ok(session(handle)?.next_actions(&prediction, most)?)
}

/// What the person allows, as far as is known.
#[uniffi::export]
fn consent(handle: i64) -> Result<Consent> {
    Ok(session(handle)?.consent()?)
}

/// Notes what the person allows. Withdrawing `record` erases everything.
#[uniffi::export]
fn set_consent(handle: i64, consent: Consent) -> Result<()> {
    Ok(session(handle)?.set_consent(consent)?)
}

/// Verifies a signed pack and goes on under it; answers as `Native.record`.
#[uniffi::export]
fn activate_pack(handle: i64, signed: Vec<u8>) -> Result<i64> {
    let receipt = session(handle)?.activate_pack(&signed)?;
    Ok(answer::of(&Ok(receipt)))
}

/// The next batch to send, if any.
#[uniffi::export]
fn next_upload(handle: i64) -> Result<Option<Upload>> {
    Ok(session(handle)?.next_upload()?)
}

/// Tells what came back for a batch.
#[uniffi::export]
fn finish_upload(handle: i64, id: Vec<u8>, answer: Answer) -> Result<Delivery> {
    Ok(session(handle)?.finish_upload(&id, answer)?)
}

/// Does what is due of maintenance for about that many milliseconds.
#[uniffi::export]
fn maintain(handle: i64, budget_ms: u32) -> Result<Maintained> {
    Ok(session(handle)?.maintain(Duration::from_millis(budget_ms.into()))?)
}

/// Syncs everything recorded so far.
#[uniffi::export]
fn flush(handle: i64) -> Result<()> {
    Ok(session(handle)?.flush()?)
}

/// Writes everything that is kept about the person into a file: JSON Lines.
#[uniffi::export]
fn export_to(handle: i64, path: String) -> Result<()> {
    Ok(session(handle)?.export(Path::new(&path))?)
}

/// Destroys the data key and every file; a new installation begins with a new key.
#[uniffi::export]
fn erase(handle: i64) -> Result<()> {
    Ok(session(handle)?.erase()?)
}

fn session(handle: i64) -> std::result::Result<Arc<Session>, shared::Error> {
    shared::session(handle)
}

impl From<shared::Error> for CoreError {
    fn from(error: shared::Error) -> Self {
        match error.refusal() {
            Refusal::Encoding => Self::Encoding(error),
            Refusal::Draft => Self::Draft(error),
            Refusal::NoConsent => Self::NoConsent(error),
            Refusal::Locked => Self::Locked(error),
            Refusal::Closed => Self::Closed(error),
            Refusal::MemoryFull => Self::MemoryFull(error),
            Refusal::Outcome => Self::Outcome(error),
            Refusal::Unknown => Self::Unknown(error),
            Refusal::Facts => Self::Facts(error),
            Refusal::Store => Self::Store(error),
            Refusal::Clock => Self::Clock(error),
            Refusal::NoSuchHandle => Self::NoSuchHandle(error),
            Refusal::Broken => Self::Broken(error),
            Refusal::Other => Self::Other(error),
        }
    }
}

impl std::fmt::Display for CoreError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (Self::Encoding(error)
        | Self::Draft(error)
        | Self::NoConsent(error)
        | Self::Locked(error)
        | Self::Closed(error)
        | Self::MemoryFull(error)
        | Self::Outcome(error)
        | Self::Unknown(error)
        | Self::Facts(error)
        | Self::Store(error)
        | Self::Clock(error)
        | Self::NoSuchHandle(error)
        | Self::Broken(error)
        | Self::Other(error)) = self;
        error.fmt(out)
    }
}

impl std::error::Error for CoreError {}
