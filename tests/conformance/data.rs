//! D1: everything on flash is sealed.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use staykit_core::crypto::{DataKey, KeyVault, VaultError};
use staykit_core::engine::{Config, Engine, Host};
use staykit_core::event::{Draft, Value};
use staykit_core::guidance::Outcome;
use staykit_core::privacy::Consent;
use staykit_core::random::SeededRandom;
use staykit_core::time::{DAY_MS, HOUR_MS, MINUTE_MS, VirtualClock};
use staykit_tests::person::{Person, START};
use staykit_tests::{files, server};

/// Stands in everything that the person does and the app says of them.
const MARKER: &str = "QZXMARKERQZX";

fn marked(event: usize) -> Draft {
    Draft::new(format!("{MARKER}_event_{}", event % 7))
        .text(format!("{MARKER}_property"), format!("{MARKER}_value_{event}"))
        .text("note", MARKER.repeat(20))
        .money("amount", 42, "CNY")
}

/// The marker as it was written, in capitals or not, forwards or as two-byte characters.
fn forms() -> Vec<Vec<u8>> {
    let wide = MARKER.bytes().flat_map(|byte| [byte, 0]).collect();
    vec![MARKER.as_bytes().to_vec(), MARKER.to_ascii_lowercase().into_bytes(), wide]
}

/// No file of the store holds the marker, and none holds names that any app uses.
fn assert_sealed(folder: &Path, moment: &str) {
    let standard = ["add_to_cart", "cart_reminder", "cart_idle", "guidance_shown", "CNY"];
    let needles = forms().into_iter().chain(standard.map(|name| name.as_bytes().to_vec()));
    for needle in needles {
        let found = files::holding(folder, &needle);
        let text = String::from_utf8_lossy(&needle).into_owned();
        assert!(found.is_empty(), "{moment}: `{text}` stands in {found:?}");
    }
}

#[test]
fn d1_no_file_holds_a_name_a_value_or_a_fact_in_clear_at_any_moment() {
    let mut person = Person::new();
    let fact = |key: &str| vec![(format!("{MARKER}_{key}"), Value::Text(MARKER.to_owned()))];
    person.engine().set_facts(fact("fact")).unwrap();
    person.engine().set_context(fact("context")).unwrap();
    assert_sealed(&person.store(), "after facts");
    for event in 0..300 {
        person.records(marked(event));
        person.is_away(1_000);
    }
    person.does("add_to_cart");
    person.waits(31 * MINUTE_MS);
    let decision = person.last("cart_reminder").id;
    person.answers(decision, Outcome::Shown);
    person.engine().flush().unwrap();
    assert_sealed(&person.store(), "in the journal");
    person.engine().maintain(std::time::Duration::from_secs(1)).unwrap();
    assert_sealed(&person.store(), "in segments");
    let upload = server::next(person.engine());
    assert_sealed(&person.store(), "with a batch in flight");
    person.engine().finish_upload(upload.id, &server::acknowledges(upload.id)).unwrap();
    person.records(marked(1));
    person.waits(40 * DAY_MS);
    person.is_killed();
    assert_sealed(&person.store(), "after a kill");
    person.reopens();
    // All of it is still there: in the export, which is for the person.
    let mut export = Vec::new();
    person.engine().export(&mut export).unwrap();
    let marks = export.windows(MARKER.len()).filter(|found| *found == MARKER.as_bytes()).count();
    assert!(marks > 300, "{marks}");
    person.closes();
    assert_sealed(&person.store(), "closed");
}

#[test]
fn d1_the_search_finds_a_marker_wherever_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    for (number, form) in forms().iter().enumerate() {
        let path = folder.path().join(format!("file-{number}"));
        fs::write(path, [&[0; 5_000], form.as_slice(), &[1; 77]].concat()).unwrap();
        assert_eq!(files::holding(folder.path(), form), [format!("file-{number}")]);
    }
}

/// A vault that wraps by turning every bit round, so that the test knows the key.
#[derive(Debug)]
struct Turned;

impl KeyVault for Turned {
    fn wrap(&self, key: &DataKey) -> Result<Vec<u8>, VaultError> {
        Ok(key.bytes().iter().map(|byte| !byte).collect())
    }

    fn unwrap(&self, wrapped: &[u8]) -> Result<DataKey, VaultError> {
        let bytes: [u8; 32] = wrapped.try_into().map_err(|_| VaultError::Lost)?;
        Ok(DataKey::new(bytes.map(|byte| !byte)))
    }
}

#[test]
fn d1_the_data_key_lies_there_only_as_the_vault_wrapped_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let open = || {
        let clock = Arc::new(VirtualClock::at(START));
        let host = Host::new(clock, Arc::new(SeededRandom::new(1))).with_vault(Arc::new(Turned));
        let config = Config::new(&store).with_consent(Consent::all()).with_manual_maintenance();
        Engine::open(config, host).unwrap()
    };
    let engine = open();
    engine.record(Draft::new("open")).unwrap();
    engine.export(&mut Vec::new()).unwrap();
    let wrapped = engine.wrapped_key().unwrap();
    let key = Turned.unwrap(&wrapped).unwrap();
    assert_eq!(files::holding(&store, &wrapped), ["identity"]);
    for part in key.bytes().chunks(8) {
        assert_eq!(files::holding(&store, part), [""; 0]);
    }
    engine.close().unwrap();
    assert_eq!(open().status().unwrap().recorded, 1);
}

#[test]
fn d1_the_files_of_a_person_are_nothing_to_a_vault_with_another_key() {
    let mut person = Person::new();
    person.records(marked(1));
    person.closes();
    let theirs = Person::new();
    let stolen = tempfile::tempdir().unwrap();
    files::copy(&person.store(), stolen.path());
    let key = DataKey::generate().unwrap();
    let host = Host::new(theirs.clock.clone(), Arc::new(SeededRandom::new(1)));
    let config = Config::new(stolen.path()).with_manual_maintenance();
    let engine = Engine::open(config, host).unwrap();
    let error = engine.unlock(key).unwrap_err();
    assert!(error.to_string().contains("key"), "{error}");
    assert!(engine.export(&mut Vec::new()).is_err());
    // Nothing was destroyed by trying.
    drop(engine);
    assert_eq!(person.try_open().unwrap().status().unwrap().recorded, 1);
}

#[test]
fn d1_erasing_leaves_neither_the_old_key_nor_the_old_files() {
    let mut person = Person::new();
    person.records(marked(1));
    person.waits(HOUR_MS);
    let before = person.engine().status().unwrap().installation;
    let wrapped = person.engine().wrapped_key().unwrap();
    person.engine().erase().unwrap();
    assert_ne!(person.engine().status().unwrap().installation, before);
    assert_eq!(files::holding(&person.store(), &wrapped), [""; 0]);
    assert_eq!(staykit_tests::exported(person.engine()), []);
}
