//! Which events there are, what they bear and how much they matter.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use super::checked::Event;
use super::spec::EventSpec;
use super::value::Value;
use super::{limits, standard};

/// What to do with an event that the catalog does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UnknownNames {
    /// Record it untyped, as an event of ordinary importance.
    #[default]
    Accept,
    /// Refuse it: finds misspelt names during development.
    Refuse,
}

/// The standard events and those that the app and the pack add.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    added: BTreeMap<Cow<'static, str>, EventSpec>,
    unknown: UnknownNames,
}

/// Why an event cannot be added to the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CatalogError {
    /// The name is a standard one; its meaning is the same in every app.
    Standard(String),
    /// The name of the event or of a property is empty, too long or has control characters.
    Name,
    /// More than [`limits::ADDED_EVENTS`].
    TooMany,
    /// More typed properties than [`limits::PROPERTIES`].
    TooManyProperties(String),
}

impl fmt::Display for CatalogError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Standard(name) => {
                write!(out, "`{name}` is a standard event: choose another name")
            }
            Self::Name => write!(
                out,
                "names are 1 to {} bytes for events, 1 to {} for properties, without control characters",
                limits::NAME.most,
                limits::PROPERTY_NAME.most
            ),
            Self::TooMany => write!(out, "more than {} events added", limits::ADDED_EVENTS.most),
            Self::TooManyProperties(name) => {
                write!(out, "`{name}` has more than {} properties", limits::PROPERTIES.most)
            }
        }
    }
}

impl std::error::Error for CatalogError {}

impl Catalog {
    /// The standard events, treating others as `unknown` says.
    #[must_use]
    pub fn new(unknown: UnknownNames) -> Self {
        Self { added: BTreeMap::new(), unknown }
    }

    /// Adds an event, or replaces one added before under the same name.
    pub fn add(&mut self, spec: EventSpec) -> Result<(), CatalogError> {
        if standard::find(&spec.name).is_some() {
            return Err(CatalogError::Standard(spec.name.into_owned()));
        }
        let named = is_name(&spec.name, limits::NAME.most)
            && spec.properties.iter().all(|p| is_name(&p.name, limits::PROPERTY_NAME.most));
        if !named {
            return Err(CatalogError::Name);
        }
        if spec.properties.len() > limits::PROPERTIES.most {
            return Err(CatalogError::TooManyProperties(spec.name.into_owned()));
        }
        let full = self.added.len() >= limits::ADDED_EVENTS.most;
        if full && !self.added.contains_key(&spec.name) {
            return Err(CatalogError::TooMany);
        }
        self.added.insert(spec.name.clone(), spec);
        Ok(())
    }

    /// The event of that name, if it is standard or was added.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&EventSpec> {
        standard::find(name).or_else(|| self.added.get(name))
    }

    /// An event that was recorded before and stored without its class: as the catalog has it now.
    pub(crate) fn recall(&self, name: String, properties: Vec<(String, Value)>) -> Event {
        let spec = self.find(&name);
        Event::new(name, properties, spec)
    }

    /// Every standard event, in order of the names.
    pub fn standard() -> impl Iterator<Item = &'static EventSpec> {
        standard::EVENTS.iter()
    }

    pub(super) fn unknown(&self) -> UnknownNames {
        self.unknown
    }
}

/// Whether `name` may name an event or a property.
pub(super) fn is_name(name: &str, most: usize) -> bool {
    let plain = || name.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    !name.is_empty() && name.len() <= most && (plain() || !name.chars().any(char::is_control))
}
