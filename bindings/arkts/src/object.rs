//! Objects of `ArkTS`, made and read field by field: by one function for each kind of value, which
//! all types share, where macros would write the same out for each type.

use node_api::bindgen_prelude::{FromNapiValue, Object, ToNapiValue, Unknown};
use node_api::{Env, Error, Result, Status};

/// What becomes a value of `ArkTS`.
pub(crate) trait Told {
    /// As `ArkTS` sees it.
    fn told(self, env: &Env) -> Result<Unknown<'_>>;
}

impl Told for () {
    fn told(self, env: &Env) -> Result<Unknown<'_>> {
        self.into_unknown(env)
    }
}

impl Told for f64 {
    #[inline(never)]
    fn told(self, env: &Env) -> Result<Unknown<'_>> {
        self.into_unknown(env)
    }
}

impl Told for bool {
    #[inline(never)]
    fn told(self, env: &Env) -> Result<Unknown<'_>> {
        self.into_unknown(env)
    }
}

impl Told for &str {
    #[inline(never)]
    fn told(self, env: &Env) -> Result<Unknown<'_>> {
        self.into_unknown(env)
    }
}

impl Told for String {
    fn told(self, env: &Env) -> Result<Unknown<'_>> {
        self.as_str().told(env)
    }
}

impl<T: Told> Told for Vec<T> {
    fn told(self, env: &Env) -> Result<Unknown<'_>> {
        list(env, &mut self.into_iter().map(|item| item.told(env)))
    }
}

#[inline(never)]
fn list<'env>(
    env: &'env Env,
    items: &mut dyn Iterator<Item = Result<Unknown<'env>>>,
) -> Result<Unknown<'env>> {
    items.collect::<Result<Vec<_>>>()?.into_unknown(env)
}

/// An object that is being made. What fails first is told in the end.
pub(crate) struct Made<'env> {
    env: &'env Env,
    object: Result<Object<'env>>,
}

impl<'env> Made<'env> {
    /// Without fields.
    pub(crate) fn new(env: &'env Env) -> Self {
        Self { env, object: Object::new(env) }
    }

    /// A field.
    #[inline(never)]
    pub(crate) fn with<T: Told>(&mut self, name: &str, value: T) -> &mut Self {
        let value = value.told(self.env);
        self.set(name, value)
    }

    /// A field, left out if there is no value.
    #[inline(never)]
    pub(crate) fn with_some<T: Told>(&mut self, name: &str, value: Option<T>) -> &mut Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    fn set(&mut self, name: &str, value: Result<Unknown<'env>>) -> &mut Self {
        let set = match (&mut self.object, value) {
            (Ok(object), Ok(value)) => object.set(name, value),
            (Ok(_), Err(error)) => Err(error),
            (Err(_), _) => Ok(()),
        };
        if let Err(error) = set {
            self.object = Err(error);
        }
        self
    }

    /// The object.
    pub(crate) fn done(self) -> Result<Unknown<'env>> {
        self.object?.into_unknown(self.env)
    }
}

/// A field that an object may have.
#[inline(never)]
pub(crate) fn given<V: FromNapiValue>(object: &Object<'_>, name: &str) -> Result<Option<V>> {
    object.get(name).map_err(|error| at(error, name))
}

/// A field that it has.
#[inline(never)]
pub(crate) fn required<V: FromNapiValue>(object: &Object<'_>, name: &str) -> Result<V> {
    given(object, name)?.ok_or_else(|| missing(name))
}

fn at(mut error: Error, name: &str) -> Error {
    error.reason.push_str(" on ");
    error.reason.push_str(name);
    error
}

fn missing(name: &str) -> Error {
    Error::new(Status::InvalidArg, ["Missing field `", name, "`"].concat())
}
