//! Values of properties.

use std::fmt;

use super::spec::PropertyType;

/// A property's value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Text of at most [`super::limits::TEXT`].
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A finite number with a fraction.
    Number(f64),
    /// Yes or no.
    Flag(bool),
    /// An amount of money.
    Money {
        /// In the minor unit of `currency`: cents, fen.
        minor: i64,
        /// Which money.
        currency: Currency,
    },
}

impl Value {
    /// The type of this value.
    #[must_use]
    pub fn kind(&self) -> PropertyType {
        match self {
            Self::Text(_) => PropertyType::Text,
            Self::Integer(_) => PropertyType::Integer,
            Self::Number(_) => PropertyType::Number,
            Self::Flag(_) => PropertyType::Flag,
            Self::Money { .. } => PropertyType::Money,
        }
    }
}

/// ISO 4217 code of a currency, such as `CNY`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

impl Currency {
    /// The currency with this code, if it is three capital letters.
    #[must_use]
    pub fn new(code: &str) -> Option<Self> {
        let code: [u8; 3] = code.as_bytes().try_into().ok()?;
        code.iter().all(u8::is_ascii_uppercase).then_some(Self(code))
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> &str {
        // Only capital letters get in.
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.code())
    }
}
