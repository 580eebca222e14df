//! What the rules conclude, found by looking at all of them at every instant at which anything
//! could be otherwise: without marks, due instants or compiled branches.
//!
//! Conditions keep to what changes at such an instant: windows of hours, days and longer; hours of
//! the day in halves; what shrinks is compared by `<=` and `>` with whole half hours.

mod programs;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use staykit_core::pack::Pack;
use staykit_core::profile::{Derived, Feature, Scalar, Timed};
use staykit_core::rules::{Op, Program, Rules, Scale, Score, Signal, Table, TableKind};
use staykit_core::time::{ClockReading, HOUR_MS, Stamp, Timeline};

use super::{History, as_float};

/// Half hours: at which windows, days and hours of the day begin.
const HALF_HOUR_MS: i64 = HOUR_MS / 2;

/// A signal rose or fell, or the person came into another row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Turned {
    /// When, on the timeline.
    pub at: i64,
    /// Name of the signal, or of the table with its kind before it.
    pub of: String,
    /// `raised`, `cleared`, or the row.
    pub to: String,
}

/// What stands, since when; and what turned so far.
#[derive(Debug, Default)]
pub struct Conclusions {
    stands: BTreeMap<String, i64>,
    rows: BTreeMap<(TableKind, String), (String, i64)>,
    turned: Vec<Turned>,
}

/// Everything at one moment.
struct Now<'a> {
    pack: &'a Pack,
    history: &'a History,
    stamp: &'a Stamp,
    /// Values that conclusions do not change.
    known: RefCell<BTreeMap<u16, Option<Scalar>>>,
}

/// What stands at one place of the pack's order.
enum Node<'a> {
    Signal(&'a Signal),
    Score,
    Table(&'a Table),
}

impl Conclusions {
    /// Time passes up to `reading`. Looks at everything at every instant at which anything could
    /// turn, and again until nothing does; such a look is on the line, as a tick is.
    pub fn pass_time(
        &mut self,
        (pack, history): (&Pack, &History),
        line: &mut Timeline,
        reading: &ClockReading,
    ) -> Stamp {
        let now = line.stamp(reading);
        let Some(last) = line.last().copied() else { return now };
        let spans = spans(pack);
        let known = instants(&last, &now, history, &spans);
        let mut next = Some(last.at);
        while let Some(at) = next {
            let stamp = if at >= now.at { line.stamp(reading) } else { last.later(at) };
            for round in 0.. {
                assert!(round < 100, "turns for ever");
                if !self.tick(pack, history, &stamp) {
                    break;
                }
                line.apply(&stamp);
            }
            // What turned has an age from here on.
            let since = self.stands.values().chain(self.rows.values().map(|(_, since)| since));
            let ages = since.flat_map(|since| spans.iter().flat_map(|of| reached(*since, *of)));
            let known = known.range(at + 1..).next().copied();
            next = ages.filter(|of| *of > at).chain(known).min().filter(|of| *of <= now.at);
        }
        line.stamp(reading)
    }

    /// Looks at everything once: what rises and all tables first, then what falls and the tables
    /// once more. Whether anything turned.
    pub fn look(&mut self, pack: &Pack, history: &History, stamp: &Stamp) -> bool {
        let before = self.turned.len();
        let now = Now { pack, history, stamp, known: RefCell::default() };
        let nodes = nodes(&pack.rules);
        for falls in [false, true] {
            for node in &nodes {
                match node {
                    Node::Signal(signal) => self.look_at_signal(signal, falls, &now),
                    Node::Table(table) => self.look_at_table(table, &now),
                    Node::Score => {}
                }
            }
        }
        self.turned.len() > before
    }

    /// Looks at everything once because of the time: in the pack's order, each signal falls or rises
    /// in its place. Whether anything turned.
    fn tick(&mut self, pack: &Pack, history: &History, stamp: &Stamp) -> bool {
        let before = self.turned.len();
        let now = Now { pack, history, stamp, known: RefCell::default() };
        for node in nodes(&pack.rules) {
            match node {
                Node::Signal(signal) => {
                    let stands = self.stands.contains_key(&signal.name);
                    self.look_at_signal(signal, stands, &now);
                }
                Node::Table(table) => self.look_at_table(table, &now),
                Node::Score => {}
            }
        }
        self.turned.len() > before
    }

    /// Another pack: what it does not name is gone.
    pub fn go_under(&mut self, pack: &Pack) {
        self.stands.retain(|name, _| pack.rules.find(name).is_some());
        self.rows.retain(|(kind, name), (row, _)| {
            let table = pack.rules.tables().iter().find(|of| of.kind == *kind && of.name == *name);
            table.is_some_and(|table| table.rows.iter().any(|of| of.name == *row))
        });
    }

    /// What turned since this was asked last.
    pub fn take_turned(&mut self) -> Vec<Turned> {
        let mut turned = std::mem::take(&mut self.turned);
        turned.sort();
        turned
    }

    /// What stands, and since when.
    #[must_use]
    pub fn standing(&self) -> &BTreeMap<String, i64> {
        &self.stands
    }

    /// The row of each table, and since when.
    #[must_use]
    pub fn rows(&self) -> &BTreeMap<(TableKind, String), (String, i64)> {
        &self.rows
    }

    /// Value of a feature of the pack, of conclusions or not; `None` if it is not known here.
    #[must_use]
    pub fn value(
        &self,
        (pack, history): (&Pack, &History),
        feature: u16,
        stamp: &Stamp,
    ) -> Option<Scalar> {
        self.read(feature, &Now { pack, history, stamp, known: RefCell::default() })
    }

    /// Hundredths of a point that each factor of a score gives, and the score.
    #[must_use]
    pub fn shares(
        &self,
        (pack, history): (&Pack, &History),
        score: &Score,
        stamp: &Stamp,
    ) -> (Vec<i64>, i64) {
        let now = Now { pack, history, stamp, known: RefCell::default() };
        let shares = self.points(score, &now);
        let sum: i64 = shares.iter().sum();
        (shares, sum.clamp(0, 10_000))
    }

    fn look_at_signal(&mut self, signal: &Signal, falls: bool, now: &Now<'_>) {
        let stands = self.stands.contains_key(&signal.name);
        let raise = self.holds(&signal.raise, now);
        let clear = signal.clear.as_ref().map(|clear| self.holds(clear, now));
        let at = now.stamp.at;
        let to = match (falls, stands) {
            (false, false) if raise && clear != Some(true) => "raised",
            (true, true) if clear.unwrap_or(!raise) => "cleared",
            _ => return,
        };
        if falls {
            self.stands.remove(&signal.name);
        } else {
            self.stands.insert(signal.name.clone(), at);
        }
        self.turned.push(Turned { at, of: signal.name.clone(), to: to.to_owned() });
    }

    fn look_at_table(&mut self, table: &Table, now: &Now<'_>) {
        if now.history.is_empty() {
            return;
        }
        let key = (table.kind, table.name.clone());
        let so_far = self.rows.get(&key).cloned();
        let row = &table.rows[self.row_of(table, so_far.as_ref(), now)].name;
        if so_far.is_some_and(|(so_far, _)| so_far == *row) {
            return;
        }
        let at = now.stamp.at;
        let of = format!("{} {}", table.kind, table.name);
        self.turned.push(Turned { at, of, to: row.clone() });
        self.rows.insert(key, (row.clone(), at));
    }

    fn row_of(&self, table: &Table, so_far: Option<&(String, i64)>, now: &Now<'_>) -> usize {
        let enters = |row: &staykit_core::rules::Row| {
            row.enter.as_ref().is_some_and(|enter| self.holds(enter, now))
        };
        let first = table.rows.iter().position(enters);
        let standing = so_far.and_then(|(row, since)| {
            let place = table.rows.iter().position(|of| of.name == *row)?;
            Some((place, now.stamp.at - since))
        });
        match table.kind {
            TableKind::Segment => first.unwrap_or(table.rows.len() - 1),
            TableKind::Stage => {
                let stays = |(place, age): &(usize, i64)| {
                    let row = &table.rows[*place];
                    let stay = row.stay.as_ref().or(row.enter.as_ref());
                    *age < row.at_least_ms || stay.is_some_and(|stay| self.holds(stay, now))
                };
                standing.filter(stays).map_or(first.unwrap_or(0), |(place, _)| place)
            }
            TableKind::Level | TableKind::Tier => {
                let amount = self.amount_of(table, now);
                let reached =
                    |row: &staykit_core::rules::Row| amount.is_some_and(|of| of >= row.from);
                let highest = table.rows.iter().rposition(reached).unwrap_or(0);
                let kept = standing.filter(|_| table.keeps).map_or(0, |(place, _)| place);
                highest.max(kept)
            }
        }
    }

    fn amount_of(&self, table: &Table, now: &Now<'_>) -> Option<f64> {
        self.number(table.of.as_ref()?, now)
    }

    fn points(&self, score: &Score, now: &Now<'_>) -> Vec<i64> {
        let points = score.factors.iter().map(|factor| {
            let Some(value) = self.number(&factor.of, now) else { return 0 };
            match &factor.scale {
                Scale::Steps(steps) => {
                    steps.iter().rfind(|(from, _)| value >= *from).map_or(0, |(_, points)| *points)
                }
                Scale::Linear { from, to, hundredths } => {
                    let way = ((value - from) / (to - from)).clamp(0.0, 1.0);
                    cut(way * as_float(*hundredths))
                }
            }
        });
        points.collect()
    }

    fn read(&self, number: u16, now: &Now<'_>) -> Option<Scalar> {
        let signal = |number: u16| now.pack.rules.signal(number).map(|of| &of.name);
        let since = |signal: Option<&String>| signal.and_then(|name| self.stands.get(name));
        let age = |since: Option<i64>| {
            Some(Scalar::Integer(since.map_or(i64::MAX, |since| now.stamp.at - since)))
        };
        match now.pack.definitions.feature(number)? {
            Feature::Signal(of) => Some(Scalar::Flag(since(signal(*of)).is_some())),
            Feature::SignalAge(of) => age(since(signal(*of)).copied()),
            Feature::Derived(Derived::Score(score)) => {
                let sum: i64 = self.points(now.pack.rules.score(*score)?, now).iter().sum();
                Some(Scalar::Number(as_float(sum.clamp(0, 10_000)) / 100.0))
            }
            Feature::Derived(derived) => {
                let table = now.pack.rules.table(derived.table()?)?;
                let state = self.rows.get(&(table.kind, table.name.clone()));
                let is = |name: &str| state.is_some_and(|(row, _)| row == name);
                let place = table.rows.iter().position(|row| is(&row.name)).unwrap_or(0);
                let (row, next) = (&table.rows[place], table.rows.get(place + 1));
                let amount = self.amount_of(table, now);
                let here = amount.unwrap_or(row.from);
                let part = |to: f64| ((here - row.from) / (to - row.from)).clamp(0.0, 1.0);
                let number = match derived {
                    Derived::Is { row, .. } => {
                        return Some(Scalar::Flag(is(&table.rows[usize::from(*row)].name)));
                    }
                    Derived::Age(_) => return age(state.map(|(_, since)| *since)),
                    Derived::Amount(_) => amount?,
                    Derived::Progress(_) => next.map_or(1.0, |next| part(next.from)),
                    Derived::Left(_) => next.map_or(0.0, |next| (next.from - here).max(0.0)),
                    Derived::Multiplier(_) => row.multiplier,
                    Derived::Score(_) => return None,
                };
                Some(Scalar::Number(number))
            }
            feature => {
                let known = now.known.borrow().get(&number).copied();
                known.unwrap_or_else(|| {
                    let value = now.history.value(feature, now.stamp).expect("known to the oracle");
                    now.known.borrow_mut().insert(number, value);
                    value
                })
            }
        }
    }
}

/// All that a pack concludes, in its order: scores and tables name their places, signals fill the
/// rest.
fn nodes(rules: &Rules) -> Vec<Node<'_>> {
    let mut placed: BTreeMap<u16, Node<'_>> = BTreeMap::new();
    placed.extend(rules.scores().iter().map(|score| (score.place, Node::Score)));
    placed.extend(rules.tables().iter().map(|table| (table.place, Node::Table(table))));
    let mut signals = rules.signals().iter();
    let all = 0..u16::try_from(placed.len() + rules.signals().len()).unwrap();
    all.map(|place| placed.remove(&place).unwrap_or_else(|| Node::Signal(signals.next().unwrap())))
        .collect()
}

/// Instants after the last look at which anything that happened, or any clock, could make a
/// difference.
fn instants(last: &Stamp, now: &Stamp, history: &History, spans: &BTreeSet<i64>) -> BTreeSet<i64> {
    let happened = history.events.iter().map(|known| known.moment.at);
    let happened = happened.chain(history.told.iter().map(super::facts::Told::at));
    let ages = happened.flat_map(|at| spans.iter().flat_map(move |span| reached(at, *span)));
    // On the line, and as the wall clock shows.
    let halves = [0, last.reading.wall_ms - last.at].into_iter().flat_map(|ahead| {
        let first = (last.at + ahead).div_euclid(HALF_HOUR_MS);
        let end = (now.at + ahead).div_euclid(HALF_HOUR_MS);
        (first..=end).map(move |number| number * HALF_HOUR_MS - ahead)
    });
    let inside = ages.chain(halves).filter(|at| (last.at..=now.at).contains(at));
    inside.chain([last.at, now.at]).collect()
}

fn reached(since: i64, span: i64) -> [i64; 2] {
    [since + span, since + span + 1]
}

/// Every duration that stands in a pack.
fn spans(pack: &Pack) -> BTreeSet<i64> {
    let (rules, definitions) = (&pack.rules, &pack.definitions);
    let of_program = |program: &Program| {
        let whole = |op: Op| if let Op::Integer(value) = op { Some(value) } else { None };
        program.ops().filter_map(whole).collect::<Vec<i64>>()
    };
    let mut spans = vec![definitions.session_idle_ms()];
    spans.extend(definitions.funnels().iter().map(|funnel| funnel.within_ms));
    for feature in definitions.features() {
        match feature {
            Feature::Timed(Timed::Sequence(sequence)) => spans.push(sequence.within_ms),
            Feature::Timed(Timed::Lapse(lapse)) => spans.push(lapse.pause_ms),
            _ => {}
        }
    }
    for signal in rules.signals() {
        spans.extend(of_program(&signal.raise));
        spans.extend(signal.clear.iter().flat_map(|clear| of_program(clear)));
    }
    for factor in rules.scores().iter().flat_map(|score| &score.factors) {
        if let Scale::Steps(steps) = &factor.scale {
            spans.extend(steps.iter().map(|(from, _)| cut(*from)));
        }
    }
    for row in rules.tables().iter().flat_map(|table| &table.rows) {
        spans.extend([row.at_least_ms, cut(row.from)]);
        spans.extend(row.enter.iter().chain(&row.stay).flat_map(of_program));
    }
    // What is less than a second is a count.
    spans.into_iter().filter(|span| *span >= 1_000).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "figures of tests are small")]
fn cut(number: f64) -> i64 {
    number.trunc() as i64
}
