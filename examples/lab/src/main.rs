//! `lab`: runs the main job end to end, replays logs, makes packs.

mod cli;
mod data;
mod demo;
mod device;
mod draws;
mod failure;
mod hex;
mod log;
mod packs;
mod replay;
mod terminal;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match cli::Lab::parse().run() {
        Ok(code) => code,
        Err(failure) => {
            // Nothing else could be told the failure.
            let _ = writeln!(std::io::stderr(), "{failure}");
            ExitCode::from(failure.code())
        }
    }
}
