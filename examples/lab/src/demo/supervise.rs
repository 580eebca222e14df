//! Starts the workers, kills some in the middle and starts them again.

use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use super::worker::Assignment;
use crate::draws::Draws;
use crate::failure::Failure;

/// Signal number of SIGKILL on every Unix.
const SIGKILL: i32 = 9;

/// The share of a shard's entries within which kills are spread.
const SPREAD_PERCENT: u64 = 95;

/// What a run's processes are to do.
#[derive(Debug)]
pub(crate) struct Supervision {
    pub(crate) assignments: Vec<Assignment>,
    /// Entries of the log in each shard.
    pub(crate) entries: Vec<u64>,
    /// Kills of each worker.
    pub(crate) kills: u64,
    pub(crate) draws: Draws,
}

impl Supervision {
    /// Runs all workers to their end; `progress` is told how many entries are done. Returns how
    /// many processes were killed.
    pub(crate) fn run(&self, progress: &(dyn Fn(u64) + Sync)) -> Result<u64, Failure> {
        let done: Vec<AtomicU64> = self.entries.iter().map(|_| AtomicU64::new(0)).collect();
        let total = || done.iter().map(|done| done.load(Ordering::Relaxed)).sum();
        thread::scope(|scope| {
            let shards: Vec<_> = self
                .assignments
                .iter()
                .zip(&done)
                .zip(&self.entries)
                .map(|((assignment, done), entries)| {
                    let tell = move |position| {
                        done.store(position, Ordering::Relaxed);
                        progress(total());
                    };
                    scope.spawn(move || self.shard(assignment, *entries, &tell))
                })
                .collect();
            let killed = shards.into_iter().map(|shard| {
                let joined = shard.join();
                joined.unwrap_or_else(|_| Err(Failure::bug("a thread of the demo panicked")))
            });
            killed.sum()
        })
    }

    fn shard(
        &self,
        assignment: &Assignment,
        entries: u64,
        tell: &dyn Fn(u64),
    ) -> Result<u64, Failure> {
        let shard = u64::try_from(assignment.shard).unwrap_or(0);
        let draws = self.draws.of(shard, "kills");
        let mut points = kill_points(&draws, self.kills, entries).into_iter();
        let mut killed = 0;
        loop {
            let mut child = start(assignment)?;
            let point = points.next();
            let pause = Duration::from_micros(draws.below(3_000, killed, "pause"));
            let status = watch(&mut child, point, pause, tell)?;
            if status.signal() == Some(SIGKILL) && point.is_some() {
                killed += 1;
            } else if status.success() {
                return Ok(killed);
            } else {
                return Err(Failure::new(
                    format_args!("worker {shard} ended with {status}"),
                    "its own words are above",
                ));
            }
        }
    }
}

/// After how many entries a worker is killed: one point in each of equal stretches.
fn kill_points(draws: &Draws, kills: u64, entries: u64) -> Vec<u64> {
    let stretch = entries * SPREAD_PERCENT / 100 / kills.max(1);
    (0..kills).map(|kill| kill * stretch + draws.below(stretch, kill, "point")).collect()
}

fn start(assignment: &Assignment) -> Result<Child, Failure> {
    let program = std::env::current_exe()
        .map_err(|error| Failure::bug(format_args!("the program does not know itself: {error}")))?;
    Command::new(&program)
        .arg("worker")
        .args(assignment.arguments())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(Failure::file("start", &program))
}

/// Reads how far the worker is, a number a line, until it ends or has reached `point`.
fn watch(
    child: &mut Child,
    point: Option<u64>,
    pause: Duration,
    tell: &dyn Fn(u64),
) -> Result<ExitStatus, Failure> {
    let told = child.stdout.take().map(BufReader::new);
    for line in told.into_iter().flat_map(BufRead::lines) {
        let Some(position) = line.ok().and_then(|line| line.parse().ok()) else {
            break;
        };
        tell(position);
        if point.is_some_and(|point| position >= point) {
            // The line was written at one place in the worker's loop; it is to die at any.
            thread::sleep(pause);
            // Fails if it has just ended by itself; the status tells.
            let _ = child.kill();
            break;
        }
    }
    let status = child.wait();
    status.map_err(|error| Failure::bug(format_args!("a worker cannot be waited for: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kills_are_spread_over_the_run_and_seeded() {
        let points = kill_points(&Draws::new(7), 10, 20_000);
        assert_eq!(points, kill_points(&Draws::new(7), 10, 20_000));
        assert!(points.is_sorted() && points.len() == 10, "{points:?}");
        assert!(points[0] < 1_900 && points[9] < 19_000 && points[9] >= 17_000, "{points:?}");
    }

    #[test]
    fn a_worker_is_killed_when_it_has_come_far_enough_and_else_runs_to_its_end() {
        let start = || {
            Command::new("sh")
                .args(["-c", "echo 1; echo 5; sleep 0.2; echo 9"])
                .stdout(Stdio::piped())
                .spawn()
                .unwrap()
        };
        let told = std::cell::RefCell::new(Vec::new());
        let tell = |position| told.borrow_mut().push(position);
        let killed = watch(&mut start(), Some(5), Duration::ZERO, &tell).unwrap();
        assert_eq!(killed.signal(), Some(SIGKILL));
        assert_eq!(told.take(), [1, 5]);
        let ended = watch(&mut start(), None, Duration::ZERO, &tell).unwrap();
        assert!(ended.success());
        assert_eq!(told.take(), [1, 5, 9]);
    }
}
