//! How an event lies in a journal entry. `core/docs/storage-format.md` has the bytes.

use super::checked::Event;
use super::spec::Priority;
use super::value::{Currency, Value};
use crate::codec::{Reader, Writer};
use crate::error::Malformed;

const DURABLE: u8 = 1 << 4;
const AMBIENT: u8 = 1 << 5;

/// Writes `event`.
pub(crate) fn encode(event: &Event, out: &mut Writer<'_>) {
    let mut head = event.priority().number();
    if event.is_durable() {
        head |= DURABLE;
    }
    if event.is_ambient() {
        head |= AMBIENT;
    }
    out.byte(head);
    out.text(event.name());
    out.length(event.properties().len());
    for (name, value) in event.properties() {
        out.text(name);
        encode_value(value, out);
    }
}

pub(crate) fn encode_value(value: &Value, out: &mut Writer<'_>) {
    match value {
        Value::Text(text) => {
            out.byte(1);
            out.text(text);
        }
        Value::Integer(number) => {
            out.byte(2);
            out.signed(*number);
        }
        Value::Number(number) => {
            out.byte(3);
            out.float(*number);
        }
        Value::Flag(flag) => out.byte(if *flag { 5 } else { 4 }),
        Value::Money { minor, currency } => {
            out.byte(6);
            out.signed(*minor);
            out.text(currency.code());
        }
    }
}

/// Reads what [`encode`] wrote.
pub(crate) fn decode(input: &mut Reader<'_>) -> Result<Event, Malformed> {
    let head = input.byte()?;
    let priority = Priority::from_number(head & 0x0f).ok_or_else(|| input.malformed())?;
    let name = input.text()?.to_owned();
    let properties = input.list(|input| Ok((input.text()?.to_owned(), decode_value(input)?)))?;
    let flags = (priority, head & DURABLE != 0, head & AMBIENT != 0);
    Ok(Event::restored(name, properties, flags))
}

pub(crate) fn decode_value(input: &mut Reader<'_>) -> Result<Value, Malformed> {
    Ok(match input.byte()? {
        1 => Value::Text(input.text()?.to_owned()),
        2 => Value::Integer(input.signed()?),
        3 => Value::Number(input.float()?),
        4 => Value::Flag(false),
        5 => Value::Flag(true),
        6 => {
            let minor = input.signed()?;
            let currency = Currency::new(input.text()?).ok_or_else(|| input.malformed())?;
            Value::Money { minor, currency }
        }
        _ => return Err(input.malformed()),
    })
}

/// Most bytes that [`encode`] may write for `event`.
pub(super) fn size(event: &Event) -> usize {
    const LENGTH: usize = 3;
    const NUMBER: usize = 10;
    let properties = event.properties().iter().map(|(name, value)| {
        let value = match value {
            Value::Text(text) => LENGTH + text.len(),
            Value::Money { .. } => NUMBER + LENGTH + 3,
            _ => NUMBER,
        };
        LENGTH + name.len() + 1 + value
    });
    1 + LENGTH + event.name().len() + LENGTH + properties.sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::{decode, encode, size};
    use crate::codec::{Reader, Writer};
    use crate::event::{Catalog, Draft};
    use proptest::prelude::{any, proptest};

    proptest! {
        #[test]
        fn an_event_comes_back_within_its_size(
            text in ".{0,40}", integer: i64, number in -1e9..1e9_f64, flag: bool,
        ) {
            let draft = Draft::new("purchase")
                .money("amount", integer, "CNY")
                .text("note", text)
                .number("n", number)
                .integer("i", integer)
                .flag("f", flag);
            let event = Catalog::default().admit(draft).unwrap();
            let mut bytes = Vec::new();
            encode(&event, &mut Writer::new(&mut bytes));
            assert!(bytes.len() <= size(&event));
            let mut input = Reader::new(&bytes, "event");
            assert_eq!(decode(&mut input), Ok(event));
            assert_eq!(input.end(), Ok(()));
        }

        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..128)) {
            let _ = decode(&mut Reader::new(&bytes, "event"));
        }
    }
}
