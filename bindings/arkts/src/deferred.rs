//! Promises of what holds bytes: these are copied into buffers of the runtime's own when the promise
//! is kept, because a runtime may refuse memory that it did not allocate.

use node_api::bindgen_prelude::ArrayBuffer;
use node_api::{Env, Result, ScopedTask};
use node_api_derive::napi;
use staykit_bindings as shared;

use crate::later::run;
use crate::values::{count, number};

/// An engine that is open.
#[napi(object, object_from_js = false)]
pub struct NativeOpened<'env> {
    /// Names it in every other call.
    pub handle: f64,
    /// The data key as the vault wrapped it.
    pub wrapped_key: Option<ArrayBuffer<'env>>,
    /// It waits for its key.
    pub locked: bool,
}

/// A batch to send.
#[napi(object, object_from_js = false)]
pub struct NativeUpload<'env> {
    /// The batch's id.
    pub id: ArrayBuffer<'env>,
    /// Body of the request.
    pub body: ArrayBuffer<'env>,
    /// 1 for the first attempt.
    pub attempt: u32,
    /// Events in it.
    pub events: f64,
}

/// Opens a store.
pub struct Open(pub(crate) Option<shared::Settings>);

impl<'env> ScopedTask<'env> for Open {
    type Output = shared::Opened;
    type JsValue = NativeOpened<'env>;

    fn compute(&mut self) -> Result<Self::Output> {
        let settings = self.0.take();
        run(settings.map(|settings| Box::new(move || shared::open(settings)) as _))
    }

    fn resolve(&mut self, env: &'env Env, opened: Self::Output) -> Result<Self::JsValue> {
        told(env, opened)
    }
}

pub(crate) fn told(env: &Env, opened: shared::Opened) -> Result<NativeOpened<'_>> {
    let bytes = |key: Vec<u8>| ArrayBuffer::copy_from(env, key);
    Ok(NativeOpened {
        handle: number(opened.handle),
        wrapped_key: opened.wrapped_key.map(bytes).transpose()?,
        locked: opened.locked,
    })
}

/// Makes the next batch.
pub struct NextUpload(pub(crate) i64);

impl<'env> ScopedTask<'env> for NextUpload {
    type Output = Option<shared::Upload>;
    type JsValue = Option<NativeUpload<'env>>;

    fn compute(&mut self) -> Result<Self::Output> {
        let handle = self.0;
        run(Some(Box::new(move || shared::session(handle)?.next_upload())))
    }

    fn resolve(&mut self, env: &'env Env, next: Self::Output) -> Result<Self::JsValue> {
        let upload = |upload: shared::Upload| {
            Ok(NativeUpload {
                id: ArrayBuffer::copy_from(env, upload.id)?,
                body: ArrayBuffer::copy_from(env, upload.body)?,
                attempt: upload.attempt,
                events: count(upload.events),
            })
        };
        next.map(upload).transpose()
    }
}
