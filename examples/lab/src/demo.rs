//! The main job on two logs: recorded, understood, decided, uploaded, compared.

mod answers;
mod compare;
mod diary;
mod history;
mod integrity;
mod layout;
mod life;
mod plain_text;
mod report;
mod summary;
mod supervise;
mod tally;
mod uploads;
mod words;
mod worker;

use std::fs;
use std::io::Write;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant as Stopwatch};

use indicatif::{ProgressBar, ProgressStyle};
use staykit_collector::{Collector, Config};
use staykit_core::event::Value;
use staykit_core::time::DAY_MS;

use crate::data::{self, Data, Source};
use crate::draws::Draws;
use crate::failure::Failure;
use crate::hex;
use crate::log::{Log, add_launches, write_json_lines};
use integrity::FalseAlarms;
use layout::Layout;
use report::{Findings, Report, Run};
use supervise::Supervision;
use tally::Tally;
pub(crate) use worker::{Assignment, run as run_worker};

/// Processes that share out the users of a log.
const WORKERS: usize = 2;
/// Times that each of them is killed.
const KILLS: u64 = 10;
/// Of so many acknowledgements one is lost on purpose.
const LOSE_EVERY: Option<NonZeroU32> = NonZeroU32::new(10);
/// After the last event of a log time runs on for so long.
const AFTER_MS: i64 = 35 * DAY_MS;

/// What to run.
#[derive(Debug)]
pub(crate) struct Demo {
    pub(crate) sources: Vec<Source>,
    pub(crate) json: Option<PathBuf>,
    pub(crate) keep: Option<PathBuf>,
    pub(crate) seed: u64,
}

/// Runs all logs and prints a summary of each. Fails if anything that must hold does not.
pub(crate) fn run(demo: &Demo) -> Result<(), Failure> {
    let temporary = tempfile::Builder::new().prefix("staykit-lab-").tempdir().map_err(|error| {
        Failure::new(error, "check that the folder for temporary files has room")
    })?;
    let folder = demo.keep.as_deref().unwrap_or(temporary.path());
    ensure_empty(folder)?;
    let (mut runs, mut faults) = (Vec::new(), Vec::new());
    for source in &demo.sources {
        let layout = Layout::new(folder.join(source.name()));
        let (run, foreign) = run_log(*source, &layout, demo)?;
        faults.extend(run.faults(foreign));
        runs.push(run);
    }
    if let Some(path) = &demo.json {
        let mut json = serde_json::to_vec(&Report { runs: &runs })
            .map_err(|error| Failure::bug(format_args!("the report has no JSON form: {error}")))?;
        json.push(b'\n');
        fs::write(path, json).map_err(Failure::file("write", path))?;
    }
    if faults.is_empty() {
        return Ok(());
    }
    Err(Failure::bug(faults.join("\n")))
}

fn ensure_empty(folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(Failure::file("make", folder))?;
    let mut entries = fs::read_dir(folder).map_err(Failure::file("read", folder))?;
    if entries.next().is_some() {
        return Err(Failure::new(
            format_args!("{} is not empty", folder.display()),
            "choose a new folder for --keep, or empty this one",
        ));
    }
    Ok(())
}

/// Runs one log; returns its figures and how many events at the collector nobody recorded.
fn run_log(source: Source, layout: &Layout, demo: &Demo) -> Result<(Run, u64), Failure> {
    let stopwatch = Stopwatch::now();
    let mut data = data::load(source, demo.seed, &say);
    add_launches(&mut data.log);
    mark(&mut data.log, demo.seed);
    fs::create_dir_all(layout.stores()).map_err(Failure::file("make", layout.folder()))?;
    write_json_lines(&data.log, &layout.log())?;
    let mut config = Config::new(layout.collector());
    config.lose_every = LOSE_EVERY;
    // The people of the logs live in the past.
    config.tells_time = false;
    let collector = Collector::start(config)
        .map_err(|error| Failure::bug(format_args!("the collector does not start: {error}")))?;
    let killed = live(&data, layout, &collector, demo.seed)?;
    let summary = compare::ask(collector.address())?;
    let stopped = collector.stop();
    stopped.map_err(|error| Failure::bug(format_args!("the collector failed: {error}")))?;
    let tally = Tally::read(layout, WORKERS)?;
    let entries = u64::try_from(data.log.entries().count()).unwrap_or(u64::MAX);
    let comparison = compare::compare(&layout.collector(), &tally, entries)?;
    let words = plain_text::Words::of(&data.log);
    let search = words.search(&layout.stores())?;
    for shard in 0..WORKERS {
        let diary = layout.diary(shard);
        fs::remove_file(&diary).map_err(Failure::file("remove", &diary))?;
    }
    let found = Findings {
        data: &data,
        tally: &tally,
        false_alarms: FalseAlarms::of(&data.log, &tally)?,
        summary,
        comparison,
        search,
        killed,
        wall_s: stopwatch.elapsed().as_secs_f64(),
    };
    let run = Run::new(&found);
    let mut out = std::io::stdout().lock();
    // A reader who went away misses nothing that the exit code does not say.
    let _ = writeln!(out, "{}", summary::text(&found, &run, words.count()));
    Ok((run, comparison.foreign))
}

/// Each user's first event gets a text that would be easy to find in the clear.
fn mark(log: &mut Log, seed: u64) {
    let draws = Draws::new(seed);
    for (number, person) in (0..).zip(&mut log.people) {
        if let Some(first) = person.entries.first_mut() {
            let bits = draws.bits(number, "mark").to_le_bytes();
            let mark = format!("{}{}", plain_text::MARK, hex::encode(&bits));
            first.properties.push(("mark".to_owned(), Value::Text(mark)));
        }
    }
}

/// Lets the workers live all users' lives; returns how many workers were killed.
fn live(data: &Data, layout: &Layout, collector: &Collector, seed: u64) -> Result<u64, Failure> {
    let end = data.log.span().map_or(0, |(_, last)| last);
    let assignments: Vec<_> = (0..WORKERS)
        .map(|shard| Assignment {
            folder: layout.folder().to_owned(),
            shard,
            shards: WORKERS,
            seed,
            collector: format!("http://{}", collector.address()),
            until: end.saturating_add(AFTER_MS),
        })
        .collect();
    let entries: Vec<u64> = assignments
        .iter()
        .map(|assignment| {
            let people = assignment.people(&data.log);
            let count: usize = people.map(|(_, person)| person.entries.len()).sum();
            u64::try_from(count).unwrap_or(0)
        })
        .collect();
    let bar = bar(data.name, entries.iter().sum());
    let supervision = Supervision { assignments, entries, kills: KILLS, draws: Draws::new(seed) };
    let killed = supervision.run(&|done| bar.set_position(done));
    bar.finish_and_clear();
    killed
}

/// A bar on a terminal, one line elsewhere.
fn bar(name: &str, entries: u64) -> ProgressBar {
    let bar = ProgressBar::new(entries);
    if bar.is_hidden() {
        say(&format!("{name}: {entries} events to record ..."));
        return bar;
    }
    let template = "{prefix:<10} {bar:36} {human_pos:>7} of {human_len} events  {elapsed}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_prefix(name.to_owned());
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// A line on standard error.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
