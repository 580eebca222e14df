//! Glean: an event and a counter, recorded on the calling thread. The counter is one transaction
//! in `SQLite` (WAL, `synchronous = NORMAL`); the event is a line of JSON that `write` appends to a
//! file, after a query for the ping's sequence of starts. Nothing is synced and nothing encrypted;
//! `delay_ping_lifetime_io` is off. So a killed process loses nothing. The usual calls would only
//! queue the work for another thread, and a kill would take what is queued.

use std::collections::HashMap;
use std::error::Error;
use std::path::Path;

use glean_core::metrics::{CounterMetric, EventMetric};
use glean_core::{CommonMetricData, Glean, InternalConfiguration, Lifetime, SessionMode};
use peer_common::{Store, measure};
use staykit_proto::v1;

/// Events of a round; enough for a median.
const CALLS: usize = 4_000;
/// Properties of the events.
const KEYS: [&str; 6] = ["item", "referrer", "list", "position", "screen", "amount"];

fn main() -> Result<(), Box<dyn Error>> {
    measure(CALLS, Recorder::open)
}

struct Recorder {
    glean: Glean,
    metrics: HashMap<String, Metrics>,
    at_ms: u64,
}

impl Recorder {
    fn open(folder: &Path) -> Result<Self, Box<dyn Error>> {
        let glean = Glean::new(configuration(&folder.join("glean")))?;
        let mut recorder = Self { glean, metrics: HashMap::new(), at_ms: 0 };
        recorder.require_recording()?;
        Ok(recorder)
    }

    /// A Glean that refuses a metric says so in a log only, and is fast.
    fn require_recording(&mut self) -> Result<(), Box<dyn Error>> {
        let extra = KEYS.map(|key| (key.to_owned(), "probe".to_owned())).into();
        self.record(("probe".to_owned(), extra))?;
        let (event, counter) = self.metrics.get("probe").ok_or("no such metric")?;
        let kept = event.get_value(&self.glean, "events").map_or(0, |events| events.len());
        let count = counter.get_value(&self.glean, "metrics");
        if (kept, count) == (1, Some(1)) { Ok(()) } else { Err("Glean records nothing".into()) }
    }
}

type Metrics = (EventMetric, CounterMetric);

/// Its metrics, made at the first event of the name; an app has them as constants.
fn metrics_of<'a>(all: &'a mut HashMap<String, Metrics>, name: &str) -> &'a Metrics {
    if !all.contains_key(name) {
        let event = EventMetric::new(metric(name, "events"), KEYS.map(str::to_owned).to_vec());
        let counter = CounterMetric::new(metric(&format!("{name}_count"), "metrics"));
        all.insert(name.to_owned(), (event, counter));
    }
    &all[name]
}

fn metric(name: &str, ping: &str) -> CommonMetricData {
    CommonMetricData {
        category: "shop".to_owned(),
        name: name.to_owned(),
        send_in_pings: vec![ping.to_owned()],
        lifetime: Lifetime::Ping,
        ..CommonMetricData::default()
    }
}

impl Store for Recorder {
    type Input = (String, HashMap<String, String>);

    fn input(&self, event: &v1::Event) -> Self::Input {
        use v1::value::Kind;
        let mut extra = HashMap::from([("screen".to_owned(), event.screen.clone())]);
        for (name, value) in &event.properties {
            let text = match value.kind.as_ref() {
                Some(Kind::Text(text)) => text.clone(),
                Some(Kind::Integer(number)) => number.to_string(),
                Some(Kind::Number(number)) => number.to_string(),
                Some(Kind::Flag(flag)) => flag.to_string(),
                None => continue,
            };
            extra.insert(name.clone(), text);
        }
        extra.extend(event.amount_minor.map(|minor| ("amount".to_owned(), minor.to_string())));
        (event.name.clone(), extra)
    }

    fn record(&mut self, (name, extra): Self::Input) -> Result<(), Box<dyn Error>> {
        self.at_ms += 733;
        let at_ms = self.at_ms;
        let (event, counter) = metrics_of(&mut self.metrics, &name);
        // Returns whether a full ping was put aside for upload, which is part of the price.
        event.record_sync(&self.glean, at_ms, extra, at_ms);
        counter.add_sync(&self.glean, 1);
        Ok(())
    }
}

fn configuration(folder: &Path) -> InternalConfiguration {
    InternalConfiguration {
        data_path: folder.display().to_string(),
        application_id: "staykit.peer".to_owned(),
        language_binding_name: "Rust".to_owned(),
        upload_enabled: true,
        max_events: None,
        delay_ping_lifetime_io: false,
        app_build: "1".to_owned(),
        use_core_mps: false,
        trim_data_to_registered_pings: false,
        log_level: None,
        rate_limit: None,
        enable_event_timestamps: false,
        experimentation_id: None,
        enable_internal_pings: true,
        ping_schedule: HashMap::new(),
        ping_lifetime_threshold: 0,
        ping_lifetime_max_time: 0,
        max_pending_pings_count: None,
        max_pending_pings_directory_size: None,
        session_mode: SessionMode::Auto,
        session_sample_rate: 1.0,
        session_inactivity_timeout_ms: 1_800_000,
        events_ping_acceleration_factor: None,
        enable_store_submitted_pings: false,
    }
}
