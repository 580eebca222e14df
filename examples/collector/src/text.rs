//! Forms in which the database holds what protobuf holds otherwise.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Map, Value};
use staykit_proto::v1;
use staykit_proto::v1::value::Kind;

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().saturating_mul(2));
    for byte in bytes {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Properties as a JSON object. A whole number stays apart from a number with a fraction
/// (`1`, `1.0`); what JSON has no number for is a text, as in the JSON form of protobuf.
pub(crate) fn json(properties: &BTreeMap<String, v1::Value>) -> String {
    let entries = properties.iter().map(|(name, value)| (name.clone(), json_value(value)));
    Value::Object(entries.collect::<Map<_, _>>()).to_string()
}

fn json_value(value: &v1::Value) -> Value {
    match &value.kind {
        None => Value::Null,
        Some(Kind::Text(text)) => Value::String(text.clone()),
        Some(Kind::Integer(integer)) => (*integer).into(),
        Some(Kind::Flag(flag)) => (*flag).into(),
        Some(Kind::Number(number)) => json_number(*number),
    }
}

fn json_number(number: f64) -> Value {
    let name = match number {
        _ if number.is_finite() => return number.into(),
        _ if number.is_nan() => "NaN",
        _ if number > 0.0 => "Infinity",
        _ => "-Infinity",
    };
    Value::String(name.to_owned())
}

/// `low` ... `critical`.
pub(crate) fn priority(priority: v1::Priority) -> &'static str {
    match priority {
        v1::Priority::Unspecified => "unknown",
        v1::Priority::Low => "low",
        v1::Priority::Normal => "normal",
        v1::Priority::High => "high",
        v1::Priority::Critical => "critical",
    }
}

/// `budget` ... `erased`; `unknown` for a reason that this version has no name for.
pub(crate) fn reason(reason: v1::DropReason) -> &'static str {
    match reason {
        v1::DropReason::Unspecified => "unknown",
        v1::DropReason::Budget => "budget",
        v1::DropReason::Age => "age",
        v1::DropReason::Damage => "damage",
        v1::DropReason::Refused => "refused",
        v1::DropReason::Erased => "erased",
    }
}

/// `phone` ... `desktop`.
pub(crate) fn device_class(class: v1::DeviceClass) -> &'static str {
    match class {
        v1::DeviceClass::Unspecified => "unknown",
        v1::DeviceClass::Phone => "phone",
        v1::DeviceClass::Watch => "watch",
        v1::DeviceClass::Tablet => "tablet",
        v1::DeviceClass::Desktop => "desktop",
    }
}

/// Packs as a JSON array of `{"name","version"}`.
pub(crate) fn packs(packs: &[v1::PackVersion]) -> String {
    let entry =
        |pack: &v1::PackVersion| serde_json::json!({ "name": pack.name, "version": pack.version });
    Value::Array(packs.iter().map(entry).collect()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_is_lower_case_and_keeps_leading_zeros() {
        assert_eq!(hex(&[0, 10, 255]), "000aff");
    }

    #[test]
    fn whole_numbers_and_fractions_stay_apart_in_json() {
        let value = |kind| v1::Value { kind: Some(kind) };
        let properties = BTreeMap::from([
            ("a".to_owned(), value(Kind::Integer(i64::MAX))),
            ("b".to_owned(), value(Kind::Number(1.0))),
            ("c".to_owned(), value(Kind::Number(f64::NEG_INFINITY))),
            ("d".to_owned(), value(Kind::Flag(true))),
            ("e".to_owned(), value(Kind::Text("\"".to_owned()))),
            ("f".to_owned(), v1::Value { kind: None }),
        ]);
        let expected =
            r#"{"a":9223372036854775807,"b":1.0,"c":"-Infinity","d":true,"e":"\"","f":null}"#;
        assert_eq!(json(&properties), expected);
    }
}
