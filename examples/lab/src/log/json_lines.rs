//! JSON Lines: `{"user":"u1","at":"2026-03-01T09:00:00+08:00","name":"open","properties":{}}`.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use staykit_core::event::Value;

use super::property::{decimals, major};
use super::reading::{Place, Reading};
use super::{Entry, Log, Raw};
use crate::failure::Failure;

/// What to say about a line that is not of the form.
const FORM: &str =
    r#"each line is an object {"user": ..., "at": ..., "name": ..., "properties": {...}}"#;

#[derive(Deserialize)]
struct Line {
    user: Json,
    at: String,
    name: String,
    #[serde(default)]
    properties: Option<Map<String, Json>>,
}

/// Reads a whole file; empty lines are skipped.
pub(crate) fn read_json_lines(path: &Path, reading: &Reading) -> Result<Log, Failure> {
    let file = File::open(path).map_err(Failure::file("read", path))?;
    let mut entries = Vec::new();
    for (number, line) in (1..).zip(BufReader::new(file).lines()) {
        let line = line.map_err(Failure::file("read", path))?;
        if !line.trim().is_empty() {
            entries.push(read_line(&line, &Place::new(path, number), reading)?);
        }
    }
    Ok(Log::new(entries))
}

fn read_line(line: &str, place: &Place, reading: &Reading) -> Result<(String, Entry), Failure> {
    let line: Line = serde_json::from_str(line).map_err(|error| place.fault(error, FORM))?;
    let user = match line.user {
        Json::String(user) => user,
        Json::Number(user) => user.to_string(),
        _ => return Err(place.fault("`user` is neither a text nor a number", FORM)),
    };
    let properties = line.properties.unwrap_or_default();
    let raw = properties.into_iter().filter_map(|(name, json)| Some((name, raw(json)?))).collect();
    let entry = reading.entry(place, &line.at, &line.name, raw)?;
    Ok((user, entry))
}

/// `null` is no property; lists and objects are kept as their JSON text.
fn raw(json: Json) -> Option<Raw> {
    Some(match json {
        Json::Null => return None,
        Json::Bool(flag) => Raw::Flag(flag),
        Json::Number(number) => Raw::Number(number.to_string()),
        Json::String(text) => Raw::Text(text),
        nested => Raw::Text(nested.to_string()),
    })
}

/// Writes a log so that [`read_json_lines`] gives it back.
pub(crate) fn write_json_lines(log: &Log, path: &Path) -> Result<(), Failure> {
    let write = || -> io::Result<()> {
        let mut out = BufWriter::new(File::create(path)?);
        for person in &log.people {
            for entry in &person.entries {
                writeln!(out, "{}", line(&person.id, entry))?;
            }
        }
        out.flush()
    };
    write().map_err(Failure::file("write", path))
}

fn line(user: &str, entry: &Entry) -> Json {
    let mut properties = Map::new();
    for (name, value) in &entry.properties {
        let json = match value {
            Value::Text(text) => json!(text),
            Value::Integer(whole) => json!(whole),
            Value::Number(number) => json!(number),
            Value::Flag(flag) => json!(flag),
            Value::Money { minor, currency } => {
                properties.insert("currency".to_owned(), json!(currency.code()));
                json!(major(*minor, decimals(*currency)))
            }
        };
        properties.insert(name.clone(), json);
    }
    json!({"user": user, "at": entry.at.rfc3339(), "name": entry.name, "properties": properties})
}

#[cfg(test)]
mod tests {
    use super::super::Instant;
    use super::*;
    use staykit_core::event::Currency;

    fn read(text: &str) -> Result<Log, Failure> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.jsonl");
        std::fs::write(&path, text).unwrap();
        read_json_lines(&path, &Reading::default())
    }

    #[test]
    fn what_is_written_is_read_back_the_same() {
        let money = Value::Money { minor: 2_933, currency: Currency::new("USD").unwrap() };
        let at = Instant::new(1_772_326_830_250, 480);
        let log = Log::new([
            ("u1".to_owned(), Entry::new(at, "purchase").with("amount", money)),
            ("u2".to_owned(), Entry::new(at, "home").text("platform", "mobile")),
        ]);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.jsonl");
        write_json_lines(&log, &path).unwrap();
        assert_eq!(read_json_lines(&path, &Reading::default()).unwrap(), log);
    }

    #[test]
    fn users_may_be_numbers_and_properties_may_be_absent() {
        let log =
            read("{\"user\":7,\"at\":\"2026-03-01T09:00:00Z\",\"name\":\"home\"}\n\n").unwrap();
        assert_eq!(log.people[0].id, "7");
        assert!(log.people[0].entries[0].properties.is_empty());
    }

    #[test]
    fn a_fault_names_its_line_and_the_form() {
        let good = r#"{"user":"a","at":"2026-03-01T09:00:00Z","name":"home"}"#;
        let error = read(&format!("{good}\n{{\"user\":\"a\"}}\n")).unwrap_err().to_string();
        assert!(error.contains("events.jsonl:2:") && error.contains("each line"), "{error}");
        let error = read(&good.replace("2026-03-01T09", "soon")).unwrap_err().to_string();
        assert!(error.contains("is no time"), "{error}");
    }
}
