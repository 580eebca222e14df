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

/// A fact, or a value of the context, that is set; or unset.
pub type FactChange = (String, Option<Value>);

/// Facts about the person, or the context.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Facts(BTreeMap<String, Fact>);

#[derive(Debug, Clone, PartialEq)]
struct Fact {
    value: Value,
    /// When it was set to this value.
    set_at: i64,
}

impl Facts {
    /// Whether there is room after these changes.
    pub(super) fn admit(&self, changes: &[FactChange]) -> Result<(), TooManyFacts> {
        let (set, unset): (Vec<_>, Vec<_>) = changes.iter().partition(|(_, to)| to.is_some());
        let new = set.iter().filter(|(key, _)| !self.0.contains_key(key)).count();
        let gone = unset.iter().filter(|(key, _)| self.0.contains_key(key)).count();
        let found = self.0.len().saturating_add(new).saturating_sub(gone);
        if found > limits::FACTS { Err(TooManyFacts { found }) } else { Ok(()) }
    }

    /// Whether these changes change nothing.
    pub(super) fn hold(&self, changes: &[FactChange]) -> bool {
        changes.iter().all(|(key, value)| self.find(key) == value.as_ref())
    }

    pub(super) fn apply(&mut self, changes: &[FactChange], at: i64) {
        for (key, value) in changes {
            if self.find(key) == value.as_ref() {
                continue;
            }
            match value {
                Some(value) => {
                    self.0.insert(key.clone(), Fact { value: value.clone(), set_at: at });
                }
                None => {
                    self.0.remove(key);
                }
            }
        }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(key, fact)| (key.as_str(), &fact.value))
    }

    fn find(&self, key: &str) -> Option<&Value> {
        self.0.get(key).map(|fact| &fact.value)
    }

    pub(super) fn is(&self, wanted: &TextTest) -> bool {
        matches!(self.find(&wanted.key), Some(Value::Text(text)) if *text == wanted.text)
    }

    /// The text of a fact, if it has one.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        match self.find(key)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn integer(&self, key: &str) -> Option<i64> {
        match self.find(key)? {
            Value::Integer(value) => Some(*value),
            Value::Flag(flag) => Some(i64::from(*flag)),
            _ => None,
        }
    }

    /// When the fact was set to the value it has.
    pub(super) fn set_at(&self, key: &str) -> Option<i64> {
        self.0.get(key).map(|fact| fact.set_at)
    }

    pub(super) fn encode(&self, out: &mut Writer<'_>) {
        out.length(self.0.len());
        for (key, fact) in &self.0 {
            out.text(key);
            journal_form::encode_value(&fact.value, out);
            out.signed(fact.set_at);
        }
    }

    pub(super) fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        let facts = input.list(|input| {
            let (key, value) = (input.text()?.to_owned(), journal_form::decode_value(input)?);
            Ok((key, Fact { value, set_at: input.signed()? }))
        })?;
        Ok(Self(facts.into_iter().collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::{FactChange, Facts, Value};

    fn set(key: &str, value: i64) -> FactChange {
        (key.into(), Some(Value::Integer(value)))
    }

    #[test]
    fn a_fact_is_as_old_as_its_value_and_gone_when_it_is_unset() {
        let mut facts = Facts::default();
        facts.apply(&[set("level", 1)], 10);
        facts.apply(&[set("level", 1)], 20);
        assert_eq!(facts.set_at("level"), Some(10));
        facts.apply(&[set("level", 2)], 30);
        assert_eq!((facts.set_at("level"), facts.integer("level")), (Some(30), Some(2)));
        facts.apply(&[("level".into(), None)], 40);
        assert_eq!((facts.set_at("level"), facts.integer("level")), (None, None));
        assert!(facts.hold(&[("level".into(), None)]) && !facts.hold(&[set("level", 2)]));
    }

    #[test]
    fn there_is_room_again_where_facts_were_unset() {
        let mut facts = Facts::default();
        (0..64).for_each(|key| facts.apply(&[set(&key.to_string(), key)], 0));
        assert_eq!(facts.admit(&[set("more", 1)]).unwrap_err().found, 65);
        assert!(facts.admit(&[set("more", 1), ("3".into(), None)]).is_ok());
    }
}
