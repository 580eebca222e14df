use super::{Property, Row};
use crate::v1::value::Kind;
use crate::v1::{Event, Priority, Value};

/// The full form of a row, with its identity.
///
/// `amount` (money), `currency`, `screen` (texts) and `duration_ms` (an integer) go into the
/// fields of those names; of another type, empty or given twice they stay in the map like
/// every other property. The currency of an `amount` takes precedence over a text `currency`.
/// Money under another name is two entries of the map: `name` with the minor units and
/// `name.currency` with the code.
#[must_use]
pub fn event(installation: &[u8], epoch: u64, seq: u64, priority: Priority, row: Row) -> Event {
    let mut event = Event {
        installation: installation.to_vec(),
        epoch,
        seq,
        name: row.name,
        wall_ms: row.wall_ms,
        offset_min: row.offset_min,
        local_day: row.local_day,
        session: row.session,
        boot_ms: row.boot_ms,
        priority: priority.into(),
        ..Event::default()
    };
    // The amount first: it decides whose currency fills the field.
    let (amounts, others): (Vec<_>, Vec<_>) = row.properties.into_iter().partition(is_amount);
    for (name, value) in amounts.into_iter().chain(others) {
        assign(&mut event, name, value);
    }
    event
}

fn is_amount((name, value): &(String, Property)) -> bool {
    name == "amount" && matches!(value, Property::Money { .. })
}

fn assign(event: &mut Event, name: String, value: Property) {
    match (name.as_str(), value) {
        ("amount", Property::Money { minor, currency }) if event.amount_minor.is_none() => {
            event.amount_minor = Some(minor);
            event.currency = currency;
        }
        ("currency", Property::Text(code))
            if event.amount_minor.is_none() && event.currency.is_empty() && !code.is_empty() =>
        {
            event.currency = code;
        }
        ("screen", Property::Text(screen)) if event.screen.is_empty() && !screen.is_empty() => {
            event.screen = screen;
        }
        ("duration_ms", Property::Integer(ms)) if event.duration_ms.is_none() => {
            event.duration_ms = Some(ms);
        }
        (_, value) => keep(event, name, value),
    }
}

fn keep(event: &mut Event, name: String, value: Property) {
    let kind = match value {
        Property::Text(text) => Kind::Text(text),
        Property::Integer(integer) => Kind::Integer(integer),
        Property::Number(number) => Kind::Number(number),
        Property::Flag(flag) => Kind::Flag(flag),
        Property::Money { minor, currency } => {
            let code = Value { kind: Some(Kind::Text(currency)) };
            event.properties.insert(format!("{name}.currency"), code);
            Kind::Integer(minor)
        }
    };
    event.properties.insert(name, Value { kind: Some(kind) });
}
