//! The person's data in a form a person can read: JSON Lines.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::Write;
use std::ops::ControlFlow;

use staykit_proto::segment::Property;

use super::Engine;
use super::error::Error;
use super::json::Json;
use super::live::Live;
use super::shared::lock;
use super::status::hex;
use crate::event::Value;
use crate::guidance::OutcomeCounts;
use crate::privacy::Consent;
use crate::store::StoredEvent;

impl Engine {
    /// Writes everything that is kept about the person: first a line with consent, facts,
    /// context, the signals that stand and what else is concluded, then a line for each event in the buffer.
    ///
    /// Reads the whole buffer: not for the main thread.
    pub fn export(&self, out: &mut dyn Write) -> Result<(), Error> {
        let mut cold = lock(&self.shared.cold);
        self.shared.compact(&mut cold)?;
        let store = &cold.open()?.store;
        let head = self.export_head(&hex(&store.installation()))?;
        let mut failed = line(out, &head).err();
        store.events(|event| match line(out, &event_json(&event)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        })?;
        failed.map_or(Ok(()), Err)
    }

    /// As text: `record()` waits for this lock, and is to wait for nobody who writes.
    fn export_head(&self, installation: &str) -> Result<String, Error> {
        let mut hot = lock(&self.shared.hot);
        let live = hot.live()?;
        let state = &live.state;
        let head = Json::object([
            ("installation", Json::Text(installation)),
            ("consent", consent(state.consent)),
            ("facts", facts(state.profile.facts())),
            ("context", facts(state.profile.context())),
            ("signals_since_ms", signals(live)),
            ("tables_since_ms", tables(live)),
            ("next_actions", next_actions(live)),
            ("campaigns", campaigns(state.guidance.counts())),
        ]);
        Ok(head.to_string())
    }
}

fn line(out: &mut dyn Write, value: &dyn Display) -> Result<(), Error> {
    writeln!(out, "{value}").map_err(|error| Error::Output(error.kind()))
}

fn consent(of: Consent) -> Json<'static> {
    Json::object([
        ("record", Json::Flag(of.record)),
        ("guide", Json::Flag(of.guide)),
        ("upload", Json::Flag(of.upload)),
    ])
}

fn signals(live: &Live) -> Json<'_> {
    let standing = live.pack.rules.signals().iter().zip(live.state.signals.states());
    Json::object(standing.filter_map(|(signal, state)| {
        Some((signal.name.as_str(), Json::Integer(state.raised_at?)))
    }))
}

fn tables(live: &Live) -> Json<'_> {
    let standing = (0..).zip(live.pack.rules.tables()).filter_map(|(number, table)| {
        let standing = live.state.signals.table(number)?;
        Some(Json::object([
            ("kind", Json::Text(table.kind.name())),
            ("table", Json::Text(&table.name)),
            ("row", Json::Text(&table.row(standing.row?)?.name)),
            ("since_ms", Json::Integer(standing.since_at)),
        ]))
    });
    Json::List(standing.collect())
}

fn next_actions(live: &Live) -> Json<'_> {
    let predictions = (0..).zip(live.pack.definitions.predictions());
    Json::object(predictions.map(|(number, of)| {
        let likeliest = live.state.profile.next_actions(number, usize::MAX).into_iter();
        let pair =
            |(action, probability)| Json::List(vec![Json::Text(action), Json::Number(probability)]);
        (of.name.as_str(), Json::List(likeliest.map(pair).collect()))
    }))
}

fn campaigns(counts: &BTreeMap<String, OutcomeCounts>) -> Json<'_> {
    Json::object(counts.iter().map(|(name, of)| {
        let counts = Json::object([
            ("show", Json::Count(of.show)),
            ("withhold", Json::Count(of.withhold)),
            ("shown", Json::Count(of.shown)),
            ("dismissed", Json::Count(of.dismissed)),
            ("clicked", Json::Count(of.clicked)),
            ("converted", Json::Count(of.converted)),
        ]);
        (name.as_str(), counts)
    }))
}

fn facts<'a>(facts: impl Iterator<Item = (&'a str, &'a Value)>) -> Json<'a> {
    Json::object(facts.map(|(key, value)| (key, fact(value))))
}

fn event_json(event: &StoredEvent) -> Json<'_> {
    let row = &event.row;
    let properties = row.properties.iter();
    Json::object([
        ("epoch", Json::Count(event.epoch)),
        ("seq", Json::Count(event.seq)),
        ("name", Json::Text(&row.name)),
        ("wall_ms", Json::Integer(row.wall_ms)),
        ("offset_min", Json::Integer(row.offset_min.into())),
        ("session", Json::Count(row.session)),
        ("uploaded", Json::Flag(event.acknowledged)),
        (
            "properties",
            Json::object(properties.map(|(name, value)| (name.as_str(), property(value)))),
        ),
    ])
}

fn property(value: &Property) -> Json<'_> {
    match value {
        Property::Text(text) => Json::Text(text),
        Property::Integer(number) => Json::Integer(*number),
        Property::Number(number) => Json::Number(*number),
        Property::Flag(flag) => Json::Flag(*flag),
        Property::Money { minor, currency } => money(*minor, currency),
    }
}

fn fact(value: &Value) -> Json<'_> {
    match value {
        Value::Text(text) => Json::Text(text),
        Value::Integer(number) => Json::Integer(*number),
        Value::Number(number) => Json::Number(*number),
        Value::Flag(flag) => Json::Flag(*flag),
        Value::Money { minor, currency } => money(*minor, currency.code()),
    }
}

fn money(minor: i64, currency: &str) -> Json<'_> {
    Json::object([("minor", Json::Integer(minor)), ("currency", Json::Text(currency))])
}
