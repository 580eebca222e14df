//! S15, integrity: claims in a burst, a scripted rhythm, what the platform says of the device.

use staykit_core::event::Value;
use staykit_core::pack::Pack;
use staykit_core::time::{HOUR_MS, SECOND_MS};
use staykit_tests::packs;
use staykit_tests::person::Person;

/// More claims in ten minutes than this, and a rhythm of fewer bits than that.
fn pack(claims: u32, bits: &str) -> Pack {
    let burst = format!("count('claim', minutes(10)) > {claims}");
    let scripted =
        format!("count('tap', hours(2)) >= 20 && interval_entropy('tap', hours(2)) < {bits}");
    packs::of_signals([
        ("burst", &*burst),
        ("scripted", &*scripted),
        ("mocked", "context('mock_location') == 'yes' || context('emulator') == 'yes'"),
    ])
}

#[test]
fn s15_a_burst_of_claims_is_one_from_the_first_claim_too_many() {
    for (limit, claims, rises) in [(5, 6, true), (5, 5, false), (9, 6, false), (3, 6, true)] {
        let mut person = Person::under(pack(limit, "0.5"));
        (0..claims).for_each(|_| {
            person.does("claim");
            person.is_away(20 * SECOND_MS);
        });
        assert_eq!(person.rose("burst").len() == 1, rises, "{claims} claims, {limit} allowed");
    }
}

#[test]
fn s15_claims_spread_over_the_day_are_no_burst() {
    let mut person = Person::under(pack(5, "0.5"));
    (0..12).for_each(|_| {
        person.does("claim");
        person.waits(HOUR_MS);
    });
    assert_eq!(person.rose("burst"), [0; 0]);
}

#[test]
fn s15_a_tap_every_ten_seconds_is_scripted_and_a_person_is_not() {
    for (bits, even, uneven) in [("0.5", 1, 0), ("0.0", 0, 0), ("3.9", 1, 1)] {
        for (person_like, expected) in [(false, even), (true, uneven)] {
            let mut person = Person::under(pack(5, bits));
            for tap in 0..30_i64 {
                person.does("tap");
                let wait = if person_like {
                    [1, 7, 3, 40, 12, 90][usize::try_from(tap % 6).unwrap()]
                } else {
                    10
                };
                person.is_away(wait * SECOND_MS);
            }
            assert_eq!(
                person.rose("scripted").len(),
                expected,
                "{bits} bits, a person: {person_like}"
            );
        }
    }
}

#[test]
fn s15_what_the_platform_says_of_the_device_counts_until_it_says_otherwise() {
    let mut person = Person::under(pack(5, "0.5"));
    person.does("open");
    let says = |key: &str, value: &str| {
        let context = vec![(key.to_owned(), Value::Text(value.to_owned()))];
        person.engine().set_context(context).unwrap();
        person.has("mocked")
    };
    assert!(!says("mock_location", "no"));
    assert!(says("mock_location", "yes"));
    assert!(!says("mock_location", "no"));
    assert!(says("emulator", "yes"));
}
