//! The core itself, which says what comes of each step.

use std::sync::Arc;

use prost::Message;
use staykit_bindings::{Decision, HostZone, Words, answer};
use staykit_core::crypto::DataKey;
use staykit_core::engine::{self, Config, Engine, Host, Receipt};
use staykit_core::event::Draft;
use staykit_core::pack::Pack;
use staykit_core::random::SeededRandom;
use staykit_core::sync::Answer;
use staykit_core::time::{OffsetChange, VirtualClock, Zone};
use staykit_proto::v1;
use tempfile::TempDir;

use crate::format::{
    Change, Given, Property, Shown, Step, Timed, Upload, Vector, delivery, encoded, hex, replaced,
};

struct Device {
    folder: TempDir,
    given: Given,
    clock: Arc<VirtualClock>,
    wall_ms: i64,
    engine: Engine,
}

/// The vector with what the core makes of its steps.
pub(crate) fn run(vector: &Vector) -> Vector {
    let mut device = Device::new(&vector.settings);
    let steps = vector.steps.iter().map(|step| device.step(step)).collect();
    Vector { steps, ..vector.clone() }
}

impl Device {
    fn new(given: &Given) -> Self {
        assert_eq!((given.boot_ms, given.boot_id), (given.wall_ms.cast_unsigned(), 1));
        let clock = Arc::new(VirtualClock::at(given.wall_ms));
        clock.set_zone(zone(given.zone.into()));
        let folder = tempfile::tempdir().unwrap();
        let engine = open(&folder, given, &clock);
        engine.unlock_new(DataKey::new([7; 32]), b"wrapped").unwrap();
        let (given, wall_ms) = (given.clone(), given.wall_ms);
        Self { folder, given, clock, wall_ms, engine }
    }

    fn step(&mut self, timed: &Timed) -> Timed {
        self.clock.advance(timed.after_ms);
        self.wall_ms += timed.after_ms + timed.moved_ms;
        if timed.moved_ms != 0 {
            self.clock.set_wall(self.wall_ms);
        }
        Timed { step: self.done(timed.step.clone()), ..timed.clone() }
    }

    fn done(&mut self, step: Step) -> Step {
        let engine = &self.engine;
        match step {
            Step::Record { name, properties, .. } => {
                let draft = properties
                    .iter()
                    .fold(Draft::new(name.as_str()), |draft, it| it.drafted(draft));
                Step::Record {
                    bytes: hex(&encoded(Some(&name), &properties)),
                    answer: number(engine.record(draft)),
                    name,
                    properties,
                }
            }
            Step::Facts(change) => {
                let answer = change_by(
                    &change,
                    |keys| engine.unset_facts(keys),
                    |values| engine.set_facts(values),
                );
                Step::Facts(changed(change, answer))
            }
            Step::Context(change) => {
                let answer = change_by(
                    &change,
                    |keys| engine.unset_context(keys),
                    |values| engine.set_context(values),
                );
                Step::Context(changed(change, answer))
            }
            Step::Tick { .. } => Step::Tick { answer: number(engine.tick()) },
            Step::NextDue { .. } => Step::NextDue { at_ms: engine.next_due() },
            Step::Zone(local) => {
                self.clock.set_zone(zone(local.into()));
                step
            }
            Step::Consent(allowed) => {
                let allowed = staykit_bindings::Consent::from(allowed);
                engine.set_consent(allowed.into()).unwrap();
                step
            }
            Step::Decisions { .. } => {
                let shown = |decision| Shown::from(Decision::from(decision));
                Step::Decisions { are: engine.decisions().into_iter().map(shown).collect() }
            }
            Step::Report { decision, outcome, .. } => {
                let reported = staykit_bindings::Outcome::from(outcome).into();
                Step::Report {
                    decision,
                    outcome,
                    answer: number(engine.report(decision, reported)),
                }
            }
            Step::Explain { why, .. } => {
                let asked = staykit_bindings::Why::from(why.clone()).into();
                let text = Words::from(&engine.explain(asked).unwrap()).into();
                Step::Explain { why, text }
            }
            Step::Upload(Upload { status, .. }) => Step::Upload(self.upload(status)),
            Step::Reopen => {
                self.engine.close().unwrap();
                self.engine = open(&self.folder, &self.given, &self.clock);
                self.engine.unlock(DataKey::new([7; 32])).unwrap();
                step
            }
        }
    }

    fn upload(&self, status: u16) -> Upload {
        let Some(upload) = self.engine.next_upload().unwrap() else {
            return Upload {
                body: None,
                events: 0,
                attempt: 0,
                status,
                response: String::new(),
                delivery: String::new(),
            };
        };
        let acknowledged = v1::Acknowledgement {
            batch_id: upload.id.to_vec(),
            server_ms: self.wall_ms,
            pause_s: 0,
        };
        let response = if status == 200 { acknowledged.encode_to_vec() } else { Vec::new() };
        let text = hex(&replaced(&response, &upload.id, &[0; 16]));
        let answer = Answer::Response { status, retry_after: None, body: response };
        Upload {
            body: Some(hex(&replaced(&upload.body, &upload.id, &[0; 16]))),
            events: upload.events,
            attempt: upload.attempt,
            status,
            response: text,
            delivery: delivery(self.engine.finish_upload(upload.id, &answer).unwrap().into()),
        }
    }
}

fn open(folder: &TempDir, given: &Given, clock: &Arc<VirtualClock>) -> Engine {
    let random = Arc::new(SeededRandom::new(given.seed));
    let consent = staykit_bindings::Consent::from(given.consent);
    let config = Config::new(folder.path().join("store"))
        .with_app_version(given.app_version.as_str())
        .with_pack(Pack::builtin(&given.pack).unwrap())
        .with_consent(consent.into())
        .with_manual_maintenance();
    Engine::open(config, Host::new(Arc::clone(clock) as _, random)).unwrap()
}

fn zone(local: HostZone) -> Zone {
    let offset_min = local.next_offset_min;
    let next = local.next_at_ms.map(|at| OffsetChange { at, offset_min });
    Zone { offset_min: local.offset_min, next }
}

fn number(came: Result<Receipt, engine::Error>) -> i64 {
    answer::of(&came.map_err(staykit_bindings::Error::from))
}

/// Unsets first.
fn change_by(
    change: &Change,
    unset: impl Fn(Vec<String>) -> Result<Receipt, engine::Error>,
    set: impl Fn(Vec<(String, staykit_core::event::Value)>) -> Result<Receipt, engine::Error>,
) -> i64 {
    let all: Vec<_> = change.properties.iter().map(Property::core).collect();
    let keys: Vec<_> =
        all.iter().filter(|(_, to)| to.is_none()).map(|(key, _)| key.clone()).collect();
    let values: Vec<_> = all.into_iter().filter_map(|(key, to)| Some((key, to?))).collect();
    assert!(keys.is_empty() || values.is_empty(), "a vector sets or unsets");
    number(if keys.is_empty() { set(values) } else { unset(keys) })
}

fn changed(change: Change, answer: i64) -> Change {
    Change { bytes: hex(&encoded(None, &change.properties)), answer, ..change }
}
