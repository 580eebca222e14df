//! The encoding.

use proptest::prelude::{any, prop, proptest};
use staykit_bindings::encoding::{DecodeError, Encoded, MOST_BYTES, changes, draft};
use staykit_core::event::{Currency, Draft, DraftError, Value};

fn malformed(bytes: &[u8]) -> (&'static str, usize) {
    match draft(bytes).unwrap_err() {
        DecodeError::Malformed { what, at } => (what, at),
        DecodeError::Draft(error) => panic!("{error}"),
    }
}

#[test]
fn a_draft_has_the_bytes_that_the_table_says() {
    let bytes = Encoded::draft("buy")
        .text("t", "é")
        .integer("i", -2)
        .number("n", 1.5)
        .flag("f", false)
        .flag("g", true)
        .money("m", 19_90, "CNY");
    let expected: &[&[u8]] = &[
        &[1, 3],
        b"buy",
        &[1, 1],
        b"t",
        &[2, 0, 0, 0, 0xc3, 0xa9],
        &[2, 1],
        b"i",
        &[0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        &[3, 1],
        b"n",
        &[0, 0, 0, 0, 0, 0, 0xf8, 0x3f],
        &[4, 1],
        b"f",
        &[5, 1],
        b"g",
        &[6, 1],
        b"m",
        &[0xc6, 7, 0, 0, 0, 0, 0, 0],
        b"CNY",
    ];
    assert_eq!(bytes.bytes(), expected.concat());
    let same = Draft::new("buy")
        .text("t", "é")
        .integer("i", -2)
        .number("n", 1.5)
        .flag("f", false)
        .flag("g", true)
        .money("m", 19_90, "CNY");
    assert_eq!(draft(bytes.bytes()), Ok(same));
}

#[test]
fn changes_set_and_unset() {
    let bytes = Encoded::changes().text("region", "north").unset("level").money("won", 5, "EUR");
    let money = Value::Money { minor: 5, currency: Currency::new("EUR").unwrap() };
    let set = vec![("region".into(), Value::Text("north".into())), ("won".into(), money)];
    assert_eq!(changes(bytes.bytes()), Ok((set, vec!["level".into()])));
    assert_eq!(changes(&[1]), Ok((vec![], vec![])));
}

#[test]
fn what_has_not_the_form_is_refused_with_its_place() {
    assert_eq!(malformed(&[]), ("version", 0));
    assert_eq!(malformed(&[2, 0]), ("unknown version", 0));
    assert_eq!(malformed(&[1]), ("name", 1));
    assert_eq!(malformed(&[1, 3, b'a']), ("name", 2));
    assert_eq!(malformed(&[1, 1, 0xff]), ("name", 2));
    assert_eq!(malformed(&[1, 1, b'a', 0, 0]), ("unknown property type", 3));
    assert_eq!(malformed(&[1, 1, b'a', 8, 0]), ("unknown property type", 3));
    assert_eq!(malformed(&[1, 1, b'a', 1, 1, b'p', 9, 0, 0]), ("text length", 6));
    assert_eq!(malformed(&[1, 1, b'a', 1, 1, b'p', 255, 255, 255, 255]), ("text", 10));
    assert_eq!(malformed(&[1, 1, b'a', 2, 1, b'p', 0]), ("whole number", 6));
    assert_eq!(
        malformed(&[1, 1, b'a', 6, 1, b'p', 0, 0, 0, 0, 0, 0, 0, 0, b'C']),
        ("currency", 14)
    );
    assert_eq!(malformed(&[1, 1, b'a', 7, 1, b'p']), ("a draft unsets nothing", 6));
    assert_eq!(malformed(&[1, 1, b'a', 4]), ("property name", 4));
}

#[test]
fn a_currency_that_is_none_is_refused_as_the_core_words_it() {
    let catalog = staykit_core::event::Catalog::default();
    for code in ["yuan", "", "cny", "\u{e9}1"] {
        let read = draft(Encoded::draft("x").money("price", 1, code).bytes()).unwrap();
        assert_eq!(catalog.admit(read), Err(DraftError::Currency("price".into())));
        let facts = changes(Encoded::changes().money("price", 1, code).bytes());
        assert_eq!(facts, Err(DecodeError::Draft(DraftError::Currency("price".into()))));
    }
}

#[test]
fn what_is_too_long_is_refused_before_it_is_read() {
    let long = Encoded::draft("x").text("t", &"t".repeat(MOST_BYTES));
    let error = draft(long.bytes()).unwrap_err();
    assert!(matches!(error, DecodeError::Draft(DraftError::TooLarge { .. })), "{error}");
    assert!(error.to_string().ends_with("at most 8192"), "{error}");
}

#[test]
fn a_name_that_is_too_long_for_its_byte_is_cut_at_a_character_and_then_refused() {
    let name = "运动".repeat(100);
    let read = draft(Encoded::draft(&name).bytes()).unwrap();
    assert_eq!(read, Draft::new("运动".repeat(42) + "运"));
    assert_eq!(staykit_core::event::Catalog::default().admit(read), Err(DraftError::Name));
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = draft(&bytes);
        let _ = changes(&bytes);
    }

    #[test]
    fn damaged_drafts_are_read_or_refused(
        at in any::<prop::sample::Index>(), byte: u8, cut in any::<prop::sample::Index>(),
    ) {
        let whole = Encoded::draft("weigh_in").number("kg", 71.5).text("note", "ok 👍").flag("a", true)
            .money("fee", 1, "USD").integer("n", 5);
        let mut bytes = whole.bytes().to_vec();
        let (at, cut) = (at.index(bytes.len()), cut.index(bytes.len()));
        bytes[at] = byte;
        let _ = draft(&bytes);
        let _ = changes(&bytes[..cut]);
    }

    #[test]
    fn what_is_written_is_read_again(
        name in ".{0,20}", key in ".{0,10}", text in ".{0,40}", whole: i64, number: f64, minor: i64,
    ) {
        let bytes = Encoded::draft(&name).text(&key, &text).integer(&key, whole).number(&key, number)
            .money(&key, minor, "CNY");
        let again = Draft::new(name).text(&key, &text).integer(&key, whole).number(&key, number)
            .money(&key, minor, "CNY");
        assert_eq!(draft(bytes.bytes()), Ok(again));
    }
}
