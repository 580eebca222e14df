//! From the values of a log to those that the catalog asks for.

use staykit_core::event::{Catalog, Currency, PropertyType, Value};

/// Property that names the currency of the amounts beside it.
const CURRENCY: &str = "currency";

/// Currencies whose minor unit is not a hundredth, with its decimals (ISO 4217).
const DECIMALS: [(&str, usize); 22] = [
    ("BHD", 3),
    ("BIF", 0),
    ("CLP", 0),
    ("DJF", 0),
    ("GNF", 0),
    ("IQD", 3),
    ("ISK", 0),
    ("JOD", 3),
    ("JPY", 0),
    ("KMF", 0),
    ("KRW", 0),
    ("KWD", 3),
    ("LYD", 3),
    ("OMR", 3),
    ("PYG", 0),
    ("RWF", 0),
    ("TND", 3),
    ("UGX", 0),
    ("VND", 0),
    ("VUV", 0),
    ("XAF", 0),
    ("XOF", 0),
];

/// A value as a log writes it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Raw {
    /// Quoted in JSON.
    Text(String),
    /// A cell of a CSV file: may mean anything.
    Cell(String),
    /// A number, by its digits.
    Number(String),
    Flag(bool),
}

impl Raw {
    fn digits(&self) -> &str {
        match self {
            Self::Text(text) | Self::Cell(text) | Self::Number(text) => text.trim(),
            Self::Flag(true) => "true",
            Self::Flag(false) => "false",
        }
    }

    /// The value where no type is asked for.
    fn untyped(self) -> Value {
        match self {
            Self::Text(text) => Value::Text(text),
            Self::Flag(flag) => Value::Flag(flag),
            Self::Number(digits) | Self::Cell(digits) => {
                number(&digits).or_else(|| flag(&digits)).unwrap_or(Value::Text(digits))
            }
        }
    }
}

/// A number, if it would be written the same again: `007` and `1e400` stay texts.
fn number(digits: &str) -> Option<Value> {
    if let Ok(whole) = digits.parse::<i64>() {
        return (whole.to_string() == digits).then_some(Value::Integer(whole));
    }
    let shaped = digits.starts_with(|c: char| c.is_ascii_digit() || c == '-');
    let number = digits.parse::<f64>().ok()?;
    (shaped && number.is_finite()).then_some(Value::Number(number))
}

fn flag(digits: &str) -> Option<Value> {
    digits.parse().ok().map(Value::Flag)
}

/// Gives values the types that the catalog asks for, where that loses nothing.
#[derive(Debug, Default)]
pub(crate) struct Typing {
    catalog: Catalog,
    currency: Option<Currency>,
}

impl Typing {
    /// Amounts that come without a currency are in `currency`.
    pub(crate) fn new(currency: Option<Currency>) -> Self {
        Self { catalog: Catalog::default(), currency }
    }

    /// The properties of an event `name`. What cannot have the type asked for is left as it is:
    /// the engine refuses it and says why. An amount without any currency is an error: it says
    /// which property.
    pub(crate) fn apply(
        &self,
        name: &str,
        raw: Vec<(String, Raw)>,
    ) -> Result<Vec<(String, Value)>, String> {
        let kinds: Vec<_> = raw
            .iter()
            .map(|(property, _)| {
                let spec = self.catalog.find(name)?;
                spec.find(property).map(|spec| spec.kind)
            })
            .collect();
        let has_money = kinds.contains(&Some(PropertyType::Money));
        let beside = raw.iter().find(|(property, _)| property == CURRENCY);
        let stated = beside.and_then(|(_, raw)| Currency::new(raw.digits()));
        let currency = stated.or(self.currency);
        let mut typed = Vec::with_capacity(raw.len());
        for ((property, raw), kind) in raw.into_iter().zip(kinds) {
            if has_money && property == CURRENCY && stated.is_some() {
                continue;
            }
            if kind == Some(PropertyType::Money) && currency.is_none() {
                return Err(property);
            }
            typed.push((property, value(raw, kind, currency)));
        }
        Ok(typed)
    }
}

fn value(raw: Raw, kind: Option<PropertyType>, currency: Option<Currency>) -> Value {
    let typed = match kind {
        None => None,
        Some(PropertyType::Text) => Some(Value::Text(raw.digits().to_owned())),
        Some(PropertyType::Integer) => raw.digits().parse().ok().map(Value::Integer),
        Some(PropertyType::Number) => raw.digits().parse().ok().map(Value::Number),
        Some(PropertyType::Flag) => flag(raw.digits()),
        Some(PropertyType::Money) => currency.and_then(|currency| {
            let minor = minor(raw.digits(), decimals(currency))?;
            Some(Value::Money { minor, currency })
        }),
    };
    typed.unwrap_or_else(|| raw.untyped())
}

/// Decimals of a currency's minor unit.
pub(super) fn decimals(currency: Currency) -> usize {
    let known = DECIMALS.iter().find(|(code, _)| *code == currency.code());
    known.map_or(2, |(_, decimals)| *decimals)
}

/// `29.33` with 2 decimals is 2933; exact, so `29.333` is no amount.
pub(crate) fn minor(digits: &str, decimals: usize) -> Option<i64> {
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, digits),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let fraction = fraction.trim_end_matches('0');
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) || fraction.len() > decimals
    {
        return None;
    }
    let minor: i64 = format!("{whole}{fraction:0<decimals$}").parse().ok()?;
    minor.checked_mul(sign)
}

/// The reverse of [`minor`]: `2933` with 2 decimals is `29.33`.
pub(super) fn major(minor: i64, decimals: usize) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", minor.unsigned_abs(), width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    let point = if decimals == 0 { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd() -> Currency {
        Currency::new("USD").unwrap()
    }

    fn typed(currency: Option<&str>, name: &str, raw: &[(&str, Raw)]) -> Vec<(String, Value)> {
        let raw = raw.iter().map(|(name, raw)| ((*name).to_owned(), raw.clone()));
        let typing = Typing::new(currency.and_then(Currency::new));
        typing.apply(name, raw.collect()).unwrap()
    }

    fn digits(digits: &str) -> Raw {
        Raw::Number(digits.to_owned())
    }

    #[test]
    fn amounts_become_money_in_the_currency_beside_them_or_the_one_given() {
        let amount = |minor, currency| {
            let currency = Currency::new(currency).unwrap();
            vec![("amount".to_owned(), Value::Money { minor, currency })]
        };
        let beside = [("amount", digits("29.3")), ("currency", Raw::Text("EUR".into()))];
        assert_eq!(typed(Some("USD"), "purchase", &beside), amount(2_930, "EUR"));
        let alone = [("amount", digits("29.33"))];
        assert_eq!(typed(Some("USD"), "purchase", &alone), amount(2_933, "USD"));
        let yen = [("amount", digits("1200"))];
        assert_eq!(typed(Some("JPY"), "purchase", &yen), amount(1_200, "JPY"));
    }

    #[test]
    fn an_amount_without_any_currency_is_named() {
        let raw = vec![("amount".to_owned(), digits("5"))];
        assert_eq!(Typing::new(None).apply("purchase", raw), Err("amount".to_owned()));
    }

    #[test]
    fn typed_properties_are_read_as_their_type_and_others_as_what_they_look_like() {
        let cell = |text: &str| Raw::Cell(text.to_owned());
        let text = |text: &str| Value::Text(text.to_owned());
        let all = typed(None, "add_to_cart", &[("item", digits("42")), ("quantity", cell("2"))]);
        assert_eq!(all[0].1, text("42"));
        assert_eq!(all[1].1, Value::Integer(2));
        let own = [("a", cell("2.5")), ("b", cell("007")), ("c", cell("true")), ("d", cell("nan"))];
        let values: Vec<_> = typed(None, "own", &own).into_iter().map(|(_, value)| value).collect();
        assert_eq!(values, [Value::Number(2.5), text("007"), Value::Flag(true), text("nan")]);
    }

    #[test]
    fn what_cannot_have_its_type_is_left_for_the_engine_to_refuse() {
        let all = typed(Some("USD"), "purchase", &[("amount", Raw::Text("a lot".into()))]);
        assert_eq!(all[0].1, Value::Text("a lot".to_owned()));
    }

    #[test]
    fn amounts_are_exact_both_ways() {
        assert_eq!(minor("29.33", 2), Some(2_933));
        assert_eq!(minor("-0.5", 2), Some(-50));
        assert_eq!(minor("12.00", 0), Some(12));
        assert_eq!(minor("1.005", 2), None);
        assert_eq!(minor("1e3", 2), None);
        for amount in [0, 5, -5, 2_933, 100_000] {
            let digits = major(amount, decimals(usd()));
            assert_eq!(minor(&digits, 2), Some(amount), "{digits}");
        }
        assert_eq!(major(7, 3), "0.007");
        assert_eq!(major(7, 0), "7");
    }
}
