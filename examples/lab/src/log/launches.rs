//! Launches for logs that have none.

use staykit_core::time::MINUTE_MS;

use super::{Entry, Log, Person};

/// Name of a launch.
const OPEN: &str = "open";

/// Between two sessions at least this long passes without an event.
const GAP_MS: i64 = 30 * MINUTE_MS;

/// Where a log tells of no launch at all, the first event of each session is taken as one: `open`
/// stands just before it, at the same instant. Returns how many were added.
pub(crate) fn add_launches(log: &mut Log) -> usize {
    if log.entries().any(|entry| entry.name == OPEN) {
        return 0;
    }
    log.people.iter_mut().map(add_to).sum()
}

fn add_to(person: &mut Person) -> usize {
    let before = person.entries.len();
    let mut with = Vec::with_capacity(before * 2);
    let mut last_at = None;
    for entry in std::mem::take(&mut person.entries) {
        let at = entry.at.wall_ms;
        if last_at.is_none_or(|last| at - last > GAP_MS) {
            with.push(Entry::new(entry.at, OPEN));
        }
        last_at = Some(at);
        with.push(entry);
    }
    person.entries = with;
    person.entries.len() - before
}

#[cfg(test)]
mod tests {
    use super::super::Instant;
    use super::*;

    fn log(events: &[(i64, &str)]) -> Log {
        Log::new(events.iter().map(|(minute, name)| {
            let at = Instant::new(minute * MINUTE_MS, 60);
            ("u".to_owned(), Entry::new(at, *name))
        }))
    }

    #[test]
    fn each_session_begins_with_a_launch_at_its_first_event() {
        let mut log = log(&[(0, "home"), (30, "search"), (61, "home")]);
        assert_eq!(add_launches(&mut log), 2);
        let told: Vec<_> = log
            .entries()
            .map(|entry| (entry.at.wall_ms / MINUTE_MS, entry.name.as_str()))
            .collect();
        assert_eq!(told, [(0, "open"), (0, "home"), (30, "search"), (61, "open"), (61, "home")]);
        assert!(log.entries().all(|entry| entry.at.offset_min == 60));
    }

    #[test]
    fn a_log_with_launches_is_left_alone() {
        let mut log = log(&[(0, "home"), (90, "open")]);
        assert_eq!(add_launches(&mut log), 0);
        assert_eq!(log.entries().count(), 2);
    }
}
