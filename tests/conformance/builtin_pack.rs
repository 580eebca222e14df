//! The built-in pack is what its YAML says, and does what its examples say.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper of tests fails as a test does"
)]

use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::Arc;

use staykit_core::crypto::FileVault;
use staykit_core::engine::{Config, Engine, Host, Receipt};
use staykit_core::event::Draft;
use staykit_core::pack::Pack;
use staykit_core::privacy::Consent;
use staykit_core::random::SeededRandom;
use staykit_core::time::{Clock, HOUR_MS, MINUTE_MS, VirtualClock, Zone};
use staykit_pack::{
    BUILTIN, Compiled, Example, Expectation, Happened, Happening, Instant, Standing,
};

/// What a pack keeps on a device, bytes: a fraction of what it may.
const KEEPS: usize = 64 * 1024;

fn compiled() -> Compiled {
    fresh(BUILTIN[0])
}

fn fresh((name, yaml): (&str, &str)) -> Compiled {
    staykit_pack::compile(yaml).unwrap_or_else(|problems| {
        let lines: Vec<String> = problems.iter().map(|p| format!("{name}.yaml:{p}")).collect();
        panic!("{}", lines.join("\n"))
    })
}

#[test]
fn the_committed_packs_equal_a_fresh_compile_and_are_cheap() {
    for (name, yaml) in BUILTIN {
        let compiled = fresh((name, yaml));
        assert_eq!(compiled.warnings, [], "{name}");
        let again = "compile it again: see the head of retention.yaml";
        assert_eq!(Pack::builtin(name), Pack::unsigned(&compiled.bytes), "{name}: {again}");
        assert!(staykit_pack::costs(&compiled.bytes).unwrap().bytes.used < KEEPS, "{name}");
    }
}

#[test]
fn a_variant_is_the_pack_it_extends_but_for_what_it_says() {
    let (of, shop) = (Pack::builtin("retention").unwrap(), Pack::builtin("shop").unwrap());
    let find = |pack: &Pack, name: &str| pack.rules.find(name);
    assert!(find(&shop, "watch_unworn").is_none() && find(&of, "watch_unworn").is_some());
    assert!(find(&shop, "checkout_dropped").is_some() && find(&of, "checkout_dropped").is_none());
    assert!(find(&shop, "locked_out").is_some());
    assert_eq!(shop.campaigns.all().len(), of.campaigns.all().len());
    let quiet = |pack| {
        let mut person = staykit_tests::person::Person::under(pack);
        person.does("open");
        person.waits(20 * 24 * HOUR_MS);
        person.rose("going_quiet")
    };
    assert_eq!((quiet(of), quiet(shop)), (vec![120 * HOUR_MS], vec![240 * HOUR_MS]));
}

#[test]
fn the_pack_holds_the_signals_and_campaigns_of_its_rows_in_both_languages() {
    let pack = Pack::builtin("retention").unwrap();
    let signals = pack.rules.signals().iter().filter(|signal| !signal.tag).count();
    assert!(signals >= 30, "{signals} indicators");
    let names: Vec<&str> = pack.rules.signals().iter().map(|signal| &*signal.name).collect();
    for wanted in [
        "silent",
        "going_quiet",
        "dormant_7",
        "dormant_30",
        "dormant_90",
        "dormant_180",
        "usage_halved",
        "service_failure",
        "product_hesitation",
        "cart_idle",
        "form_abandoned",
        "repeated_views",
        "stalled_intent",
        "clicked_not_paid",
    ] {
        assert!(names.contains(&wanted), "{wanted}");
    }
    assert_eq!(pack.campaigns.all().len(), 5);
    let signals = pack.rules.signals().iter().filter(|signal| !signal.tag);
    let says = signals.map(|signal| &signal.says);
    let shown = pack.campaigns.all().iter().flat_map(|c| [&c.content.title, &c.content.body]);
    for texts in says.chain(shown) {
        let locales: Vec<&str> = texts.iter().map(|(locale, _)| locale).collect();
        assert_eq!(locales, ["en", "zh"]);
    }
}

#[test]
fn every_signal_has_an_example_where_it_rises_and_one_where_it_does_not() {
    for pack in BUILTIN {
        examples_of_each_signal(&fresh(pack));
    }
}

fn examples_of_each_signal(compiled: &Compiled) {
    let pack = Pack::unsigned(&compiled.bytes).unwrap();
    for signal in pack.rules.signals().iter().filter(|signal| !signal.tag) {
        let of = |is: fn(&Standing) -> bool| {
            let expected =
                compiled.examples.iter().filter(|of| of.signal.as_ref() == Some(&signal.name));
            expected.flat_map(|example| &example.expect).any(|expectation| is(&expectation.is))
        };
        assert!(of(|is| *is == Standing::Raised), "{} rises nowhere", signal.name);
        assert!(of(|is| *is != Standing::Raised), "{} always stands", signal.name);
    }
}

#[test]
fn the_readme_says_how_many_signals_there_are() {
    let pack = Pack::unsigned(&compiled().bytes).unwrap();
    let signals = pack.rules.signals().iter().filter(|signal| !signal.tag).count();
    let readme = include_str!("../../README.md");
    assert!(readme.contains(&format!("({signals} signals of churn")), "{signals} signals");
}

#[test]
fn every_example_of_the_packs_comes_true() {
    for (name, yaml) in BUILTIN {
        let compiled = fresh((name, yaml));
        let failures: Vec<String> =
            compiled.examples.iter().flat_map(|example| failures(&compiled, example)).collect();
        assert!(failures.is_empty(), "{name}:\n{}", failures.join("\n"));
    }
}

#[test]
fn each_campaign_is_shown_to_the_person_it_is_for() {
    let shown = |steps: &[(i64, &str)]| shown(&compiled(), steps);
    let day = 24 * HOUR_MS;
    assert_eq!(shown(&[(0, "open"), (6 * day, "open")]), ["welcome_back"]);
    assert_eq!(shown(&[(0, "open"), (4 * day, "open")]), [""; 0]);
    assert_eq!(shown(&[(0, "payment_failed")]), ["payment_help"]);
    assert_eq!(shown(&[(0, "add_to_cart"), (40 * MINUTE_MS, "")]), ["cart_reminder"]);
    assert_eq!(shown(&[(0, "add_to_cart"), (9, "purchase"), (HOUR_MS, "")]), [""; 0]);
    assert_eq!(shown(&[(0, "guidance_clicked"), (3 * HOUR_MS, "")]), ["follow_up"]);
    // 20 minutes a day for 28 days, then only a visit.
    let days = 0..31;
    let mut steps: Vec<(i64, &str)> = days.map(|number| (number * day, "open")).collect();
    steps.extend((0..28).map(|number| (number * day + 20 * MINUTE_MS, "screen_leave")));
    steps.push((31 * day, "open"));
    steps.sort_unstable();
    assert_eq!(shown(&steps), ["usage_halved_offer"]);
}

/// Names of the campaigns shown when events (or, without a name, ticks) happen so many ms after
/// ten in the morning of 2026-03-01 in China.
fn shown(compiled: &Compiled, steps: &[(i64, &str)]) -> Vec<String> {
    let start = Instant { at_ms: 1_772_330_400_000, offset_min: 8 * 60 };
    let person = Person::new(compiled, start);
    let mut shown = Vec::new();
    let mut take = |receipt: Receipt| {
        shown.extend(receipt.decisions().map(|decision| decision.campaign.clone()));
    };
    for (after_ms, event) in steps {
        let at = Instant { at_ms: start.at_ms + after_ms, ..start };
        person.wait_until(at, &mut take);
        if !event.is_empty() {
            take(person.engine.record(Draft::new(*event)).unwrap());
        }
    }
    shown
}

/// What of an example does not come true.
fn failures(compiled: &Compiled, example: &Example) -> Vec<String> {
    let given = example.given.iter().map(|happening| (happening.at, Err(happening)));
    let expect = example.expect.iter().map(|expectation| (expectation.at, Ok(expectation)));
    let mut steps: Vec<(Instant, Result<&Expectation, &Happening>)> = given.chain(expect).collect();
    steps.sort_by_key(|(at, step)| (*at, step.is_ok()));
    let person = Person::new(compiled, steps[0].0);
    let (mut stand, mut stood) = (BTreeSet::new(), BTreeSet::new());
    let mut failures = Vec::new();
    for (at, step) in steps {
        let mut take = |receipt: Receipt| {
            for change in receipt.changes {
                if change.raised {
                    stood.insert(change.signal.clone());
                    stand.insert(change.signal);
                } else {
                    stand.remove(&change.signal);
                }
            }
        };
        person.wait_until(at, &mut take);
        match step {
            Err(happening) => take(person.record(happening)),
            Ok(expectation) => {
                let of = &expectation.of;
                let came_true = match &expectation.is {
                    Standing::Raised => stand.contains(of),
                    Standing::NotRaised => !stand.contains(of),
                    Standing::Cleared => stood.contains(of) && !stand.contains(of),
                    other => panic!("{other:?} is for `lab pack test`"),
                };
                if !came_true {
                    failures.push(format!("line {}  {expectation:?}", expectation.line));
                }
            }
        }
    }
    failures
}

/// An engine on a clock that stands until it is moved.
struct Person {
    engine: Engine,
    clock: Arc<VirtualClock>,
    /// By how much the wall clock is ahead of the true time.
    ahead_ms: Cell<i64>,
    _folder: tempfile::TempDir,
}

impl Person {
    fn new(compiled: &Compiled, at: Instant) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(VirtualClock::at(at.at_ms));
        clock.set_zone(Zone::fixed(at.offset_min));
        let vault = Arc::new(FileVault::new(folder.path().join("vault.key")));
        let host = Host::new(clock.clone(), Arc::new(SeededRandom::new(1))).with_vault(vault);
        let config = Config::new(folder.path().join("store"))
            .with_pack(Pack::unsigned(&compiled.bytes).unwrap())
            .with_consent(Consent::all())
            .with_manual_maintenance();
        let engine = Engine::open(config, host).unwrap();
        Self { engine, clock, ahead_ms: Cell::new(0), _folder: folder }
    }

    /// Lets time pass, with a tick whenever the engine asks for one and one at the end.
    fn wait_until(&self, at: Instant, take: &mut impl FnMut(Receipt)) {
        let until = at.at_ms + self.ahead_ms.get();
        for _ in 0..100_000 {
            match self.engine.next_due() {
                Some(due) if due < until => self.clock.advance_to(due),
                _ => break,
            }
            take(self.engine.tick().unwrap());
        }
        self.clock.advance_to(until);
        self.clock.set_zone(Zone::fixed(at.offset_min));
        take(self.engine.tick().unwrap());
    }

    fn record(&self, happening: &Happening) -> Receipt {
        let receipt = match &happening.what {
            Happened::Event(name, properties) => {
                let draft = properties.iter().fold(Draft::new(name), |draft, (name, value)| {
                    draft.value(name, value.clone())
                });
                self.engine.record(draft)
            }
            Happened::Facts(facts) => self.engine.set_facts(facts.clone()),
            Happened::Context(context) => self.engine.set_context(context.clone()),
            Happened::ClockAhead(ms) => {
                let true_ms = self.clock.read().unwrap().wall_ms - self.ahead_ms.replace(*ms);
                self.clock.set_wall(true_ms + ms);
                self.engine.tick()
            }
        };
        receipt.unwrap()
    }
}
