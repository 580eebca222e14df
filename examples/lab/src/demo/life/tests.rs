use std::fs;

use staykit_collector::{Collector, Config};
use tempfile::TempDir;

use super::super::diary::{Diary, read};
use super::super::history::History;
use super::*;
use crate::log::Entry;

/// How the process ends that an interrupted life began in.
#[derive(Debug, Clone, Copy)]
enum End {
    /// Between two steps.
    Between,
    /// After the engine took a step, before the diary says so.
    Held,
    /// After the second entry was announced, before the engine took it.
    Announced,
}

struct World {
    _folder: TempDir,
    layout: Layout,
    collector: Collector,
    transport: Transport,
    person: Person,
}

/// A user who leaves a cart, comes back after a week to a welcome, and buys.
fn person() -> Person {
    let entry = |hours: i64, name: &str| {
        let at = Instant::new(1_772_326_800_000 + hours * 3_600_000, 480);
        Entry::new(at, name).text("platform", "mobile")
    };
    let week = 7 * 24;
    let events = [
        (0, "open"),
        (0, "product_view"),
        (0, "add_to_cart"),
        (week, "open"),
        (week, "checkout_started"),
        (week, "purchase"),
        (week + 1, "own_name"),
    ];
    Person { id: "u".to_owned(), entries: events.map(|(hours, name)| entry(hours, name)).to_vec() }
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::new(folder.path());
        let mut config = Config::new(layout.collector());
        config.tells_time = false;
        let collector = Collector::start(config).unwrap();
        let endpoint = format!("http://{}", collector.address());
        Self {
            transport: Transport::new(&endpoint, None).unwrap(),
            _folder: folder,
            layout,
            collector,
            person: person(),
        }
    }

    /// Lives on from the diary, for so many steps or to the end.
    fn live(&self, steps: Option<usize>) {
        let mut history = History::default();
        let diary = Diary::open(&self.layout.diary(0), |line| history.take(line)).unwrap();
        let mut work = Work::new(diary, &history);
        let surroundings = Surroundings {
            layout: &self.layout,
            transport: &self.transport,
            draws: Draws::new(3),
            until: 1_772_326_800_000 + 20 * 24 * 3_600_000,
        };
        let standing = history.current.unwrap_or_default();
        let mut life = Life::resume(&self.person, standing, &surroundings, &mut work).unwrap();
        match steps {
            Some(steps) => (0..steps).for_each(|_| assert!(life.go_on().unwrap())),
            None => life.run().unwrap(),
        }
    }

    /// Makes the diary look as if the process had ended that way.
    fn end(&self, end: End) {
        let path = self.layout.diary(0);
        let diary = fs::read_to_string(&path).unwrap();
        let told = |line: &&str| line.starts_with(r#"{"told""#);
        let mut lines: Vec<&str> = diary.lines().filter(|line| !told(line)).collect();
        let last = lines.last().copied().unwrap();
        let at = self.person.entries[1].at.wall_ms;
        let announced = format!(r#"{{"will":{{"user":0,"at":{at},"step":{{"entry":1}}}}}}"#);
        let announced = announced.as_str();
        match end {
            End::Held if last.starts_with(r#"{"did""#) => {
                lines.pop();
            }
            End::Between | End::Held => {}
            End::Announced => lines.push(announced),
        }
        fs::write(&path, lines.join("\n") + "\n").unwrap();
    }

    /// All that the diary says was recorded, raised and shown.
    fn outcome(&self) -> (Vec<(u64, String)>, Vec<String>, Vec<String>) {
        let (mut events, mut raised, mut shown) = (Vec::new(), Vec::new(), Vec::new());
        read(&self.layout.diary(0), |line| {
            if let Line::Did(did) = line {
                events.extend(did.events);
                raised.extend(did.raised);
                shown.extend(did.shown);
            }
        })
        .unwrap();
        raised.sort();
        (events, raised, shown)
    }
}

fn held_by(collector: &Collector) -> u64 {
    super::super::compare::ask(collector.address()).unwrap().events
}

#[test]
fn a_life_interrupted_anywhere_ends_like_one_that_was_not() {
    let whole = World::new();
    whole.live(None);
    let (events, raised, shown) = whole.outcome();
    let names: Vec<_> = events.iter().map(|(_, name)| name.as_str()).collect();
    assert!(names.contains(&"guidance_shown") && names.contains(&"own_name"), "{names:?}");
    assert!(!raised.is_empty() && !shown.is_empty());
    assert!((1..).zip(&events).all(|(seq, (found, _))| seq == *found), "{events:?}");
    let count = u64::try_from(events.len()).unwrap();
    assert_eq!(held_by(&whole.collector), count);
    for steps in 1..events.len() {
        let ends = [End::Held, End::Between];
        for end in ends.into_iter().take(1 + usize::from(steps.is_multiple_of(3))) {
            let world = World::new();
            world.live(Some(steps));
            world.end(end);
            world.live(None);
            let found = world.outcome();
            assert_eq!(found, (events.clone(), raised.clone(), shown.clone()), "{steps} {end:?}");
            assert_eq!(held_by(&world.collector), count);
        }
    }
}

#[test]
fn an_entry_that_was_announced_and_not_recorded_is_recorded_once() {
    let world = World::new();
    world.live(Some(1));
    world.end(End::Announced);
    world.live(None);
    let (events, ..) = world.outcome();
    let views = events.iter().filter(|(_, name)| name == "product_view");
    assert_eq!(views.count(), 1);
    let count = u64::try_from(events.len()).unwrap();
    assert_eq!(held_by(&world.collector), count);
}
