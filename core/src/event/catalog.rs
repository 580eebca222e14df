//! Which events there are, what they bear and how much they matter.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use super::{limits, standard};

/// Which events survive longest when room runs out, and are uploaded first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Priority {
    /// Taps, scrolls, glances.
    Low,
    /// Most events.
    Normal,
    /// Milestones and outcomes of guidance.
    High,
    /// Payments.
    Critical,
}

impl Priority {
    /// All classes, the least important first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Normal, Self::High, Self::Critical];

    /// Number of the class in files and messages.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Low => 1,
            Self::Normal => 2,
            Self::High => 3,
            Self::Critical => 4,
        }
    }

    /// The class with this number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.number() == number)
    }
}

/// How closely a value touches the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sensitivity {
    /// Says nothing about a person.
    Technical,
    /// What a person does in the app.
    Behaviour,
    /// Health, place, money, words written.
    Sensitive,
}

/// Type of a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PropertyType {
    /// [`super::Value::Text`]
    Text,
    /// [`super::Value::Integer`]
    Integer,
    /// [`super::Value::Number`]; whole numbers are accepted too.
    Number,
    /// [`super::Value::Flag`]
    Flag,
    /// [`super::Value::Money`]
    Money,
}

impl fmt::Display for PropertyType {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Text => "text",
            Self::Integer => "a whole number",
            Self::Number => "a number",
            Self::Flag => "a flag",
            Self::Money => "money",
        })
    }
}

/// A property that an event is known to bear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PropertySpec {
    /// Its name.
    pub name: Cow<'static, str>,
    /// The type a value must have.
    pub kind: PropertyType,
    /// How closely its values touch the person.
    pub sensitivity: Sensitivity,
}

/// An event that the catalog knows. Properties it does not list are accepted untyped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventSpec {
    /// Its name.
    pub name: Cow<'static, str>,
    /// Its class.
    pub priority: Priority,
    /// How closely the fact itself touches the person.
    pub sensitivity: Sensitivity,
    /// Syncing to flash starts at once.
    pub durable: bool,
    /// Happens without the person's doing (a delivered push): begins and lengthens no session.
    pub ambient: bool,
    /// Its typed properties.
    pub properties: Cow<'static, [PropertySpec]>,
}

impl EventSpec {
    /// An event of ordinary importance without typed properties.
    #[must_use]
    pub fn named(name: impl Into<Cow<'static, str>>) -> Self {
        Self {
            name: name.into(),
            priority: Priority::Normal,
            sensitivity: Sensitivity::Behaviour,
            durable: false,
            ambient: false,
            properties: Cow::Borrowed(&[]),
        }
    }

    /// With this class.
    #[must_use]
    pub fn priority(self, priority: Priority) -> Self {
        Self { priority, ..self }
    }

    /// With one more typed property.
    #[must_use]
    pub fn property(
        mut self,
        name: impl Into<Cow<'static, str>>,
        kind: PropertyType,
        sensitivity: Sensitivity,
    ) -> Self {
        self.properties.to_mut().push(PropertySpec { name: name.into(), kind, sensitivity });
        self
    }

    /// The typed property of that name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&PropertySpec> {
        self.properties.iter().find(|spec| spec.name == name)
    }
}

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
            Self::Standard(name) => write!(out, "`{name}` is a standard event: choose another name"),
            Self::Name => write!(
                out,
                "names are 1 to {} bytes for events, 1 to {} for properties, without control characters",
                limits::NAME.most, limits::PROPERTY_NAME.most
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
    !name.is_empty() && name.len() <= most && !name.chars().any(char::is_control)
}
