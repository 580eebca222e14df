//! What both bindings rest on, by its handles and bytes.

use staykit_bindings::{Answer, Rehearsal, close, hot, rehearse, session};
use tempfile::TempDir;

use crate::format::{
    Given, Shown, Step, Timed, Upload, Vector, delivery, encoded, hex, replaced, unhex,
};

const KEY: [u8; 32] = [7; 32];

struct Device {
    folder: TempDir,
    given: Given,
    wall_ms: i64,
    boot_ms: u64,
    handle: i64,
}

/// The vector with what the bindings make of its steps.
pub(crate) fn run(vector: &Vector) -> Vector {
    let given = vector.settings.clone();
    let (wall_ms, boot_ms) = (given.wall_ms, given.boot_ms);
    let folder = tempfile::tempdir().unwrap();
    let mut device = Device { folder, given, wall_ms, boot_ms, handle: 0 };
    device.open();
    let steps = vector.steps.iter().map(|step| device.step(step)).collect();
    close(device.handle).unwrap();
    Vector { steps, ..vector.clone() }
}

impl Device {
    fn open(&mut self) {
        let folder = self.folder.path().join("store").to_str().unwrap().to_owned();
        let rehearsal =
            Rehearsal { wall_ms: self.wall_ms, boot_ms: self.boot_ms, seed: self.given.seed };
        let opened = rehearse(self.given.settings(folder), rehearsal).unwrap();
        self.handle = opened.handle;
        let session = session(opened.handle).unwrap();
        match opened.wrapped_key {
            None => session.unlock_new(&mut KEY.clone(), b"wrapped").unwrap(),
            Some(_) => session.unlock(&mut KEY.clone()).unwrap(),
        }
    }

    fn step(&mut self, timed: &Timed) -> Timed {
        self.wall_ms += timed.after_ms + timed.moved_ms;
        self.boot_ms = self.boot_ms.saturating_add_signed(timed.after_ms);
        session(self.handle).unwrap().set_clocks(self.wall_ms, self.boot_ms).unwrap();
        Timed { step: self.done(timed.step.clone()), ..timed.clone() }
    }

    fn done(&mut self, step: Step) -> Step {
        let (handle, session) = (self.handle, session(self.handle).unwrap());
        match step {
            Step::Record { name, properties, .. } => {
                let bytes = encoded(Some(&name), &properties);
                let answer = hot::record(handle, &bytes);
                Step::Record { name, properties, bytes: hex(&bytes), answer }
            }
            Step::Facts(mut change) => {
                let bytes = encoded(None, &change.properties);
                (change.answer, change.bytes) = (hot::change_facts(handle, &bytes), hex(&bytes));
                Step::Facts(change)
            }
            Step::Context(mut change) => {
                let bytes = encoded(None, &change.properties);
                (change.answer, change.bytes) = (hot::change_context(handle, &bytes), hex(&bytes));
                Step::Context(change)
            }
            Step::Tick { .. } => Step::Tick { answer: hot::tick(handle) },
            Step::NextDue { .. } => {
                let at_ms = hot::next_due(handle);
                Step::NextDue { at_ms: (at_ms != hot::NEVER_DUE).then_some(at_ms) }
            }
            Step::Zone(local) => {
                assert_eq!(hot::set_zone(handle, local.into()), 0);
                step
            }
            Step::Consent(allowed) => {
                session.set_consent(allowed.into()).unwrap();
                step
            }
            Step::Decisions { .. } => {
                let decisions = session.decisions().unwrap();
                Step::Decisions { are: decisions.into_iter().map(Shown::from).collect() }
            }
            Step::Report { decision, outcome, .. } => {
                let number = match staykit_bindings::Outcome::from(outcome) {
                    staykit_bindings::Outcome::Shown => 1,
                    staykit_bindings::Outcome::Dismissed => 2,
                    staykit_bindings::Outcome::Clicked => 3,
                };
                let id = i64::try_from(decision).unwrap();
                Step::Report { decision, outcome, answer: hot::report(handle, id, number) }
            }
            Step::Explain { why, .. } => {
                let text = session.explain(why.clone().into()).unwrap().into();
                Step::Explain { why, text }
            }
            Step::Upload(upload) => Step::Upload(self.upload(&upload)),
            Step::Reopen => {
                close(handle).unwrap();
                self.open();
                step
            }
        }
    }

    fn upload(&self, given: &Upload) -> Upload {
        let session = session(self.handle).unwrap();
        let Some(upload) = session.next_upload().unwrap() else {
            return Upload { body: None, events: 0, attempt: 0, ..given.clone() };
        };
        let body = replaced(&unhex(&given.response), &[0; 16], &upload.id);
        let answer = Answer::Response { status: given.status, retry_after: None, body };
        Upload {
            body: Some(hex(&replaced(&upload.body, &upload.id, &[0; 16]))),
            events: upload.events,
            attempt: upload.attempt,
            delivery: delivery(session.finish_upload(&upload.id, answer).unwrap()),
            ..given.clone()
        }
    }
}
