//! Calls that wait for files, on a thread of the runtime's pool.

use std::marker::PhantomData;

use node_api::bindgen_prelude::{AsyncTask, ToNapiValue, TypeName};
use node_api::{Env, Error, Result, Status, Task};
use staykit_bindings::Error as Refused;

use crate::refused::thrown;

/// What such a call runs; nothing of `ArkTS` goes with it to the other thread.
type Work<T> = Box<dyn FnOnce() -> std::result::Result<T, Refused> + Send>;

/// A promise of a `J`, made of the `T` that the work gives.
pub type Promised<T, J = T> = AsyncTask<Later<T, J>>;

/// Work whose outcome keeps a promise.
pub struct Later<T, J> {
    work: Option<Work<T>>,
    value: PhantomData<fn() -> J>,
}

/// A promise that this work keeps.
pub(crate) fn later<T, J>(
    work: impl FnOnce() -> std::result::Result<T, Refused> + Send + 'static,
) -> Promised<T, J>
where
    T: Send + 'static,
    J: From<T> + ToNapiValue + TypeName,
{
    AsyncTask::new(Later { work: Some(Box::new(work)), value: PhantomData })
}

impl<T, J> Task for Later<T, J>
where
    T: Send + 'static,
    J: From<T> + ToNapiValue + TypeName,
{
    type Output = T;
    type JsValue = J;

    fn compute(&mut self) -> Result<T> {
        run(self.work.take())
    }

    fn resolve(&mut self, _: Env, output: T) -> Result<J> {
        Ok(J::from(output))
    }
}

/// Runs work, once.
pub(crate) fn run<T>(work: Option<Work<T>>) -> Result<T> {
    let work = work.ok_or_else(|| Error::new(Status::GenericFailure, "other: run twice"))?;
    work().map_err(|refused| thrown(&refused))
}
