//! A pack that asks for what was not kept so far has it filled from what the buffer holds, and says
//! from when on it is valid.

use std::ops::Range;
use std::time::{Duration, Instant};

use staykit_core::engine::{Config, Figure, Why};
use staykit_core::event::{Draft, EventSpec};
use staykit_core::profile::Scalar;
use staykit_core::text::Language;
use staykit_core::time::{DAY_MS, HOUR_MS, MINUTE_MS, Zone};
use staykit_tests::packs;
use staykit_tests::person::{Person, START};

/// One figure of every kind that holds anything.
const NEW: &str = "pack: test\nversion: 2\nfunnels:\n  shop: { steps: [look, buy], within: hours(9) }\n\
predictions:\n  next: { of: look.item }\n\
signals:\n  all:\n    says: { en: all }\n    raise: \"count('look', days(9)) + count('buy', sessions(3)) \
+ count('look', ever(), item == 'i1') + count('look', minutes(50)) > 1 \
|| sum('buy', 'price', weeks(3)) + max('buy', 'price', days(7)) > 1 || avg('buy', 'price', days(20)) > 1.0 \
|| distinct('look', 'item', days(5)) > 1 || entropy('look', 'item', days(30)) > 1.0 \
|| interval_entropy('look', ever()) > 1.0 || share('look', days(9), item == 'i2') > 0.5 \
|| active_days('look', days(30)) > 1 || since_last('buy') > days(1) || since_first('look') > days(1) \
|| absent('buy', days(2)) || last_value('look', 'item') == 'i3' || first_time('buy') \
|| stopped('buy', days(1)) || resumed('look', hours(7)) || within(hours(3), 'buy') \
|| sequence(['look', 'buy'], hours(5)) || sequence(['look', 'look', 'buy'], days(2), session(), direct()) \
|| streak('look', freeze(1)) > 2 || streak_left('look', repair('buy')) < hours(3) \
|| regularly('look', 2, days(1), 3, 5) || baseline_drift('look', days(3), days(8)) > 0.1 \
|| baseline_zscore('session', days(2), days(5)) > 1.0 || decayed('look', days(3)) > 1.5 \
|| funnel_step('shop') == 1 || dropped_at('shop') == 1 || path_progress(['look', 'wave', 'buy']) > 0.5 \
|| best_hour() == 9 || active_share('08:00-20:00') > 0.5 || session_count(days(9)) > 2 \
|| session_count(days(9), minutes(3)) > 2 || session_time(days(9)) > hours(1) \
|| next_action('i1', 'next') > 0.5\"\n";

const OLD: &str = "pack: test\nversion: 1\nsignals:\n  old:\n    says: { en: old }\n    raise: count('look', hours(3)) > 2\n";

/// Days of a person who looks, buys and waves.
fn lives(person: &mut Person, days: Range<i64>) {
    let mut drawn = days.start.unsigned_abs();
    let mut below = |limit: u64| {
        drawn =
            drawn.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (drawn >> 33) % limit
    };
    for day in days {
        for _ in 0..below(7) {
            let item = format!("i{}", below(6));
            person.records(Draft::new("look").text("item", item));
            person.is_away(i64::try_from(below(9)).unwrap() * MINUTE_MS + 17);
            match below(4) {
                0 => drop(person.records(
                    Draft::new("buy").integer("price", i64::try_from(below(90)).unwrap()),
                )),
                1 => drop(person.does("wave")),
                2 => drop(person.does("hum")),
                _ => {}
            }
            person.is_away(i64::try_from(below(150)).unwrap() * MINUTE_MS);
        }
        match below(12) {
            0 => person.flies_to(Zone::fixed(480)),
            1 => person.flies_to(Zone::fixed(-300)),
            _ => {}
        }
        person.waits_until((day + 1) * DAY_MS);
    }
}

fn ambient_hum(config: Config) -> Config {
    let mut hum = EventSpec::named("hum");
    hum.ambient = true;
    config.with_event(hum)
}

fn under(pack: &str) -> Person {
    let mut person = Person::under(packs::compiled(pack));
    person.config = ambient_hum;
    person.reopens();
    person
}

fn figures(person: &Person) -> Vec<Figure> {
    person.engine().figures().unwrap()
}

#[track_caller]
fn same(filled: &Person, kept: &Person) {
    let (filled, kept) = (figures(filled), figures(kept));
    assert!(filled.len() >= 36, "{}", filled.len());
    for (filled, kept) in filled.iter().zip(&kept) {
        assert_eq!(filled, kept);
    }
}

#[test]
fn a_figure_that_is_new_is_what_it_would_be_had_it_been_kept_from_the_start() {
    let (mut kept, mut filled) = (under(NEW), under(OLD));
    lives(&mut kept, 0..30);
    lives(&mut filled, 0..30);
    filled.reopens_under(packs::compiled(NEW));
    same(&filled, &kept);
    filled.is_killed();
    same(&filled, &kept);
    for person in [&mut kept, &mut filled] {
        person.waits(HOUR_MS);
        lives(person, 31..36);
    }
    same(&filled, &kept);
}

#[test]
fn a_kill_before_the_filled_figures_are_on_flash_leaves_them_to_the_next_opening() {
    let (mut kept, mut filled) = (under(NEW), under(OLD));
    lives(&mut kept, 0..20);
    lives(&mut filled, 0..20);
    filled.engine().flush().unwrap();
    let before = filled.store();
    let image = tempfile::tempdir().unwrap();
    staykit_tests::files::copy(&before, &image.path().join("store"));
    filled.reopens_under(packs::compiled(NEW));
    same(&filled, &kept);
    // As if nothing of that had come to flash.
    filled.closes();
    std::fs::remove_dir_all(&before).unwrap();
    staykit_tests::files::copy(&image.path().join("store"), &before);
    filled.starts();
    same(&filled, &kept);
}

#[test]
fn whoever_asks_why_is_told_since_when_a_figure_counts() {
    let mut person = under(OLD);
    person.config = |config| ambient_hum(config).with_age_limit_days(7);
    person.reopens();
    for days in 0..5 {
        lives(&mut person, 4 * days..4 * days + 4);
        // Into the buffer, and out of it what is too old.
        person.engine().export(&mut Vec::new()).unwrap();
        person.engine().maintain(Duration::from_secs(1)).unwrap();
    }
    let old = person.engine().explain(Why::signal("old")).unwrap();
    assert!(!old.text(Language::English).contains("counted since"), "{old}");
    person.reopens_under(packs::compiled(NEW));
    let figures = figures(&person);
    let from: Vec<i64> = figures.iter().filter_map(|figure| figure.valid_from_ms).collect();
    let now = START + person.now();
    assert!(from.len() > 30 && from.iter().all(|at| *at > now - 12 * DAY_MS && *at < now));
    let why = person.engine().explain(Why::signal("all")).unwrap();
    assert!(why.text(Language::English).contains("; counted since 2026-03-"), "{why}");
    assert!(why.text(Language::Chinese).contains("起统计"), "{why}");
    // A restart does not forget it.
    person.is_killed();
    assert_eq!(self::figures(&person), figures);
}

#[test]
fn a_pack_that_is_activated_is_filled_with_what_is_recorded_meanwhile() {
    let key = staykit_pack::generate_key().unwrap();
    let sign = |yaml: &str| staykit_pack::sign(&packs::bytes(yaml), &key).unwrap();
    let (old, new) = (OLD.to_owned(), NEW.to_owned());
    PUBLIC.set(staykit_pack::public_key(&key).unwrap()).unwrap();
    let mut person = Person::under(packs::compiled(&old));
    person.config = |config| config.with_trusted_key(*PUBLIC.get().unwrap());
    person.reopens();
    let looks = 2_000;
    let engine = person.engine();
    for _ in 0..looks {
        engine.record(Draft::new("look").text("item", "i1")).unwrap();
    }
    let meanwhile = std::thread::scope(|scope| {
        let recording = scope.spawn(|| {
            (0..500).for_each(|_| drop(engine.record(Draft::new("look").text("item", "i1"))));
        });
        let signed = sign(&new);
        engine.activate_pack(&signed).unwrap();
        recording.join().unwrap();
        500
    });
    let count = |figures: Vec<Figure>| figures.into_iter().next().unwrap().value;
    let all = Some(Scalar::Integer(looks + meanwhile));
    assert_eq!(count(figures(&person)), all);
    person.reopens_under(packs::compiled(NEW));
    assert_eq!(count(figures(&person)), all);
}

static PUBLIC: std::sync::OnceLock<staykit_core::pack::PublicKey> = std::sync::OnceLock::new();

#[test]
fn fifty_thousand_events_are_taken_in_within_seconds() {
    let mut person = under(OLD);
    for number in 0..50_000_u32 {
        person
            .engine()
            .record(Draft::new("look").text("item", format!("i{}", number % 9)))
            .unwrap();
        person.clock.advance(40_000);
        if number % 2_000 == 0 {
            person.engine().maintain(Duration::from_secs(1)).unwrap();
        }
    }
    person.closes();
    person.starts();
    let begun = Instant::now();
    person.reopens();
    let plain = begun.elapsed();
    let begun = Instant::now();
    person.reopens_under(packs::compiled(NEW));
    let filled = begun.elapsed();
    println!("an opening takes {plain:?}, one that fills 50,000 events {filled:?}");
    assert!(figures(&person).iter().all(|figure| !figure.unfilled));
    assert!(filled.as_secs() < 60, "{filled:?}");
}
