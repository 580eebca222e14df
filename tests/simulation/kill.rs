//! A process that records as fast as it can, while another of its threads flushes, maintains,
//! rotates and uploads, is killed at a random instant, again and again: what `record()` said was on
//! flash is there, once. A writer that buffers does not pass.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test stops at the first failure"
)]

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use staykit_core::crypto::FileVault;
use staykit_core::engine::{Config, Engine, Host, Placed};
use staykit_core::event::Draft;
use staykit_core::privacy::Consent;
use staykit_core::random::Seed;
use staykit_core::sync::Answer;
use staykit_tests::seeds::{again, by_form, seeds};
use staykit_tests::truth::{Id, MARK, Mark, found, offered};
use staykit_tests::{files, server};

/// Kills of one store, which then is looked through.
const LIFETIME: u64 = 20;
/// Ms within which a child is killed, opening included.
const LONGEST_MS: u64 = 220;
/// Tells the child where to record, and what it is.
const CHILD: &str = "STAYKIT_KILL_FOLDER";
const KIND: &str = "STAYKIT_KILL_KIND";

/// What the child said is there.
type Acknowledged = Vec<(Id, i64)>;

fn open(folder: &Path) -> Engine {
    let vault = Arc::new(FileVault::new(folder.join("vault")));
    let config = Config::new(folder.join("store")).with_consent(Consent::all());
    // Whatever a test records fits.
    Engine::open(config.with_byte_budget(1 << 32), Host::system(vault)).unwrap()
}

/// Not a test of its own: the process that is killed. Says each number once `record()` has
/// returned it as being on flash.
#[test]
fn child_that_records_until_it_is_killed() {
    let Some(folder) = std::env::var_os(CHILD) else { return };
    let folder = Path::new(&folder);
    let round: i64 = std::env::var("STAYKIT_SEED").unwrap().parse().unwrap();
    match std::env::var(KIND).as_deref() {
        Ok("buffered") => buffer_for_ever(folder, round),
        _ => record_for_ever(folder, round),
    }
}

fn record_for_ever(folder: &Path, round: i64) {
    let engine = Arc::new(open(folder));
    let (other, at) = (Arc::clone(&engine), folder.to_path_buf());
    std::thread::spawn(move || disturb(&other, &at, u64::try_from(round).unwrap()));
    let epoch = engine.status().unwrap().epoch;
    let mut out = std::io::stdout().lock();
    for number in 0_i64.. {
        let name = if number % 50 == 0 { "purchase" } else { "tap" };
        let mark = (round << 32) | number;
        let receipt = engine.record(Draft::new(name).integer(MARK, mark)).unwrap();
        assert_eq!(receipt.placed, Placed::OnFlash);
        writeln!(out, "seq {epoch} {} {mark}", receipt.seq().unwrap()).unwrap();
    }
}

/// Whatever else may be going on when a process is killed.
fn disturb(engine: &Engine, folder: &Path, round: u64) -> ! {
    let seed = Seed::from_number(round);
    let mut number = 0;
    loop {
        number += 1;
        std::thread::sleep(Duration::from_millis(seed.draw_below(4, number, "pause")));
        match seed.draw_below(8, number, "what") {
            0..3 => engine.flush().unwrap(),
            3..5 => drop(engine.maintain(Duration::from_secs(1)).unwrap()),
            // The same rotation and compaction that an upload brings, with a checkpoint at times.
            5 => drop(engine.status().unwrap()),
            _ => upload(engine, folder, seed.draw_below(4, number, "answer")),
        }
    }
}

/// The server is a folder: whatever has its name there has arrived.
fn upload(engine: &Engine, folder: &Path, answer: u64) {
    let Some(upload) = engine.next_upload().unwrap() else { return };
    let answer = match answer {
        0 => Answer::Unreachable,
        // It arrived, but nobody hears of it.
        1 => deliver(&upload, folder).map(|()| Answer::Unreachable).unwrap(),
        _ => deliver(&upload, folder).map(|()| server::acknowledges(upload.id)).unwrap(),
    };
    engine.finish_upload(upload.id, &answer).unwrap();
}

fn deliver(upload: &staykit_core::sync::Upload, folder: &Path) -> std::io::Result<()> {
    let name = upload.id.iter().fold(String::new(), |name, byte| format!("{name}{byte:02x}"));
    let (draft, place) = (folder.join("draft"), folder.join("server").join(name));
    let events = offered(upload).into_iter();
    let lines: Vec<String> = events
        .map(|((epoch, seq), mark)| format!("{epoch} {seq} {}\n", mark.unwrap_or(-1)))
        .collect();
    fs::write(&draft, lines.concat())?;
    // A batch that comes again is the same: events that differ would be found to be doubled.
    if place.exists() {
        assert_eq!(fs::read_to_string(&place)?, lines.concat(), "a batch came with other events");
    }
    fs::rename(&draft, &place)
}

/// The control: what it writes waits in the process until there is enough of it.
fn buffer_for_ever(folder: &Path, round: i64) {
    let file = OpenOptions::new().append(true).create(true).open(folder.join("buffered"));
    let mut file = BufWriter::new(file.unwrap());
    let mut out = std::io::stdout().lock();
    for number in 0_i64.. {
        let (mark, seq) = ((round << 32) | number, (round << 32) | (number + 1));
        writeln!(file, "{round} {seq} {mark}").unwrap();
        if number % 1_000 == 999 {
            file.flush().unwrap();
        }
        writeln!(out, "seq {round} {seq} {mark}").unwrap();
    }
}

/// Each acknowledged event is there once, as what it was; of those that no `record()` returned
/// there is at most one for each kill.
fn check(said: &Acknowledged, there: &[(Id, Mark)], kills: u64) -> Result<(), String> {
    let mut events = BTreeMap::new();
    for (id, mark) in there {
        if events.insert(*id, *mark).is_some() {
            return Err(format!("{id:?} is there twice"));
        }
    }
    for (id, mark) in said {
        match events.get(id) {
            None => return Err(format!("{id:?} is lost")),
            Some(found) if *found != Some(*mark) => {
                return Err(format!("{id:?} is {found:?}, recorded as {mark}"));
            }
            Some(_) => {}
        }
    }
    let more = (events.len() - said.len()) as u64;
    if more > kills { Err(format!("{more} events too many after {kills} kills")) } else { Ok(()) }
}

/// What the server has, and what the store has that the server does not.
fn everywhere(folder: &Path) -> Vec<(Id, Mark)> {
    let engine = open(folder);
    let delivered: Vec<(Id, Mark)> =
        files::list(&folder.join("server")).iter().flat_map(|path| read(path)).collect();
    let known: BTreeMap<Id, Mark> = delivered.iter().copied().collect();
    let mut all = delivered;
    for (id, mark) in found(&engine).unwrap() {
        match known.get(&id) {
            None => all.push((id, mark)),
            Some(before) => {
                assert_eq!(*before, mark, "{id:?} arrived as another event");
            }
        }
    }
    engine.close().unwrap();
    all
}

fn read(path: &Path) -> Vec<(Id, Mark)> {
    let text = fs::read_to_string(path).unwrap();
    // A line without its end was cut short.
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    whole.lines().filter_map(parse).map(|(id, mark)| (id, Some(mark))).collect()
}

fn parse(line: &str) -> Option<(Id, i64)> {
    let mut numbers = line.split(' ');
    let id = (numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?);
    Some((id, numbers.next()?.parse().ok()?))
}

/// Starts a child, kills it after so many ms, and gives what it said.
fn run_and_kill(folder: &Path, kind: &str, round: u64, after_ms: u64) -> Acknowledged {
    let mut child = spawn(folder, kind, round);
    let output = BufReader::new(child.stdout.take().unwrap());
    let listener = std::thread::spawn(move || listen(output));
    std::thread::sleep(Duration::from_millis(after_ms));
    child.kill().unwrap();
    let ended = child.wait().unwrap();
    // By the signal, and not before.
    assert_eq!(ended.code(), None, "the child ended by itself");
    listener.join().unwrap()
}

fn listen(mut output: impl BufRead) -> Acknowledged {
    let (mut said, mut line) = (Vec::new(), String::new());
    while output.read_line(&mut line).unwrap_or(0) > 0 {
        // A kill may cut the last line short.
        let whole = line.strip_suffix('\n').and_then(|line| line.strip_prefix("seq "));
        said.extend(whole.and_then(parse));
        line.clear();
    }
    said
}

fn spawn(folder: &Path, kind: &str, round: u64) -> Child {
    let errors = File::create(folder.join("errors")).unwrap();
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child_that_records_until_it_is_killed", "--nocapture"])
        .env(CHILD, folder)
        .env(KIND, kind)
        .env("STAYKIT_SEED", round.to_string())
        .stdout(Stdio::piped())
        .stderr(errors)
        .spawn()
        .unwrap()
}

/// Kills of one store; how many events were said to be there, and what is wrong with them.
fn life(seed: u64, kind: &str, kills: u64) -> (usize, Result<(), String>) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("server")).unwrap();
    let (draws, mut said) = (Seed::from_number(seed), Vec::new());
    // Every other store is killed in its making, too.
    let made = seed.is_multiple_of(2) && kind != "buffered";
    if made {
        open(folder.path()).close().unwrap();
    }
    for kill in 0..kills {
        let after_ms = draws.draw_below(LONGEST_MS, kill, "kill");
        // Numbers of the children of one store differ, so that their events do.
        said.extend(run_and_kill(folder.path(), kind, 1 + kill, after_ms));
    }
    let there = match kind {
        "buffered" => read(&folder.path().join("buffered")),
        _ => everywhere(folder.path()),
    };
    let checked = check(&said, &there, kills);
    let broken = made && there.iter().any(|((epoch, _), _)| *epoch != 1);
    let numbering = Err("a mere kill broke the numbering".to_owned());
    (said.len(), if broken { checked.and(numbering) } else { checked })
}

#[test]
fn a_killed_process_loses_no_event_that_was_on_flash() {
    let mut events = 0;
    for seed in seeds(by_form(60, 1_000) / LIFETIME) {
        let (said, checked) = life(seed, "engine", LIFETIME);
        checked.unwrap_or_else(|error| panic!("{error}; {}", again("kill", seed)));
        events += said;
    }
    println!("{events} events");
    assert!(events > 1_000, "{events} events only");
}

#[test]
fn a_writer_that_buffers_fails_the_same_check() {
    let (said, checked) = life(1, "buffered", 3);
    assert!(said > 0);
    assert!(checked.is_err_and(|error| error.contains("is lost")), "the control was not noticed");
}
