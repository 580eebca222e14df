//! CSV with a heading: three columns say who, when and what, the others are properties.

use std::path::Path;

use csv::{ReaderBuilder, StringRecord};

use super::reading::{Place, Reading};
use super::{Entry, Log, Raw};
use crate::failure::Failure;

/// Names of the three columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Columns {
    pub(crate) user: String,
    pub(crate) at: String,
    pub(crate) name: String,
}

/// Where they stand.
struct Places {
    user: usize,
    at: usize,
    name: usize,
}

impl Places {
    fn find(columns: &Columns, heading: &StringRecord, path: &Path) -> Result<Self, Failure> {
        let place = |option: &str, name: &str| {
            let found = heading.iter().position(|cell| cell.trim() == name);
            found.ok_or_else(|| {
                let all: Vec<_> = heading.iter().collect();
                Failure::new(
                    format_args!("{} has no column `{name}`", path.display()),
                    format_args!("it has {}: say --{option} COLUMN", all.join(", ")),
                )
            })
        };
        Ok(Self {
            user: place("user", &columns.user)?,
            at: place("at", &columns.at)?,
            name: place("name", &columns.name)?,
        })
    }

    fn contains(&self, place: usize) -> bool {
        [self.user, self.at, self.name].contains(&place)
    }
}

/// Reads a whole file.
pub(crate) fn read_csv(path: &Path, columns: &Columns, reading: &Reading) -> Result<Log, Failure> {
    let fault = |error: csv::Error| {
        Failure::new(
            format_args!("{}: {error}", path.display()),
            "a CSV file has a heading, and each line as many cells as it",
        )
    };
    let mut reader = ReaderBuilder::new().from_path(path).map_err(fault)?;
    let heading = reader.headers().map_err(fault)?.clone();
    let places = Places::find(columns, &heading, path)?;
    let mut entries = Vec::new();
    for record in reader.records() {
        let record = record.map_err(fault)?;
        entries.push(read_row(&record, &heading, &places, path, reading)?);
    }
    Ok(Log::new(entries))
}

fn read_row(
    record: &StringRecord,
    heading: &StringRecord,
    places: &Places,
    path: &Path,
    reading: &Reading,
) -> Result<(String, Entry), Failure> {
    let place = Place::new(path, record.position().map_or(0, csv::Position::line));
    let cell = |place| record.get(place).unwrap_or_default();
    let properties = heading
        .iter()
        .zip(record)
        .enumerate()
        .filter(|(place, (_, cell))| !places.contains(*place) && !cell.trim().is_empty())
        .map(|(_, (name, cell))| (name.trim().to_owned(), Raw::Cell(cell.to_owned())))
        .collect();
    let entry = reading.entry(&place, cell(places.at), cell(places.name), properties)?;
    Ok((cell(places.user).to_owned(), entry))
}

#[cfg(test)]
mod tests {
    use super::*;
    use staykit_core::event::Value;

    fn read(text: &str, user: &str) -> Result<Log, Failure> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.csv");
        std::fs::write(&path, text).unwrap();
        let columns =
            Columns { user: user.to_owned(), at: "timestamp".to_owned(), name: "event".to_owned() };
        let mut reading = Reading::default();
        reading.names.insert("launch".to_owned(), "open".to_owned());
        read_csv(&path, &columns, &reading)
    }

    #[test]
    fn named_columns_are_read_and_the_others_become_properties() {
        let text = "user_id,event,timestamp,platform,n\n\
                    u1,launch,2024-03-13 10:21:14,mobile,3\nu1,home,2024-03-13 10:22:00,,\n";
        let log = read(text, "user_id").unwrap();
        let [first, second] = log.people[0].entries.as_slice() else {
            panic!("two entries");
        };
        assert_eq!(first.name, "open");
        let mobile = ("platform".to_owned(), Value::Text("mobile".to_owned()));
        assert_eq!(first.properties, [mobile, ("n".to_owned(), Value::Integer(3))]);
        assert!(second.properties.is_empty(), "empty cells are no properties");
    }

    #[test]
    fn a_column_that_is_not_there_is_named_with_those_that_are() {
        let error = read("who,event,timestamp\n", "user").unwrap_err().to_string();
        assert!(error.contains("no column `user`"), "{error}");
        assert!(error.contains("who, event, timestamp: say --user COLUMN"), "{error}");
    }

    #[test]
    fn a_row_with_a_bad_time_names_its_line() {
        let error = read("user,event,timestamp\nu,home,soon\n", "user").unwrap_err();
        assert!(error.to_string().contains("events.csv:2:"), "{error}");
    }
}
