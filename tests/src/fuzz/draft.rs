//! Event drafts as an app might make them: an event or an error that tells no value.

use staykit_core::engine::Placed;
use staykit_core::event::{Currency, Draft, Value};

use super::input::Input;
use super::sample::open;
use crate::disk::{Image, RecordedDisk};
use crate::person::START;

const NAMES: [&str; 8] =
    ["open", "purchase", "payment_failed", "screen_view", "search", "tap", "open ", ""];
const PROPERTIES: [&str; 8] =
    ["amount", "currency", "screen", "duration_ms", "query", "sku", "number", "amount.currency"];
/// Stands in each text value, and in nothing else.
const SECRET: &str = "s3cr3t";

pub(super) fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let disk = RecordedDisk::new(Image::default());
    let clock = std::sync::Arc::new(staykit_core::time::VirtualClock::at(START));
    let engine = open(&disk, &clock).unwrap();
    let mut recorded = Vec::new();
    for _ in 0..8 {
        if input.is_empty() {
            break;
        }
        let (name, draft) = draft(&mut input);
        match engine.record(draft) {
            Ok(receipt) => {
                assert_eq!(receipt.placed, Placed::OnFlash);
                recorded.push((name, receipt.seq().unwrap()));
            }
            Err(error) => assert!(!error.to_string().contains(SECRET), "{error}"),
        }
    }
    drop(engine);
    let engine = open(&disk, &clock).unwrap();
    let exported = crate::exported(&engine);
    for event in recorded {
        assert!(exported.contains(&event), "{event:?} is not exported");
    }
    if let Some(upload) = engine.next_upload().unwrap() {
        assert_eq!(crate::server::events(&upload).len(), exported.len());
    }
    engine.close().unwrap();
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    vec![
        b"\0\0\x02\0\0\x04\x0a\x01CNY\0\x05\x01\x03abc".to_vec(),
        vec![0, 4, 31, 0, 4, 0, 40, 65, 66, 67],
        b"\x01\x05caf\xc3\xa9\x01\x01\x03ab\n\x02\xe2".to_vec(),
        vec![0, 1, 3, 0, 6, 1, 0xe0, 0, 6, 2, 0xf0, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f],
    ]
}

/// Known names and any; values of each kind, small and large.
fn draft(input: &mut Input<'_>) -> (String, Draft) {
    let name = one_of(input, &NAMES, 80);
    let mut draft = Draft::new(name.clone());
    for _ in 0..input.below(40) {
        let property = one_of(input, &PROPERTIES, 48);
        draft = match input.byte() % 6 {
            0 => draft.text(property, SECRET.repeat(input.below(400))),
            1 => draft.text(property, format!("{SECRET}{}", input.text(300))),
            2 => draft.integer(property, input.number()),
            3 => draft.number(property, f64::from_bits(input.unsigned())),
            4 => draft.flag(property, input.flag()),
            _ => money(input, draft, property),
        };
    }
    (name, draft)
}

fn money(input: &mut Input<'_>, draft: Draft, property: String) -> Draft {
    let minor = input.number();
    match Currency::new("EUR").filter(|_| input.flag()) {
        Some(currency) => draft.value(property, Value::Money { minor, currency }),
        None => draft.money(property, minor, &input.text(4)),
    }
}

fn one_of(input: &mut Input<'_>, known: &[&str], most: usize) -> String {
    if input.flag() { input.text(most) } else { known[input.below(known.len())].to_owned() }
}
