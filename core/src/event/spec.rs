//! What is known of an event and its properties before any happens.

use std::borrow::Cow;
use std::fmt;

/// Which events survive longest when room runs out, and are uploaded first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
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
