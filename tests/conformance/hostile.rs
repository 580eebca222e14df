//! Input that anybody could have made: nothing panics, every refusal has a type.

use std::cell::{Cell, RefCell};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::Index;
use proptest::test_runner::{Config as Cases, TestRunner};
use staykit_core::engine::{Config, Engine, Error, Host, Why};
use staykit_core::event::{Draft, Value};
use staykit_core::guidance::Outcome;
use staykit_core::pack::Pack;
use staykit_core::privacy::Consent;
use staykit_core::sync::{Answer, Delivery};
use staykit_core::time::{DAY_MS, HOUR_MS};
use staykit_tests::person::Person;
use staykit_tests::{files, packs, server};

fn cases(cases: u32) -> TestRunner {
    let cases = if std::env::var_os("STAYKIT_LONG").is_some() { cases * 50 } else { cases };
    TestRunner::new(Cases { cases, failure_persistence: None, ..Cases::default() })
}

fn bytes(most: usize) -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..most)
}

/// Some bytes of a whole changed, and perhaps its end cut off.
fn damaged(whole: &[u8], changes: &[(Index, u8)], cut: Option<Index>) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    for (at, value) in changes {
        let at = at.index(bytes.len());
        bytes[at] = *value;
    }
    if let Some(cut) = cut {
        bytes.truncate(cut.index(bytes.len()));
    }
    bytes
}

fn changes() -> impl Strategy<Value = (Vec<(Index, u8)>, Option<Index>)> {
    let cut = prop_oneof![3 => any::<()>().prop_map(|()| None), 1 => any::<Index>().prop_map(Some)];
    (vec((any::<Index>(), any::<u8>()), 1..12), cut)
}

#[test]
fn y1_random_answers_deliver_nothing_lose_nothing_and_never_panic() {
    let after = prop_oneof![Just(None), "[0-9]{1,12}".prop_map(Some), ".{0,30}".prop_map(Some)];
    let answers = vec((any::<u16>(), bytes(80), after, any::<bool>()), 1..6);
    let person = RefCell::new(Person::new());
    cases(40)
        .run(&answers, |answers| {
            let mut person = person.borrow_mut();
            (0..4).for_each(|_| drop(person.does("tap")));
            for (status, body, retry_after, ok) in answers {
                person.is_away(2 * DAY_MS);
                let Some(upload) = person.engine().next_upload().unwrap() else { break };
                let status = if ok { 200 } else { status };
                let answer = Answer::Response { status, retry_after, body };
                let delivery = person.engine().finish_upload(upload.id, &answer).unwrap();
                assert!(!matches!(delivery, Delivery::Acknowledged | Delivery::Unknown));
            }
            let status = person.engine().status().unwrap();
            assert_eq!(status.events_waiting + status.dropped_events, status.recorded);
            Ok(())
        })
        .unwrap();
    let mut person = person.into_inner();
    person.is_away(2 * DAY_MS);
    server::send_all(&mut person, |upload| server::acknowledges(upload.id));
    let status = person.engine().status().unwrap();
    assert!(status.dropped_events < status.recorded / 2, "{status:?}");
}

/// A key pair and the built-in pack signed with it.
static SIGNED: LazyLock<(Vec<u8>, Vec<u8>)> = LazyLock::new(|| {
    let key = staykit_pack::generate_key().unwrap();
    let signed = staykit_pack::sign(&packs::bytes(packs::RETENTION), &key).unwrap();
    (key, signed)
});

fn trusting(config: Config) -> Config {
    config.with_trusted_key(staykit_pack::public_key(&SIGNED.0).unwrap())
}

#[test]
fn y2_what_happened_under_the_pack_before_is_counted_once_under_the_new_one() {
    let mut person = Person::new();
    person.config = trusting;
    person.reopens();
    // A checkpoint, and a tail behind it that is too short to be worth another.
    (0..50).for_each(|_| drop(person.does("open")));
    assert!(person.engine().next_upload().unwrap().is_some());
    (0..5).for_each(|_| drop(person.does("tap")));
    let yaml = "pack: taps\nversion: 1\nsession: { idle: minutes(30) }\nsignals:\n  \
                many:\n    raise: count('tap', days(7)) >= 8\n";
    let signed = staykit_pack::sign(&packs::bytes(yaml), &SIGNED.0).unwrap();
    person.engine().activate_pack(&signed).unwrap();
    person.does("tap");
    person.reopens_under(packs::compiled(yaml));
    person.does("tap");
    assert_eq!(person.engine().status().unwrap().signals, [""; 0], "seven taps");
    person.does("tap");
    assert_eq!(person.engine().status().unwrap().signals, ["many"]);
}

#[test]
fn y2_a_pack_that_was_changed_on_the_way_is_refused_and_the_old_one_goes_on() {
    let mut person = Person::new();
    person.config = trusting;
    person.reopens();
    person.does("open");
    person.is_away(6 * DAY_MS);
    person.ticks();
    assert!(person.engine().activate_pack(&SIGNED.1).is_ok());
    let before = person.engine().status().unwrap();
    let candidates = prop_oneof![
        bytes(300),
        changes().prop_map(|(changes, cut)| damaged(&SIGNED.1, &changes, cut)),
    ];
    cases(400)
        .run(&candidates, |signed| {
            if signed != SIGNED.1 {
                let refused = person.engine().activate_pack(&signed);
                assert!(matches!(refused, Err(Error::Pack(_))), "{refused:?}");
            }
            Ok(())
        })
        .unwrap();
    assert_eq!(person.engine().status().unwrap(), before);
    let receipt = person.does("open");
    assert_eq!(receipt.decisions().count(), 1, "going_quiet still stood");
}

#[test]
fn y2_a_compiled_pack_with_changed_bytes_is_refused_or_runs() {
    let whole = packs::bytes(packs::RETENTION);
    let accepted = Cell::new(0);
    cases(1_500)
        .run(&changes(), |(changes, cut)| {
            let bytes = damaged(&whole, &changes[..1], cut.filter(|_| changes.len() > 8));
            let Ok(pack) = Pack::unsigned(&bytes) else { return Ok(()) };
            accepted.set(accepted.get() + 1);
            if accepted.get() <= 20 {
                use_everything(&mut Person::under(pack));
            }
            Ok(())
        })
        .unwrap();
    assert!(accepted.get() > 10, "{} packs were accepted: it tests little", accepted.get());
}

/// Uses what a pack defines, for two months.
fn use_everything(person: &mut Person) {
    let events = ["open", "product_view", "add_to_cart", "payment_failed", "crash", "purchase"];
    for (number, event) in events.iter().cycle().take(24).enumerate() {
        person.does(event);
        person.is_away(i64::try_from(number).unwrap() * 5 * HOUR_MS);
        person.ticks();
    }
    for decision in person.engine().decisions() {
        person.answers(decision.id, Outcome::Clicked);
        let _ = person.asks_why(Why::Decision(decision.id));
    }
    let pack = packs::builtin();
    for signal in pack.rules.signals() {
        let _ = person.engine().explain(Why::signal(&*signal.name));
    }
    person.reopens();
    let _ = server::next(person.engine());
}

/// A store with something in every kind of file, its vault beside it.
static SAMPLE: LazyLock<Person> = LazyLock::new(|| {
    let mut person = Person::new();
    let facts = vec![("level".to_owned(), Value::Text("gold".to_owned()))];
    person.engine().set_facts(facts).unwrap();
    for number in 0..260 {
        person.records(Draft::new("product_view").integer("number", number));
        person.is_away(HOUR_MS / 4);
    }
    let _ = server::next(person.engine());
    for number in 0..20 {
        person.records(Draft::new("add_to_cart").integer("quantity", number));
        person.waits(HOUR_MS);
    }
    person
});

/// Opens what lies in `folder` with the vault and the clock of the sample.
fn open(folder: &Path) -> Result<Engine, Error> {
    let vault = staykit_core::crypto::FileVault::new(SAMPLE.store().with_file_name("vault"));
    let random = std::sync::Arc::new(staykit_core::random::SeededRandom::new(1));
    let host = Host::new(SAMPLE.clock.clone(), random).with_vault(std::sync::Arc::new(vault));
    let config = Config::new(folder).with_consent(Consent::all()).with_manual_maintenance();
    Engine::open(config, host)
}

/// Opens and uses the store. Whether it opened.
fn survives(folder: &Path) -> bool {
    let engine = match open(folder) {
        Ok(engine) => engine,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return false;
        }
    };
    // Where the person's word was lost with the rest, they are asked again.
    if engine.record(Draft::new("tap")) == Err(Error::NoConsent) {
        engine.set_consent(Consent::all()).unwrap();
    }
    let receipt = engine.record(Draft::new("open")).unwrap();
    let seq = receipt.seq().unwrap();
    assert_eq!(engine.record(Draft::new("tap")).unwrap().seq(), Some(seq + 1));
    engine.tick().unwrap();
    let _ = engine.status();
    let _ = engine.explain(Why::signal("cart_idle"));
    let _ = engine.export(&mut Vec::new());
    if let Ok(Some(upload)) = engine.next_upload() {
        let _ = engine.finish_upload(upload.id, &server::acknowledges(upload.id));
    }
    let _ = engine.flush();
    engine.record(Draft::new("open")).unwrap();
    let _ = engine.close();
    true
}

#[test]
fn d1_a_store_with_random_bytes_in_any_file_opens_or_says_why_and_goes_on_recording() {
    let names: Vec<_> =
        files::list(&SAMPLE.store()).iter().map(|p| p.file_name().unwrap().to_owned()).collect();
    assert!(names.len() >= 4, "{names:?}");
    let opened = Cell::new(0);
    let filled = (any::<Index>(), changes(), prop_oneof![Just(None), bytes(6_000).prop_map(Some)]);
    cases(100)
        .run(&filled, |(which, (changes, cut), whole)| {
            let folder = tempfile::tempdir().unwrap();
            files::copy(&SAMPLE.store(), folder.path());
            let path = folder.path().join(&names[which.index(names.len())]);
            let bytes = fs::read(&path).unwrap();
            if !bytes.is_empty() {
                fs::write(&path, whole.unwrap_or_else(|| damaged(&bytes, &changes, cut))).unwrap();
            }
            opened.set(opened.get() + i32::from(survives(folder.path())));
            Ok(())
        })
        .unwrap();
    assert!(opened.get() > 30, "{} of 100 opened", opened.get());
}

#[test]
fn d1_a_file_that_is_missing_is_no_panic_either() {
    for path in files::list(&SAMPLE.store()) {
        let folder = tempfile::tempdir().unwrap();
        files::copy(&SAMPLE.store(), folder.path());
        fs::remove_file(folder.path().join(path.file_name().unwrap())).unwrap();
        survives(folder.path());
    }
}

/// The engine that opens after one of the sample's files was lost.
fn without(file: &str) -> (tempfile::TempDir, Engine) {
    let folder = tempfile::tempdir().unwrap();
    files::copy(&SAMPLE.store(), folder.path());
    fs::remove_file(folder.path().join(file)).unwrap();
    let engine = open(folder.path()).unwrap();
    (folder, engine)
}

#[test]
fn d1_the_status_tells_that_something_was_lost() {
    for file in ["buffer.sqlite", "buffer.sqlite-wal", "journal-00000003"] {
        let (_folder, engine) = without(file);
        let status = engine.status().unwrap();
        assert!(status.recorded < 280, "{file} was not needed");
        // A journal that is not there may never have reached flash: a power cut, for all that can
        // be seen.
        assert!(status.damaged || status.unclean_end && file.starts_with("journal"), "{file}");
    }
}

#[test]
fn d1_a_device_that_lost_its_database_goes_on_recording_under_the_consent_it_is_given() {
    let (_folder, engine) = without("buffer.sqlite");
    assert!(engine.record(Draft::new("open")).is_ok());
}
