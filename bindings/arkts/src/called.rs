//! The functions, in the order of `types/index.d.ts`.

use std::path::Path;
use std::time::Duration;

use node_api::bindgen_prelude::{ArrayBuffer, Object, Unknown};
use node_api::{Env, Result};
use node_api_derive::napi;
use staykit_bindings as shared;
use staykit_bindings::{Refusal, TableKind, Why, answer, hot, session};
use zeroize::Zeroizing;

use crate::later::{Promised, later};
use crate::object::Told;
use crate::refused::{caught, thrown};
use crate::told::{Bytes, answer as told_answer};
use crate::values::{
    argument, consent as told_consent, count, head, number, settings, whole, zone,
};

/// Opens the store in a folder, locked.
#[napi]
pub fn open(told: Object<'_>) -> Result<Promised> {
    caught(|| {
        let settings = settings(&told)?;
        Ok(later(move || shared::open(settings)))
    })
}

/// A new data key.
#[napi]
pub fn new_key(env: &Env) -> Result<Unknown<'_>> {
    caught(|| {
        let key = shared::new_key().map_err(|refused| thrown(&refused))?;
        // Overwritten by whoever has the buffer.
        Bytes(key.bytes().to_vec()).told(env)
    })
}

/// Unlocks a store with its data key.
#[napi]
pub fn unlock(handle: f64, key: ArrayBuffer<'_>) -> Promised {
    let (handle, mut key) = (whole(handle), secret(&key));
    later(move || session(handle)?.unlock(&mut key))
}

/// Unlocks a new store with a new data key.
#[napi]
pub fn unlock_new(handle: f64, key: ArrayBuffer<'_>, wrapped: ArrayBuffer<'_>) -> Promised {
    let (handle, mut key, wrapped) = (whole(handle), secret(&key), wrapped.to_vec());
    later(move || session(handle)?.unlock_new(&mut key, &wrapped))
}

/// The wrapping key is gone for good.
#[napi]
pub fn erase_and_begin_anew(handle: f64) -> Promised {
    let handle = whole(handle);
    later(move || session(handle)?.erase_and_begin_anew())
}

/// Records the draft in the first `length` bytes.
#[napi]
pub fn record(handle: f64, draft: ArrayBuffer<'_>, length: u32) -> f64 {
    number(hot::record(whole(handle), head(&draft, length)))
}

/// The same for what happened earlier.
#[napi]
pub fn record_earlier(
    handle: f64,
    draft: ArrayBuffer<'_>,
    length: u32,
    wall_ms: f64,
    boot_ms: f64,
) -> f64 {
    let (wall_ms, boot_ms) = (whole(wall_ms), whole(boot_ms));
    number(hot::record_earlier(whole(handle), head(&draft, length), wall_ms, boot_ms))
}

/// Why a draft would be refused, in words.
#[napi]
pub fn why_refused(handle: f64, draft: ArrayBuffer<'_>, length: u32) -> Result<String> {
    caught(|| {
        let session = session(whole(handle)).map_err(|refused| thrown(&refused))?;
        Ok(session.why_refused(head(&draft, length)).unwrap_or_default())
    })
}

/// The words for an answer below 0.
#[napi]
pub fn refusal_text(code: f64) -> String {
    Refusal::from_code(whole(code)).unwrap_or(Refusal::Other).text().to_owned()
}

/// Sets or unsets facts about the person.
#[napi]
pub fn set_facts(handle: f64, facts: ArrayBuffer<'_>, length: u32) -> f64 {
    number(hot::change_facts(whole(handle), head(&facts, length)))
}

/// Sets or unsets values of the context.
#[napi]
pub fn set_context(handle: f64, context: ArrayBuffer<'_>, length: u32) -> f64 {
    number(hot::change_context(whole(handle), head(&context, length)))
}

/// Lets time do its work.
#[napi]
pub fn tick(handle: f64) -> f64 {
    number(hot::tick(whole(handle)))
}

/// When `tick` has something to do.
#[napi]
pub fn next_due(handle: f64) -> Option<f64> {
    let due = hot::next_due(whole(handle));
    (due != hot::NEVER_DUE).then(|| number(due))
}

/// What is to be shown and was not answered yet.
#[napi]
pub fn decisions(env: &Env, handle: f64) -> Result<Unknown<'_>> {
    caught(|| {
        let decisions = session(whole(handle)).and_then(|session| session.decisions());
        decisions.map_err(|refused| thrown(&refused))?.told(env)
    })
}

/// Tells what became of a decision.
#[napi]
pub fn report(handle: f64, decision: f64, outcome: i32) -> f64 {
    number(hot::report(whole(handle), whole(decision), outcome))
}

/// Answers why.
#[napi]
pub fn explain(handle: f64, about: String, name: String, language: String) -> Result<String> {
    caught(|| {
        let why = why(&about, name)?;
        let words = session(whole(handle)).and_then(|session| session.explain(why));
        let words = words.map_err(|refused| thrown(&refused))?;
        Ok(if language.to_ascii_lowercase().starts_with("zh") { words.zh } else { words.en })
    })
}

fn why(about: &str, name: String) -> Result<Why> {
    let table = |kind| Ok(Why::Table { kind, name: name.clone() });
    match about {
        "decision" => {
            let id = name.parse().map_err(|_| argument("a decision is known by a number"))?;
            Ok(Why::Decision { id })
        }
        "not_shown" => Ok(Why::NotShown { campaign: name }),
        "signal" => Ok(Why::Signal { name }),
        "score" => Ok(Why::Score { name }),
        "segment" => table(TableKind::Segment),
        "stage" => table(TableKind::Stage),
        "level" => table(TableKind::Level),
        "tier" => table(TableKind::Tier),
        _ => {
            Err(argument("a question is about a decision, not_shown, a signal, a score or a table"))
        }
    }
}

/// What the person is likely to do next.
#[napi]
pub fn next_actions(env: &Env, handle: f64, prediction: String, most: u32) -> Result<Unknown<'_>> {
    caught(|| {
        let actions = session(whole(handle)).and_then(|of| of.next_actions(&prediction, most));
        actions.map_err(|refused| thrown(&refused))?.told(env)
    })
}

/// Tells the zone that local days are counted in.
#[napi]
pub fn set_zone(handle: f64, told: Object<'_>) -> Result<()> {
    caught(|| {
        let zone = zone(&told)?;
        let set = session(whole(handle)).and_then(|session| session.set_zone(zone));
        set.map_err(|refused| thrown(&refused))
    })
}

/// What the person allows.
#[napi]
pub fn consent(handle: f64) -> Promised {
    let handle = whole(handle);
    later(move || session(handle)?.consent())
}

/// Notes what the person allows.
#[napi]
pub fn set_consent(handle: f64, told: Object<'_>) -> Result<Promised> {
    caught(|| {
        let (handle, consent) = (whole(handle), told_consent(&told)?);
        Ok(later(move || session(handle)?.set_consent(consent)))
    })
}

/// How the engine is.
#[napi]
pub fn status(handle: f64) -> Promised {
    let handle = whole(handle);
    later(move || session(handle)?.status())
}

/// What was understood of the person.
#[napi]
pub fn understanding(handle: f64) -> Promised {
    let handle = whole(handle);
    later(move || session(handle)?.understanding())
}

/// Every figure that the active pack keeps.
#[napi]
pub fn figures(handle: f64) -> Promised {
    let handle = whole(handle);
    later(move || session(handle)?.figures())
}

/// Verifies a signed pack and goes on under it.
#[napi]
pub fn activate_pack(handle: f64, signed: ArrayBuffer<'_>) -> Promised {
    let (handle, signed) = (whole(handle), signed.to_vec());
    later(move || {
        let receipt = session(handle)?.activate_pack(&signed)?;
        Ok(number(answer::of(&Ok(receipt))))
    })
}

/// The next batch to send.
#[napi]
pub fn next_upload(handle: f64) -> Promised {
    let handle = whole(handle);
    later(move || session(handle)?.next_upload())
}

/// Tells what came back for a batch.
#[napi]
pub fn finish_upload(handle: f64, id: ArrayBuffer<'_>, told: Object<'_>) -> Result<Promised> {
    caught(|| {
        let (handle, id, answer) = (whole(handle), id.to_vec(), told_answer(&told)?);
        Ok(later(move || session(handle)?.finish_upload(&id, answer)))
    })
}

/// Syncs everything recorded so far.
#[napi]
pub fn flush(handle: f64) -> Promised {
    let handle = whole(handle);
    later(move || session(handle)?.flush())
}

/// Does what is due of maintenance; answers with the events that moved.
#[napi]
pub fn maintain(handle: f64, budget_ms: u32) -> Promised {
    let handle = whole(handle);
    later(move || {
        Ok(count(session(handle)?.maintain(Duration::from_millis(budget_ms.into()))?.compacted))
    })
}

/// Writes all that is stored about the person into a file.
#[napi]
pub fn export_to(handle: f64, path: String) -> Promised {
    let handle = whole(handle);
    later(move || session(handle)?.export(Path::new(&path)))
}

/// Destroys the data key and every file, then begins a new installation.
#[napi]
pub fn erase(handle: f64) -> Promised {
    let handle = whole(handle);
    later(move || session(handle)?.erase())
}

/// Syncs and ends.
#[napi]
pub fn close(handle: f64) -> Promised {
    let handle = whole(handle);
    later(move || shared::close(handle))
}

/// A copy that is zeroed when it is dropped.
fn secret(key: &ArrayBuffer<'_>) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(key.to_vec())
}
