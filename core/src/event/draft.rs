//! From what the app says to what is known to be true of it.

use std::fmt;

use super::catalog::{Catalog, UnknownNames, is_name};
use super::checked::Event;
use super::journal_form;
use super::limits::{self, Limit};
use super::spec::{EventSpec, PropertyType};
use super::value::{Currency, Value};

/// What an app wants recorded: anything at all, checked when it is recorded.
///
/// ```
/// use staykit_core::event::{Catalog, Draft};
///
/// let draft = Draft::new("purchase").money("amount", 19_90, "CNY").text("sku", "strap-21");
/// let event = Catalog::default().admit(draft)?;
/// assert_eq!(event.name(), "purchase");
///
/// let wrong = Draft::new("purchase").text("amount", "19.90");
/// let error = Catalog::default().admit(wrong).unwrap_err();
/// assert_eq!(error.to_string(), "property `amount` of `purchase` must be money, not text");
/// # Ok::<(), staykit_core::event::DraftError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    name: String,
    properties: Vec<(String, Value)>,
    /// The first currency that was no currency, with the property it stood in.
    bad_currency: Option<String>,
}

impl Draft {
    /// A draft of an event of that name.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), properties: Vec::new(), bad_currency: None }
    }

    /// With a text.
    #[must_use]
    pub fn text(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.value(name, Value::Text(value.into()))
    }

    /// With a whole number.
    #[must_use]
    pub fn integer(self, name: impl Into<String>, value: i64) -> Self {
        self.value(name, Value::Integer(value))
    }

    /// With a number.
    #[must_use]
    pub fn number(self, name: impl Into<String>, value: f64) -> Self {
        self.value(name, Value::Number(value))
    }

    /// With a flag.
    #[must_use]
    pub fn flag(self, name: impl Into<String>, value: bool) -> Self {
        self.value(name, Value::Flag(value))
    }

    /// With an amount in the minor unit of `currency` (an ISO 4217 code): 19.90 yuan are
    /// `19_90, "CNY"`.
    #[must_use]
    pub fn money(mut self, name: impl Into<String>, minor: i64, currency: &str) -> Self {
        let name = name.into();
        if let Some(currency) = Currency::new(currency) {
            self.value(name, Value::Money { minor, currency })
        } else {
            self.bad_currency.get_or_insert(name);
            self
        }
    }

    /// With a value of any type.
    #[must_use]
    pub fn value(mut self, name: impl Into<String>, value: Value) -> Self {
        self.properties.push((name.into(), value));
        self
    }
}

/// Why a draft is no event. Names the property, the fault and the limit; never a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DraftError {
    /// The event's name is empty, too long or has control characters.
    Name,
    /// The catalog does not know the event and is told to refuse such.
    Unknown(String),
    /// A property's name is empty, too long or has control characters.
    PropertyName {
        /// Its place among the properties, from 0.
        place: usize,
    },
    /// Two properties of the same name.
    Repeated(String),
    /// Something is larger than its limit.
    TooLarge {
        /// The property it is about, if about one.
        property: Option<String>,
        /// The size it has, in the limit's unit.
        size: usize,
        /// The limit.
        limit: Limit,
    },
    /// A typed property of another type.
    Type {
        /// Name of the event.
        event: String,
        /// Name of the property.
        property: String,
        /// What the catalog asks for.
        expected: PropertyType,
        /// What the draft gives.
        found: PropertyType,
    },
    /// A number that is infinite or none.
    NotFinite(String),
    /// A currency that is not three capital letters.
    Currency(String),
}

impl fmt::Display for DraftError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name => write!(
                out,
                "an event name has 1 to {} bytes and no control characters",
                limits::NAME.most
            ),
            Self::Unknown(name) => {
                write!(out, "event `{name}` is not in the catalog: add it, or accept unknown names")
            }
            Self::PropertyName { place } => write!(
                out,
                "property {place}: a property name has 1 to {} bytes and no control characters",
                limits::PROPERTY_NAME.most
            ),
            Self::Repeated(name) => write!(out, "property `{name}` is given twice"),
            Self::TooLarge { property, size, limit } => {
                if let Some(name) = property {
                    write!(out, "property `{name}`: ")?;
                }
                write!(out, "{} of {size} {}, at most {}", limit.of, limit.unit, limit.most)
            }
            Self::Type { event, property, expected, found } => {
                write!(out, "property `{property}` of `{event}` must be {expected}, not {found}")
            }
            Self::NotFinite(name) => write!(out, "property `{name}` is not a finite number"),
            Self::Currency(name) => write!(
                out,
                "property `{name}`: a currency is three capital letters of ISO 4217, such as CNY"
            ),
        }
    }
}

impl std::error::Error for DraftError {}

impl Catalog {
    /// Checks a draft; what comes back is valid. Allocates nothing on success.
    pub fn admit(&self, mut draft: Draft) -> Result<Event, DraftError> {
        if !is_name(&draft.name, limits::NAME.most) {
            return Err(DraftError::Name);
        }
        if let Some(name) = draft.bad_currency {
            return Err(DraftError::Currency(name));
        }
        let spec = self.find(&draft.name);
        if spec.is_none() && self.unknown() == UnknownNames::Refuse {
            return Err(DraftError::Unknown(draft.name));
        }
        check_count(&draft.properties)?;
        check_names(&draft.properties)?;
        for (name, value) in &mut draft.properties {
            check_value(name, value)?;
            if let Some(spec) = spec {
                check_type(spec, name, value)?;
            }
        }
        let event = Event::new(draft.name, draft.properties, spec);
        let size = journal_form::size(&event);
        if size > limits::EVENT.most {
            return Err(DraftError::TooLarge { property: None, size, limit: limits::EVENT });
        }
        Ok(event)
    }
}

fn check_count(properties: &[(String, Value)]) -> Result<(), DraftError> {
    let (size, limit) = (properties.len(), limits::PROPERTIES);
    if size > limit.most {
        return Err(DraftError::TooLarge { property: None, size, limit });
    }
    Ok(())
}

fn check_names(properties: &[(String, Value)]) -> Result<(), DraftError> {
    for (place, (name, _)) in properties.iter().enumerate() {
        if !is_name(name, limits::PROPERTY_NAME.most) {
            return Err(DraftError::PropertyName { place });
        }
        if properties.iter().take(place).any(|(earlier, _)| earlier == name) {
            return Err(DraftError::Repeated(name.clone()));
        }
    }
    Ok(())
}

fn check_value(name: &str, value: &Value) -> Result<(), DraftError> {
    match value {
        Value::Text(text) if text.len() > limits::TEXT.most => Err(DraftError::TooLarge {
            property: Some(name.to_owned()),
            size: text.len(),
            limit: limits::TEXT,
        }),
        Value::Number(number) if !number.is_finite() => Err(DraftError::NotFinite(name.to_owned())),
        _ => Ok(()),
    }
}

/// Checks the type that the catalog asks for; a whole number where a number is asked for becomes
/// one if that loses nothing.
fn check_type(spec: &EventSpec, name: &str, value: &mut Value) -> Result<(), DraftError> {
    let Some(property) = spec.find(name) else { return Ok(()) };
    if let (PropertyType::Number, Value::Integer(whole)) = (property.kind, &*value)
        && let Ok(exact) = i32::try_from(*whole)
    {
        *value = Value::Number(f64::from(exact));
    }
    if value.kind() == property.kind {
        return Ok(());
    }
    Err(DraftError::Type {
        event: spec.name.clone().into_owned(),
        property: name.to_owned(),
        expected: property.kind,
        found: value.kind(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::limits::{EVENT, NAME, PROPERTIES, TEXT};
    use super::super::{Catalog, Draft, DraftError, UnknownNames, Value};

    fn refusal(draft: Draft) -> DraftError {
        Catalog::default().admit(draft).unwrap_err()
    }

    #[test]
    fn an_error_names_the_property_the_fault_and_the_limit_but_no_value() {
        let long = refusal(Draft::new("comment").text("body", "secret".repeat(400)));
        let text = long.to_string();
        assert_eq!(text, "property `body`: text value of 2400 bytes of UTF-8, at most 1024");
        let typed = refusal(Draft::new("purchase").integer("amount", 1990)).to_string();
        assert_eq!(typed, "property `amount` of `purchase` must be money, not a whole number");
    }

    #[test]
    fn each_limit_admits_its_largest_and_refuses_one_more() {
        let catalog = Catalog::default();
        assert!(catalog.admit(Draft::new("n".repeat(NAME.most))).is_ok());
        assert_eq!(refusal(Draft::new("n".repeat(NAME.most + 1))), DraftError::Name);
        assert!(catalog.admit(Draft::new("x").text("t", "t".repeat(TEXT.most))).is_ok());
        assert!(matches!(
            refusal(Draft::new("x").text("t", "t".repeat(TEXT.most + 1))),
            DraftError::TooLarge { limit: TEXT, .. }
        ));
        let many =
            |count| (0..count).fold(Draft::new("x"), |draft, n| draft.integer(format!("p{n}"), 1));
        assert!(catalog.admit(many(PROPERTIES.most)).is_ok());
        assert!(matches!(
            refusal(many(PROPERTIES.most + 1)),
            DraftError::TooLarge { limit: PROPERTIES, .. }
        ));
        let large = (0..9)
            .fold(Draft::new("x"), |draft, n| draft.text(format!("p{n}"), "t".repeat(TEXT.most)));
        assert!(matches!(refusal(large), DraftError::TooLarge { limit: EVENT, .. }));
    }

    #[test]
    fn names_values_and_currencies_that_make_no_sense_are_refused() {
        assert_eq!(refusal(Draft::new("")), DraftError::Name);
        assert_eq!(refusal(Draft::new("a\nb")), DraftError::Name);
        assert_eq!(refusal(Draft::new("x").integer("", 1)), DraftError::PropertyName { place: 0 });
        assert_eq!(
            refusal(Draft::new("x").integer("a", 1).flag("a", true)),
            DraftError::Repeated("a".into())
        );
        assert_eq!(
            refusal(Draft::new("x").number("a", f64::NAN)),
            DraftError::NotFinite("a".into())
        );
        assert_eq!(
            refusal(Draft::new("x").money("price", 1, "yuan")),
            DraftError::Currency("price".into())
        );
    }

    #[test]
    fn unknown_names_are_accepted_untyped_or_refused_as_asked() {
        assert!(Catalog::default().admit(Draft::new("made_up").flag("x", true)).is_ok());
        let strict = Catalog::new(UnknownNames::Refuse);
        assert!(matches!(strict.admit(Draft::new("made_up")), Err(DraftError::Unknown(_))));
        assert!(strict.admit(Draft::new("open")).is_ok());
    }

    #[test]
    fn a_whole_number_serves_where_a_number_is_asked_for() {
        let mut catalog = Catalog::default();
        let spec = super::EventSpec::named("weigh_in").property(
            "kg",
            super::PropertyType::Number,
            super::super::Sensitivity::Sensitive,
        );
        catalog.add(spec).unwrap();
        let event = catalog.admit(Draft::new("weigh_in").integer("kg", 71)).unwrap();
        assert_eq!(event.property("kg"), Some(&Value::Number(71.0)));
    }
}
