//! Signed packs: those of the settings, and those that come later.

use staykit_bindings::encoding::Encoded;
use staykit_bindings::{Refusal, Settings, Status, close, session};
use staykit_core::pack::Pack;
use staykit_pack::{generate_key, public_key, sign};

use crate::support::{record, settings, start};

/// The built-in pack `shop` as an operator signs it, and the public key.
fn signed() -> (Vec<u8>, Vec<u8>) {
    let key = generate_key().unwrap();
    let bytes = include_bytes!("../../../../core/src/pack/builtin/shop.pack");
    assert_eq!(Pack::unsigned(bytes).unwrap().name, "shop");
    (sign(bytes, &key).unwrap(), public_key(&key).unwrap().to_vec())
}

fn status(handle: i64) -> Status {
    session(handle).unwrap().status().unwrap()
}

/// Opens with that pack and these keys, records an event; what the status says then.
fn opened(pack: Option<&[u8]>, keys: &[&[u8]]) -> (String, Option<String>) {
    let folder = tempfile::tempdir().unwrap();
    let handle = start(Settings {
        builtin_pack: Some("watch".to_owned()),
        signed_pack: pack.map(<[u8]>::to_vec),
        trusted_keys: keys.iter().map(|key| key.to_vec()).collect(),
        ..settings(&folder)
    });
    assert!(record(handle, &Encoded::draft("open")) > 0);
    let status = status(handle);
    assert_eq!(status.recorded, 1);
    close(handle).unwrap();
    (status.pack, status.pack_refused)
}

#[test]
fn a_signed_pack_that_is_refused_leaves_the_built_in_one_and_the_status_says_why() {
    let ((pack, key), (_, other)) = (signed(), signed());
    let refused = |pack: &[u8], keys: &[&[u8]], why: &str| {
        let (name, said) = opened(Some(pack), keys);
        assert_eq!(name, "watch");
        let said = said.unwrap();
        assert!(said.contains(why), "{said}");
    };
    refused(&pack, &[&other], "not trusted");
    refused(&pack, &[], "not trusted");
    let mut tampered = pack.clone();
    tampered[100] ^= 1;
    refused(&tampered, &[&key], "changed after");
    refused(&[], &[&key], "");
    refused(&[7; 500], &[&key], "");
    refused(&pack, &[&key[1..]], "32 bytes");
    assert_eq!(opened(Some(&pack), &[&key[1..], &key]), ("shop".to_owned(), None));
    assert_eq!(opened(None, &[&key]), ("watch".to_owned(), None));
    assert_eq!(opened(None, &[&key[1..]]), ("watch".to_owned(), None));
}

#[test]
fn an_event_that_a_refused_pack_would_have_declared_is_recorded() {
    for (signed_pack, is_taken) in [(Some(vec![7; 500]), true), (None, false)] {
        let folder = tempfile::tempdir().unwrap();
        let refuse_unknown_names = true;
        let handle = start(Settings { signed_pack, refuse_unknown_names, ..settings(&folder) });
        assert_eq!(record(handle, &Encoded::draft("of_the_packs_own")) > 0, is_taken);
        close(handle).unwrap();
    }
}

#[test]
fn a_built_in_pack_that_is_none_leaves_the_first_one_and_the_status_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let builtin_pack = Some("retentoin".to_owned());
    let handle = start(Settings { builtin_pack, ..settings(&folder) });
    assert!(record(handle, &Encoded::draft("open")) > 0);
    let status = status(handle);
    assert_eq!(status.pack, "retention");
    assert!(status.pack_refused.unwrap().contains("no built-in pack `retentoin`"));
    close(handle).unwrap();
}

#[test]
fn a_pack_that_is_activated_later_ends_the_refusal_and_one_that_is_refused_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let ((pack, key), (others, _)) = (signed(), signed());
    let (trusted_keys, signed_pack) = (vec![key], Some(others.clone()));
    let handle = start(Settings { signed_pack, trusted_keys, ..settings(&folder) });
    let before = status(handle);
    assert!(before.pack_refused.is_some());
    let refused = session(handle).unwrap().activate_pack(&others).unwrap_err();
    assert_eq!(refused.refusal(), Refusal::Other);
    assert_eq!(status(handle), before);
    session(handle).unwrap().activate_pack(&pack).unwrap();
    let after = status(handle);
    assert_eq!((after.pack.as_str(), after.pack_refused), ("shop", None));
    close(handle).unwrap();
}
