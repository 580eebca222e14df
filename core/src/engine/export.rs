//! The person's data in a form a person can read: JSON Lines.

use std::io::Write;
use std::ops::ControlFlow;

use serde_json::{Map, Value as Json, json};
use staykit_proto::segment::Property;

use super::Engine;
use super::error::Error;
use super::shared::lock;
use super::status::hex;
use crate::event::Value;
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
        let head = self.head(&hex(&store.installation()))?;
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

    fn head(&self, installation: &str) -> Result<Json, Error> {
        let mut hot = lock(&self.shared.hot);
        let live = hot.live()?;
        let state = &live.state;
        let standing = live.pack.rules.signals().iter().zip(state.signals.states());
        let signals: Map<String, Json> = standing
            .filter_map(|(signal, state)| Some((signal.name.clone(), json!(state.raised_at?))))
            .collect();
        let tables: Vec<Json> = (0..)
            .zip(live.pack.rules.tables())
            .filter_map(|(number, table)| {
                let standing = state.signals.table(number)?;
                let row = &table.row(standing.row?)?.name;
                let since = standing.since_at;
                Some(json!({ "kind": table.kind, "table": table.name, "row": row, "since_ms": since }))
            })
            .collect();
        let predictions = (0..).zip(live.pack.definitions.predictions());
        let next_actions: Map<String, Json> = predictions
            .map(|(number, of)| {
                (of.name.clone(), json!(state.profile.next_actions(number, usize::MAX)))
            })
            .collect();
        Ok(json!({
            "installation": installation,
            "consent": state.consent,
            "facts": facts(state.profile.facts()),
            "context": facts(state.profile.context()),
            "signals_since_ms": signals,
            "tables_since_ms": tables,
            "next_actions": next_actions,
            "campaigns": state.guidance.counts(),
        }))
    }
}

fn line(out: &mut dyn Write, value: &Json) -> Result<(), Error> {
    writeln!(out, "{value}").map_err(|error| Error::Output(error.kind()))
}

fn facts<'a>(facts: impl Iterator<Item = (&'a str, &'a Value)>) -> Json {
    Json::Object(facts.map(|(key, value)| (key.to_owned(), fact(value))).collect())
}

fn event_json(event: &StoredEvent) -> Json {
    let row = &event.row;
    let properties: Map<String, Json> =
        row.properties.iter().map(|(name, value)| (name.clone(), property(value))).collect();
    json!({
        "epoch": event.epoch,
        "seq": event.seq,
        "name": row.name,
        "wall_ms": row.wall_ms,
        "offset_min": row.offset_min,
        "session": row.session,
        "uploaded": event.acknowledged,
        "properties": properties,
    })
}

fn property(value: &Property) -> Json {
    match value {
        Property::Text(text) => json!(text),
        Property::Integer(number) => json!(number),
        Property::Number(number) => json!(number),
        Property::Flag(flag) => json!(flag),
        Property::Money { minor, currency } => json!({ "minor": minor, "currency": currency }),
    }
}

fn fact(value: &Value) -> Json {
    match value {
        Value::Text(text) => json!(text),
        Value::Integer(number) => json!(number),
        Value::Number(number) => json!(number),
        Value::Flag(flag) => json!(flag),
        Value::Money { minor, currency } => {
            json!({ "minor": minor, "currency": currency.code() })
        }
    }
}
