//! The examples that stand with a pack's signals, run on a real engine.

use std::path::Path;

use staykit_core::event::Draft;
use staykit_core::pack::Pack;
use staykit_pack::{Compiled, Example, Expectation, Happened, Happening, Standing};

use crate::device::{Device, Parts, engine_failed};
use crate::failure::Failure;
use crate::log::{Instant, show};

/// Runs all examples; returns how many there are, or fails with those that do not hold.
pub(super) fn run(file: &Path, compiled: &Compiled) -> Result<usize, Failure> {
    let pack = Pack::unsigned(&compiled.bytes).map_err(super::no_pack(file))?;
    let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy();
    let mut wrong = Vec::new();
    for example in &compiled.examples {
        for expectation in run_one(&pack, example)? {
            let (is, at) = (in_words(expectation.is), show(instant(expectation.at)));
            let signal = &example.signal;
            wrong.push(format!("{name}:{}  {signal} is not {is} at {at}", example.line));
        }
    }
    if wrong.is_empty() {
        return Ok(compiled.examples.len());
    }
    Err(Failure::new(
        wrong.join("\n"),
        "change the signal or the example; `lab replay` shows each step of a log",
    ))
}

fn in_words(standing: Standing) -> &'static str {
    match standing {
        Standing::Raised => "raised",
        Standing::NotRaised => "without rise",
        Standing::Cleared => "cleared",
    }
}

fn instant(at: staykit_pack::Instant) -> Instant {
    Instant::new(at.at_ms, at.offset_min)
}

/// What an example lets happen, in order: at one instant events come before expectations.
enum Step<'a> {
    Event(&'a Happening),
    Expect(Expectation),
}

impl Step<'_> {
    fn at(&self) -> Instant {
        instant(match self {
            Self::Event(happening) => happening.at,
            Self::Expect(expectation) => expectation.at,
        })
    }
}

/// Returns the expectations that are not met.
fn run_one(pack: &Pack, example: &Example) -> Result<Vec<Expectation>, Failure> {
    let events = example.given.iter().map(Step::Event);
    let mut steps: Vec<_> =
        events.chain(example.expect.iter().copied().map(Step::Expect)).collect();
    steps.sort_by_key(|step| step.at().wall_ms);
    let Some(first) = steps.first() else {
        return Ok(Vec::new());
    };
    let folder = tempfile::tempdir().map_err(|error| {
        Failure::new(error, "check that the folder for temporary files has room")
    })?;
    let device = Device::open(&Parts {
        store: &folder.path().join("store"),
        vault: &folder.path().join("vault.key"),
        pack: Some(pack),
        random: 0,
        at: first.at(),
    })?;
    let mut watch = Watch { signal: &example.signal, stands: false, stood: false };
    let mut wrong = Vec::new();
    for step in &steps {
        watch.pass_time(&device, step.at())?;
        match step {
            Step::Event(happening) => watch.record(&device, happening)?,
            Step::Expect(expectation) if !watch.is(expectation.is) => wrong.push(*expectation),
            Step::Expect(_) => {}
        }
    }
    Ok(wrong)
}

/// The signal that an example is about.
struct Watch<'a> {
    signal: &'a str,
    stands: bool,
    stood: bool,
}

impl Watch<'_> {
    fn pass_time(&mut self, device: &Device, to: Instant) -> Result<(), Failure> {
        while let Some(due) = device.engine.next_due().filter(|due| *due <= to.wall_ms) {
            let now = device.now_ms();
            device.advance_to(Instant::new(due.max(now), to.offset_min));
            let receipt = device.engine.tick().map_err(engine_failed("tick()"))?;
            self.see(&receipt.changes);
            if device.engine.next_due().is_some_and(|next| next <= due.max(now)) {
                return Err(Failure::bug("tick() did not serve what was due"));
            }
        }
        device.advance_to(to);
        Ok(())
    }

    fn record(&mut self, device: &Device, happening: &Happening) -> Result<(), Failure> {
        let engine = &device.engine;
        let receipt = match &happening.what {
            Happened::Event(name, properties) => {
                let draft =
                    properties.iter().fold(Draft::new(name.clone()), |draft, (name, value)| {
                        draft.value(name.clone(), value.clone())
                    });
                engine.record(draft)
            }
            Happened::Facts(facts) => engine.set_facts(facts.clone()),
            Happened::Context(context) => engine.set_context(context.clone()),
        };
        let receipt = receipt.map_err(|error| {
            Failure::new(
                format_args!("an example of {} cannot be recorded: {error}", self.signal),
                "give its events the properties that the catalog asks for",
            )
        })?;
        self.see(&receipt.changes);
        Ok(())
    }

    fn see(&mut self, changes: &[staykit_core::rules::SignalChange]) {
        for change in changes.iter().filter(|change| change.signal == self.signal) {
            self.stands = change.raised;
            self.stood |= change.raised;
        }
    }

    fn is(&self, standing: Standing) -> bool {
        match standing {
            Standing::Raised => self.stands,
            Standing::NotRaised => !self.stands,
            Standing::Cleared => self.stood && !self.stands,
        }
    }
}
