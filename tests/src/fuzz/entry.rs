//! Journal entries that have their form, whatever they say. `core/docs/storage-format.md` has the
//! bytes.

use staykit_core::codec::Writer;

use super::input::Input;
use crate::person::START;

/// Names that the sample's pack counts, and one that it does not.
const NAMES: [&str; 6] = ["tap", "purchase", "open", "decision_shown", "guidance_clicked", "x"];

/// Some records, one after the other.
pub(super) fn entry(input: &mut Input<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for _ in 0..=input.below(4) {
        record(input, &mut Writer::new(&mut bytes));
    }
    bytes
}

fn record(input: &mut Input<'_>, out: &mut Writer<'_>) {
    let kind = input.byte() % 8;
    out.byte(kind);
    reading(input, out);
    if kind == 0 {
        event(input, out);
        return;
    }
    let mut content = Vec::new();
    other(kind, input, &mut Writer::new(&mut content));
    out.bytes(&content);
}

/// About the time of the sample, or anything.
fn instant(input: &mut Input<'_>) -> i64 {
    if input.flag() { input.number() } else { START.saturating_add(input.number()) }
}

fn reading(input: &mut Input<'_>, out: &mut Writer<'_>) {
    out.signed(instant(input));
    out.unsigned(instant(input).cast_unsigned());
    out.optional(input.flag().then(|| input.unsigned()), Writer::unsigned);
    out.signed(input.number());
    let change = input.flag().then(|| (instant(input), input.number()));
    out.optional(change, |out, (at, offset)| {
        out.signed(at);
        out.signed(offset);
    });
}

fn event(input: &mut Input<'_>, out: &mut Writer<'_>) {
    out.unsigned(input.unsigned());
    out.unsigned(input.unsigned());
    out.signed(input.number());
    out.byte(input.byte());
    out.text(NAMES[input.below(NAMES.len())]);
    values(input, out);
}

fn values(input: &mut Input<'_>, out: &mut Writer<'_>) {
    let count = input.below(4);
    out.length(count);
    for _ in 0..count {
        out.text(&input.text(16));
        let kind = input.byte() % 8;
        out.byte(kind);
        match kind {
            1 => out.text(&input.text(16)),
            2 => out.signed(input.number()),
            3 => out.float(f64::from_bits(input.unsigned())),
            6 => {
                out.signed(input.number());
                out.text("CNY");
            }
            _ => {}
        }
    }
}

fn other(kind: u8, input: &mut Input<'_>, out: &mut Writer<'_>) {
    match kind {
        2 => (0..3).for_each(|_| out.flag(input.flag())),
        3 | 4 => values(input, out),
        5 => {
            out.text(&input.text(16));
            out.unsigned(input.unsigned());
        }
        _ => input.bytes(200).iter().for_each(|byte| out.byte(*byte)),
    }
}
