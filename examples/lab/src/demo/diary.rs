//! What a worker was about to do and what it did, one line each, so that the next process goes
//! on where a killed one stopped.
//!
//! Each numbered step is announced before it is taken (`Will`) and noted once it returned (`Did`).
//! A `Will` without its `Did` is in doubt: the engine alone knows whether it happened. A line is
//! one write, so a kill leaves each of them there or not; what a crash tore off is cut away.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use staykit_core::event::names;
use staykit_core::guidance::Outcome;

use crate::failure::Failure;

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Line {
    /// A user's store is about to be opened; the installation may not exist yet.
    Open { user: usize },
    /// The step that comes next.
    Will { user: usize, at: i64, step: Step },
    /// The step announced last returned.
    Did(Did),
    /// An upload is about to be sent.
    Send { batch: String, bytes: usize },
    /// A decision in words, for the summary.
    Told(Told),
    /// All of a user's events are acknowledged.
    End { user: usize },
}

/// A step in a user's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Step {
    /// Time passes, nothing happens.
    Tick,
    /// An entry of the log is recorded.
    Entry(usize),
    /// The user answers a decision.
    Answer { decision: u64, answer: Answer },
}

/// [`Outcome`], as a file names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    Shown,
    Clicked,
    Dismissed,
}

impl Answer {
    /// Name of the event that the engine records for it.
    pub(crate) fn event(self) -> &'static str {
        match self {
            Self::Shown => names::SHOWN,
            Self::Clicked => names::CLICKED,
            Self::Dismissed => names::DISMISSED,
        }
    }
}

impl From<Answer> for Outcome {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Shown => Self::Shown,
            Answer::Clicked => Self::Clicked,
            Answer::Dismissed => Self::Dismissed,
        }
    }
}

/// What a step did.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Did {
    /// Installation as hex.
    pub(crate) installation: String,
    pub(crate) epoch: u64,
    /// When, RFC 3339.
    pub(crate) at: String,
    /// Events that were recorded: the step's own and those that the engine added.
    pub(crate) events: Vec<(u64, String)>,
    /// The engine refused the draft.
    pub(crate) refused: bool,
    /// How long `record()` took.
    pub(crate) ns: Option<u64>,
    /// Signals that rose.
    pub(crate) raised: Vec<String>,
    /// Signals that fell.
    pub(crate) cleared: Vec<String>,
    /// Campaigns that were shown.
    pub(crate) shown: Vec<String>,
    /// Gates that withheld a campaign.
    pub(crate) withheld: Vec<String>,
}

/// A decision in words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Told {
    pub(crate) user: usize,
    pub(crate) id: String,
    pub(crate) at: String,
    pub(crate) campaign: String,
    /// The gate that withheld it; none if it was shown.
    pub(crate) gate: Option<String>,
    pub(crate) text: String,
}

/// A diary that can be added to.
#[derive(Debug)]
pub(crate) struct Diary {
    file: File,
    path: PathBuf,
    line: Vec<u8>,
}

impl Diary {
    /// Opens the diary, makes it if it is not there, and hands every line so far to `each`.
    pub(crate) fn open(path: &Path, each: impl FnMut(Line)) -> Result<Self, Failure> {
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(path)
            .map_err(Failure::file("open", path))?;
        let whole = read_lines(&file, path, each)?;
        file.set_len(whole)
            .and_then(|()| file.seek(SeekFrom::Start(whole)))
            .map_err(Failure::file("open", path))?;
        Ok(Self { file, path: path.to_owned(), line: Vec::new() })
    }

    /// Appends a line with one write.
    pub(crate) fn write(&mut self, line: &Line) -> Result<(), Failure> {
        self.line.clear();
        let encoded = serde_json::to_writer(&mut self.line, line).map_err(io::Error::from);
        self.line.push(b'\n');
        encoded
            .and_then(|()| self.file.write_all(&self.line))
            .map_err(Failure::file("write", &self.path))
    }
}

/// Hands every line of a finished diary to `each`.
pub(crate) fn read(path: &Path, each: impl FnMut(Line)) -> Result<(), Failure> {
    let file = File::open(path).map_err(Failure::file("read", path))?;
    read_lines(&file, path, each).map(|_| ())
}

/// Returns the number of bytes in whole lines.
fn read_lines(file: &File, path: &Path, mut each: impl FnMut(Line)) -> Result<u64, Failure> {
    let mut reader = BufReader::new(file);
    let (mut whole, mut line) = (0, Vec::new());
    loop {
        line.clear();
        let read = reader.read_until(b'\n', &mut line).map_err(Failure::file("read", path))?;
        if read == 0 || line.last() != Some(&b'\n') {
            return Ok(whole);
        }
        each(serde_json::from_slice(&line).map_err(Failure::file("understand", path))?);
        whole += u64::try_from(read).unwrap_or(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_back_and_a_torn_one_is_cut_away() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("diary");
        let step = Step::Answer { decision: 3, answer: Answer::Clicked };
        let lines = [
            Line::Open { user: 1 },
            Line::Will { user: 1, at: 5, step },
            Line::Did(Did { events: vec![(1, "open".to_owned())], ..Did::default() }),
        ];
        let mut diary = Diary::open(&path, |_| panic!("it is new")).unwrap();
        for line in &lines {
            diary.write(line).unwrap();
        }
        drop(diary);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes.extend_from_slice(b"{\"end\":{\"us");
        std::fs::write(&path, bytes).unwrap();
        let mut found = Vec::new();
        let mut diary = Diary::open(&path, |line| found.push(line)).unwrap();
        assert_eq!(found, lines);
        diary.write(&Line::End { user: 1 }).unwrap();
        found.clear();
        read(&path, |line| found.push(line)).unwrap();
        assert_eq!(found.len(), 4);
    }
}
