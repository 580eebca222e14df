//! The process that lives through the users of one shard.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use staykit_http::Transport;

use super::diary::{Diary, Line};
use super::history::{History, Standing};
use super::layout::Layout;
use super::life::{Life, Surroundings};
use crate::draws::Draws;
use crate::failure::Failure;
use crate::log::{Log, Person, Reading, read_json_lines};

/// Progress is told after so many entries.
const TELL_EVERY: u64 = 16;

/// What one worker is to do. The parent writes it, a hidden command reads it.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub(crate) struct Assignment {
    /// Folder of the run.
    #[arg(long)]
    pub(crate) folder: PathBuf,
    /// Which users: those whose number has this remainder ...
    #[arg(long)]
    pub(crate) shard: usize,
    /// ... divided by this.
    #[arg(long)]
    pub(crate) shards: usize,
    /// Seed of the users' answers.
    #[arg(long)]
    pub(crate) seed: u64,
    /// Where uploads go.
    #[arg(long)]
    pub(crate) collector: String,
    /// Until when time runs, ms since 1970-01-01T00:00Z.
    #[arg(long, allow_hyphen_values = true)]
    pub(crate) until: i64,
}

impl Assignment {
    /// As arguments of the command.
    pub(crate) fn arguments(&self) -> Vec<String> {
        vec![
            format!("--folder={}", self.folder.display()),
            format!("--shard={}", self.shard),
            format!("--shards={}", self.shards),
            format!("--seed={}", self.seed),
            format!("--collector={}", self.collector),
            format!("--until={}", self.until),
        ]
    }

    /// The users of a shard, with their numbers.
    pub(crate) fn people<'a>(&self, log: &'a Log) -> impl Iterator<Item = (usize, &'a Person)> {
        let numbered = log.people.iter().enumerate();
        numbered.skip(self.shard).step_by(self.shards.max(1))
    }
}

/// Runs a shard from where its diary ends to its end.
pub(crate) fn run(assignment: &Assignment) -> Result<(), Failure> {
    let layout = Layout::new(&assignment.folder);
    let log = read_json_lines(&layout.log(), &Reading::default())?;
    let transport = Transport::new(&assignment.collector, None)
        .map_err(|error| Failure::bug(format_args!("no transport: {error}")))?;
    let mut history = History::default();
    let diary = Diary::open(&layout.diary(assignment.shard), |line| history.take(line))?;
    let mut work = Work::new(diary, &history);
    for (user, person) in assignment.people(&log) {
        if history.ended.contains(&user) {
            continue;
        }
        let mut standing = history.current.take_if(|standing| standing.user == user);
        let standing = standing.get_or_insert_with(|| Standing { user, ..Standing::default() });
        let surroundings = Surroundings {
            layout: &layout,
            transport: &transport,
            draws: Draws::new(assignment.seed).of(u64::try_from(user).unwrap_or(0), "user"),
            until: assignment.until,
        };
        Life::resume(person, standing.clone(), &surroundings, &mut work)?.run()?;
        work.diary.write(&Line::End { user })?;
        work.progress.tell();
    }
    Ok(())
}

/// What a worker carries from user to user.
#[derive(Debug)]
pub(crate) struct Work {
    pub(crate) diary: Diary,
    pub(crate) progress: Progress,
    /// Kinds of decisions that are in words already.
    pub(crate) told: BTreeSet<(String, Option<String>)>,
}

impl Work {
    pub(crate) fn new(diary: Diary, history: &History) -> Self {
        Self { diary, progress: Progress(history.entries), told: history.told.clone() }
    }
}

/// How many entries are done, told on standard output.
#[derive(Debug)]
pub(crate) struct Progress(u64);

impl Progress {
    /// One more.
    pub(crate) fn advance(&mut self) {
        self.0 += 1;
        if self.0.is_multiple_of(TELL_EVERY) {
            self.tell();
        }
    }

    fn tell(&self) {
        let mut out = io::stdout().lock();
        // A parent that is gone cannot be told, and needs not.
        let _ = writeln!(out, "{}", self.0).and_then(|()| out.flush());
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        assignment: Assignment,
    }

    fn assignment() -> Assignment {
        Assignment {
            folder: PathBuf::from("/a b"),
            shard: 1,
            shards: 2,
            seed: 7,
            collector: "http://127.0.0.1:1".to_owned(),
            until: -5,
        }
    }

    #[test]
    fn an_assignment_survives_the_command_line() {
        let arguments = std::iter::once("worker".to_owned()).chain(assignment().arguments());
        assert_eq!(Command::parse_from(arguments).assignment, assignment());
    }

    #[test]
    fn shards_share_out_all_users() {
        let log = Log { people: vec![Person::default(); 5] };
        let mut all: Vec<_> = (0..2)
            .flat_map(|shard| {
                let assignment = Assignment { shard, ..assignment() };
                assignment.people(&log).map(|(user, _)| user).collect::<Vec<_>>()
            })
            .collect();
        assert_eq!(all, [0, 2, 4, 1, 3]);
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2, 3, 4]);
    }
}
