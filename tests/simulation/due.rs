//! The due instants are exact: whoever looks at every rule every few minutes, and every second
//! around what is due, finds what is found by ticking only when the engine says so, at the same
//! instants. Signals and tags, tiers of scores, segments, stages and levels, which read each other.
//!
//! Six random packs and timelines; with `STAYKIT_LONG`, 300.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first failure"
)]

use std::fmt::Write;

use staykit_core::engine::Receipt;
use staykit_core::event::Value;
use staykit_core::random::Seed;
use staykit_core::rules::TableChange;
use staykit_core::time::{Clock, DAY_MS, HOUR_MS, MINUTE_MS, OffsetChange, SECOND_MS, Zone};
use staykit_tests::person::Person;
use staykit_tests::{packs, seeds};

const EVENTS: [&str; 4] = ["tap", "search", "share", "open"];
const SIGNALS: u64 = 60;
const TAGS: u64 = 10;
/// Of each kind.
const TABLES: u64 = 3;
const DAYS: i64 = 18;

/// Numbers drawn one after the other.
struct Dice {
    seed: Seed,
    drawn: u64,
}

impl Dice {
    fn new(number: u64) -> Self {
        Self { seed: Seed::from_number(number), drawn: 0 }
    }

    fn below(&mut self, most: u64) -> u64 {
        self.drawn += 1;
        self.seed.draw_below(most, self.drawn, "due")
    }

    fn from(&mut self, least: u64, most: u64) -> u64 {
        least + self.below(most - least + 1)
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }

    fn ms(&mut self, most: i64) -> i64 {
        i64::try_from(self.below(most.unsigned_abs())).unwrap()
    }
}

fn streak(dice: &mut Dice) -> String {
    let freeze = dice.below(3);
    let freeze = if freeze > 0 { format!(", freeze({freeze})") } else { String::new() };
    let repair = dice.pick(&["", ", repair('share')"]);
    format!("'tap'{freeze}{repair}")
}

/// A condition that time makes true or false.
fn condition(dice: &mut Dice) -> String {
    let event = dice.pick(&EVENTS);
    let hours = dice.from(1, 70);
    let (k, n) = (dice.from(1, 2), dice.from(1, 4));
    let relation = dice.pick(&["<", "<=", ">", ">=", "=="]);
    match dice.below(25) {
        0 => format!("stopped('{event}', hours({hours}))"),
        1 => format!("resumed('{event}', minutes({}))", hours * 10),
        2 => format!("within(hours({hours}), '{event}')"),
        3 | 4 => {
            let other = dice.pick(&EVENTS);
            let how = dice.pick(&["", ", session()", ", direct()", ", session(), direct()"]);
            format!("sequence(['{event}', '{other}'], minutes({}){how})", hours * 10)
        }
        5 | 6 => format!("streak({}) {relation} {n}", streak(dice)),
        7 | 8 => format!("streak_left({}) {relation} hours({hours})", streak(dice)),
        9 => format!("regularly('{event}', {k}, days(1), {k}, {})", k + n),
        10 => format!("regularly('{event}', {}, weeks(1), {k}, {k})", k + n),
        11 => format!("decayed('{event}', days({n})) {relation} {}.3", dice.below(4)),
        12 | 13 => {
            let of = dice.pick(&["tap", "open", "session"]);
            let figure = dice.pick(&["drop", "rise", "drift", "zscore"]);
            format!(
                "baseline_{figure}('{of}', days({k}), days({n})) {relation} 0.{}",
                dice.below(9)
            )
        }
        14 => format!("dropped_at('{}') == {}", dice.pick(&["f", "g"]), dice.from(0, 2)),
        15 => format!("session_count(days({k}), minutes({n})) {relation} {k}"),
        16 => format!("hour_of_week() % 24 {relation} {}", dice.below(24)),
        17 => "best_hour() == hour()".to_owned(),
        18 => format!("active_share('{:02}:00-0{n}:00') > 0.2", dice.from(10, 23)),
        19 => format!("next_active_window() {relation} minutes({})", hours * 10),
        20 if n == 1 => format!("fact_age('region') {relation} hours({hours})"),
        20 => {
            let (days, from) = (dice.pick(&["mon-fri", "sat,sun", "wed-thu"]), dice.below(24));
            let (minute, to) = (dice.pick(&["00", "30"]), dice.below(24));
            format!("in_window('{days}', '{from:02}:{minute}-{to:02}:15')")
        }
        21 if n > 2 => "holiday()".to_owned(),
        23 => "holiday()".to_owned(),
        21 => format!("clock_moved(hours({hours})) {relation} {k}"),
        22 => format!("count('{event}', days({n})) {relation} {k} && weekday() > {k}"),
        _ => format!("absent('{event}', hours({hours})) || since_last('{event}') < minutes(7)"),
    }
}

/// One or two conditions. Each reads a fact too, so that setting it makes the engine look at it.
fn whole(dice: &mut Dice, one: fn(&mut Dice) -> String) -> String {
    let first = one(dice);
    let whole = match dice.below(4) {
        0 => format!("({first}) && ({})", condition(dice)),
        1 => format!("({first}) || !({})", condition(dice)),
        _ => first,
    };
    format!("({whole}) && fact('probe') != 'never'")
}

/// A condition on what was concluded.
fn concluded(dice: &mut Dice) -> String {
    let (tag, table) = (dice.below(TAGS), dice.below(TABLES));
    let (relation, hours) = (dice.pick(&["<", ">="]), dice.from(1, 70));
    let kind = dice.pick(&["tier", "segment", "stage", "level"]);
    match dice.below(8) {
        0 => format!("tag('t{tag}')"),
        1 => format!("!tag('t{tag}')"),
        2 => format!("signal_age('t{tag}') {relation} hours({hours})"),
        3 => format!("score('k{table}') {relation} {hours}.5"),
        4 => format!("level_left('k{table}') {relation} {hours}"),
        5 => format!("{kind}('k{table}') == 'a'"),
        6 => format!("{kind}('k{table}') != 'b'"),
        _ => format!("{kind}_age('k{table}') {relation} hours({hours})"),
    }
}

/// What is read of tags only, which come first.
fn of_tags(dice: &mut Dice) -> String {
    let (tag, hours) = (dice.below(TAGS), dice.from(1, 70));
    match dice.below(3) {
        0 => format!("tag('t{tag}')"),
        1 => format!("signal_age('t{tag}') < hours({hours})"),
        _ => condition(dice),
    }
}

/// The tables of a pack, of each kind as many. Who enters a stage may stay in it.
fn tables(dice: &mut Dice) -> String {
    let [mut scores, mut segments, mut stages, mut levels] =
        ["scores", "segments", "stages", "levels"].map(|name| format!("{name}:\n"));
    for number in 0..TABLES {
        let (event, days) = (dice.pick(&EVENTS), dice.from(1, 5));
        let (hours, points) = (dice.from(1, 60), dice.from(10, 60));
        let _ = write!(
            scores,
            "  k{number}:\n    factors:\n      last: {{ of: since_last('{event}'), points: [[hours(0), {points}], \
             [hours({hours}), 7.5]] }}\n      many: {{ of: \"count('tap', days({days})) + fact_number('zero')\", \
             linear: {{ from: 0, to: 5, points: 40 }} }}\n    tiers: {{ a: 50, b: 20, c: 0 }}\n"
        );
        let [one, two] = [(); 2].map(|()| whole(dice, of_tags));
        let _ = write!(
            segments,
            "  k{number}:\n    - {{ name: a, when: \"{one}\" }}\n    - {{ name: b, when: \"{two}\" }}\n    \
             - {{ name: c }}\n"
        );
        let [one, two] = [(); 2].map(|()| whole(dice, of_tags));
        let stay = format!("({one}) || ({})", whole(dice, of_tags));
        let _ = write!(
            stages,
            "  k{number}:\n    - {{ name: c }}\n    - {{ name: a, enter: \"{one}\", stay: \"{stay}\" }}\n    \
             - {{ name: b, enter: \"{two}\", at_least: hours({hours}) }}\n"
        );
        let keeps = dice.below(3) == 0;
        let _ = write!(
            levels,
            "  k{number}:\n    of: \"count('{event}', hours({hours})) * 10 + active_days('tap', days({days})) * 25 + \
             fact_number('zero')\"\n    keeps: {keeps}\n    steps: {{ c: 0, b: 40, a: 70 }}\n"
        );
    }
    scores + &segments + &stages + &levels
}

/// A random pack.
fn yaml(dice: &mut Dice) -> String {
    let funnels = "funnels:\n  f: { steps: [tap, search], within: hours(9) }\n  \
                   g: { steps: [open, share, tap], within: days(2) }\n";
    let holidays =
        "holidays:\n  CN: [\"2026-03-04\", \"2026-03-07..2026-03-09\", \"2026-03-14\"]\n";
    let mut head = format!("pack: test\nversion: 1\n{funnels}{holidays}tags:\n");
    for number in 0..TAGS {
        let _ = writeln!(head, "  t{number}:\n    raise: \"{}\"", whole(dice, condition));
        if dice.below(3) == 0 {
            let _ = writeln!(head, "    clear: \"{}\"", whole(dice, condition));
        }
    }
    head.push_str(&tables(dice));
    let signals: Vec<(String, String)> = (0..SIGNALS)
        .map(|number| {
            let of: fn(&mut Dice) -> String = if number % 3 == 0 { concluded } else { condition };
            (format!("s{number}"), format!("\"{}\"", whole(dice, of)))
        })
        .collect();
    packs::with_signals(&head, signals.iter().map(|(name, raise)| (name.as_str(), raise.as_str())))
}

/// What happens next, to both.
#[derive(Debug, Clone)]
enum Happens {
    Event(&'static str),
    Zone(Zone),
    ClockMoved(i64),
    Reboot,
    Region(&'static str),
}

fn happens(dice: &mut Dice, wall_ms: i64) -> Happens {
    match dice.below(40) {
        0 => {
            let offset = |dice: &mut Dice| i16::try_from(dice.below(25)).unwrap() * 60 - 720;
            Happens::Zone(Zone::fixed(offset(dice)))
        }
        1 | 2 => {
            let next = OffsetChange { at: wall_ms + dice.ms(4 * DAY_MS), offset_min: 120 };
            let (offset_min, to) = if dice.below(2) == 0 { (60, 120) } else { (120, 60) };
            // Clocks jump at a full hour.
            let at = next.at - next.at.rem_euclid(HOUR_MS);
            Happens::Zone(Zone { offset_min, next: Some(OffsetChange { at, offset_min: to }) })
        }
        3 => Happens::ClockMoved(dice.ms(60 * HOUR_MS) - 30 * HOUR_MS),
        4 => Happens::Reboot,
        5 => Happens::Region(["CN", "DE"][usize::try_from(dice.below(2)).unwrap()]),
        _ => Happens::Event(EVENTS[usize::try_from(dice.below(4)).unwrap()]),
    }
}

/// A change: when, of which signal or table, and to what.
type Change = (i64, String, String);

struct Watcher {
    person: Person,
    changes: Vec<Change>,
    probes: i64,
}

impl Watcher {
    fn new(yaml: &str) -> Self {
        let person = Person::under(packs::compiled(yaml));
        person.engine().set_facts(vec![("zero".to_owned(), Value::Integer(0))]).unwrap();
        Self { person, changes: Vec::new(), probes: 0 }
    }

    fn note(&mut self, receipt: Receipt) {
        for of in receipt.changes {
            let to = if of.raised { "raised" } else { "cleared" };
            self.changes.push((of.at, of.signal, to.to_owned()));
        }
        let moved = |of: TableChange| (of.at, format!("{} {}", of.kind, of.table), of.to);
        self.changes.extend(receipt.moves.into_iter().map(moved));
    }

    fn fact(&mut self, key: &str, value: &str) {
        let fact = (key.to_owned(), Value::Text(value.to_owned()));
        let receipt = self.person.engine().set_facts(vec![fact]).unwrap();
        self.note(receipt);
    }

    fn wall(&self) -> i64 {
        self.person.clock.read().unwrap().wall_ms
    }

    /// Lets time pass with a look at every signal each `every_ms`.
    fn looks(&mut self, ms: i64, every_ms: i64) {
        let mut rest = ms;
        while rest > 0 {
            let step = rest.min(every_ms);
            self.person.clock.advance(step);
            rest -= step;
            self.probes += 1;
            self.fact("probe", &self.probes.to_string());
        }
    }

    /// Lets time pass with a tick at each due instant and none else.
    fn ticks(&mut self, ms: i64) {
        let mut rest = ms;
        let mut idle = 0;
        while let Some(due) = self.person.engine().next_due() {
            let step = (due - self.wall()).max(0);
            if step > rest {
                break;
            }
            idle = if step == 0 { idle + 1 } else { 0 };
            assert!(idle < 100, "due again and again");
            self.person.clock.advance(step);
            rest -= step;
            let receipt = self.person.engine().tick().unwrap();
            self.note(receipt);
        }
        self.person.clock.advance(rest);
    }

    fn meets(&mut self, what: &Happens) {
        let clock = &self.person.clock;
        match what {
            Happens::Event(_) | Happens::Region(_) => {}
            Happens::Zone(zone) => clock.set_zone(*zone),
            Happens::ClockMoved(ms) => clock.set_wall(self.wall() + ms),
            Happens::Reboot => clock.reboot(),
        }
        match what {
            Happens::Region(region) => self.fact("region", region),
            Happens::Event(event) => {
                let receipt = self.person.does(event);
                self.note(receipt);
            }
            _ => {
                let receipt = self.person.does("glance");
                self.note(receipt);
            }
        }
    }

    fn sorted(mut self) -> Vec<Change> {
        self.changes.sort();
        self.changes
    }
}

fn case(number: u64) -> usize {
    let mut dice = Dice::new(number);
    let yaml = yaml(&mut dice);
    let (mut often, mut due) = (Watcher::new(&yaml), Watcher::new(&yaml));
    let mut story = Vec::new();
    let mut passed = 0;
    let mut goes_on = true;
    while goes_on {
        let most = if dice.below(4) == 0 { 30 * HOUR_MS } else { 3 * HOUR_MS };
        let ms = dice.ms(most);
        let every_ms = 7 * MINUTE_MS + dice.ms(5 * MINUTE_MS);
        often.looks(ms, every_ms);
        due.ticks(ms);
        passed += ms;
        if dice.below(6) == 0 {
            // Every second, from a bit before what is due next.
            let next = due.person.engine().next_due().map_or(0, |at| at - due.wall());
            let before = (next - 20 * SECOND_MS).clamp(0, 6 * HOUR_MS);
            often.looks(before, every_ms);
            often.looks(MINUTE_MS, SECOND_MS);
            due.ticks(before + MINUTE_MS);
            passed += before + MINUTE_MS;
        }
        let what = happens(&mut dice, often.wall());
        story.push((often.wall(), what.clone()));
        often.meets(&what);
        due.meets(&what);
        goes_on = passed < DAYS * DAY_MS;
    }
    let (often, due) = (often.sorted(), due.sorted());
    for (one, other) in often.iter().zip(&due) {
        if one != other {
            let of = &one.min(other).1;
            let of = of.split(' ').next_back().unwrap();
            let lines = yaml.lines().skip_while(|line| *line != format!("  {of}:")).take(4);
            let lines: Vec<&str> = lines.collect();
            panic!("case {number}: looking {one:?}, ticking {other:?}\n{lines:#?}\n{story:#?}");
        }
    }
    assert_eq!(often.len(), due.len(), "case {number}");
    due.len()
}

#[test]
fn ticking_when_due_finds_what_looking_every_few_minutes_finds() {
    let changes: usize = seeds::seeds(seeds::by_form(6, 300)).map(case).sum();
    let few = changes < 1_000 && std::env::var_os("STAYKIT_SEED").is_none();
    assert!(!few, "{changes} changes prove little");
}
