//! `cargo xtask`: tests, checks and benchmarks of the workspace.
//!
//! One file a command; `parts/` holds what `cargo xtask test` runs, one file a part.

mod aar;
mod apk;
mod bench;
mod check;
mod cross;
mod elf;
mod failure;
mod fuzz;
mod har;
mod layers;
mod links;
mod npm;
mod ohos;
mod parts;
mod peers;
mod proto_image;
mod run;
mod shell;
mod sizes;
mod test;
mod tool;
mod workspace;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::failure::Failure;
use crate::parts::Choice;
use crate::workspace::Workspace;

/// Tests, checks and benchmarks of the workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs everything, or only the parts named; a part that fails does not stop the others
    Test {
        /// Parts to run; `core` stands for all but `proto`, `cel`, `cross`, `kotlin`, `android`, `apk`, `ohos`, `lab` and `fuzz`
        #[arg(value_name = "PART")]
        parts: Vec<Choice>,
        /// Takes the long form of the tests that have one (`STAYKIT_LONG=1`)
        #[arg(long)]
        long: bool,
    },
    /// Runs the fast part: formatting, lints, layers, unit tests
    Check,
    /// Checks the order of core's layers, cycles between its modules, and the length of files
    Layers,
    /// Runs a benchmark; without a name, lists them
    Bench {
        /// Which benchmark
        name: Option<String>,
        /// Also writes the table as JSON
        #[arg(long, value_name = "FILE")]
        json: Option<PathBuf>,
    },
    /// Runs libFuzzer over a target, or over all (needs a nightly toolchain)
    Fuzz(fuzz::Arguments),
    /// Builds the Android libraries as archives; the last line is the path of the first one
    Aar(aar::Arguments),
    /// Builds the quick start for Android from the archives, as a signed APK (needs Debian's build tools)
    Apk,
    /// Saves the messages as the image that later changes are compared with
    ProtoImage,
    /// Formats every `.ets` file in place
    OhosFormat,
    /// Builds the native library for a platform, checks its shape and size, and runs core's tests there
    Cross {
        /// Which platform
        target: cross::Target,
    },
    /// Packs the archives for HarmonyOS; the last line is the path of the facade's
    Har {
        /// A flavour for tests, with the library of this machine, which no device can load
        #[arg(long)]
        for_tests: bool,
    },
}

fn main() -> ExitCode {
    let Arguments { command } = Arguments::parse();
    let outcome = Workspace::locate().and_then(|workspace| run(&workspace, command));
    outcome.unwrap_or_else(|failure| {
        eprintln!("{failure}");
        ExitCode::FAILURE
    })
}

fn run(workspace: &Workspace, command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Test { parts, long } => test::run(workspace, &parts, long),
        Command::Check => check::run(workspace),
        Command::Layers => layers::run(workspace),
        Command::Bench { name, json } => bench::run(workspace, name.as_deref(), json),
        Command::Fuzz(arguments) => fuzz::run(workspace, &arguments),
        Command::Aar(arguments) => aar::run(workspace, &arguments),
        Command::Apk => apk::run(workspace),
        Command::ProtoImage => proto_image::run(workspace),
        Command::OhosFormat => ohos::format(workspace),
        Command::Cross { target } => cross::run(workspace, target),
        Command::Har { for_tests } => har::run(workspace, for_tests),
    }
}
