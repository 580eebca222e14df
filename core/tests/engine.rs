//! The engine through its public face.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first failure"
)]

use std::path::Path;
use std::sync::Arc;

use staykit_core::crypto::FileVault;
use staykit_core::engine::{Config, Engine, Error, Host, KeyState, Placed, Receipt, Why};
use staykit_core::event::{Draft, Value};
use staykit_core::guidance::{Outcome, Verdict};
use staykit_core::privacy::Consent;
use staykit_core::random::SeededRandom;
use staykit_core::sync::{Answer, Delivery};
use staykit_core::time::{DAY_MS, HOUR_MS, MINUTE_MS, VirtualClock};
use staykit_proto::{Message, v1};

/// 2026-03-02 09:00 UTC, a Monday.
const START: i64 = 1_772_442_000_000;

struct Phone {
    folder: tempfile::TempDir,
    clock: Arc<VirtualClock>,
    consent: Consent,
}

impl Phone {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder, clock: Arc::new(VirtualClock::at(START)), consent: Consent::all() }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn host(&self) -> Host {
        let vault = Arc::new(FileVault::new(self.path().join("vault")));
        let random = Arc::new(SeededRandom::new(1));
        Host::new(Arc::<VirtualClock>::clone(&self.clock), random).with_vault(vault)
    }

    fn open(&self) -> Engine {
        let config = Config::new(self.path().join("store"))
            .with_consent(self.consent)
            .with_manual_maintenance();
        Engine::open(config, self.host()).unwrap()
    }

    fn after(&self, ms: i64) -> &Self {
        self.clock.advance(ms);
        self
    }
}

fn rose(receipt: &Receipt) -> Vec<&str> {
    let rose = receipt.changes.iter().filter(|change| change.raised);
    rose.map(|change| change.signal.as_str()).collect()
}

#[test]
fn five_quiet_days_are_noticed_and_the_return_is_welcomed_once() {
    let phone = Phone::new();
    let engine = phone.open();
    engine.record(Draft::new("open")).unwrap();
    phone.after(6 * DAY_MS);
    let receipt = engine.record(Draft::new("open")).unwrap();
    assert_eq!(receipt.seqs, Some((2, 2)));
    assert!(rose(&receipt).contains(&"going_quiet"), "{receipt:?}");
    let change = receipt.changes.iter().find(|change| change.signal == "going_quiet").unwrap();
    assert_eq!(change.at, START + 5 * DAY_MS);
    let shown: Vec<_> = receipt.decisions().collect();
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0].campaign, "welcome_back");
    assert!(shown[0].content.title.find("zh").is_some());
    let why = engine.explain(Why::Decision(shown[0].id)).unwrap();
    assert!(why.to_string().contains("going_quiet"), "{why}");
    // It stands no longer, and nothing is shown for the next open.
    let receipt = engine.record(Draft::new("open")).unwrap();
    assert_eq!(receipt.decisions().count(), 0);
}

#[test]
fn outcomes_are_events_and_a_conversion_is_found_by_the_engine() {
    let phone = Phone::new();
    let engine = phone.open();
    engine.record(Draft::new("product_view")).unwrap();
    engine.record(Draft::new("add_to_cart")).unwrap();
    phone.after(31 * MINUTE_MS);
    let receipt = engine.tick().unwrap();
    assert!(rose(&receipt).contains(&"cart_idle"), "{receipt:?}");
    let decision = receipt.decisions().next().expect("a reminder").clone();
    assert_eq!(decision.campaign, "cart_reminder");
    assert_eq!(engine.decisions().len(), 1);
    assert_eq!(engine.decisions()[0].content, decision.content);
    engine.report(decision.id, Outcome::Shown).unwrap();
    engine.report(decision.id, Outcome::Clicked).unwrap();
    assert!(matches!(engine.report(decision.id, Outcome::Clicked), Err(Error::Outcome(_))));
    assert!(engine.decisions().is_empty());
    phone.after(MINUTE_MS);
    let receipt = engine.record(Draft::new("purchase").money("amount", 19_90, "CNY")).unwrap();
    assert_eq!(receipt.seqs, Some((5, 6)), "the purchase and the conversion");
    let counts = engine.status().unwrap().campaigns["cart_reminder"];
    assert_eq!((counts.show, counts.shown, counts.clicked, counts.converted), (1, 1, 1, 1));
}

#[test]
fn without_consent_nothing_is_recorded_and_withdrawal_erases() {
    let mut phone = Phone::new();
    phone.consent = Consent::none();
    let engine = phone.open();
    assert_eq!(engine.record(Draft::new("open")), Err(Error::NoConsent));
    engine.set_consent(Consent::all()).unwrap();
    engine.record(Draft::new("open")).unwrap();
    let before = engine.status().unwrap();
    assert_eq!(before.recorded, 1);
    engine.set_consent(Consent::none()).unwrap();
    let after = engine.status().unwrap();
    assert_eq!(after.recorded, 0);
    assert_ne!(after.installation, before.installation);
    assert_eq!(engine.record(Draft::new("open")), Err(Error::NoConsent));
    assert_eq!(engine.next_upload().unwrap(), None);
}

#[test]
fn a_batch_keeps_its_bytes_until_its_own_acknowledgement() {
    let phone = Phone::new();
    let engine = phone.open();
    for _ in 0..3 {
        engine.record(Draft::new("open").text("from", "launcher")).unwrap();
    }
    let first = engine.next_upload().unwrap().unwrap();
    assert_eq!((first.attempt, first.events), (1, 3));
    let retry = engine.finish_upload(first.id, &Answer::Unreachable).unwrap();
    assert!(matches!(retry, Delivery::Retry { .. }));
    drop(engine);
    phone.after(HOUR_MS);
    let engine = phone.open();
    let second = engine.next_upload().unwrap().unwrap();
    assert_eq!((second.id, second.attempt), (first.id, 2));
    let batch = |body: &[u8]| v1::UploadRequest::decode(body).unwrap().batch;
    assert_eq!(batch(&first.body), batch(&second.body));
    let answer = |batch_id: &[u8]| Answer::Response {
        status: 200,
        retry_after: None,
        body: v1::Acknowledgement { batch_id: batch_id.to_vec(), server_ms: 1, pause_s: 0 }
            .encode_to_vec(),
    };
    let portal = engine.finish_upload(second.id, &answer(&[0; 16])).unwrap();
    assert!(matches!(portal, Delivery::Retry { .. }));
    let done = engine.finish_upload(second.id, &answer(&second.id)).unwrap();
    assert_eq!(done, Delivery::Acknowledged);
    phone.after(HOUR_MS);
    assert_eq!(engine.next_upload().unwrap(), None);
    assert_eq!(engine.status().unwrap().events_waiting, 0);
}

#[test]
fn a_locked_engine_keeps_events_in_memory_with_their_times() {
    let phone = Phone::new();
    let vault = FileVault::new(phone.path().join("vault"));
    let host = Host::new(Arc::<VirtualClock>::clone(&phone.clock), Arc::new(SeededRandom::new(1)));
    let config = Config::new(phone.path().join("store"))
        .with_consent(Consent::all())
        .with_manual_maintenance();
    let engine = Engine::open(config, host).unwrap();
    assert_eq!(engine.wrapped_key(), None);
    let receipt = engine.record(Draft::new("open")).unwrap();
    assert_eq!((receipt.placed, receipt.seq()), (Placed::InMemory, None));
    phone.after(MINUTE_MS);
    let key = staykit_core::crypto::DataKey::generate().unwrap();
    let wrapped = staykit_core::crypto::KeyVault::wrap(&vault, &key).unwrap();
    engine.unlock_new(key, &wrapped).unwrap();
    assert_eq!(engine.wrapped_key(), Some(wrapped));
    assert_eq!(engine.status().unwrap().last_seq, 1);
    let mut export = Vec::new();
    engine.export(&mut export).unwrap();
    let text = String::from_utf8(export).unwrap();
    assert!(text.contains(&format!("\"wall_ms\":{START}")), "{text}");
}

#[test]
fn a_second_opener_gets_a_clean_error() {
    let phone = Phone::new();
    let _engine = phone.open();
    let config = Config::new(phone.path().join("store")).with_manual_maintenance();
    let second = Engine::open(config, phone.host());
    assert!(matches!(second, Err(Error::Store(staykit_core::store::StoreError::InUse))));
}

#[test]
fn several_threads_record_without_losing_or_doubling_a_number() {
    let phone = Phone::new();
    let config = Config::new(phone.path().join("store")).with_consent(Consent::all());
    let engine = Engine::open(config, phone.host()).unwrap();
    let mut seqs: Vec<u64> = std::thread::scope(|scope| {
        let record =
            || (0..500).map(|_| engine.record(Draft::new("tap")).unwrap().seq().unwrap()).collect();
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(record)).collect();
        threads.into_iter().flat_map(|thread| -> Vec<u64> { thread.join().unwrap() }).collect()
    });
    seqs.sort_unstable();
    assert_eq!(seqs, (1..=2_000).collect::<Vec<u64>>());
    engine.close().unwrap();
    assert_eq!(phone.open().status().unwrap().last_seq, 2_000);
}

#[test]
fn closed_twice_it_is_closed_once_and_the_folder_opens_again_beside_it() {
    let phone = Phone::new();
    let engine = phone.open();
    engine.record(Draft::new("open")).unwrap();
    assert_eq!((engine.close(), engine.close()), (Ok(()), Ok(())));
    assert_eq!(engine.record(Draft::new("open")), Err(Error::Closed));
    assert_eq!(engine.flush(), Err(Error::Closed));
    assert_eq!(engine.key_state(), KeyState::Closed);
    assert_eq!(phone.open().status().unwrap().last_seq, 1);
}

#[test]
fn abandoned_it_writes_nothing_more_and_what_was_on_flash_is_whole() {
    let phone = Phone::new();
    let engine = phone.open();
    engine.record(Draft::new("open")).unwrap();
    engine.abandon();
    assert_eq!(engine.record(Draft::new("open")), Err(Error::Closed));
    engine.close().unwrap_or_else(|error| assert_eq!(error, Error::Closed));
    let status = phone.open().status().unwrap();
    assert_eq!((status.recorded, status.unclean_end, status.damaged), (1, true, false));
}

#[test]
fn a_draft_can_be_checked_without_being_recorded() {
    let phone = Phone::new();
    let engine = phone.open();
    assert_eq!(engine.check(Draft::new("purchase").money("amount", 1, "CNY")), Ok(()));
    let wrong = engine.check(Draft::new("purchase").text("amount", "1")).unwrap_err();
    assert_eq!(wrong.to_string(), "property `amount` of `purchase` must be money, not text");
    assert_eq!(engine.status().unwrap().recorded, 0);
    assert_eq!(engine.consent(), Consent::all());
}

#[test]
fn facts_raise_what_reads_them_and_obey_the_limits_of_properties() {
    let phone = Phone::new();
    let engine = phone.open();
    let region = vec![("region".to_owned(), Value::Text("CN".into()))];
    assert!(engine.set_facts(region).is_ok());
    let long = vec![("region".to_owned(), Value::Text("x".repeat(5_000)))];
    assert!(matches!(engine.set_facts(long), Err(Error::Draft(_))));
}

#[test]
fn a_signal_and_a_silence_explain_themselves_in_two_languages() {
    use staykit_core::text::Language;
    let phone = Phone::new();
    let engine = phone.open();
    engine.record(Draft::new("open")).unwrap();
    let why = engine.explain(Why::signal("going_quiet")).unwrap();
    assert!(why.text(Language::English).starts_with("going_quiet does not stand: no `open`"));
    assert!(why.text(Language::Chinese).contains("没有`open`"));
    let why = engine.explain(Why::not_shown("welcome_back")).unwrap();
    assert!(why.to_string().contains("never a candidate"), "{why}");
    assert!(matches!(engine.explain(Why::signal("nothing")), Err(Error::Unknown(_))));
}

#[test]
fn guidance_in_quiet_hours_is_withheld_with_that_reason() {
    let phone = Phone::new();
    let engine = phone.open();
    engine.record(Draft::new("open")).unwrap();
    // 23:00
    phone.after(6 * DAY_MS + 14 * HOUR_MS);
    let receipt = engine.record(Draft::new("open")).unwrap();
    let decision = receipt.decided.iter().find(|d| d.campaign == "welcome_back").unwrap();
    assert_eq!(decision.verdict, Verdict::Withhold);
    assert_eq!(decision.withheld_by().unwrap().name(), "quiet_hours");
}

#[test]
fn a_purchase_is_not_answered_with_a_reminder_of_the_cart_it_empties() {
    let phone = Phone::new();
    let engine = phone.open();
    engine.record(Draft::new("add_to_cart")).unwrap();
    phone.after(31 * MINUTE_MS);
    let receipt = engine.record(Draft::new("purchase")).unwrap();
    assert!(rose(&receipt).contains(&"cart_idle"), "it was idle for a minute: {receipt:?}");
    assert_eq!(receipt.decided, [], "but is not any more");
}

#[test]
fn a_refusal_outlives_the_process_whatever_the_config_says() {
    let phone = Phone::new();
    let engine = phone.open();
    engine.record(Draft::new("open")).unwrap();
    engine.set_consent(Consent::none()).unwrap();
    drop(engine);
    let engine = phone.open();
    assert_eq!(engine.status().unwrap().consent, Consent::none());
    assert_eq!(engine.record(Draft::new("open")), Err(Error::NoConsent));
}

#[test]
fn an_erasure_that_was_cut_short_is_finished_by_the_next_opening() {
    let phone = Phone::new();
    let engine = phone.open();
    engine.record(Draft::new("open")).unwrap();
    engine.close().unwrap();
    // What `erase` writes before it destroys anything.
    let store = phone.path().join("store");
    staykit_core::store::Folder::open(&store).unwrap().remember(0).unwrap();
    let engine = phone.open();
    let status = engine.status().unwrap();
    assert_eq!((status.recorded, status.consent), (0, Consent::none()));
    assert!(!store.join("consent").exists());
}

#[test]
fn a_refusal_while_locked_holds_for_what_waits_and_what_is_stored() {
    let phone = Phone::new();
    phone.open().record(Draft::new("open")).unwrap();
    let config = Config::new(phone.path().join("store"))
        .with_consent(Consent::all())
        .with_manual_maintenance();
    let random = Arc::new(SeededRandom::new(1));
    let host = Host::new(Arc::<VirtualClock>::clone(&phone.clock), random);
    let engine = Engine::open(config, host).unwrap();
    engine.record(Draft::new("open")).unwrap();
    engine.set_consent(Consent::none()).unwrap();
    assert_eq!(engine.record(Draft::new("open")), Err(Error::NoConsent));
    let vault = FileVault::new(phone.path().join("vault"));
    let wrapped = engine.wrapped_key().unwrap();
    engine.unlock(staykit_core::crypto::KeyVault::unwrap(&vault, &wrapped).unwrap()).unwrap();
    // Without a vault the new installation waits for a new key.
    assert_eq!(engine.wrapped_key(), None);
    assert_eq!(engine.record(Draft::new("open")), Err(Error::NoConsent));
    drop(engine);
    assert_eq!(phone.open().status().unwrap().consent, Consent::none());
}

#[test]
fn the_due_instant_is_told_by_the_wall_clock_as_it_stands() {
    let phone = Phone::new();
    let engine = phone.open();
    engine.record(Draft::new("product_view")).unwrap();
    engine.tick().unwrap();
    let due = engine.next_due().unwrap();
    assert_eq!(due, START + 5 * MINUTE_MS);
    phone.clock.set_wall(START + DAY_MS);
    assert_eq!(engine.next_due().unwrap(), due + DAY_MS);
}

#[test]
fn withdrawn_consent_to_guidance_offers_nothing_any_more() {
    let phone = Phone::new();
    let engine = phone.open();
    engine.record(Draft::new("add_to_cart")).unwrap();
    phone.after(31 * MINUTE_MS);
    engine.tick().unwrap();
    assert_eq!(engine.decisions().len(), 1);
    engine.set_consent(Consent { guide: false, ..Consent::all() }).unwrap();
    assert!(engine.decisions().is_empty());
}

#[test]
fn nothing_of_the_person_shows_in_the_debug_form_of_an_engine() {
    let phone = Phone::new();
    let engine = phone.open();
    engine.set_facts(vec![("region".into(), Value::Text("marker-4711".into()))]).unwrap();
    assert!(!format!("{engine:?}").contains("marker-4711"));
}
