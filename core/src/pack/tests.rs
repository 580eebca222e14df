use proptest::prelude::{any, proptest};
use proptest::sample::Index;
use prost::Message;
use ring::signature::{Ed25519KeyPair, KeyPair};
use staykit_proto::v1;

use super::{FORMAT, Pack, PackError, RETENTION, SIGNED_PREFIX, limits};
use crate::crypto::signature::KeyId;

fn retention() -> v1::Pack {
    v1::Pack::decode(RETENTION).unwrap()
}

/// What is said of the built-in pack after a change to it.
fn refusal(change: impl FnOnce(&mut v1::Pack)) -> String {
    let mut pack = retention();
    change(&mut pack);
    Pack::unsigned(&pack.encode_to_vec()).unwrap_err().to_string()
}

/// Events of the pack's first name that pass these tests.
fn filtered(tests: Vec<v1::Test>) -> v1::feature::Kind {
    v1::feature::Kind::SinceLastOf(v1::Events { event: 0, tests })
}

fn rich(number: f64) -> v1::Test {
    v1::Test {
        property: 0,
        currency: false,
        relation: v1::Relation::Greater.into(),
        constant: Some(v1::test::Constant::Number(number)),
    }
}

fn signed(bytes: &[u8], seed: u8) -> (Vec<u8>, [u8; 32]) {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
    let key: [u8; 32] = pair.public_key().as_ref().try_into().unwrap();
    let message = [SIGNED_PREFIX, bytes].concat();
    let signed = v1::SignedPack {
        pack: bytes.to_vec(),
        key_id: KeyId::of(&key).0.to_vec(),
        signature: pair.sign(&message).as_ref().to_vec(),
    };
    (signed.encode_to_vec(), key)
}

#[test]
fn the_built_in_pack_is_there_and_no_other() {
    assert_eq!(Pack::builtin("retention").unwrap().name, "retention");
    let error = Pack::builtin("fitness").unwrap_err();
    assert_eq!(error.to_string(), "no built-in pack `fitness`; there is `retention`");
}

#[test]
fn a_pack_from_outside_needs_the_signature_of_a_trusted_key() {
    let (bytes, key) = signed(RETENTION, 1);
    assert_eq!(Pack::verify(&bytes, &[[0; 32], key]), Pack::builtin("retention"));
    assert!(matches!(Pack::verify(&bytes, &[]), Err(PackError::UnknownKey(_))));
    assert!(Pack::verify(RETENTION, &[key]).is_err());
    let mut other = v1::SignedPack::decode(bytes.as_slice()).unwrap();
    other.pack.push(0);
    let refused = Pack::verify(&other.encode_to_vec(), &[key]);
    assert!(matches!(refused, Err(PackError::BadSignature(_))));
}

#[test]
fn a_pack_of_a_later_format_is_refused_as_such() {
    let text = refusal(|pack| pack.format = FORMAT + 1);
    assert_eq!(text, "pack of format 1; this version reads up to 0");
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_limit() {
    let name = "x".repeat(65);
    for (text, expected) in [
        (refusal(|pack| pack.signals[2].name = name), "signal 2: name is missing or invalid"),
        (
            refusal(|pack| pack.strings.clear()),
            "feature 0 refers to string 0, which does not exist",
        ),
        (
            refusal(|pack| pack.signals[1].raise = vec![0x05, 0x7f]),
            "signal 1, `raise`: instruction 0 reads no known feature",
        ),
        (
            refusal(|pack| pack.campaigns[3].content = None),
            "campaign 3: content is missing or invalid",
        ),
        (
            refusal(|pack| pack.strings = vec![String::new(); 8_193]),
            "strings: 8193 strings, at most 8192",
        ),
        (
            refusal(|pack| pack.signals[0].says[0].text = "x".repeat(1_025)),
            "text: 1025 bytes of UTF-8, at most 1024",
        ),
        (
            refusal(|pack| pack.features[0].kind = Some(filtered(vec![rich(1.0); 5]))),
            "tests of a filter: 5 tests, at most 4",
        ),
        (
            refusal(|pack| pack.features[0].kind = Some(filtered(vec![rich(f64::NAN)]))),
            "feature 0: constant of a test is missing or invalid",
        ),
        (
            refusal(|pack| pack.features[0].kind = Some(filtered(vec![rich(f64::INFINITY)]))),
            "feature 0: constant of a test is missing or invalid",
        ),
        (
            refusal(|pack| {
                let ordered = v1::Relation::Less.into();
                let constant = Some(v1::test::Constant::Flag(true));
                let test = v1::Test { relation: ordered, constant, ..rich(1.0) };
                pack.features[0].kind = Some(filtered(vec![test]));
            }),
            "feature 0: constant of a test is missing or invalid",
        ),
        (
            refusal(|pack| {
                let window =
                    Some(v1::Window { unit: v1::WindowUnit::Sessions.into(), length: 101 });
                let share = v1::Share { event: 0, window, passing: vec![rich(1.0)] };
                pack.features[0].kind = Some(v1::feature::Kind::Share(share));
            }),
            "feature 0 is out of bounds",
        ),
        (
            refusal(|pack| {
                let entropy = v1::Statistic {
                    kind: v1::StatisticKind::Entropy.into(),
                    window: Some(v1::Window { unit: v1::WindowUnit::Days.into(), length: 180 }),
                    ..v1::Statistic::default()
                };
                let kind = Some(v1::feature::Kind::Statistic(entropy));
                pack.features.extend(vec![v1::Feature { kind }; 50]);
            }),
            "MEMORY",
        ),
        (refusal(|pack| pack.session_idle_ms = 0), "idle gap of sessions 0 is out of bounds"),
        (
            refusal(|pack| pack.signals[1].name = "silent".to_owned()),
            "signal `silent` is defined twice",
        ),
    ] {
        assert_eq!(text, expected);
    }
}

#[test]
fn a_pack_over_the_size_limit_is_not_even_read() {
    let bytes = vec![0; limits::BYTES.most + 1];
    let error = Pack::unsigned(&bytes).unwrap_err();
    assert_eq!(error.to_string(), "pack: 1048577 bytes, at most 1048576");
    assert!(matches!(Pack::verify(&vec![0; 2_000_000], &[]), Err(PackError::OverLimit { .. })));
}

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..256)) {
        let _ = Pack::unsigned(&bytes);
        let _ = Pack::verify(&bytes, &[[7; 32]]);
        let (signed, key) = signed(&bytes, 2);
        let _ = Pack::verify(&signed, &[key]);
    }

    #[test]
    fn a_damaged_pack_never_panics(changes in proptest::collection::vec((any::<Index>(), any::<u8>()), 1..8)) {
        let mut bytes = RETENTION.to_vec();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = Pack::unsigned(&bytes);
    }

    #[test]
    fn a_pack_with_parts_cut_out_never_panics(from: Index, length in 1_usize..200) {
        let mut bytes = RETENTION.to_vec();
        let from = from.index(bytes.len());
        bytes.drain(from..(from + length).min(RETENTION.len()));
        let _ = Pack::unsigned(&bytes);
    }
}
