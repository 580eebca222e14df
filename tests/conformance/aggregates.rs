//! Figures over many events: each is what the full list of events says, at every moment; and C6,
//! coverage and depth of core features.

use staykit_core::event::{Catalog, Currency, Draft, Event, Value};
use staykit_core::profile::{Definitions, Feature, Motion, Profile, Scalar};
use staykit_core::random::Seed;
use staykit_core::time::{Clock, DAY_MS, HOUR_MS, MINUTE_MS, Timeline, VirtualClock, Zone};
use staykit_tests::oracle::History;
use staykit_tests::packs;
use staykit_tests::person::{Person, START};

/// Reads each figure over several windows, filtered and not.
const CONDITIONS: &[&str] = &[
    "count('buy', days(7), amount >= 400 && item != 'i3') > 1",
    "count('buy', sessions(2)) + count('buy', minutes(90), gift == true) > 1",
    "count('look', hours(5), amount.currency == 'CNY') + count('buy', weeks(2), rating < 2.5) > 1",
    "sum('buy', 'amount', days(5)) + sum('buy', 'amount', sessions(3), currency == 'CNY') > 1",
    "sum('buy', 'amount', hours(30)) + sum('buy', 'amount', ever()) > 1",
    "avg('buy', 'amount', days(3)) + avg('look', 'rating', weeks(2)) > 1.0",
    "min('buy', 'amount', days(4)) + max('buy', 'amount', hours(40), gift != true) > 1",
    "min('buy', 'rating', days(9)) + max('look', 'rating', sessions(4)) > 1.0",
    "distinct('buy', 'item', days(6)) + distinct('look', 'item', ever()) > 1",
    "distinct('buy', 'place', sessions(2)) + distinct('look', 'item', minutes(170)) > 1",
    "share('buy', days(8), gift == true) + share('look', sessions(5), rating >= 3) > 1.0",
    "entropy('buy', 'item', days(6)) + entropy('look', 'item', sessions(3)) > 1.0",
    "entropy('buy', 'gift', weeks(1)) + interval_entropy('look', days(3)) > 1.0",
    "interval_entropy('buy', ever(), amount > 300) + interval_entropy('look', sessions(2)) > 1.0",
    "active_days('buy', days(20), item == 'i1') > 1 && absent('look', hours(3), amount < 200)",
    "since_last('buy', gift == false) > since_first('buy', amount >= 700)",
    "first_time('buy') && last_value('buy', 'item', amount > 100) == 'i2'",
    "stopped('buy', hours(9)) || resumed('look', hours(2)) || within(minutes(50), 'buy')",
    "sequence(['buy', 'look', 'buy'], hours(9)) || sequence(['buy', 'buy'], days(1), direct())",
    "sequence(['look', 'buy', 'try'], days(2), session())",
    "sequence(['buy', 'look', 'try'], days(3), session(), direct())",
    "streak('buy') > 2 || streak('try', freeze(2)) > 1 || streak('buy', repair('look')) > 3",
    "streak_left('buy') < hours(3) || streak_left('try', freeze(1), repair('buy')) < hours(9)",
    "regularly('buy', 2, days(1), 3, 5) || regularly('try', 3, weeks(1), 2, 4)",
    "baseline_drop('buy', days(2), days(3)) + baseline_rise('try', days(1), days(4)) > 0.1",
    "baseline_zscore('session', days(2), days(4)) + baseline_drift('buy', days(3), days(5)) > 0.1",
    "decayed('buy', days(2)) + decayed('look', days(1)) > 1.5",
    "funnel_step('f') == 1 || funnel_age('f') > hours(1) || dropped_at('f') == 1",
    "funnel_step('g') == 1 || dropped_at('g') == 2 || path_progress(['try', 'look', 'try']) > 0.5",
    "best_hour() == 9 || active_share('20:00-08:00') > 0.5 || hour_of_week() > hour() + weekday()",
    "session_count(days(9)) + session_count(hours(30), minutes(3)) + session_count(sessions(3)) > 2",
    "session_time(days(9)) > hours(1) || session_time(hours(5)) > hours(1)",
    "clock_moved(days(9)) + clock_moved(hours(30)) + clock_moved(sessions(3)) > 1",
    "session_length() > minutes(2) || in_window('mon-fri', '22:00-06:30')",
    "last_value('look', 'rating') > 1.0 && last_value('buy', 'amount', gift == true) > 1",
    "fact('level') == 'gold' || fact_number('band') >= 3 || fact_age('level') > hours(7)",
    "context('network') != 'wifi' && context_number('battery') < 20 && region() == 'CN'",
    "fact_age('region') < days(2) || fact_age('band') >= minutes(3) || holiday()",
    "next_action('m1', 'moods') > 0.5 || next_action('m0', 'seen') + next_action('m5', 'moods') > 0.9",
    "next_active_window() <= hours(3)",
];

/// How many there are.
pub(super) const ALL: usize = CONDITIONS.len();

fn definitions() -> Definitions {
    packs::compiled(&yaml(ALL)).definitions
}

/// A pack of the first so many conditions.
pub(super) fn yaml(conditions: usize) -> String {
    let head = format!("pack: test\nversion: {conditions}\n");
    let head = head
        + "funnels:\n  f: { steps: [buy, look, try], within: hours(9) }\n  \
                g: { steps: [look, buy, buy], within: days(2) }\nevents:\n  buy: { properties: { amount: { type: money }, \
                rating: { type: number }, item: { type: text }, gift: { type: flag }, place: { \
                type: integer } } }\n  look: { ambient: true, properties: { amount: { type: money \
                }, rating: { type: number }, item: { type: text }, mood: { type: text } } }\n  try: { properties: \
                { mood: { type: text } } }\npredictions:\n  moods: { of: try.mood }\n  seen: { of: \
                look.mood }\nholidays:\n  CN: [\"2026-03-04\", \"2026-03-07..2026-03-09\", \
                \"2026-03-14..2026-03-15\"]\n  DE: [\"2026-03-06..2026-03-07\"]\n";
    let names: Vec<String> = (0..conditions).map(|number| format!("s{number}")).collect();
    let signals = names.iter().map(String::as_str).zip(CONDITIONS.iter().copied());
    packs::with_signals(&head, signals)
}

/// Numbers drawn one after the other.
pub(super) struct Draws(pub(super) Seed, pub(super) u64);

impl Draws {
    pub(super) fn below(&mut self, limit: u64) -> i64 {
        self.1 += 1;
        i64::try_from(self.0.draw_below(limit, self.1, "draw")).unwrap()
    }

    fn event(&mut self, catalog: &Catalog) -> Event {
        catalog.admit(self.draft()).unwrap()
    }

    pub(super) fn draft(&mut self) -> Draft {
        let name = ["look", "buy", "buy", "try"][usize::try_from(self.below(4)).unwrap()];
        let currency = if self.below(12) == 0 { "EUR" } else { "CNY" };
        let amount =
            Value::Money { minor: self.below(1_000), currency: Currency::new(currency).unwrap() };
        // More values than there are places for.
        let item = format!("i{}", self.below(80) * self.below(2) + self.below(4));
        let mut draft = Draft::new(name).text("item", item).integer("place", self.below(5));
        if self.below(6) > 0 {
            draft = draft.text("mood", format!("m{}", self.below(3) * self.below(3)));
        }
        if self.below(5) > 0 {
            draft = draft.value("amount", amount);
        }
        if self.below(4) > 0 {
            let halves = i32::try_from(self.below(10)).unwrap();
            draft = draft.value("rating", Value::Number(f64::from(halves) / 2.0));
        }
        draft.value("gift", Value::Flag(self.below(2) == 0))
    }

    fn pause(&mut self, clock: &VirtualClock) {
        let most = [2_000, 20 * MINUTE_MS, 3 * HOUR_MS, 2 * DAY_MS];
        let most = most[usize::try_from(self.below(4)).unwrap()];
        clock.advance(self.below(most.cast_unsigned()));
        if self.below(40) == 0 {
            let hours = i16::try_from(self.below(25)).unwrap() - 11;
            clock.set_zone(Zone::fixed(hours * 60));
        }
    }
}

pub(super) fn same(a: Option<Scalar>, b: Option<Scalar>) -> bool {
    match (a, b) {
        (Some(Scalar::Number(a)), Some(Scalar::Number(b))) => {
            (a - b).abs() <= 1e-9 * a.abs().max(1.0)
        }
        _ => a == b,
    }
}

pub(super) fn catalog() -> Catalog {
    let mut catalog = Catalog::default();
    let mut look = staykit_core::event::EventSpec::named("look");
    look.ambient = true;
    catalog.add(look).unwrap();
    catalog
}

#[test]
fn every_figure_is_what_the_full_list_of_events_says() {
    let (definitions, catalog) = (definitions(), catalog());
    let long = std::env::var_os("STAYKIT_LONG").is_some();
    let mut checked = [0_u32; 2];
    for seed in 0..if long { 10_000 } else { 12 } {
        let mut draws = Draws(Seed::from_number(seed), 0);
        let clock = VirtualClock::at(START);
        let mut line = Timeline::default();
        let mut profile = Profile::new(&definitions);
        let mut history = History::new(&definitions);
        for step in 0..120 {
            draws.pause(&clock);
            let stamp = line.stamp(&clock.read().unwrap());
            line.apply(&stamp);
            if draws.below(4) > 0 {
                let event = draws.event(&catalog);
                profile.apply(&event, &stamp, &definitions);
                history.record(event, &stamp);
            }
            for (number, feature) in (0..).zip(definitions.features()) {
                let Some(expected) = history.value(feature, &stamp) else { continue };
                let found = profile.read(number, &stamp, &definitions);
                assert!(same(found, expected), "{seed}/{step}: {found:?} {expected:?} {feature:?}");
                checked[usize::from(found.is_some())] += 1;
            }
        }
    }
    assert!(checked[0] > 1_000 && checked[1] > 20_000, "{checked:?} tests little");
}

#[test]
fn no_figure_changes_before_the_instant_it_tells() {
    let (definitions, catalog) = (definitions(), catalog());
    let mut changed = 0;
    for seed in 100..106 {
        let mut draws = Draws(Seed::from_number(seed), 0);
        let clock = VirtualClock::at(START);
        let mut line = Timeline::default();
        let mut profile = Profile::new(&definitions);
        for _ in 0..80 {
            draws.pause(&clock);
            let stamp = line.stamp(&clock.read().unwrap());
            line.apply(&stamp);
            profile.apply(&draws.event(&catalog), &stamp, &definitions);
            for (number, feature) in (0..).zip(definitions.features()) {
                // A funnel's age grows, too, until the attempt ends.
                let moves = matches!(feature.motion(), Motion::Grows | Motion::Shrinks);
                if moves || matches!(feature, Feature::FunnelAge(_)) {
                    continue;
                }
                let at = profile.changes_at(number, &stamp, &definitions);
                let read = |at: i64| profile.read(number, &stamp.later(at), &definitions);
                let before = at.unwrap_or(stamp.at + 400 * DAY_MS) - 1;
                let (now, then) = (profile.read(number, &stamp, &definitions), read(before));
                assert!(same(now, then), "{seed}: {now:?} {then:?} {feature:?}");
                changed += u32::from(at.is_some_and(|at| !same(read(at), now)));
            }
        }
    }
    assert!(changed > 1_000, "{changed} changes test little");
}

/// A pack of core-feature rules with these figures.
fn core_features(times: u32, features: u32) -> staykit_core::pack::Pack {
    let engaged = format!("count('feature_used', days(7), feature == 'workout') >= {times}");
    let broad = format!("distinct('feature_used', 'feature', days(7)) >= {features}");
    let deep = "share('feature_used', days(7), feature == 'workout') > 0.5";
    packs::of_signals([("engaged", &*engaged), ("broad", &*broad), ("deep", deep)])
}

fn uses(person: &mut Person, feature: &str) {
    person.records(Draft::new("feature_used").text("feature", feature));
}

#[test]
fn c6_the_core_feature_three_times_in_a_week_is_engaged_and_ends_when_it_leaves_the_week() {
    let mut person = Person::under(core_features(3, 4));
    for _ in 0..3 {
        uses(&mut person, "workout");
        person.waits(DAY_MS);
    }
    assert_eq!(person.rose("engaged"), [2 * DAY_MS]);
    person.waits(30 * DAY_MS);
    // The first use, at nine o'clock, leaves the window of seven days at midnight.
    assert_eq!(person.fell("engaged"), [7 * DAY_MS - 9 * HOUR_MS]);
}

#[test]
fn c6_other_features_and_two_uses_are_no_engagement() {
    let mut person = Person::under(core_features(3, 4));
    for _ in 0..2 {
        uses(&mut person, "workout");
        uses(&mut person, "sleep");
        uses(&mut person, "sleep");
        person.waits(HOUR_MS);
    }
    person.does("feature_used");
    assert_eq!(person.rose("engaged"), [0; 0]);
    assert_eq!(person.rose("deep"), [0], "of one use one, of two or three no more than half");
}

#[test]
fn c6_the_boundary_is_the_third_use_within_the_same_seven_local_days() {
    for (days, expected) in [(6, 1), (7, 0)] {
        let mut person = Person::under(core_features(3, 4));
        uses(&mut person, "workout");
        uses(&mut person, "workout");
        person.waits(days * DAY_MS);
        uses(&mut person, "workout");
        assert_eq!(person.rose("engaged").len(), expected, "after {days} days");
    }
}

#[test]
fn c6_coverage_counts_each_feature_once_and_its_figures_stand_in_the_pack() {
    for (times, features) in [(3, 4), (5, 2)] {
        let mut person = Person::under(core_features(times, features));
        for number in 0..6 {
            uses(&mut person, "workout");
            uses(&mut person, ["sleep", "sleep", "map", "pay", "pay", "music"][number]);
            person.waits(MINUTE_MS);
        }
        let rose = |signal: &str| person.rose(signal).first().map(|at| at / MINUTE_MS);
        assert_eq!(rose("engaged"), Some(i64::from(times) - 1));
        assert_eq!(rose("broad"), Some(if features == 4 { 3 } else { 0 }));
    }
}

#[test]
fn c6_a_filter_of_several_tests_counts_what_passes_them_all() {
    let rule = "count('lap', days(7), metres >= 1000 && pool == 'long' && metres < 5000) >= 2";
    let mut person = Person::under(packs::of_signals([("swimmer", rule)]));
    let swims = |person: &mut Person, metres: i64, pool: &str| {
        let draft = Draft::new("lap").integer("metres", metres).text("pool", pool);
        !person.records(draft).changes.is_empty()
    };
    assert!(!swims(&mut person, 1_000, "long"));
    assert!(!swims(&mut person, 999, "long"));
    assert!(!swims(&mut person, 5_000, "long"));
    assert!(!swims(&mut person, 2_000, "short"));
    assert!(person.does("lap").changes.is_empty(), "without the properties it passes none");
    person.is_killed();
    assert!(swims(&mut person, 4_999, "long"));
    let why = &person.engine().explain(staykit_core::engine::Why::signal("swimmer")).unwrap();
    let text = format!("{why:?}");
    assert!(text.contains("metres"), "{text}");
}
