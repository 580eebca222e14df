//! What the engine tells, as `ArkTS` sees it: `types/index.d.ts` has the fields.

use node_api::bindgen_prelude::{ArrayBuffer, Null, Object, ToNapiValue, Unknown};
use node_api::{Env, Result};
use staykit_bindings as shared;

use crate::object::{Made, Told, given, required};
use crate::values::{count, number};

/// Bytes, which become a buffer's own memory. Not `copy_from`: that of napi-ohos 1.2.0 makes a buffer
/// of the length of what it is given, and copies nothing into it.
pub(crate) struct Bytes(pub(crate) Vec<u8>);

impl Told for Bytes {
    #[inline(never)]
    fn told(self, env: &Env) -> Result<Unknown<'_>> {
        ArrayBuffer::from_data(env, self.0)?.into_unknown(env)
    }
}

impl Told for shared::Opened {
    fn told(self, env: &Env) -> Result<Unknown<'_>> {
        let mut made = Made::new(env);
        made.with("handle", number(self.handle))
            .with_some("wrappedKey", self.wrapped_key.map(Bytes))
            .with("locked", self.locked);
        made.done()
    }
}

impl Told for Option<shared::Upload> {
    fn told(self, env: &Env) -> Result<Unknown<'_>> {
        let Some(upload) = self else {
            return Null.into_unknown(env);
        };
        let mut made = Made::new(env);
        made.with("id", Bytes(upload.id))
            .with("body", Bytes(upload.body))
            .with("attempt", f64::from(upload.attempt))
            .with("events", count(upload.events));
        made.done()
    }
}

impl Told for shared::LocalText {
    fn told(self, env: &Env) -> Result<Unknown<'_>> {
        let mut made = Made::new(env);
        made.with("locale", self.locale).with("text", self.text);
        made.done()
    }
}

impl Told for shared::Words {
    fn told(self, env: &Env) -> Result<Unknown<'_>> {
        let mut made = Made::new(env);
        made.with("en", self.en).with("zh", self.zh);
        made.done()
    }
}

impl Told for shared::Cause {
    fn told(self, env: &Env) -> Result<Unknown<'_>> {
        let (kind, name) = match self {
            Self::Event { name } => ("event", name),
            Self::Raised { name } => ("raised", name),
        };
        let mut made = Made::new(env);
        made.with("kind", kind).with("name", name);
        made.done()
    }
}

impl Told for shared::Decision {
    fn told(self, env: &Env) -> Result<Unknown<'_>> {
        let mut made = Made::new(env);
        made.with("id", count(self.id))
            .with("campaign", self.campaign)
            .with("kind", self.kind)
            .with("title", self.title)
            .with("body", self.body)
            .with("action", self.action)
            .with("wallMs", number(self.wall_ms))
            .with("cause", self.cause)
            .with("why", self.why)
            .with("shown", self.shown);
        made.done()
    }
}

impl Told for shared::NextAction {
    fn told(self, env: &Env) -> Result<Unknown<'_>> {
        let mut made = Made::new(env);
        made.with("action", self.action).with("probability", self.probability);
        made.done()
    }
}

impl Told for shared::Consent {
    fn told(self, env: &Env) -> Result<Unknown<'_>> {
        let mut made = Made::new(env);
        made.with("record", self.record).with("guide", self.guide).with("upload", self.upload);
        made.done()
    }
}

impl Told for shared::Status {
    fn told(self, env: &Env) -> Result<Unknown<'_>> {
        let mut made = Made::new(env);
        made.with("installation", self.installation)
            .with("key", key(self.key))
            .with("consent", self.consent)
            .with("epoch", count(self.epoch))
            .with("lastSeq", count(self.last_seq))
            .with("recorded", count(self.recorded))
            .with("inMemory", count(self.in_memory))
            .with("refusedEvents", count(self.refused_events))
            .with("storage", storage(self.storage))
            .with("eventsWaiting", count(self.events_waiting))
            .with("fileBytes", count(self.file_bytes))
            .with("byteBudget", count(self.byte_budget))
            .with("droppedEvents", count(self.dropped_events))
            .with("damaged", self.damaged)
            .with("consentInDoubt", self.consent_in_doubt)
            .with("packName", self.pack)
            .with("packVersion", f64::from(self.pack_version))
            .with_some("packRefused", self.pack_refused)
            .with("signals", self.signals);
        made.done()
    }
}

fn key(state: shared::KeyState) -> &'static str {
    match state {
        shared::KeyState::Locked => "locked",
        shared::KeyState::Unavailable => "unavailable",
        shared::KeyState::Unlocked => "unlocked",
        shared::KeyState::Closed => "closed",
    }
}

fn storage(state: shared::StorageState) -> &'static str {
    match state {
        shared::StorageState::Sound => "sound",
        shared::StorageState::Full => "full",
        shared::StorageState::ReadOnly => "read_only",
        shared::StorageState::Backlog => "backlog",
        shared::StorageState::Failing => "failing",
    }
}

impl Told for shared::Delivery {
    fn told(self, env: &Env) -> Result<Unknown<'_>> {
        let (kind, after_ms) = match self {
            Self::Acknowledged => ("acknowledged", 0),
            Self::Retry { after_ms } => ("retry", after_ms),
            Self::Split => ("split", 0),
            Self::SetAside { .. } => ("set_aside", 0),
            Self::Unknown => ("unknown", 0),
        };
        let mut made = Made::new(env);
        made.with("kind", kind).with("afterMs", number(after_ms));
        made.done()
    }
}

/// What came back for a batch; status 0 for no answer at all.
pub(crate) fn answer(told: &Object<'_>) -> Result<shared::Answer> {
    let status: u32 = required(told, "status")?;
    let retry_after = given(told, "retryAfter")?;
    let body: Option<ArrayBuffer<'_>> = given(told, "body")?;
    Ok(match u16::try_from(status) {
        Ok(0) | Err(_) => shared::Answer::Unreachable,
        Ok(status) => {
            let body = body.map(|body| body.to_vec()).unwrap_or_default();
            shared::Answer::Response { status, retry_after, body }
        }
    })
}
