//! Rows survive the way through a segment; what no honest device sends is refused, not fatal.

use proptest::collection::vec;
use proptest::prelude::*;
use staykit_proto::Message;
use staykit_proto::segment::{
    Property, ROW_TEXT_BYTES_MAX, ROWS_MAX, Row, SegmentError, event, pack, rows, seq_deltas, seqs,
};
use staykit_proto::v1::value::Kind;
use staykit_proto::v1::{Priority, Segment};

fn row(name: &str, properties: Vec<(&str, Property)>) -> Row {
    let properties = properties.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Row {
        name: name.to_owned(),
        wall_ms: 1_700_000_000_000,
        offset_min: 480,
        local_day: 19_675,
        session: 3,
        boot_ms: 86_400_000,
        properties,
    }
}

fn text(text: &str) -> Property {
    Property::Text(text.to_owned())
}

fn money(minor: i64, currency: &str) -> Property {
    Property::Money { minor, currency: currency.to_owned() }
}

fn sample() -> Vec<Row> {
    let purchase = vec![
        ("amount", money(1_290, "CNY")),
        ("item", text("tea")),
        ("gift", Property::Flag(true)),
    ];
    let mut later =
        row("open", vec![("battery", Property::Number(0.5)), ("taps", Property::Integer(-4))]);
    later.wall_ms -= 5_000;
    later.session += 1;
    later.boot_ms = 0;
    vec![row("purchase", purchase), later]
}

#[test]
fn rows_come_back_as_they_went_in() {
    assert_eq!(rows(&pack(&sample())).unwrap(), sample());
    assert_eq!(rows(&pack(&[])).unwrap(), []);
}

#[test]
fn the_table_of_strings_is_in_order_of_first_use() {
    let expected = ["purchase", "amount", "CNY", "item", "tea", "gift", "open", "battery", "taps"];
    assert_eq!(pack(&sample()).strings, expected);
}

#[test]
fn the_first_row_is_absolute_and_the_next_a_difference() {
    let segment = pack(&sample());
    assert_eq!(segment.wall_ms_delta, [1_700_000_000_000, -5_000]);
    assert_eq!(segment.session_delta, [3, 1]);
    assert_eq!(segment.boot_ms_delta, [86_400_000, -86_400_000]);
    assert_eq!(segment.offset_min_delta, [480, 0]);
}

#[test]
fn a_column_of_another_length_is_named() {
    let mut segment = pack(&sample());
    segment.session_delta.pop();
    let error = SegmentError::Length { column: "session_delta", expected: 2, found: 1 };
    assert_eq!(rows(&segment), Err(error.clone()));
    assert_eq!(error.to_string(), "column session_delta has 1 entries instead of 2");
}

#[test]
fn property_counts_must_add_up() {
    let mut segment = pack(&sample());
    segment.property_count = vec![u32::MAX, u32::MAX];
    let expected = 2 * u64::from(u32::MAX);
    assert_eq!(
        rows(&segment),
        Err(SegmentError::Length { column: "property_name", expected, found: 5 })
    );
}

#[test]
fn values_left_over_or_missing_are_refused() {
    let mut segment = pack(&sample());
    segment.number.push(1.0);
    assert_eq!(
        rows(&segment),
        Err(SegmentError::Length { column: "number", expected: 1, found: 2 })
    );
    segment.number.clear();
    assert_eq!(rows(&segment), Err(SegmentError::Exhausted { column: "number", place: 0 }));
}

#[test]
fn an_index_outside_the_table_is_refused() {
    let mut segment = pack(&sample());
    segment.name[1] = 9;
    let error = SegmentError::Index { column: "name", place: 1, index: 9, limit: 9 };
    assert_eq!(rows(&segment), Err(error));

    let mut segment = pack(&sample());
    segment.integer[1] = -1;
    let error = SegmentError::Index { column: "integer", place: 1, index: -1, limit: 9 };
    assert_eq!(rows(&segment), Err(error));
}

#[test]
fn an_unknown_kind_and_a_flag_beyond_one_are_refused() {
    let mut segment = pack(&sample());
    segment.property_kind[2] = 6;
    assert_eq!(rows(&segment), Err(SegmentError::Kind { place: 2, kind: 6 }));

    let mut segment = pack(&sample());
    segment.integer[3] = 2;
    assert_eq!(rows(&segment), Err(SegmentError::Flag { place: 3, value: 2 }));
}

#[test]
fn more_rows_than_a_batch_may_hold_are_refused() {
    let many = vec![row("tap", vec![]); ROWS_MAX + 1];
    let error = SegmentError::TooManyRows { rows: ROWS_MAX + 1, limit: ROWS_MAX };
    assert_eq!(rows(&pack(&many)), Err(error));
    assert_eq!(rows(&pack(&many[1..])).unwrap().len(), ROWS_MAX);
}

#[test]
fn one_long_string_named_often_does_not_fill_the_memory() {
    let long = "x".repeat(ROW_TEXT_BYTES_MAX / 2);
    let fits = row("a", vec![("b", text(&long))]);
    assert_eq!(rows(&pack(std::slice::from_ref(&fits))).unwrap(), [fits]);
    let bomb = row("a", vec![("b", text(&long)), ("c", text(&long))]);
    let error = SegmentError::RowTooLong { row: 0, limit: ROW_TEXT_BYTES_MAX };
    assert_eq!(rows(&pack(&[bomb])), Err(error));
}

#[test]
fn well_typed_properties_have_fields_of_their_own() {
    let row = row(
        "purchase",
        vec![
            ("screen", text("cart")),
            ("amount", money(500, "EUR")),
            ("duration_ms", Property::Integer(900)),
            ("tax", money(95, "EUR")),
            ("coupon", Property::Flag(false)),
        ],
    );
    let event = event(&[7; 16], 2, 9, Priority::Critical, row);
    assert_eq!((event.amount_minor, event.currency.as_str()), (Some(500), "EUR"));
    assert_eq!((event.screen.as_str(), event.duration_ms), ("cart", Some(900)));
    assert_eq!((event.epoch, event.seq, event.priority()), (2, 9, Priority::Critical));
    let kinds: Vec<_> = event.properties.into_iter().map(|(n, v)| (n, v.kind.unwrap())).collect();
    let expected = [
        ("coupon".to_owned(), Kind::Flag(false)),
        ("tax".to_owned(), Kind::Integer(95)),
        ("tax.currency".to_owned(), Kind::Text("EUR".to_owned())),
    ];
    assert_eq!(kinds, expected);
}

#[test]
fn properties_of_another_type_stay_in_the_map() {
    let properties = vec![
        ("amount", Property::Integer(5)),
        ("screen", Property::Flag(true)),
        ("duration_ms", Property::Number(1.5)),
        ("currency", text("USD")),
    ];
    let event = event(&[7; 16], 1, 1, Priority::Normal, row("pay", properties));
    assert_eq!((event.amount_minor, event.duration_ms), (None, None));
    assert_eq!((event.currency.as_str(), event.screen.as_str()), ("USD", ""));
    let names: Vec<_> = event.properties.into_keys().collect();
    assert_eq!(names, ["amount", "duration_ms", "screen"]);
}

#[test]
fn the_currency_of_the_amount_goes_before_a_text_of_that_name() {
    let properties = vec![("currency", text("USD")), ("amount", money(1, "JPY"))];
    let event = event(&[7; 16], 1, 1, Priority::Normal, row("pay", properties));
    assert_eq!((event.amount_minor, event.currency.as_str()), (Some(1), "JPY"));
    assert_eq!(event.properties["currency"].kind, Some(Kind::Text("USD".to_owned())));
}

fn any_property() -> impl Strategy<Value = Property> {
    prop_oneof![
        "[a-c]{0,3}".prop_map(Property::Text),
        any::<i64>().prop_map(Property::Integer),
        // Without NaN, which equals nothing.
        (prop::num::f64::NORMAL | prop::num::f64::ZERO).prop_map(Property::Number),
        any::<bool>().prop_map(Property::Flag),
        (any::<i64>(), "[A-Z]{3}")
            .prop_map(|(minor, currency)| Property::Money { minor, currency }),
    ]
}

fn any_row() -> impl Strategy<Value = Row> {
    let clocks = (any::<i64>(), any::<i32>(), any::<i32>(), any::<u64>(), any::<u64>());
    let properties = vec(("[a-d]{1,2}", any_property()), 0..5);
    ("[a-z]{1,3}", clocks, properties).prop_map(|(name, clocks, properties)| {
        let (wall_ms, offset_min, local_day, session, boot_ms) = clocks;
        Row { name, wall_ms, offset_min, local_day, session, boot_ms, properties }
    })
}

/// Plausible shapes with wrong figures: random bytes alone seldom come past the lengths.
fn any_segment() -> impl Strategy<Value = Segment> {
    let column = |n: usize| vec(prop_oneof![4 => 0..4_i64, 1 => any::<i64>()], n);
    let small = |n: usize| vec(prop_oneof![9 => 0..6_u32, 1 => any::<u32>()], n);
    (0..6_usize, 0..9_usize).prop_flat_map(move |(n, p)| {
        let rows = (small(n), column(n), vec(any::<i32>(), n), vec(any::<i32>(), n), column(n));
        let properties =
            (vec(0..3_u32, n), small(p), vec(0..7, p), column(2 * p), vec(any::<f64>(), 0..4));
        (vec("[a-c]{0,4}", 0..5), rows, column(n), properties).prop_map(
            |(strings, rows, boot, properties)| Segment {
                strings,
                name: rows.0,
                wall_ms_delta: rows.1,
                offset_min_delta: rows.2,
                local_day_delta: rows.3,
                session_delta: rows.4,
                boot_ms_delta: boot,
                property_count: properties.0,
                property_name: properties.1,
                property_kind: properties.2,
                integer: properties.3,
                number: properties.4,
            },
        )
    })
}

proptest! {
    #[test]
    fn any_rows_come_back_through_bytes(sent in vec(any_row(), 0..30)) {
        let bytes = pack(&sent).encode_to_vec();
        prop_assert_eq!(&bytes, &pack(&sent).encode_to_vec());
        prop_assert_eq!(rows(&Segment::decode(bytes.as_slice()).unwrap()).unwrap(), sent);
    }

    #[test]
    fn any_rising_numbers_come_back(sent in prop::collection::btree_set(1..=u64::MAX, 0..50)) {
        let sent: Vec<u64> = sent.into_iter().collect();
        prop_assert_eq!(seqs(&seq_deltas(&sent)).unwrap(), sent);
    }

    #[test]
    fn any_deltas_give_rising_numbers_or_an_error(deltas in vec(any::<u64>(), 0..6)) {
        if let Ok(read) = seqs(&deltas) {
            prop_assert!(read.windows(2).all(|pair| pair[0] < pair[1]));
        }
    }

    #[test]
    fn a_segment_with_wrong_figures_is_read_or_refused(segment in any_segment()) {
        if let Ok(read) = rows(&segment) {
            prop_assert_eq!(read.len(), segment.name.len());
            prop_assert_eq!(rows(&pack(&read)).map(|again| again.len()), Ok(read.len()));
        }
    }

    #[test]
    fn a_damaged_segment_is_read_or_refused(
        sent in vec(any_row(), 1..10), at in any::<prop::sample::Index>(), bit in 0..8_u32,
    ) {
        let mut bytes = pack(&sent).encode_to_vec();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        if let Ok(segment) = Segment::decode(bytes.as_slice()) {
            let _ = rows(&segment);
        }
    }

    #[test]
    fn random_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..300)) {
        if let Ok(segment) = Segment::decode(bytes.as_slice()) {
            let _ = rows(&segment);
        }
    }
}
