//! Drafts and facts as bytes. The tables are in `bindings/README.md`.
//!
//! Bytes come from Kotlin and `ArkTS` code of ours, but from an app's process: whatever is in them,
//! reading takes no more than a few times [`MOST_BYTES`] of memory and never panics.

use std::fmt;

use staykit_core::event::limits;
use staykit_core::event::{Currency, Draft, DraftError, Value};

/// Version of the encoding, the first byte.
pub const VERSION: u8 = 1;

/// Bytes of one encoded draft, or of facts: four times the largest event, which itself is never
/// that long in this form. Beyond it the draft is refused as too large, unread.
pub const MOST_BYTES: usize = 4 * limits::EVENT.most;

/// What a property's type byte says.
pub mod tag {
    /// `u32` length, then as many bytes of UTF-8.
    pub const TEXT: u8 = 1;
    /// `i64`.
    pub const INTEGER: u8 = 2;
    /// `f64`.
    pub const NUMBER: u8 = 3;
    /// No value follows.
    pub const FALSE: u8 = 4;
    /// No value follows.
    pub const TRUE: u8 = 5;
    /// `i64` in the minor unit, then three bytes of ISO 4217 code.
    pub const MONEY: u8 = 6;
    /// No value follows; in facts and context only.
    pub const UNSET: u8 = 7;
}

/// Why bytes are no draft. Shows offsets, never content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DecodeError {
    /// They do not have the form.
    Malformed {
        /// What was being read.
        what: &'static str,
        /// Offset in bytes at which it begins.
        at: usize,
    },
    /// They have the form, and what they say is no event.
    Draft(DraftError),
}

impl fmt::Display for DecodeError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { what, at } => write!(out, "encoded draft: {what} at byte {at}"),
            Self::Draft(error) => error.fmt(out),
        }
    }
}

impl std::error::Error for DecodeError {}

/// What is to be set, and the keys that are to be unset.
pub type Changes = (Vec<(String, Value)>, Vec<String>);

/// Reads a draft.
pub fn draft(bytes: &[u8]) -> Result<Draft, DecodeError> {
    let mut input = Input::new(bytes)?;
    let mut draft = Draft::new(input.short_text("name")?);
    while !input.is_empty() {
        let (name, value) = input.property()?;
        draft = match value {
            Read::Value(value) => draft.value(name, value),
            Read::Money(minor, code) => draft.money(name, minor, code),
            Read::Unset => return Err(input.malformed("a draft unsets nothing")),
        };
    }
    Ok(draft)
}

/// Reads changes of facts or of the context.
pub fn changes(bytes: &[u8]) -> Result<Changes, DecodeError> {
    let mut input = Input::new(bytes)?;
    let (mut set, mut unset) = Changes::default();
    while !input.is_empty() {
        let (name, value) = input.property()?;
        match value {
            Read::Value(value) => set.push((name.to_owned(), value)),
            Read::Money(minor, code) => {
                let currency = Currency::new(code);
                let currency = currency.ok_or_else(|| DraftError::Currency(name.to_owned()));
                let currency = currency.map_err(DecodeError::Draft)?;
                set.push((name.to_owned(), Value::Money { minor, currency }));
            }
            Read::Unset => unset.push(name.to_owned()),
        }
    }
    Ok((set, unset))
}

/// A value as it stands in the bytes.
enum Read<'a> {
    Value(Value),
    /// The code may be none; then the draft says so in the core's words.
    Money(i64, &'a str),
    Unset,
}

/// The bytes that are not read yet.
struct Input<'a> {
    rest: &'a [u8],
    at: usize,
}

impl<'a> Input<'a> {
    fn new(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        if bytes.len() > MOST_BYTES {
            let (size, limit) = (bytes.len(), limits::EVENT);
            let error = DraftError::TooLarge { property: None, size, limit };
            return Err(DecodeError::Draft(error));
        }
        let mut input = Self { rest: bytes, at: 0 };
        match input.array("version")? {
            [VERSION] => Ok(input),
            [_] => Err(DecodeError::Malformed { what: "unknown version", at: 0 }),
        }
    }

    fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    fn malformed(&self, what: &'static str) -> DecodeError {
        DecodeError::Malformed { what, at: self.at }
    }

    fn take(&mut self, count: usize, what: &'static str) -> Result<&'a [u8], DecodeError> {
        let (taken, rest) =
            self.rest.split_at_checked(count).ok_or_else(|| self.malformed(what))?;
        (self.rest, self.at) = (rest, self.at.saturating_add(count));
        Ok(taken)
    }

    fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], DecodeError> {
        let malformed = self.malformed(what);
        <[u8; N]>::try_from(self.take(N, what)?).map_err(|_| malformed)
    }

    fn utf8(&mut self, count: usize, what: &'static str) -> Result<&'a str, DecodeError> {
        let malformed = self.malformed(what);
        std::str::from_utf8(self.take(count, what)?).map_err(|_| malformed)
    }

    fn short_text(&mut self, what: &'static str) -> Result<&'a str, DecodeError> {
        let [count] = self.array(what)?;
        self.utf8(usize::from(count), what)
    }

    fn property(&mut self) -> Result<(&'a str, Read<'a>), DecodeError> {
        let unknown = self.malformed("unknown property type");
        let [tag] = self.array("property type")?;
        if !(tag::TEXT..=tag::UNSET).contains(&tag) {
            return Err(unknown);
        }
        let name = self.short_text("property name")?;
        let value = match tag {
            tag::TEXT => {
                let count = u32::from_le_bytes(self.array("text length")?);
                let count = usize::try_from(count).map_err(|_| self.malformed("text"))?;
                Value::Text(self.utf8(count, "text")?.to_owned())
            }
            tag::INTEGER => Value::Integer(i64::from_le_bytes(self.array("whole number")?)),
            tag::NUMBER => Value::Number(f64::from_le_bytes(self.array("number")?)),
            tag::FALSE | tag::TRUE => Value::Flag(tag == tag::TRUE),
            tag::MONEY => {
                let minor = i64::from_le_bytes(self.array("money")?);
                let code = self.take(3, "currency")?;
                return Ok((name, Read::Money(minor, std::str::from_utf8(code).unwrap_or(""))));
            }
            _ => return Ok((name, Read::Unset)),
        };
        Ok((name, Read::Value(value)))
    }
}

/// The same bytes as the facades write them, for tests and benchmarks.
#[derive(Debug, Clone)]
pub struct Encoded(Vec<u8>);

impl Encoded {
    /// A draft of an event of that name.
    #[must_use]
    pub fn draft(name: &str) -> Self {
        let mut encoded = Self::changes();
        encoded.short(name);
        encoded
    }

    /// Facts or context.
    #[must_use]
    pub fn changes() -> Self {
        Self(vec![VERSION])
    }

    /// With a text.
    #[must_use]
    pub fn text(self, name: &str, text: &str) -> Self {
        let count = u32::try_from(text.len()).unwrap_or(u32::MAX);
        self.property(tag::TEXT, name, &[&count.to_le_bytes(), text.as_bytes()])
    }

    /// With a whole number.
    #[must_use]
    pub fn integer(self, name: &str, value: i64) -> Self {
        self.property(tag::INTEGER, name, &[&value.to_le_bytes()])
    }

    /// With a number.
    #[must_use]
    pub fn number(self, name: &str, value: f64) -> Self {
        self.property(tag::NUMBER, name, &[&value.to_le_bytes()])
    }

    /// With a flag.
    #[must_use]
    pub fn flag(self, name: &str, value: bool) -> Self {
        self.property(if value { tag::TRUE } else { tag::FALSE }, name, &[])
    }

    /// With an amount of money; a code that has not three bytes becomes three zero bytes.
    #[must_use]
    pub fn money(self, name: &str, minor: i64, currency: &str) -> Self {
        let code = <[u8; 3]>::try_from(currency.as_bytes()).unwrap_or_default();
        self.property(tag::MONEY, name, &[&minor.to_le_bytes(), &code])
    }

    /// With a key that is to be unset.
    #[must_use]
    pub fn unset(self, name: &str) -> Self {
        self.property(tag::UNSET, name, &[])
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    fn property(mut self, tag: u8, name: &str, value: &[&[u8]]) -> Self {
        self.0.push(tag);
        self.short(name);
        self.0.extend(value.iter().flat_map(|part| part.iter()));
        self
    }

    /// At most 255 bytes, cut at a character: more than any name may have, so that the core refuses
    /// what was cut.
    fn short(&mut self, text: &str) {
        let most = usize::from(u8::MAX);
        let ends = text.char_indices().map(|(at, char)| at + char.len_utf8());
        let cut = ends.take_while(|end| *end <= most).last().unwrap_or(0);
        self.0.push(u8::try_from(cut).unwrap_or(u8::MAX));
        self.0.extend(text.bytes().take(cut));
    }
}
