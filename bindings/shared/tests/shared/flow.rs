//! From opening to closing, and every refusal on the way.

use staykit_bindings::answer::{DECISIONS_WAIT, DUE_CHANGED, IN_MEMORY, SIGNALS_CHANGED, seq};
use staykit_bindings::encoding::Encoded;
use staykit_bindings::{
    Answer, Consent, Delivery, Error, HostZone, KeyState, Refusal, Settings, Why, close, hot, open,
    session,
};

use crate::support::{ALL, purchase, record, settings, start, unlock};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn code(refusal: Refusal) -> i64 {
    refusal.code()
}

#[test]
fn a_locked_engine_takes_events_into_memory_and_numbers_them_when_its_key_comes() {
    let folder = folder();
    let opened = open(settings(&folder)).unwrap();
    assert!(opened.locked && opened.wrapped_key.is_none());
    let handle = opened.handle;
    assert_eq!(record(handle, &purchase()), IN_MEMORY);
    assert_eq!(hot::tick(handle), code(Refusal::Locked));
    assert_eq!(hot::next_due(handle), hot::NEVER_DUE);
    unlock(&opened);
    assert_eq!(seq(record(handle, &purchase())), Some(2));
    let status = session(handle).unwrap().status().unwrap();
    assert_eq!((status.recorded, status.last_seq, status.key), (2, 2, KeyState::Unlocked));
    assert_eq!(status.installation.len(), 32);
    close(handle).unwrap();
    let opened = open(settings(&folder)).unwrap();
    assert!(opened.locked && opened.wrapped_key.is_some());
    unlock(&opened);
    assert_eq!(seq(record(opened.handle, &purchase())), Some(3));
    close(opened.handle).unwrap();
}

#[test]
fn an_answer_tells_what_there_is_to_ask_for() {
    let folder = folder();
    let handle = start(settings(&folder));
    let session = session(handle).unwrap();
    let abandoned = Encoded::draft("checkout_started");
    let mut flags = 0;
    for draft in [&Encoded::draft("open"), &Encoded::draft("cart_added"), &abandoned] {
        let answer = record(handle, draft);
        assert!(answer > 0, "{answer}");
        flags |= answer & 0xff;
    }
    assert_eq!(flags & !(DECISIONS_WAIT | DUE_CHANGED | SIGNALS_CHANGED), 0);
    assert_ne!(flags & DUE_CHANGED, 0);
    assert_ne!(hot::next_due(handle), hot::NEVER_DUE);
    assert!(hot::tick(handle) >= 0);
    assert_eq!(session.decisions().unwrap().len(), usize::from(flags & DECISIONS_WAIT != 0));
    close(handle).unwrap();
}

#[test]
fn every_refusal_has_its_number_and_its_words() {
    let numbers: Vec<i64> = Refusal::ALL.iter().map(|refusal| refusal.code()).collect();
    assert_eq!(numbers, (1..=14).map(|number| -number).collect::<Vec<i64>>());
    assert!(Refusal::ALL.iter().all(|of| Refusal::from_code(of.code()) == Some(*of)));
    assert!(Refusal::ALL.iter().all(|of| !of.text().is_empty()));
    assert_eq!(Refusal::from_code(0), None);
}

#[test]
fn what_is_wrong_is_refused_and_changes_nothing() {
    let folder = folder();
    let handle = start(settings(&folder));
    assert_eq!(hot::record(handle, &[]), code(Refusal::Encoding));
    assert_eq!(hot::record(handle, b"purchase"), code(Refusal::Encoding));
    let typed = Encoded::draft("purchase").text("amount", "19.90");
    assert_eq!(record(handle, &typed), code(Refusal::Draft));
    assert_eq!(record(handle, &Encoded::draft("")), code(Refusal::Draft));
    let huge = Encoded::draft("note").text("body", &"x".repeat(2_000_000));
    assert_eq!(record(handle, &huge), code(Refusal::Draft));
    assert_eq!(hot::report(handle, 99, 1), code(Refusal::Outcome));
    assert_eq!(hot::report(handle, -1, 1), code(Refusal::Outcome));
    assert_eq!(hot::report(handle, 1, 4), code(Refusal::Encoding));
    assert_eq!(hot::change_facts(handle, &[9]), code(Refusal::Encoding));
    let many = (0..2_000).fold(Encoded::changes(), |all, n| all.flag(&format!("f{n}"), true));
    assert!(
        [code(Refusal::Facts), code(Refusal::Draft)]
            .contains(&hot::change_facts(handle, many.bytes()))
    );
    let zone = HostZone { offset_min: 2_000, ..HostZone::default() };
    assert_eq!(hot::set_zone(handle, zone), code(Refusal::Encoding));
    let session = session(handle).unwrap();
    let unknown = session.explain(Why::NotShown { campaign: "none".into() }).unwrap_err();
    assert_eq!(unknown.refusal(), Refusal::Unknown);
    assert_eq!(session.activate_pack(b"none").unwrap_err().refusal(), Refusal::Other);
    let short = session.finish_upload(&[1], Answer::Unreachable).unwrap_err();
    assert_eq!(short.refusal(), Refusal::Encoding);
    assert_eq!(session.unlock(&mut [1, 2, 3]).unwrap_err().refusal(), Refusal::Encoding);
    assert_eq!(session.status().unwrap().recorded, 0);
    for handle in [0, -1, i64::MAX] {
        assert_eq!(record(handle, &purchase()), code(Refusal::NoSuchHandle));
        assert_eq!(hot::set_zone(handle, HostZone::default()), code(Refusal::NoSuchHandle));
        assert_eq!(close(handle), Err(Error::NoSuchHandle));
    }
    close(handle).unwrap();
}

#[test]
fn why_a_draft_is_refused_is_told_without_its_values() {
    let folder = folder();
    let handle = start(settings(&folder));
    let session = session(handle).unwrap();
    let why = |draft: &Encoded| session.why_refused(draft.bytes());
    let typed = why(&Encoded::draft("purchase").text("amount", "secret")).unwrap();
    assert_eq!(typed, "property `amount` of `purchase` must be money, not text");
    let long = why(&Encoded::draft("note").text("body", &"secret".repeat(400))).unwrap();
    assert_eq!(long, "property `body`: text value of 2400 bytes of UTF-8, at most 1024");
    assert_eq!(why(&purchase()), None);
    assert!(session.why_refused(&[9]).unwrap().contains("unknown version"));
    close(handle).unwrap();
}

#[test]
fn without_consent_nothing_is_recorded_and_what_is_withdrawn_is_erased() {
    let folder = folder();
    let handle = start(Settings { consent: None, ..settings(&folder) });
    let session = session(handle).unwrap();
    assert_eq!(record(handle, &purchase()), code(Refusal::NoConsent));
    session.set_consent(ALL).unwrap();
    assert_eq!(session.consent(), Ok(ALL));
    assert_eq!(seq(record(handle, &purchase())), Some(1));
    session.set_consent(Consent::default()).unwrap();
    assert_eq!(record(handle, &purchase()), code(Refusal::NoConsent));
    // What is left waits for a new key.
    assert_eq!(hot::tick(handle), code(Refusal::Locked));
    close(handle).unwrap();
}

#[test]
fn started_twice_it_is_the_same_engine_whatever_path_leads_there() {
    let folder = folder();
    let handle = start(settings(&folder));
    let again = open(settings(&folder)).unwrap();
    assert_eq!((again.handle, again.locked, again.wrapped_key), (handle, false, None));
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(folder.path().join("store"), &link).unwrap();
    let by_link = Settings { folder: link.to_str().unwrap().to_owned(), ..settings(&folder) };
    assert_eq!(open(by_link).unwrap().handle, handle);
    close(handle).unwrap();
    let anew = start(settings(&folder));
    assert_ne!(anew, handle);
    close(anew).unwrap();
}

#[test]
fn after_closing_every_call_says_closed() {
    let folder = folder();
    let handle = start(settings(&folder));
    let kept = session(handle).unwrap();
    assert_eq!((close(handle), close(handle)), (Ok(()), Ok(())));
    let closed = code(Refusal::Closed);
    assert_eq!(record(handle, &purchase()), closed);
    assert_eq!(hot::record_earlier(handle, purchase().bytes(), 1, 1), closed);
    assert_eq!((hot::tick(handle), hot::report(handle, 1, 1)), (closed, closed));
    assert_eq!(hot::change_facts(handle, &[1]), closed);
    assert_eq!(hot::set_zone(handle, HostZone::default()), closed);
    assert_eq!(hot::next_due(handle), hot::NEVER_DUE);
    assert_eq!(session(handle).unwrap_err().refusal(), Refusal::Closed);
    // A call that had its session before.
    assert_eq!(kept.record(purchase().bytes()).unwrap_err().refusal(), Refusal::Closed);
    assert_eq!(kept.flush().unwrap_err().refusal(), Refusal::Closed);
    assert_eq!(kept.next_upload().unwrap_err().refusal(), Refusal::Closed);
    assert_eq!(kept.erase_and_begin_anew().unwrap_err().refusal(), Refusal::Closed);
    assert_eq!(kept.status().unwrap().key, KeyState::Closed);
    assert_eq!(kept.decisions(), Ok(vec![]));
}

#[test]
fn a_wrapping_key_that_is_gone_begins_a_new_installation_and_keeps_what_waits() {
    let folder = folder();
    let handle = start(settings(&folder));
    let _ = record(handle, &purchase());
    let before = session(handle).unwrap().status().unwrap().installation;
    close(handle).unwrap();
    let opened = open(settings(&folder)).unwrap();
    let session = session(opened.handle).unwrap();
    assert_eq!(record(opened.handle, &Encoded::draft("open")), IN_MEMORY);
    assert_eq!(session.unlock(&mut [9; 32]).unwrap_err().refusal(), Refusal::Store);
    session.erase_and_begin_anew().unwrap();
    unlock(&open(settings(&folder)).unwrap());
    let status = session.status().unwrap();
    assert_ne!(status.installation, before);
    // The loss itself, and what waited.
    assert_eq!(status.recorded, 2);
    session.erase_and_begin_anew().unwrap();
    assert_eq!(session.status().unwrap().recorded, 2, "an unlocked engine has its key");
    close(opened.handle).unwrap();
}

#[test]
fn a_key_is_wrapped_anew_only_if_it_is_the_stores() {
    let folder = folder();
    let handle = start(settings(&folder));
    let session = session(handle).unwrap();
    assert_eq!(session.rewrap(&mut [1; 32], b"wrong").unwrap_err().refusal(), Refusal::Store);
    close(handle).unwrap();
    let opened = open(settings(&folder)).unwrap();
    let key = opened.wrapped_key.clone().unwrap();
    unlock(&opened);
    let session = staykit_bindings::session(opened.handle).unwrap();
    session.rewrap(&mut key.clone(), b"anew").unwrap();
    close(opened.handle).unwrap();
    let again = open(settings(&folder)).unwrap();
    assert_eq!(again.wrapped_key.as_deref(), Some(b"anew".as_slice()));
    close(again.handle).unwrap();
}

#[test]
fn facts_are_set_and_unset_in_one_call_and_exported() {
    let folder = folder();
    let handle = start(settings(&folder));
    let session = session(handle).unwrap();
    let north = Encoded::changes().text("region", "north").integer("age_band", 3);
    assert!(hot::change_facts(handle, north.bytes()) >= 0);
    let then = Encoded::changes().unset("age_band").text("level", "gold");
    assert!(hot::change_facts(handle, then.bytes()) >= 0);
    assert!(hot::change_context(handle, Encoded::changes().flag("charging", true).bytes()) >= 0);
    let path = folder.path().join("export.jsonl");
    session.export(&path).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(
        text.contains("north") && text.contains("gold") && !text.contains("age_band"),
        "{text}"
    );
    let nowhere = folder.path().join("none/export.jsonl");
    assert_eq!(session.export(&nowhere).unwrap_err().refusal(), Refusal::Other);
    close(handle).unwrap();
}

#[test]
fn batches_are_handed_out_and_their_answers_taken_back() {
    let folder = folder();
    let handle = start(settings(&folder));
    let session = session(handle).unwrap();
    assert_eq!(session.next_upload(), Ok(None));
    let _ = record(handle, &purchase());
    let upload = session.next_upload().unwrap().unwrap();
    assert_eq!((upload.events, upload.attempt, upload.id.len()), (1, 1, 16));
    let portal = Answer::Response { status: 200, retry_after: None, body: b"<html>".to_vec() };
    let delivery = session.finish_upload(&upload.id, portal).unwrap();
    assert!(matches!(delivery, Delivery::Retry { after_ms: 1.. }), "{delivery:?}");
    assert_eq!(session.finish_upload(&[9; 16], Answer::Unreachable), Ok(Delivery::Unknown));
    session.flush().unwrap();
    let _ = session.maintain(std::time::Duration::from_millis(50)).unwrap();
    assert!(!session.figures().unwrap().is_empty());
    assert!(session.understanding().unwrap().at_ms > 0);
    session.erase().unwrap();
    close(handle).unwrap();
}
