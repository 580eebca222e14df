//! Which events count: those of a name that pass every test of their properties.

use std::cmp::Ordering;
use std::fmt;

use super::limits;
use crate::codec::{Reader, Writer};
use crate::error::Malformed;
use crate::event::{Event, Value};

/// Events of a name, or those of them that pass every test.
#[derive(Debug, Clone, PartialEq)]
pub struct Events {
    /// Name of the events.
    pub name: String,
    /// What each must pass; at most [`limits::TESTS`].
    pub tests: Vec<Test>,
}

/// A property compared with a constant. An event without the property, or with a value of
/// another type, does not pass, whatever the relation.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// Name of the property.
    pub property: String,
    /// What of it is compared.
    pub part: Part,
    /// How. Texts, currencies and flags know [`Relation::Equal`] and [`Relation::NotEqual`] only.
    pub relation: Relation,
    /// With what.
    pub constant: Constant,
}

/// What of a property is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Its value; of money the amount in minor units.
    Value,
    /// The code of the currency that money is in, such as `CNY`.
    Currency,
}

/// What a property is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Constant {
    /// Compares with texts and currencies.
    Text(String),
    /// Compares with whole numbers, money, and numbers.
    Integer(i64),
    /// Finite; compares with the same, each taken as a number.
    Number(f64),
    /// Compares with flags.
    Flag(bool),
}

/// How two values compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
}

const RELATIONS: [Relation; 6] = [
    Relation::Less,
    Relation::LessOrEqual,
    Relation::Greater,
    Relation::GreaterOrEqual,
    Relation::Equal,
    Relation::NotEqual,
];

impl Relation {
    /// Whether it is `==` or `!=`.
    #[must_use]
    pub fn is_equality(self) -> bool {
        matches!(self, Self::Equal | Self::NotEqual)
    }

    /// The relation seen from the other side.
    #[must_use]
    pub fn mirrored(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
            same => same,
        }
    }

    /// Whether values in that order are so related; without an order they are unequal.
    pub(crate) fn holds(self, order: Option<Ordering>) -> bool {
        match self {
            Self::Less => order.is_some_and(Ordering::is_lt),
            Self::LessOrEqual => order.is_some_and(Ordering::is_le),
            Self::Greater => order.is_some_and(Ordering::is_gt),
            Self::GreaterOrEqual => order.is_some_and(Ordering::is_ge),
            Self::Equal => order.is_some_and(Ordering::is_eq),
            Self::NotEqual => order.is_none_or(Ordering::is_ne),
        }
    }

    /// Its number in files and programs.
    pub(crate) fn number(self) -> u8 {
        let place = RELATIONS.iter().position(|relation| *relation == self);
        place.and_then(|place| u8::try_from(place).ok()).unwrap_or(0)
    }

    /// The relation with that number.
    pub(crate) fn from_number(number: u8) -> Option<Self> {
        RELATIONS.get(usize::from(number)).copied()
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Equal => "==",
            Self::NotEqual => "!=",
        })
    }
}

impl Events {
    /// All events of that name.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), tests: Vec::new() }
    }

    /// Whether an event of the name passes the tests.
    pub(super) fn include(&self, event: &Event) -> bool {
        self.tests.iter().all(|test| test.holds(event))
    }

    /// Whether a device can keep them: few enough tests, each of them sound.
    pub(super) fn are_sound(&self) -> bool {
        are_sound(&self.tests)
    }

    pub(super) fn encode(&self, out: &mut Writer<'_>) {
        out.text(&self.name);
        encode_tests(&self.tests, out);
    }

    pub(super) fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self { name: input.text()?.to_owned(), tests: input.list(Test::decode)? })
    }
}

impl Test {
    pub(super) fn holds(&self, event: &Event) -> bool {
        event.property(&self.property).is_some_and(|value| self.holds_for(value))
    }

    fn holds_for(&self, value: &Value) -> bool {
        let so = |order: Ordering| self.relation.holds(Some(order));
        let near = |constant: f64| {
            number(value).is_some_and(|value| self.relation.holds(value.partial_cmp(&constant)))
        };
        match (self.part, value, &self.constant) {
            (Part::Value, Value::Text(value), Constant::Text(text)) => so(value.cmp(text)),
            (Part::Value, Value::Flag(value), Constant::Flag(flag)) => so(value.cmp(flag)),
            (
                Part::Value,
                Value::Integer(value) | Value::Money { minor: value, .. },
                Constant::Integer(constant),
            ) => so(value.cmp(constant)),
            (Part::Value, _, Constant::Integer(constant)) => near(approximate(*constant)),
            (Part::Value, _, Constant::Number(constant)) => near(*constant),
            (Part::Currency, Value::Money { currency, .. }, Constant::Text(code)) => {
                so(currency.code().cmp(code))
            }
            _ => false,
        }
    }

    /// Whether the relation and the constant belong together, and the constant is a value.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        match (&self.constant, self.part) {
            (Constant::Text(_), _) | (Constant::Flag(_), Part::Value) => {
                self.relation.is_equality()
            }
            (Constant::Integer(_), Part::Value) => true,
            (Constant::Number(number), Part::Value) => number.is_finite(),
            (_, Part::Currency) => false,
        }
    }

    fn encode(&self, out: &mut Writer<'_>) {
        out.text(&self.property);
        out.flag(self.part == Part::Currency);
        out.byte(self.relation.number());
        match &self.constant {
            Constant::Text(text) => {
                out.byte(1);
                out.text(text);
            }
            Constant::Integer(value) => {
                out.byte(2);
                out.signed(*value);
            }
            Constant::Number(value) => {
                out.byte(3);
                out.float(*value);
            }
            Constant::Flag(value) => out.byte(if *value { 5 } else { 4 }),
        }
    }

    pub(super) fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            property: input.text()?.to_owned(),
            part: if input.flag()? { Part::Currency } else { Part::Value },
            relation: Relation::from_number(input.byte()?).ok_or_else(|| input.malformed())?,
            constant: match input.byte()? {
                1 => Constant::Text(input.text()?.to_owned()),
                2 => Constant::Integer(input.signed()?),
                3 => Constant::Number(input.float()?),
                4 => Constant::Flag(false),
                5 => Constant::Flag(true),
                _ => return Err(input.malformed()),
            },
        })
    }
}

/// Whether so many tests of one filter are few enough, and each of them is sound.
pub(super) fn are_sound(tests: &[Test]) -> bool {
    tests.len() <= limits::TESTS && tests.iter().all(Test::is_sound)
}

pub(super) fn encode_tests(tests: &[Test], out: &mut Writer<'_>) {
    out.length(tests.len());
    for test in tests {
        test.encode(out);
    }
}

/// A whole number, or money in minor units.
pub(super) fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Integer(value) | Value::Money { minor: value, .. } => Some(*value),
        _ => None,
    }
}

/// Whatever is numeric, as a number.
pub(super) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(value) => Some(*value),
        _ => whole(value).map(approximate),
    }
}

/// The nearest number.
#[expect(clippy::cast_precision_loss, reason = "what double(x) gives, too")]
pub(super) fn approximate(value: i64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests {
    use super::{Constant, Events, Part, Relation, Test};
    use crate::event::{Catalog, Currency, Draft, Event, Value};

    fn test(property: &str, relation: Relation, constant: Constant) -> Test {
        Test { property: property.into(), part: Part::Value, relation, constant }
    }

    fn event() -> Event {
        let amount = Value::Money { minor: 1_990, currency: Currency::new("CNY").unwrap() };
        let draft = Draft::new("x").text("item", "strap").value("amount", amount);
        let draft = draft.value("rating", Value::Number(4.5)).value("gift", Value::Flag(false));
        Catalog::default().admit(draft.integer("quantity", 2)).unwrap()
    }

    #[test]
    fn each_type_compares_with_its_own_and_numbers_with_each_other() {
        use Constant::{Flag, Integer, Number, Text};
        use Relation::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
        for (property, relation, constant, expected) in [
            ("item", Equal, Text("strap".into()), true),
            ("item", NotEqual, Text("strap".into()), false),
            ("item", NotEqual, Text("case".into()), true),
            ("amount", GreaterOrEqual, Integer(1_990), true),
            ("amount", Greater, Integer(1_990), false),
            ("amount", Greater, Number(1_989.5), true),
            ("rating", LessOrEqual, Integer(4), false),
            ("rating", Less, Number(4.6), true),
            ("quantity", NotEqual, Integer(3), true),
            ("gift", Equal, Flag(false), true),
            ("gift", NotEqual, Flag(false), false),
        ] {
            let test = test(property, relation, constant);
            assert!(test.is_sound());
            assert_eq!(test.holds(&event()), expected, "{test:?}");
        }
    }

    #[test]
    fn what_is_missing_or_of_another_type_passes_no_test_at_all() {
        for relation in [Relation::Equal, Relation::NotEqual] {
            assert!(!test("none", relation, Constant::Integer(1)).holds(&event()));
            assert!(!test("item", relation, Constant::Integer(1)).holds(&event()));
            assert!(!test("quantity", relation, Constant::Text("2".into())).holds(&event()));
            assert!(!test("gift", relation, Constant::Integer(0)).holds(&event()));
        }
    }

    #[test]
    fn a_currency_is_tested_apart_from_the_amount() {
        let currency = |code: &str, relation| Test {
            part: Part::Currency,
            ..test("amount", relation, Constant::Text(code.into()))
        };
        assert!(currency("CNY", Relation::Equal).holds(&event()));
        assert!(!currency("EUR", Relation::Equal).holds(&event()));
        assert!(currency("EUR", Relation::NotEqual).holds(&event()));
    }

    #[test]
    fn tests_that_make_no_sense_are_not_sound() {
        assert!(!test("a", Relation::Less, Constant::Text("x".into())).is_sound());
        assert!(!test("a", Relation::Less, Constant::Flag(true)).is_sound());
        assert!(!test("a", Relation::Less, Constant::Number(f64::NAN)).is_sound());
        assert!(!test("a", Relation::Less, Constant::Number(f64::INFINITY)).is_sound());
        let currency = test("a", Relation::Equal, Constant::Integer(1));
        assert!(!Test { part: Part::Currency, ..currency.clone() }.is_sound());
        let five = Events { name: "x".into(), tests: vec![currency; 5] };
        assert!(!five.are_sound());
    }
}
