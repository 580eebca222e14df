//! Calls that wait for files, on a thread of the runtime's pool. All of them are one type: the
//! runtime's side of a promise is compiled once.

use node_api::bindgen_prelude::{AsyncTask, Unknown};
use node_api::{Env, Error, Result, ScopedTask, Status};
use staykit_bindings::Error as Refused;

use crate::object::Told;
use crate::refused::{caught, thrown};

/// What such a call runs; nothing of `ArkTS` goes with it to the other thread.
type Work = Box<dyn FnOnce() -> std::result::Result<Kept, Refused> + Send>;

/// Makes what keeps the promise, on the thread that was promised it.
pub type Kept = Box<dyn for<'env> FnOnce(&'env Env) -> Result<Unknown<'env>> + Send>;

/// A promise.
pub type Promised = AsyncTask<Later>;

/// Work whose outcome keeps a promise.
pub struct Later(Option<Work>);

/// A promise that this work keeps.
pub(crate) fn later<T: Told + Send + 'static>(
    work: impl FnOnce() -> std::result::Result<T, Refused> + Send + 'static,
) -> Promised {
    let kept = |value: T| -> Kept { Box::new(move |env| value.told(env)) };
    AsyncTask::new(Later(Some(Box::new(move || work().map(kept)))))
}

impl<'env> ScopedTask<'env> for Later {
    type Output = Kept;
    type JsValue = Unknown<'env>;

    fn compute(&mut self) -> Result<Kept> {
        let twice = || Error::new(Status::GenericFailure, "other: run twice".to_owned());
        let work = self.0.take().ok_or_else(twice)?;
        caught(|| work().map_err(|refused| thrown(&refused)))
    }

    fn resolve(&mut self, env: &'env Env, kept: Kept) -> Result<Unknown<'env>> {
        caught(|| kept(env))
    }
}
