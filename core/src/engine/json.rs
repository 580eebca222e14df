//! JSON as it is written: values that borrow what they tell.

use std::fmt::{self, Display, Formatter, Write};

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json<'a> {
    /// `true` or `false`.
    Flag(bool),
    /// A whole number.
    Integer(i64),
    /// A whole number that is none below 0.
    Count(u64),
    /// A number; `null` if it is none.
    Number(f64),
    /// A text.
    Text(&'a str),
    /// An array.
    List(Vec<Self>),
    /// An object: in order of the names, each once.
    Object(Vec<(&'a str, Self)>),
}

impl<'a> Json<'a> {
    /// An object; of fields with one name, the last.
    pub(super) fn object(fields: impl IntoIterator<Item = (&'a str, Self)>) -> Self {
        Self::ordered(fields.into_iter().collect())
    }

    fn ordered(mut fields: Vec<(&'a str, Self)>) -> Self {
        fields.sort_by_key(|(name, _)| *name);
        fields.dedup_by(|next, kept| {
            let again = next.0 == kept.0;
            if again {
                std::mem::swap(next, kept);
            }
            again
        });
        Self::Object(fields)
    }
}

impl Display for Json<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => write!(out, "{flag}"),
            Self::Integer(number) => write!(out, "{number}"),
            Self::Count(number) => write!(out, "{number}"),
            Self::Number(number) => write_number(out, *number),
            Self::Text(text) => write_text(out, text),
            Self::List(items) => write_list(out, items),
            Self::Object(fields) => write_object(out, fields),
        }
    }
}

/// Always with a point or an exponent, so that it is read as what it was: no whole number.
fn write_number(out: &mut Formatter<'_>, number: f64) -> fmt::Result {
    let size = number.abs();
    if !number.is_finite() {
        out.write_str("null")
    } else if size >= 1e16 || (size > 0.0 && size < 1e-5) {
        write!(out, "{number:e}")
    } else if number.fract() == 0.0 {
        write!(out, "{number}.0")
    } else {
        write!(out, "{number}")
    }
}

fn write_text(out: &mut Formatter<'_>, text: &str) -> fmt::Result {
    out.write_char('"')?;
    for letter in text.chars() {
        match letter {
            '"' => out.write_str("\\\"")?,
            '\\' => out.write_str("\\\\")?,
            '\n' => out.write_str("\\n")?,
            '\r' => out.write_str("\\r")?,
            '\t' => out.write_str("\\t")?,
            '\u{8}' => out.write_str("\\b")?,
            '\u{c}' => out.write_str("\\f")?,
            control if control < ' ' => write!(out, "\\u{:04x}", u32::from(control))?,
            other => out.write_char(other)?,
        }
    }
    out.write_char('"')
}

fn write_list(out: &mut Formatter<'_>, items: &[Json<'_>]) -> fmt::Result {
    let mut before = '[';
    for item in items {
        write!(out, "{before}{item}")?;
        before = ',';
    }
    out.write_str(if before == '[' { "[]" } else { "]" })
}

fn write_object(out: &mut Formatter<'_>, fields: &[(&str, Json<'_>)]) -> fmt::Result {
    let mut before = '{';
    for (name, value) in fields {
        out.write_char(before)?;
        write_text(out, name)?;
        write!(out, ":{value}")?;
        before = ',';
    }
    out.write_str(if before == '{' { "{}" } else { "}" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_reads_back_as_what_it_was() {
        let letters: String = (0..0x80_u8).map(char::from).chain("\u{2028}é中😀".chars()).collect();
        let numbers = [0.0, -0.0, 1.0, -1.5, 1e15, 1e16, 1.5e300, 1e-5, 9.9e-6, f64::MIN_POSITIVE];
        let json = Json::object([
            ("text", Json::Text(&letters)),
            ("numbers", Json::List(numbers.map(Json::Number).into())),
            ("none", Json::Number(f64::NAN)),
            ("least", Json::Integer(i64::MIN)),
            ("most", Json::Count(u64::MAX)),
            ("flag", Json::Flag(true)),
            ("empty", Json::List(vec![Json::List(vec![]), Json::object([])])),
        ]);
        let read: serde_json::Value = serde_json::from_str(&json.to_string()).unwrap();
        let expected = serde_json::json!({
            "text": letters, "numbers": numbers, "none": null, "least": i64::MIN, "most": u64::MAX,
            "flag": true, "empty": [[], {}],
        });
        assert_eq!(read, expected);
    }

    #[test]
    fn fields_stand_in_order_and_the_last_of_a_name_counts() {
        let fields = [("b", Json::Flag(true)), ("a", Json::Count(1)), ("b", Json::Number(2.0))];
        assert_eq!(Json::object(fields).to_string(), r#"{"a":1,"b":2.0}"#);
    }
}
