//! The last value of a property.

use super::filter::{Events, number, whole};
use super::scalar::{Scalar, ScalarType};
use crate::codec::{Reader, Writer};
use crate::error::Malformed;
use crate::event::{Event, Value};

/// The value of a property in the last event that bore one of that type. It has no value before
/// there was any.
#[derive(Debug, Clone, PartialEq)]
pub struct LastValue {
    /// Which events.
    pub events: Events,
    /// Name of the property.
    pub property: String,
    /// What of the value is kept.
    pub kept: KeptValue,
}

/// What of a last value is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeptValue {
    /// Whether it was this text.
    Is(String),
    /// A whole number, or money in minor units.
    Integer,
    /// A number, whole or not.
    Number,
}

impl LastValue {
    /// Type of its value.
    #[must_use]
    pub fn scalar_type(&self) -> ScalarType {
        match self.kept {
            KeptValue::Is(_) => ScalarType::Flag,
            KeptValue::Integer => ScalarType::Integer,
            KeptValue::Number => ScalarType::Number,
        }
    }

    /// What an event of the name says of it, if anything.
    pub(super) fn of(&self, event: &Event) -> Option<Scalar> {
        let value = event.property(&self.property).filter(|_| self.events.include(event))?;
        match (&self.kept, value) {
            (KeptValue::Is(wanted), Value::Text(text)) => Some(Scalar::Flag(text == wanted)),
            (KeptValue::Is(_), _) => None,
            (KeptValue::Integer, value) => whole(value).map(Scalar::Integer),
            (KeptValue::Number, value) => number(value).map(Scalar::Number),
        }
    }

    pub(super) fn encode(&self, out: &mut Writer<'_>) {
        self.events.encode(out);
        out.text(&self.property);
        match &self.kept {
            KeptValue::Is(text) => {
                out.byte(1);
                out.text(text);
            }
            KeptValue::Integer => out.byte(2),
            KeptValue::Number => out.byte(3),
        }
    }

    pub(super) fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            events: Events::decode(input)?,
            property: input.text()?.to_owned(),
            kept: match input.byte()? {
                1 => KeptValue::Is(input.text()?.to_owned()),
                2 => KeptValue::Integer,
                3 => KeptValue::Number,
                _ => return Err(input.malformed()),
            },
        })
    }
}
