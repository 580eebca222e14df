//! The examples of a pack, run on a real engine.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use indicatif::ProgressBar;
use staykit_core::engine::{Engine, Understanding, Why};
use staykit_core::event::Draft;
use staykit_core::pack::Pack;
use staykit_core::text::Language;
use staykit_pack::{Compiled, Example, Expectation, Happened, Happening, Standing};

use crate::device::{Device, Parts, engine_failed};
use crate::failure::Failure;
use crate::log::{Instant, show};

/// What came of all examples.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) examples: usize,
    pub(super) expectations: usize,
    pub(super) wrong: Vec<Wrong>,
}

/// An expectation that is not met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    /// Line of the expectation.
    pub(super) line: usize,
    /// `signal going_quiet`.
    pub(super) of: String,
    pub(super) at: Instant,
    pub(super) expected: String,
    pub(super) found: String,
    /// What the engine says of it.
    pub(super) reason: String,
}

/// Runs all examples; `progress` counts them.
pub(super) fn run(
    file: &Path,
    compiled: &Compiled,
    progress: &ProgressBar,
) -> Result<Outcome, Failure> {
    let pack = Pack::unsigned(&compiled.bytes).map_err(super::no_pack(file))?;
    let mut outcome = Outcome { examples: compiled.examples.len(), ..Outcome::default() };
    for example in &compiled.examples {
        outcome.expectations += example.expect.len();
        outcome.wrong.extend(run_one(&pack, example)?);
        progress.inc(1);
    }
    progress.finish_and_clear();
    outcome.wrong.sort_by_key(|wrong| wrong.line);
    Ok(outcome)
}

impl Outcome {
    /// What is wrong, one below the other, as problems are listed.
    pub(super) fn text(&self, file: &Path) -> String {
        let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy();
        let mut text = String::new();
        for Wrong { line, of, at, expected, found, reason } in &self.wrong {
            // Writing to a String does not fail.
            let _ = writeln!(text, "{name}:{line}  {of} at {}", show(*at));
            let _ = writeln!(text, "    expected  {expected}\n    found     {found}");
            for line in reason.lines().filter(|line| !line.is_empty()) {
                let _ = writeln!(text, "    because   {line}");
            }
        }
        text
    }

    pub(super) fn failure(&self, file: &Path) -> Option<Failure> {
        let wrong = self.wrong.len();
        (wrong > 0).then(|| {
            Failure::new(
                format_args!(
                    "{}{wrong} of {} expectations not met",
                    self.text(file),
                    self.expectations
                ),
                "change the rule or the example; `lab replay` shows each step of a log",
            )
        })
    }
}

fn instant(at: staykit_pack::Instant) -> Instant {
    Instant::new(at.at_ms, at.offset_min)
}

/// What an example lets happen, in order: at one instant events come before expectations.
enum Step<'a> {
    Event(&'a Happening),
    Expect(&'a Expectation),
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
fn run_one(pack: &Pack, example: &Example) -> Result<Vec<Wrong>, Failure> {
    let events = example.given.iter().map(Step::Event);
    let mut steps: Vec<_> = events.chain(example.expect.iter().map(Step::Expect)).collect();
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
    let mut watch = Watch { pack, rose: BTreeSet::new() };
    let mut wrong = Vec::new();
    for step in &steps {
        watch.pass_time(&device, step.at())?;
        match step {
            Step::Event(happening) => watch.record(&device, happening, example)?,
            Step::Expect(expectation) => {
                wrong.extend(watch.check(&device.engine, expectation)?);
            }
        }
    }
    Ok(wrong)
}

/// The signals that rose so far.
struct Watch<'p> {
    pack: &'p Pack,
    rose: BTreeSet<String>,
}

impl Watch<'_> {
    fn pass_time(&mut self, device: &Device, to: Instant) -> Result<(), Failure> {
        while let Some(due) = device.next_due().filter(|due| *due <= to.wall_ms) {
            let now = device.now_ms();
            device.advance_to(Instant::new(due.max(now), to.offset_min));
            let receipt = device.engine.tick().map_err(engine_failed("tick()"))?;
            self.see(&receipt.changes);
            if device.next_due().is_some_and(|next| next <= due.max(now)) {
                return Err(Failure::bug("tick() did not serve what was due"));
            }
        }
        device.advance_to(to);
        Ok(())
    }

    fn record(
        &mut self,
        device: &Device,
        happening: &Happening,
        example: &Example,
    ) -> Result<(), Failure> {
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
            Happened::ClockAhead(ms) => {
                device.set_ahead(*ms);
                return Ok(());
            }
        };
        let receipt = receipt.map_err(|error| {
            Failure::new(
                format_args!("the example on line {} cannot be recorded: {error}", example.line),
                "give its events the properties that the catalog asks for",
            )
        })?;
        self.see(&receipt.changes);
        Ok(())
    }

    fn see(&mut self, changes: &[staykit_core::rules::SignalChange]) {
        let rose = changes.iter().filter(|change| change.raised);
        self.rose.extend(rose.map(|change| change.signal.clone()));
    }

    /// What is wrong with an expectation now, if it is not met.
    fn check(&self, engine: &Engine, expectation: &Expectation) -> Result<Option<Wrong>, Failure> {
        let now = engine.understanding().map_err(engine_failed("understanding()"))?;
        let Expectation { line, at, of, is } = expectation;
        let found = self.found(&now, of, is);
        if found.met {
            return Ok(None);
        }
        let why = engine.explain(found.why).map_err(engine_failed("explain()"))?;
        Ok(Some(Wrong {
            line: *line,
            of: format!("{} {of}", found.kind),
            at: instant(*at),
            expected: expected(is),
            found: found.text,
            reason: why.text(Language::English).to_owned(),
        }))
    }

    fn found(&self, now: &Understanding, of: &str, is: &Standing) -> Found {
        match is {
            Standing::Score { at_least, at_most } => score(now, of, (*at_least, *at_most)),
            Standing::Row { kind, row } => {
                let tier = now.scores.iter().filter_map(|score| score.tier.as_ref());
                let mut standing = now.tables.iter().chain(tier);
                let found = standing.find(|found| found.kind == *kind && found.table == of);
                let found = found.map(|found| found.row.clone());
                Found {
                    kind: kind.name(),
                    met: found.as_ref() == Some(row),
                    text: found.unwrap_or_else(|| "none yet".to_owned()),
                    why: Why::Table(*kind, of.to_owned()),
                }
            }
            Standing::Raised | Standing::NotRaised | Standing::Cleared => self.signal(now, of, is),
        }
    }

    fn signal(&self, now: &Understanding, of: &str, is: &Standing) -> Found {
        let signal = self.pack.rules.find(of).and_then(|number| self.pack.rules.signal(number));
        let tag = signal.is_some_and(|signal| signal.tag);
        let stands = now.tags.iter().chain(&now.signals).any(|signal| signal.name == of);
        let stood = self.rose.contains(of);
        let text = match (stands, stood) {
            (true, _) => "raised",
            (false, true) => "cleared",
            (false, false) => "never raised",
        };
        Found {
            kind: if tag { "tag" } else { "signal" },
            met: match is {
                Standing::Raised => stands,
                Standing::NotRaised => !stands,
                _ => stood && !stands,
            },
            text: text.to_owned(),
            why: Why::signal(of),
        }
    }
}

/// What something is at an instant.
struct Found {
    kind: &'static str,
    met: bool,
    text: String,
    why: Why,
}

fn score(now: &Understanding, of: &str, (least, most): (Option<f64>, Option<f64>)) -> Found {
    let hundredths = now.scores.iter().find(|score| score.name == of).map_or(0, |of| of.hundredths);
    // A score is at most 100.00.
    let points = f64::from(i32::try_from(hundredths).unwrap_or(0)) / 100.0;
    Found {
        kind: "score",
        met: least.is_none_or(|least| points >= least) && most.is_none_or(|most| points <= most),
        text: points.to_string(),
        why: Why::Score(of.to_owned()),
    }
}

fn expected(is: &Standing) -> String {
    match is {
        Standing::Raised => "raised".to_owned(),
        Standing::NotRaised => "not raised".to_owned(),
        Standing::Cleared => "cleared".to_owned(),
        Standing::Score { at_least: Some(least), at_most: Some(most) } => {
            format!("{least} to {most}")
        }
        Standing::Score { at_least: Some(least), .. } => format!("at least {least}"),
        Standing::Score { at_most: Some(most), .. } => format!("at most {most}"),
        Standing::Score { .. } => "a score".to_owned(),
        Standing::Row { row, .. } => row.clone(),
    }
}
