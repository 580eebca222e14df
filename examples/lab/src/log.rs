//! What people did, as a log tells it, whatever its form.

mod csv_table;
mod instant;
mod json_lines;
mod launches;
mod property;
mod reading;

use std::collections::BTreeMap;

use staykit_core::event::{Draft, Value};

pub(crate) use csv_table::{Columns, read_csv};
pub(crate) use instant::{Instant, show};
pub(crate) use json_lines::{read_json_lines, write_json_lines};
pub(crate) use launches::add_launches;
pub(crate) use property::{Raw, Typing, minor};
pub(crate) use reading::Reading;

/// One event of a log.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) at: Instant,
    pub(crate) name: String,
    pub(crate) properties: Vec<(String, Value)>,
}

impl Entry {
    pub(crate) fn new(at: Instant, name: impl Into<String>) -> Self {
        Self { at, name: name.into(), properties: Vec::new() }
    }

    pub(crate) fn with(mut self, name: impl Into<String>, value: Value) -> Self {
        self.properties.push((name.into(), value));
        self
    }

    pub(crate) fn text(self, name: &str, value: &str) -> Self {
        self.with(name, Value::Text(value.to_owned()))
    }

    /// What an app would hand to the engine.
    pub(crate) fn draft(&self) -> Draft {
        let draft = Draft::new(self.name.clone());
        self.properties
            .iter()
            .fold(draft, |draft, (name, value)| draft.value(name.clone(), value.clone()))
    }
}

/// One user and what this user did, in the order of time.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) entries: Vec<Entry>,
}

/// Everybody, in the order in which a log first names them.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Log {
    pub(crate) people: Vec<Person>,
}

impl Log {
    /// Sorts entries to their users, each user's by time; entries of one instant keep their order.
    pub(crate) fn new(entries: impl IntoIterator<Item = (String, Entry)>) -> Self {
        let mut people: Vec<Person> = Vec::new();
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        for (id, entry) in entries {
            let place = *places.entry(id).or_insert_with_key(|id| {
                people.push(Person { id: id.clone(), entries: Vec::new() });
                people.len() - 1
            });
            if let Some(person) = people.get_mut(place) {
                person.entries.push(entry);
            }
        }
        for person in &mut people {
            person.entries.sort_by_key(|entry| entry.at.wall_ms);
        }
        Self { people }
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.people.iter().flat_map(|person| &person.entries)
    }

    /// First and last instant, ms since 1970-01-01T00:00Z; `None` for an empty log.
    pub(crate) fn span(&self) -> Option<(i64, i64)> {
        let instants = || self.entries().map(|entry| entry.at.wall_ms);
        Some((instants().min()?, instants().max()?))
    }
}

#[cfg(test)]
mod tests {
    use super::{Entry, Instant, Log};

    #[test]
    fn entries_are_sorted_by_user_and_time_and_keep_their_order_within_an_instant() {
        let entry = |at, name: &str| Entry::new(Instant::new(at, 0), name);
        let log = Log::new([
            ("b".to_owned(), entry(5, "late")),
            ("a".to_owned(), entry(1, "only")),
            ("b".to_owned(), entry(2, "first")),
            ("b".to_owned(), entry(2, "second")),
        ]);
        let names: Vec<_> = log.entries().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["first", "second", "late", "only"]);
        assert_eq!(log.span(), Some((1, 5)));
        assert_eq!(Log::default().span(), None);
    }
}
