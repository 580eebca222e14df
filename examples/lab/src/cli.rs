//! The command line.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use staykit_core::event::Currency;

use crate::data::Source;
use crate::demo::{Assignment, Demo, run_worker};
use crate::failure::Failure;
use crate::log::{Columns, Instant};
use crate::packs::PackCommand;
use crate::replay::Replay;

/// Staykit's laboratory: the main job on real input, replays of any log, packs.
#[derive(Debug, Parser)]
#[command(name = "lab", version)]
pub(crate) struct Lab {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Records two logs on a device per user, kills processes on the way, uploads and compares.
    Demo(DemoArguments),
    /// Shows what signals and decisions a log would have brought about, and why.
    Replay(Box<ReplayArguments>),
    /// Checks, compiles, signs and shows packs.
    #[command(subcommand)]
    Pack(PackCommand),
    /// A process of the demo.
    #[command(hide = true)]
    Worker(Assignment),
}

#[derive(Debug, Args)]
struct DemoArguments {
    /// Only this log.
    #[arg(long, value_enum)]
    data: Option<DataName>,
    /// All 23,570 customers of `purchases` instead of a tenth; takes ten times as long.
    #[arg(long)]
    all: bool,
    /// Writes the figures there as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Leaves stores, collector database and truth in this empty folder, for a recount.
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Seed of the users' answers, of the kills and of simulated users.
    #[arg(long, default_value_t = 7)]
    seed: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DataName {
    /// Named events of a web shop (synthetic).
    Shop,
    /// Purchases of a CD shop (real).
    Purchases,
}

#[derive(Debug, Args)]
struct ReplayArguments {
    /// JSON Lines of {"user","at","name","properties"}, or CSV with a heading (by its name, .csv).
    #[arg(long, value_name = "FILE")]
    events: PathBuf,
    /// Pack to replay under, YAML or compiled [default: the built-in one].
    #[arg(long, value_name = "FILE")]
    pack: Option<PathBuf>,
    /// Goes over to this pack at the instant of --from.
    #[arg(long, value_name = "FILE", requires = "from")]
    then: Option<PathBuf>,
    /// When the pack of --then takes over (RFC 3339).
    #[arg(long, value_name = "INSTANT", value_parser = instant, requires = "then")]
    from: Option<Instant>,
    /// Replaces a name of the log by a standard one; may be repeated.
    #[arg(long, value_name = "NAME=STANDARD", value_parser = pair, num_args = 1..)]
    map: Vec<(String, String)>,
    /// Currency of amounts that come without one.
    #[arg(long, value_name = "CODE", value_parser = currency)]
    currency: Option<Currency>,
    /// Writes JSON Lines.
    #[arg(long)]
    json: bool,
    /// CSV column with the user.
    #[arg(long, value_name = "COLUMN", default_value = "user")]
    user: String,
    /// CSV column with the time (RFC 3339; without an offset it is taken as UTC).
    #[arg(long, value_name = "COLUMN", default_value = "at")]
    at: String,
    /// CSV column with the event's name.
    #[arg(long, value_name = "COLUMN", default_value = "name")]
    name: String,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((from, to)) if !from.is_empty() && !to.is_empty() => {
            Ok((from.to_owned(), to.to_owned()))
        }
        _ => Err("write it as launch=open: the log's name, then the standard one".to_owned()),
    }
}

fn instant(text: &str) -> Result<Instant, String> {
    Instant::parse(text).ok_or_else(|| "write it as 2026-03-01T09:00:00+08:00".to_owned())
}

fn currency(text: &str) -> Result<Currency, String> {
    Currency::new(text).ok_or_else(|| "write three capital letters, such as USD".to_owned())
}

impl Lab {
    pub(crate) fn run(self) -> Result<ExitCode, Failure> {
        match self.command {
            Command::Demo(arguments) => crate::demo::run(&arguments.into_demo()),
            Command::Replay(arguments) => crate::replay::run(&arguments.into_replay()),
            Command::Pack(command) => return crate::packs::run(&command),
            Command::Worker(assignment) => run_worker(&assignment),
        }?;
        Ok(ExitCode::SUCCESS)
    }
}

impl DemoArguments {
    fn into_demo(self) -> Demo {
        let purchases = Source::Purchases { all: self.all };
        let sources = match self.data {
            Some(DataName::Shop) => vec![Source::Shop],
            Some(DataName::Purchases) => vec![purchases],
            None => vec![purchases, Source::Shop],
        };
        Demo { sources, json: self.json, keep: self.keep, seed: self.seed }
    }
}

impl ReplayArguments {
    fn into_replay(self) -> Replay {
        Replay {
            events: self.events,
            pack: self.pack,
            then: self.then.zip(self.from),
            names: self.map.into_iter().collect(),
            currency: self.currency,
            json: self.json,
            columns: Columns { user: self.user, at: self.at, name: self.name },
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Lab::command().debug_assert();
    }

    #[test]
    fn names_are_mapped_in_pairs() {
        let arguments = ["lab", "replay", "--events", "e", "--map", "a=b", "c=d", "--map", "e=f"];
        let Command::Replay(replay) = Lab::parse_from(arguments).command else {
            panic!("a replay");
        };
        assert_eq!(replay.map.len(), 3);
        assert!(Lab::try_parse_from(["lab", "replay", "--events", "e", "--map", "a"]).is_err());
        assert!(
            Lab::try_parse_from(["lab", "replay", "--events", "e", "--currency", "usd"]).is_err()
        );
    }
}
