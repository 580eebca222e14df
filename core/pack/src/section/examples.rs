use jiff::civil::Time;
use jiff::fmt::temporal::DateTimeParser;
use staykit_core::event::{Currency, Value};

use super::{expected, terms};
use crate::example::{Example, Happened, Happening, Instant};
use crate::limits;
use crate::problem::Problems;
use crate::read::{Fields, Kind, Node, Scalar, entries, integer, list, one_or_more, text};
use crate::rule::Tables;

/// The examples that stand with a signal or tag, or with the pack.
pub(super) fn examples(
    signal: Option<&Scalar>,
    node: &Node,
    tables: &mut Tables,
    problems: &mut Problems<'_>,
) -> Vec<Example> {
    let nodes = list(node, "a list of examples: `- given: ...`, `expect: ...`", problems);
    nodes.iter().filter_map(|node| example(signal, node, tables, problems)).collect()
}

fn example(
    signal: Option<&Scalar>,
    node: &Node,
    tables: &mut Tables,
    problems: &mut Problems<'_>,
) -> Option<Example> {
    let fields = Fields::of(node, "an example", node.spot, &["given", "expect"], problems)?;
    let mut given = Vec::new();
    for node in fields.find("given").map(one_or_more).unwrap_or_default() {
        let room = limits::EXAMPLE_EVENTS.saturating_sub(given.len());
        given.extend(happenings(node, room, tables, problems)?);
    }
    given.sort_by_key(|happening| happening.at);
    let nodes = one_or_more(fields.need("expect", expected::EXPECTED, problems)?);
    let signal = signal.map(|signal| signal.text.as_str());
    let expect: Option<Vec<_>> =
        nodes.iter().map(|node| expected::expectation(signal, node, tables, problems)).collect();
    let mut expect = expect?;
    expect.sort_by_key(|expectation| expectation.at);
    let (line, _) = problems.source().place(node.spot.start);
    Some(Example { signal: signal.map(str::to_owned), line, given, expect })
}

/// One event, or `times` of it with `every` between them; or facts, context, or a clock that is set.
fn happenings(
    node: &Node,
    room: usize,
    tables: &mut Tables,
    problems: &mut Problems<'_>,
) -> Option<Vec<Happening>> {
    let keys = ["at", "event", "properties", "every", "times", "facts", "context", "clock_ahead"];
    let fields = Fields::of(node, "what is given", node.spot, &keys, problems)?;
    let at = instant(&fields, problems);
    let what = happened(&fields, tables, problems)?;
    let (mut every_ms, mut times) = (0, 1);
    if let Some(node) = fields.find("every") {
        every_ms = terms::time(node, tables, problems)?;
        let node = fields.need("times", "how often", problems)?;
        times = integer(node, "a whole number", problems)?;
    }
    if times > room {
        let message = format!("at most {} events in an example", limits::EXAMPLE_EVENTS);
        problems.add(node.spot, message);
        return None;
    }
    let mut at = at?;
    let mut all = Vec::new();
    for _ in 0..times {
        all.push(Happening { at, what: what.clone() });
        at.at_ms = at.at_ms.saturating_add(every_ms);
    }
    Some(all)
}

fn happened(
    fields: &Fields<'_>,
    tables: &mut Tables,
    problems: &mut Problems<'_>,
) -> Option<Happened> {
    if let (Some(node), None) = (fields.find("clock_ahead"), fields.find("event")) {
        return terms::time(node, tables, problems).map(Happened::ClockAhead);
    }
    match (fields.find("event"), fields.find("facts"), fields.find("context")) {
        (None, Some(node), None) => Some(Happened::Facts(values(node, "`facts`", problems)?)),
        (None, None, Some(node)) => Some(Happened::Context(values(node, "`context`", problems)?)),
        _ => {
            let expected = "the name of an event, or else `facts`, `context` or `clock_ahead`";
            let event = terms::event(fields.need("event", expected, problems)?, tables, problems)?;
            let properties = match fields.find("properties") {
                Some(node) => values(node, "`properties`", problems)?,
                None => Vec::new(),
            };
            Some(Happened::Event(event, properties))
        }
    }
}

pub(super) fn instant(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Option<Instant> {
    const EXPECTED: &str = "an instant with its offset: \"2026-03-01T09:00+08:00\"";
    let scalar = text(fields.need("at", EXPECTED, problems)?, EXPECTED, problems)?;
    let found = parse_instant(&scalar.text);
    if found.is_none() {
        problems.add(scalar.spot, format!("expected {EXPECTED}"));
    }
    found
}

fn parse_instant(text: &str) -> Option<Instant> {
    const PARSER: DateTimeParser = DateTimeParser::new();
    let pieces = PARSER.parse_pieces(text).ok()?;
    let offset = pieces.to_numeric_offset()?;
    let local = pieces.date().to_datetime(pieces.time().unwrap_or(Time::midnight()));
    let timestamp = offset.to_timestamp(local).ok()?;
    let offset_min = i16::try_from(offset.seconds() / 60).ok()?;
    Some(Instant { at_ms: timestamp.as_millisecond(), offset_min })
}

fn values(node: &Node, what: &str, problems: &mut Problems<'_>) -> Option<Vec<(String, Value)>> {
    let each = entries(node, what, problems).iter();
    each.map(|(name, node)| Some((name.text.clone(), value(node, problems)?))).collect()
}

/// A quoted text, `true`, a number, or `{ minor: 1990, currency: CNY }`.
fn value(node: &Node, problems: &mut Problems<'_>) -> Option<Value> {
    if let Kind::Map(_) = node.kind {
        return money(node, problems);
    }
    let scalar = text(node, "a text, a number, true or false, or money", problems)?;
    let text = &scalar.text;
    if scalar.is_plain() {
        let number = || text.parse().ok().filter(|value: &f64| value.is_finite());
        let typed = (text.parse().ok().map(Value::Flag))
            .or_else(|| text.parse().ok().map(Value::Integer))
            .or_else(|| number().map(Value::Number));
        if typed.is_some() {
            return typed;
        }
    }
    Some(Value::Text(text.clone()))
}

fn money(node: &Node, problems: &mut Problems<'_>) -> Option<Value> {
    let fields = Fields::of(node, "money", node.spot, &["minor", "currency"], problems)?;
    let minor = fields.need("minor", "the amount in cents or fen", problems)?;
    let minor = integer(minor, "a whole number of cents or fen", problems)?;
    let expected = "a currency such as CNY";
    let scalar = text(fields.need("currency", expected, problems)?, expected, problems)?;
    let currency = Currency::new(&scalar.text);
    if currency.is_none() {
        problems.add(scalar.spot, format!("expected {expected}"));
    }
    Some(Value::Money { minor, currency: currency? })
}
