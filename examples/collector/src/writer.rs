//! One thread owns the connection that writes. Batches that wait are committed together: a
//! commit waits for the disk, and one wait serves them all.

use std::io;
use std::path::Path;
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::store::{self, Outcome};
use crate::verify::Batch;

/// Batches that may wait; more senders than that wait themselves.
const QUEUE: usize = 64;

/// A batch and where its answer goes.
struct Job {
    batch: Batch,
    answer: oneshot::Sender<Option<Outcome>>,
}

/// The way to the writing thread, which ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Writer {
    jobs: mpsc::Sender<Job>,
}

impl Writer {
    /// Opens the database and starts the thread, which ends with the outcome of closing it.
    pub(crate) fn start(database: &Path) -> io::Result<(Self, thread::JoinHandle<io::Result<()>>)> {
        let connection = store::open(database)?;
        let (jobs, queue) = mpsc::channel(QUEUE);
        let thread = thread::Builder::new()
            .name("collector-writer".to_owned())
            .spawn(move || run(connection, queue))?;
        Ok((Self { jobs }, thread))
    }

    /// Stores a batch. None if that failed, in which case nothing of it is stored.
    pub(crate) async fn store(&self, batch: Batch) -> Option<Outcome> {
        let (answer, outcome) = oneshot::channel();
        self.jobs.send(Job { batch, answer }).await.ok()?;
        outcome.await.ok().flatten()
    }

    /// Whether the thread still takes batches.
    pub(crate) fn is_open(&self) -> bool {
        !self.jobs.is_closed()
    }
}

fn run(mut connection: Connection, mut queue: mpsc::Receiver<Job>) -> io::Result<()> {
    let mut jobs = Vec::with_capacity(QUEUE);
    while queue.blocking_recv_many(&mut jobs, QUEUE) > 0 {
        let outcomes = store_all(&mut connection, &jobs);
        for (job, outcome) in jobs.drain(..).zip(outcomes) {
            // Whoever asked may be gone; the device will send again.
            let _ = job.answer.send(outcome);
        }
    }
    connection.close().map_err(|(_, error)| io::Error::other(error))
}

/// All in one transaction; if that fails each in its own, so that one cannot spoil the others.
fn store_all(connection: &mut Connection, jobs: &[Job]) -> Vec<Option<Outcome>> {
    match store::store(connection, jobs.iter().map(|job| &job.batch), now_ms()) {
        Ok(outcomes) => outcomes.into_iter().map(Some).collect(),
        Err(error) if jobs.len() == 1 => {
            log::error!("a batch could not be stored: {error}");
            vec![None]
        }
        Err(_) => {
            let alone = |job| store_all(connection, std::slice::from_ref(job)).pop().flatten();
            jobs.iter().map(alone).collect()
        }
    }
}

/// The server's clock, milliseconds since 1970-01-01T00:00Z.
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
