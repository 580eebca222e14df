//! YAML as JSON, as an editor takes it.

use saphyr_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Value};

enum Open {
    List(Vec<Value>),
    Map(Map<String, Value>, Option<String>),
}

pub(crate) fn json(yaml: &str) -> Value {
    let mut open: Vec<Open> = Vec::new();
    let mut root = Value::Null;
    for event in Parser::new_from_str(yaml) {
        let value = match event.unwrap().0 {
            Event::Scalar(text, style, ..) => {
                if let Some(Open::Map(_, key @ None)) = open.last_mut() {
                    *key = Some(text.into_owned());
                    continue;
                }
                scalar(&text, style)
            }
            Event::SequenceStart(..) => {
                open.push(Open::List(Vec::new()));
                continue;
            }
            Event::MappingStart(..) => {
                open.push(Open::Map(Map::new(), None));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop().unwrap() {
                Open::List(items) => Value::Array(items),
                Open::Map(entries, _) => Value::Object(entries),
            },
            _ => continue,
        };
        match open.last_mut() {
            None => root = value,
            Some(Open::List(items)) => items.push(value),
            Some(Open::Map(entries, key)) => {
                entries.insert(key.take().unwrap(), value);
            }
        }
    }
    root
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    if style != ScalarStyle::Plain {
        return Value::String(text.to_owned());
    }
    match text {
        "" | "~" | "null" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => {
            let whole = text.parse::<i64>().ok().map(Value::from);
            whole
                .or_else(|| text.parse::<f64>().ok().map(Value::from))
                .unwrap_or_else(|| Value::String(text.to_owned()))
        }
    }
}
