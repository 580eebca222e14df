//! As much of JSON Schema as the pack's needs. A keyword that it does not know is a fault, so that
//! the schema stays within it; `pattern` is for editors.

use serde_json::Value;

pub(crate) fn validate(
    root: &Value,
    schema: &Value,
    value: &Value,
    at: &str,
    found: &mut Vec<String>,
) {
    let Value::Object(keywords) = schema else { panic!("{at}: no schema: {schema}") };
    for (keyword, of) in keywords {
        check(root, (keyword, of, schema), value, at, found);
    }
}

fn is_valid(root: &Value, schema: &Value, value: &Value) -> bool {
    let mut found = Vec::new();
    validate(root, schema, value, "", &mut found);
    found.is_empty()
}

fn check(
    root: &Value,
    (keyword, of, schema): (&str, &Value, &Value),
    value: &Value,
    at: &str,
    found: &mut Vec<String>,
) {
    let size = |least: bool, size: Option<usize>| {
        let limit = usize::try_from(of.as_u64().unwrap()).unwrap();
        size.is_none_or(|size| if least { size >= limit } else { size <= limit })
    };
    let list = || value.as_array();
    let map = || value.as_object();
    let held = match keyword {
        "$schema" | "$defs" | "title" | "description" | "examples" | "pattern" => true,
        "$ref" => {
            let target = root.pointer(of.as_str().unwrap().trim_start_matches('#')).unwrap();
            validate(root, target, value, at, found);
            true
        }
        "type" => match of {
            Value::Array(kinds) => kinds.iter().any(|kind| is(kind, value)),
            kind => is(kind, value),
        },
        "enum" => of.as_array().unwrap().contains(value),
        "minimum" => value.as_f64().is_none_or(|value| value >= of.as_f64().unwrap()),
        "maximum" => value.as_f64().is_none_or(|value| value <= of.as_f64().unwrap()),
        "minLength" => size(true, value.as_str().map(str::len)),
        "maxLength" => size(false, value.as_str().map(str::len)),
        "minItems" => size(true, list().map(Vec::len)),
        "maxItems" => size(false, list().map(Vec::len)),
        "minProperties" => size(true, map().map(serde_json::Map::len)),
        "maxProperties" => size(false, map().map(serde_json::Map::len)),
        "if" | "else" => {
            if keyword == "else" && !is_valid(root, &schema["if"], value) {
                validate(root, of, value, at, found);
            }
            true
        }
        "not" => !is_valid(root, of, value),
        "anyOf" => of.as_array().unwrap().iter().any(|one| is_valid(root, one, value)),
        "oneOf" => {
            of.as_array().unwrap().iter().filter(|one| is_valid(root, one, value)).count() == 1
        }
        "required" => map().is_none_or(|map| {
            of.as_array().unwrap().iter().all(|key| map.contains_key(key.as_str().unwrap()))
        }),
        "dependentRequired" => map().is_none_or(|map| {
            let mut needs =
                of.as_object().unwrap().iter().filter(|(key, _)| map.contains_key(*key));
            needs.all(|(_, keys)| {
                keys.as_array().unwrap().iter().all(|key| map.contains_key(key.as_str().unwrap()))
            })
        }),
        "properties" | "additionalProperties" | "propertyNames" => {
            for (key, entry) in map().into_iter().flatten() {
                let at = format!("{at}/{key}");
                match (keyword, of) {
                    ("properties", of) if of.get(key).is_some() => {
                        validate(root, &of[key], entry, &at, found);
                    }
                    ("additionalProperties", of) if schema["properties"].get(key).is_none() => {
                        match of {
                            Value::Bool(false) => found.push(format!("{at}: no such key")),
                            of => validate(root, of, entry, &at, found),
                        }
                    }
                    ("propertyNames", of) => {
                        validate(root, of, &Value::String(key.clone()), &at, found);
                    }
                    _ => {}
                }
            }
            true
        }
        "items" | "prefixItems" => {
            for (number, item) in list().into_iter().flatten().enumerate() {
                let of = if keyword == "items" { Some(of) } else { of.get(number) };
                if let Some(of) = of {
                    validate(root, of, item, &format!("{at}/{number}"), found);
                }
            }
            true
        }
        unknown => panic!("{at}: {unknown} is not looked at here"),
    };
    if !held {
        found.push(format!("{at}: {keyword} {of}"));
    }
}

fn is(kind: &Value, value: &Value) -> bool {
    match kind.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        other => panic!("no type {other}"),
    }
}
