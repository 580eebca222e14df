//! What an engine concludes, and at which instant, is what looking at all rules at every instant
//! gives: tags and signals, scores and the share of each factor, tiers, segments, stages, levels.
//!
//! Each life has random rules that read each other, facts, holidays, next actions and hours, under
//! packs that come and go. A hundred of them; with `STAYKIT_LONG`, 10,000.

use std::fmt::Write;

use staykit_core::engine::Understanding;
use staykit_core::profile::Feature;
use staykit_core::rules::TableKind;
use staykit_core::time::Stamp;
use staykit_tests::{packs, seeds};

use super::aggregates::{Draws, same};
use super::life::Life;

const STEPS: i64 = 40;
/// Rules of a pack, of each kind more than one.
const RULES: i64 = 12;

/// Random rules, written one after the other; each may read those before it.
struct Author {
    draws: Draws,
    /// Ways to read what was written.
    readable: Vec<String>,
    sections: [(&'static str, String); 6],
}

impl Author {
    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[usize::try_from(self.draws.below(of.len() as u64)).unwrap()]
    }

    fn condition(&mut self) -> String {
        let event = self.pick(&["buy", "look", "try"]);
        let span = self.pick(&["hours(2)", "hours(9)", "hours(30)", "days(3)"]);
        let (few, more) = (self.draws.below(3) + 1, self.draws.below(4) + 2);
        match self.draws.below(24) {
            0 => format!("since_last('{event}') < {span}"),
            1 => format!("absent('{event}', {span})"),
            2 => format!("count('{event}', days({few})) >= {more}"),
            3 => format!("count('{event}', hours({})) > {few}", more * 3),
            4 => format!("active_days('{event}', days({more})) >= {few}"),
            5 => "fact('level') == 'gold'".to_owned(),
            6 => format!("fact_number('band') >= {few}"),
            7 => format!("fact_age('level') > {span}"),
            8 => "holiday()".to_owned(),
            9 => format!("in_window('mon-thu', '{:02}:00-{:02}:30')", 7 * few, 5 * few),
            10 => format!("hour() >= {}", 5 * more),
            11 => format!("streak('{event}') >= {few}"),
            12 => format!("next_action('m{}') > 0.3", few - 1),
            13 => format!("next_active_window() <= hours({more})"),
            14 => format!("baseline_drop('{event}', days(1), days({more})) >= 0.5"),
            15 => "session_length() > minutes(2)".to_owned(),
            16 => format!("dropped_at('f') == {few} || funnel_age('f') < {span}"),
            17 => format!("decayed('{event}', days({few})) > 1.3"),
            18 => "context('network') == 'wifi' && context_number('battery') < 15".to_owned(),
            _ if self.readable.is_empty() => "weekday() > 4".to_owned(),
            _ => {
                let place = self.draws.below(self.readable.len() as u64);
                self.readable[usize::try_from(place).unwrap()].replace("SPAN", span)
            }
        }
    }

    fn whole(&mut self) -> String {
        let one = self.condition();
        match self.draws.below(4) {
            0 => format!("({one}) && ({})", self.condition()),
            1 => format!("({one}) || !({})", self.condition()),
            _ => one,
        }
    }

    fn write(&mut self, section: usize, text: &str) {
        self.sections[section].1.push_str(text);
    }

    fn reads(&mut self, ways: &[String]) {
        self.readable.extend_from_slice(ways);
    }

    fn signal(&mut self, name: &str) {
        let raise = self.whole();
        let mut text = format!("  {name}:\n    raise: \"{raise}\"\n    says: {{ en: {name} }}\n");
        if self.draws.below(3) == 0 {
            let clear = self.whole();
            let _ = writeln!(text, "    clear: \"{clear}\"");
        }
        let section = usize::from(self.draws.below(2) == 0);
        let call = if section == 0 { "tag" } else { "signal" };
        self.write(section, &text);
        self.reads(&[
            format!("{call}('{name}')"),
            format!("!{call}('{name}')"),
            format!("signal_age('{name}') >= SPAN"),
        ]);
    }

    fn score(&mut self, name: &str) {
        let event = self.pick(&["buy", "look", "try"]);
        let all = self.draws.below(70) + 20;
        let text = format!(
            "  {name}:\n    factors:\n      recency:\n        of: since_last('{event}')\n        points: \
             [[days(0), {all}], [hours(30), 7.25], [days(3), -12.5]]\n      depth:\n        of: \
             count('{event}', days(4))\n        linear: {{ from: 7, to: 0, points: 33 }}\n      \
             habit:\n        of: next_action('m0') * 2.0\n        linear: {{ from: 0, to: 1, \
             points: 41 }}\n    tiers: {{ high: 55, mid: 20, low: 0 }}\n"
        );
        self.write(2, &text);
        self.reads(&[
            format!("score('{name}') >= 40"),
            format!("tier('{name}') == 'high'"),
            format!("tier('{name}') != 'low'"),
            format!("tier_age('{name}') < SPAN"),
        ]);
    }

    fn segments(&mut self, name: &str) {
        let (one, two) = (self.whole(), self.whole());
        let text = format!(
            "  {name}:\n    - {{ name: one, when: \"{one}\" }}\n    - {{ name: two, when: \
             \"{two}\" }}\n    - {{ name: other }}\n"
        );
        self.write(3, &text);
        self.reads(&[
            format!("segment('{name}') == 'one'"),
            format!("segment('{name}') != 'other'"),
            format!("segment_age('{name}') > SPAN"),
        ]);
    }

    /// Who enters a row may stay in it.
    fn stages(&mut self, name: &str) {
        let mut text = format!("  {name}:\n    - {{ name: first }}\n");
        for row in ["second", "third"] {
            let enter = self.whole();
            let _ = write!(text, "    - name: {row}\n      enter: \"{enter}\"\n");
            match self.draws.below(3) {
                0 => {
                    let stay = self.condition();
                    let _ = writeln!(text, "      stay: \"({enter}) || ({stay})\"");
                }
                1 => text.push_str("      at_least: hours(5)\n"),
                _ => {}
            }
        }
        self.write(4, &text);
        self.reads(&[
            format!("stage('{name}') == 'second'"),
            format!("stage('{name}') != 'first'"),
            format!("stage_age('{name}') <= SPAN"),
        ]);
    }

    fn levels(&mut self, name: &str) {
        let event = self.pick(&["buy", "look", "try"]);
        let keeps = self.draws.below(3) == 0;
        let days = self.draws.below(4) + 2;
        let text = format!(
            "  {name}:\n    of: count('{event}', days({days})) * 40 + active_days('try', days(5)) * 25\n    \
             keeps: {keeps}\n    steps:\n      none: 0\n      some: {{ from: 70, multiplier: 1.5 \
             }}\n      all: {{ from: 180, multiplier: 2 }}\n"
        );
        self.write(5, &text);
        self.reads(&[
            format!("level('{name}') == 'some'"),
            format!("level_age('{name}') > SPAN"),
            format!("level_left('{name}') <= 90"),
            format!("level_progress('{name}') >= 0.5"),
            format!("level_amount('{name}') * level_multiplier('{name}') > 100.0"),
        ]);
    }

    fn rule(&mut self, number: i64) {
        let name = |kind: &str| format!("{kind}{number}");
        match self.draws.below(9) {
            0 => self.score(&name("c")),
            1 => self.segments(&name("g")),
            2 | 3 => self.stages(&name("a")),
            4 => self.levels(&name("l")),
            _ => self.signal(&name("s")),
        }
    }
}

/// The first so many rules that a seed writes.
fn written(seed: u64, rules: i64) -> String {
    let sections = ["tags", "signals", "scores", "segments", "stages", "levels"];
    let mut author = Author {
        draws: Draws(staykit_core::random::Seed::from_number(seed), 1 << 32),
        readable: Vec::new(),
        sections: sections.map(|name| (name, String::new())),
    };
    (0..rules).for_each(|number| author.rule(number));
    let mut yaml = format!("pack: test\nversion: {rules}\n");
    yaml.push_str("funnels:\n  f: { steps: [buy, look, try], within: hours(9) }\n\
                    events:\n  look: { ambient: true }\npredictions:\n  moods: { of: try.mood }\nholidays:\n  CN: \
                    [\"2026-03-04\", \"2026-03-07..2026-03-09\"]\n  DE: [\"2026-03-06\"]\n",
    );
    for (name, text) in author.sections.iter().filter(|(_, text)| !text.is_empty()) {
        let _ = write!(yaml, "{name}:\n{text}");
    }
    yaml
}

impl Life {
    /// Goes on under a pack with fewer rules, for a while.
    fn has_fewer_rules(&mut self, seed: u64) {
        let fewer = self.draws.below(RULES.unsigned_abs() - 1) + 1;
        self.goes_under(&written(seed, fewer), false);
        if self.draws.below(2) == 0 {
            self.time_passes();
            self.records();
        }
        self.goes_under(&written(seed, RULES), false);
    }

    /// Holds everything that the engine concludes against the oracle. Figures that were compared.
    fn compare_conclusions(&mut self, what: &str) -> usize {
        let stamp = self.stamp();
        let (found, expected) = self.take_turned();
        assert_eq!(found, expected, "{what}: what turned");
        let figures = self.person.engine().figures().unwrap();
        for (number, figure) in (0..).zip(&figures) {
            let feature = self.pack.definitions.feature(number).unwrap();
            let expected = self.expected(number, &stamp).unwrap();
            let found = figure.value;
            assert!(same(found, expected), "{what}: {found:?} is not {expected:?}: {feature:?}");
        }
        let understood = self.person.engine().understanding().unwrap();
        self.compare_understanding(&understood, &stamp, what);
        figures.len()
    }

    fn compare_understanding(&self, found: &Understanding, stamp: &Stamp, what: &str) {
        let wall = |at: i64| stamp.reading.wall_ms - (stamp.at - at);
        let stand = found.tags.iter().chain(&found.signals);
        let mut stand: Vec<(&str, i64)> = stand.map(|of| (&*of.name, of.since_ms)).collect();
        stand.sort_unstable();
        let expected = self.conclusions.standing().iter();
        let expected: Vec<(&str, i64)> = expected.map(|(name, at)| (&**name, wall(*at))).collect();
        assert_eq!(stand, expected, "{what}: what stands");
        let tiers = found.scores.iter().filter_map(|score| score.tier.as_ref());
        let rows = found.tables.iter().chain(tiers);
        let mut rows: Vec<(TableKind, &str, &str, i64)> =
            rows.map(|of| (of.kind, &*of.table, &*of.row, of.since_ms)).collect();
        rows.sort_unstable();
        let expected = self.conclusions.rows().iter();
        let expected: Vec<(TableKind, &str, &str, i64)> = expected
            .map(|((kind, table), (row, at))| (*kind, &**table, &**row, wall(*at)))
            .collect();
        assert_eq!(rows, expected, "{what}: rows");
        for (score, found) in self.pack.rules.scores().iter().zip(&found.scores) {
            let of = (&self.pack, &self.history);
            let (shares, hundredths) = self.conclusions.shares(of, score, stamp);
            let factors: Vec<i64> = found.factors.iter().map(|factor| factor.hundredths).collect();
            assert_eq!(factors, shares, "{what}: factors of {}", score.name);
            let cut = hundredths - shares.iter().sum::<i64>();
            assert_eq!((found.hundredths, found.cut), (hundredths, cut), "{what}: {}", score.name);
        }
    }
}

#[test]
fn whatever_an_engine_concludes_is_what_looking_at_every_instant_gives() {
    let (mut compared, mut derived) = (0, 0);
    for seed in seeds::seeds(seeds::by_form(100, 10_000)) {
        let again = seeds::again("conformance", seed);
        let mut life = Life::new(seed, packs::compiled(&written(seed, RULES)), true);
        life.records();
        for step in 0..STEPS {
            life.time_passes();
            match life.draws.below(13) {
                0 => life.clocks_change(),
                1 => life.restarts(),
                2 => life.has_fewer_rules(seed),
                3 => life.is_maintained(),
                4 | 5 => life.is_told(),
                6 => {}
                _ => life.records(),
            }
            if step % 4 == 3 {
                compared += life.compare_conclusions(&format!("{again}, step {step}"));
            }
        }
        let features = life.pack.definitions.features().iter();
        derived += features.filter(|of| matches!(of, Feature::Derived(_))).count();
    }
    let few = compared < 10_000 || derived < 100;
    assert!(!few || std::env::var_os("STAYKIT_SEED").is_some(), "{compared}, {derived}");
}
