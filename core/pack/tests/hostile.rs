//! Packs made to harm are refused, or compiled, in bounded time and memory.

#![expect(clippy::unwrap_used, reason = "a helper of tests fails as a test does")]
#![expect(clippy::disallowed_methods, reason = "a bound on real time is what is tested")]

use std::fmt::Write;
use std::time::Instant;

use prost::Message;
use ring::signature::Ed25519KeyPair;
use staykit_core::crypto::signature::KeyId;
use staykit_core::pack::{Pack, SIGNED_PREFIX};
use staykit_pack::{compile, generate_key, limits, public_key};
use staykit_proto::v1;

/// The problems of a pack; far quicker than this even in a build for tests.
fn refused(yaml: &str) -> Vec<String> {
    let before = Instant::now();
    let problems = compile(yaml).unwrap_err();
    assert!(before.elapsed().as_secs() < 30, "{:?}", before.elapsed());
    assert!(problems.len() <= limits::PROBLEMS);
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn a_circle_through_two_thousand_tags_is_named_and_refused() {
    let mut yaml = String::from("pack: p\nversion: 1\ntags:\n");
    for n in 0..2_000 {
        writeln!(yaml, "  t{n}: {{ raise: tag('t{}') }}", (n + 1) % 2_000).unwrap();
    }
    let problems = refused(&yaml);
    assert_eq!(problems.len(), 1);
    assert!(problems.iter().all(|problem| problem.contains("in a circle: tag `t0` -> tag `t1`")));
}

#[test]
fn a_circle_through_every_kind_of_rule_is_refused() {
    let yaml = "pack: p\nversion: 1
tags: { a: { raise: level('e') == 'y' } }
scores: { b: { factors: { f: { of: level_progress('e'), points: [[1, 100]] } }, tiers: { h: 50, l: 0 } } }
segments: { c: [{ name: x, when: tier('b') == 'h' && tag('a') }, { name: y }] }
stages: { d: [{ name: x }, { name: y, enter: segment('c') == 'x' }] }
levels: { e: { of: stage_age('d'), steps: { x: days(0), y: days(1) } } }
";
    let problems = refused(yaml);
    assert!(problems.iter().any(|problem| problem.contains("these read each other in a circle")));
}

#[test]
fn deep_nesting_huge_figures_and_huge_texts_are_refused() {
    let head = "pack: p\nversion: 1\n";
    let brackets = |n: usize| ["[".repeat(n), "]".repeat(n)].concat();
    let parentheses = format!("{}true{}", "(".repeat(2_000), ")".repeat(2_000));
    let example = "expect: { at: \"2026-03-01T09:00Z\", signal: s, raised: true }";
    for rest in [
        format!("signals: {}", brackets(100_000)),
        format!("signals: {{ s: {{ raise: \"{parentheses}\" }} }}"),
        format!("signals: {{ s: {{ raise: \"{}true\" }} }}", "true && ".repeat(100_000)),
        "signals: { s: { raise: \"count('a', days(99999999999999999999)) > 1\" } }".to_owned(),
        "session: { idle: weeks(9223372036854775807) }".to_owned(),
        format!(
            "examples: [{{ given: {{ at: \"2026-03-01T09:00Z\", event: e, every: days(1), times: 9999999999 }}, {example} }}]"
        ),
        format!("# {}", "x".repeat(limits::YAML)),
    ] {
        assert!(!refused(&format!("{head}{rest}\n")).is_empty());
    }
}

#[test]
fn more_rules_than_a_device_takes_are_refused() {
    let mut yaml = String::from("pack: p\nversion: 1\nsignals:\n");
    for n in 0..3_000 {
        let window = n % 150 + 30;
        writeln!(yaml, "  s{n}: {{ raise: \"count('e{n}', days({window})) > 1\" }}").unwrap();
    }
    assert!(refused(&yaml).iter().all(|problem| problem.contains("the device refuses this pack")));
}

#[test]
fn conditions_made_to_be_looked_at_for_long_are_given_up_in_time() {
    let side = |n: usize| format!("(count('e{n}', days(7)) == 1 || count('f{n}', days(7)) == 1)");
    let sides: Vec<String> = (0..20).map(side).collect();
    let condition = format!("{} && count('e0', days(7)) + 1 == 0", sides.join(" && "));
    let mut yaml = String::from("pack: p\nversion: 1\nsignals:\n");
    for n in 0..200 {
        writeln!(yaml, "  s{n}: {{ raise: \"{condition}\", says: {{ en: x }} }}").unwrap();
    }
    let before = Instant::now();
    compile(&yaml).unwrap();
    assert!(before.elapsed().as_secs() < 30, "{:?}", before.elapsed());
}

#[test]
fn a_valid_signature_over_nonsense_opens_nothing() {
    let key = generate_key().unwrap();
    let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&key).unwrap();
    let public = public_key(&key).unwrap();
    let deep: Vec<u8> = std::iter::repeat_n([0x3a, 0x7f], 50_000).flatten().collect();
    for nonsense in [Vec::new(), vec![0xff; 1_000], deep, vec![0; 2_000_000], b"pack: p".to_vec()] {
        let signature = pair.sign(&[SIGNED_PREFIX, &nonsense].concat());
        let signed = v1::SignedPack {
            pack: nonsense,
            key_id: KeyId::of(&public).0.to_vec(),
            signature: signature.as_ref().to_vec(),
        };
        let before = Instant::now();
        assert!(Pack::verify(&signed.encode_to_vec(), &[public]).is_err());
        assert!(before.elapsed().as_secs() < 10);
    }
}
