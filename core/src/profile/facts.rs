//! What the host knows and events do not say: facts about the person, and the context.

use std::collections::BTreeMap;

use super::limits;
use crate::codec::{Reader, Writer};
use crate::error::Malformed;
use crate::event::{Value, journal_form};

/// A property, fact or context value compared with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextTest {
    /// Its name.
    pub key: String,
    /// The text it must equal.
    pub text: String,
}

impl TextTest {
    pub(super) fn encode(&self, out: &mut Writer<'_>) {
        out.text(&self.key);
        out.text(&self.text);
    }

    pub(super) fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self { key: input.text()?.to_owned(), text: input.text()?.to_owned() })
    }
}

/// More facts, or values of the context, than [`limits::FACTS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyFacts {
    /// How many there would be.
    pub found: usize,
}

impl std::fmt::Display for TooManyFacts {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} facts, at most {}", self.found, limits::FACTS)
    }
}

impl std::error::Error for TooManyFacts {}

/// Facts about the person, or the context.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Facts(BTreeMap<String, Value>);

impl Facts {
    /// Whether there is room for these.
    pub(super) fn admit(&self, facts: &[(String, Value)]) -> Result<(), TooManyFacts> {
        let new = facts.iter().filter(|(key, _)| !self.0.contains_key(key)).count();
        let found = self.0.len().saturating_add(new);
        if found > limits::FACTS { Err(TooManyFacts { found }) } else { Ok(()) }
    }

    /// Whether these are known already.
    pub(super) fn hold(&self, facts: &[(String, Value)]) -> bool {
        facts.iter().all(|(key, value)| self.0.get(key) == Some(value))
    }

    pub(super) fn apply(&mut self, facts: &[(String, Value)]) {
        for (key, value) in facts {
            self.0.insert(key.clone(), value.clone());
        }
    }

    pub(super) fn all(&self) -> &BTreeMap<String, Value> {
        &self.0
    }

    pub(super) fn is(&self, wanted: &TextTest) -> bool {
        matches!(self.0.get(&wanted.key), Some(Value::Text(text)) if *text == wanted.text)
    }

    /// The text of a fact, if it has one.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        match self.0.get(key) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    pub(super) fn integer(&self, key: &str) -> i64 {
        match self.0.get(key) {
            Some(Value::Integer(value)) => *value,
            Some(Value::Flag(flag)) => i64::from(*flag),
            _ => 0,
        }
    }

    pub(super) fn encode(&self, out: &mut Writer<'_>) {
        out.length(self.0.len());
        for (key, value) in &self.0 {
            out.text(key);
            journal_form::encode_value(value, out);
        }
    }

    pub(super) fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        let values = input
            .list(|input| Ok((input.text()?.to_owned(), journal_form::decode_value(input)?)))?;
        Ok(Self(values.into_iter().collect()))
    }
}
