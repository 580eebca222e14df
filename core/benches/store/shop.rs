//! The stated generator: a shop's events, about 180 bytes each as protobuf.
//!
//! Names are as frequent as in a shop's log; items follow Zipf's law over 65,536; where a click came
//! from takes one of 65,536 values evenly, which no compression shortens below two bytes.

use std::collections::BTreeMap;

use staykit_core::event::Draft;
use staykit_core::random::Seed;
use staykit_proto::v1;

/// Names with how many of 1,000 events bear them.
pub(crate) const NAMES: [(&str, u64); 16] = [
    ("product_view", 300),
    ("screen_enter", 170),
    ("scroll", 140),
    ("tap", 120),
    ("search", 70),
    ("click", 60),
    ("exposure", 50),
    ("screen_leave", 30),
    ("add_to_cart", 20),
    ("favourite", 12),
    ("checkout_started", 8),
    ("share", 6),
    ("open", 5),
    ("push_opened", 4),
    ("purchase", 3),
    ("login", 2),
];

/// Most that two events of a session are apart, ms.
const LONGEST_GAP_MS: u64 = 16_384;

/// The events numbered `from` on, as the messages that a caller would encode.
pub(crate) fn events(seed: u64, from: u64, count: usize) -> Vec<v1::Event> {
    (from..).take(count).map(|number| event(seed, number)).collect()
}

/// Time between an event and the next, ms.
pub(crate) fn gap_ms(seed: u64, number: u64) -> i64 {
    let draw = Seed::from_number(seed).draw(number, "gap");
    i64::try_from(draw % LONGEST_GAP_MS).unwrap()
}

/// Event `number`.
pub(crate) fn event(seed: u64, number: u64) -> v1::Event {
    let seed = Seed::from_number(seed);
    let (draw, name) = (seed.draw(number, "shop"), name(seed.draw(number, "name")));
    let text = |text: String| v1::Value { kind: Some(v1::value::Kind::Text(text)) };
    let integer = |number| v1::Value { kind: Some(v1::value::Kind::Integer(number)) };
    let properties: BTreeMap<String, v1::Value> = [
        ("item".to_owned(), text(format!("sku-{:06}", zipf(draw & 0xffff_ffff)))),
        ("referrer".to_owned(), text(format!("recommendation/{:x}", draw >> 32 & 0xffff))),
        ("list".to_owned(), text("home-feed/personal/second-page".to_owned())),
        ("position".to_owned(), integer(i64::try_from(draw >> 48 & 0x3f).unwrap())),
    ]
    .into();
    let amount = (name == "purchase").then(|| i64::try_from(draw >> 54).unwrap() * 10 + 990);
    v1::Event {
        installation: vec![7; 16],
        epoch: 1,
        seq: number,
        name: name.to_owned(),
        wall_ms: 1_790_000_000_000 + i64::try_from(number).unwrap() * 733,
        offset_min: 480,
        local_day: 20_717,
        session: 12,
        boot_ms: 86_400_000,
        screen: "catalog".to_owned(),
        amount_minor: amount,
        currency: if amount.is_some() { "CNY".to_owned() } else { String::new() },
        properties,
        priority: v1::Priority::Normal.into(),
        ..v1::Event::default()
    }
}

fn name(draw: u64) -> &'static str {
    let mut place = draw % 1_000;
    for (name, share) in NAMES {
        if place < share {
            return name;
        }
        place -= share;
    }
    NAMES[0].0
}

/// A rank up to 65,536, each doubling of the rank as likely as the one before.
fn zipf(draw: u64) -> u64 {
    let doubling = draw % 16;
    (1 << doubling) + (draw >> 4) % (1 << doubling)
}

/// The same event as an app hands it over.
pub(crate) fn draft(event: &v1::Event) -> Draft {
    let mut draft = Draft::new(event.name.as_str()).text("screen", event.screen.as_str());
    for (name, value) in &event.properties {
        draft = match value.kind.as_ref().unwrap() {
            v1::value::Kind::Text(text) => draft.text(name.as_str(), text.as_str()),
            v1::value::Kind::Integer(number) => draft.integer(name.as_str(), *number),
            v1::value::Kind::Number(number) => draft.number(name.as_str(), *number),
            v1::value::Kind::Flag(flag) => draft.flag(name.as_str(), *flag),
        };
    }
    match event.amount_minor {
        Some(minor) => draft.money("amount", minor, &event.currency),
        None => draft,
    }
}
