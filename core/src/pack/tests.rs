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
fn the_built_in_packs_are_there_and_no_other() {
    for name in ["retention", "phone", "watch", "shop", "fitness"] {
        assert_eq!(Pack::builtin(name).unwrap().name, name);
    }
    let error = Pack::builtin("bank").unwrap_err().to_string();
    let there = "there are `retention`, `phone`, `watch`, `shop`, `fitness`";
    assert_eq!(error, format!("no built-in pack `bank`; {there}"));
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
    assert_eq!(text, "pack of format 2; this version reads up to 1");
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
            refusal(|pack| pack.signals[1].raise = vec![0x05, 0xff, 0x7f]),
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
fn a_pack_that_would_keep_too_much_is_refused() {
    let text = refusal(|pack| {
        let entropy = v1::Statistic {
            kind: v1::StatisticKind::Entropy.into(),
            window: Some(v1::Window { unit: v1::WindowUnit::Days.into(), length: 180 }),
            ..v1::Statistic::default()
        };
        let kind = Some(v1::feature::Kind::Statistic(entropy));
        pack.features.extend(vec![v1::Feature { kind }; 50]);
    });
    assert!(text.ends_with(" bytes of state, at most 524288"), "{text}");
}

#[test]
fn a_pack_over_the_size_limit_is_not_even_read() {
    let bytes = vec![0; limits::BYTES.most + 1];
    let error = Pack::unsigned(&bytes).unwrap_err();
    assert_eq!(error.to_string(), "pack: 1048577 bytes, at most 1048576");
    assert!(matches!(Pack::verify(&vec![0; 2_000_000], &[]), Err(PackError::OverLimit { .. })));
}

/// Feature `number` of a pack, as a program that leaves it.
fn read(number: usize) -> Vec<u8> {
    vec![0x05, u8::try_from(number).unwrap()]
}

fn linear(of: Vec<u8>) -> v1::Factor {
    let linear = Some(v1::Linear { from: 0.0, to: 1.0, hundredths: 1_000 });
    v1::Factor { name: "f".to_owned(), of, linear, ..v1::Factor::default() }
}

/// A pack of scores, each at its number's place, of which each has so many factors that read the
/// score given for it.
fn scores(reads: &[u32], factors: usize) -> v1::Pack {
    let kind = |score| v1::feature::Kind::Score(score);
    let features = reads.iter().map(|score| v1::Feature { kind: Some(kind(*score)) });
    let score = |place: usize| v1::Score {
        name: format!("s{place}"),
        place: u32::try_from(place).unwrap(),
        factors: vec![linear(read(place)); factors],
        ..v1::Score::default()
    };
    v1::Pack {
        name: "hostile".to_owned(),
        session_idle_ms: 1,
        features: features.collect(),
        scores: (0..reads.len()).map(score).collect(),
        ..v1::Pack::default()
    }
}

fn refused(pack: &v1::Pack) -> String {
    Pack::unsigned(&pack.encode_to_vec()).unwrap_err().to_string()
}

#[test]
fn circles_and_wrong_orders_of_scores_tables_and_tags_are_refused() {
    assert_eq!(refused(&scores(&[0], 1)), "score `s0` reads something that is not before it");
    assert_eq!(refused(&scores(&[1, 0], 1)), "score `s0` reads something that is not before it");
    assert_eq!(refused(&scores(&[9], 1)), "feature 0 refers to score 9, which does not exist");
    // A tag that reads a segment which reads the tag.
    let row = |name: &str, enter| v1::Row { name: name.to_owned(), enter, ..v1::Row::default() };
    let mut pack = scores(&[], 0);
    let kinds =
        [v1::feature::Kind::RowIs(v1::RowOf { table: 0, row: 0 }), v1::feature::Kind::Signal(0)];
    pack.features = kinds.map(|kind| v1::Feature { kind: Some(kind) }).to_vec();
    pack.signals = vec![v1::Signal {
        name: "t".to_owned(),
        raise: read(0),
        tag: true,
        ..v1::Signal::default()
    }];
    pack.tables = vec![v1::Table {
        kind: v1::TableKind::Segment.into(),
        name: "g".to_owned(),
        place: 1,
        rows: vec![row("a", read(1)), row("b", Vec::new())],
        ..v1::Table::default()
    }];
    assert_eq!(refused(&pack), "signal `t` reads something that is not before it");
    pack.tables[0].place = 0;
    assert_eq!(refused(&pack), "segment `g` reads something that is not before it");
    pack.tables[0].place = 2;
    assert_eq!(refused(&pack), "segment `g` has no place of its own in the order");
    (pack.tables[0].place, pack.tables[0].rows[0].enter) = (0, vec![0x04]);
    assert!(Pack::unsigned(&pack.encode_to_vec()).is_ok());
    pack.tables[0].rows[1].enter = vec![0x04];
    pack.tables[0].rows.push(row("a", Vec::new()));
    assert_eq!(refused(&pack), "segment `g` lacks a part, or has one too many or out of bounds");
    pack.features[0].kind = Some(v1::feature::Kind::LevelLeft(0));
    pack.signals[0].raise = [read(0), read(0), vec![0x14]].concat();
    pack.tables[0].rows.pop();
    assert_eq!(refused(&pack), "signal `t` names something that does not exist");
}

#[test]
fn scores_that_would_take_for_ever_are_refused_at_once() {
    // Each of 30 reads the one before it 32 times: 2^150 instructions.
    let doubling: Vec<u32> = std::iter::once(0).chain(0..29).collect();
    let mut pack = scores(&doubling, 32);
    pack.features[0].kind = Some(v1::feature::Kind::Hour(v1::Unit {}));
    assert!(refused(&pack).starts_with("score `s2` takes too much work"), "{}", refused(&pack));
    // A chain without repetition is cheap, but too deep for a stack.
    let mut pack = scores(&doubling, 1);
    pack.features[0].kind = Some(v1::feature::Kind::Hour(v1::Unit {}));
    assert!(refused(&pack).starts_with("score `s9` takes too much work"), "{}", refused(&pack));
}

#[test]
fn counts_and_figures_of_scores_and_tables_are_bounded() {
    let own = |change: &dyn Fn(&mut v1::Pack)| {
        let mut pack = scores(&[0], 1);
        pack.features[0].kind = Some(v1::feature::Kind::Hour(v1::Unit {}));
        assert!(Pack::unsigned(&pack.encode_to_vec()).is_ok());
        change(&mut pack);
        refused(&pack)
    };
    let unsound = "score `s0` lacks a part, or has one too many or out of bounds";
    let factor = |change: fn(&mut v1::Factor)| own(&|pack| change(&mut pack.scores[0].factors[0]));
    assert_eq!(own(&|pack| pack.scores[0].factors.clear()), unsound);
    assert_eq!(factor(|factor| factor.linear.as_mut().unwrap().to = f64::NAN), unsound);
    assert_eq!(factor(|factor| factor.linear.as_mut().unwrap().hundredths = i32::MIN), unsound);
    assert_eq!(
        factor(|factor| factor.linear = None),
        "score 0: points of a factor is missing or invalid"
    );
    assert_eq!(
        factor(|factor| factor.of = vec![0x04]),
        "score 0, `of`: the result is not one number"
    );
    let empty = v1::Factor::default();
    assert_eq!(
        own(&|pack| pack.scores[0].factors = vec![empty.clone(); 33]),
        "factors of a score: 33 factors, at most 32"
    );
    let steps = vec![v1::Step::default(); 33];
    assert_eq!(
        own(&|pack| pack.scores[0].factors[0].steps.clone_from(&steps)),
        "steps of a factor: 33 steps, at most 32"
    );
    assert_eq!(
        own(&|pack| pack.scores = vec![v1::Score::default(); 257]),
        "scores: 257 scores, at most 256"
    );
    assert_eq!(
        own(&|pack| pack.tables = vec![v1::Table::default(); 257]),
        "tables: 257 tables, at most 256"
    );
    assert_eq!(
        own(&|pack| pack.predictions = vec![v1::Prediction::default(); 5]),
        "predictions: 5 predictions, at most 4"
    );
    let grows = |kind: v1::feature::Kind| {
        own(&|pack| {
            pack.strings = vec!["open".to_owned()];
            pack.features[0].kind = Some(kind.clone());
        })
    };
    assert_eq!(
        grows(v1::feature::Kind::SinceLast(0)),
        "score `s0` uses a growing or shrinking duration otherwise than in a plain comparison"
    );
    let next = v1::NextAction { prediction: 0, action: 0 };
    assert_eq!(
        grows(v1::feature::Kind::NextAction(next)),
        "feature 0 refers to prediction 0, which does not exist"
    );
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
