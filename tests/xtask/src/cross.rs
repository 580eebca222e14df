//! `cargo xtask cross ohos`: the native library for arm64 HarmonyOS, without its SDK. `cross android` is in a file of
//! its own.
//!
//! `tests/xtask/cross-ohos.sh` brings the tools and builds; here its figures are read and compared with their limits.

mod android;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use clap::ValueEnum;
use flate2::Compression;
use flate2::write::DeflateEncoder;

use crate::failure::Failure;
use crate::run::Run;
use crate::sizes;
use crate::workspace::Workspace;

/// Bytes that the library may have.
const MOST_BYTES: u64 = 1_800_000;
/// Bytes of it, deflated as an archive has it.
const MOST_DEFLATED_BYTES: u64 = 850_000;

/// Tests that cannot run where a processor is imitated for one process, by part of their name, and why.
const LEFT_OUT: [(&str, &str); 2] = [
    ("processes::", "starts programs, which would run on the machine's own processor"),
    ("on_a_full_disk", "starts itself anew, with a limit on files"),
];

/// A platform.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
pub(crate) enum Target {
    /// HarmonyOS on arm64
    Ohos,
    /// Android on arm64, arm and `x86_64`: types and lints, and the libraries where `ANDROID_NDK_HOME` names an NDK
    Android,
}

/// The command.
pub(crate) fn run(workspace: &Workspace, target: Target) -> Result<ExitCode, Failure> {
    if target == Target::Android {
        return android::run(workspace);
    }
    let mut run = Run::start(workspace, "cross-ohos", false)?;
    let built = ohos(&mut run);
    let took = run.finish();
    let (figures, passed) = built?;
    println!("core's tests under qemu: {passed} passed");
    for (name, why) in LEFT_OUT {
        println!("left out: {name}, as it {why}");
    }
    for row in figures.rows() {
        println!("{}", row.text());
    }
    println!("in {:.0} s", took.as_secs_f64());
    Ok(ExitCode::SUCCESS)
}

/// Types and lints for all of Android's processors, and HarmonyOS's library with its limits; what was looked at.
pub(crate) fn check_all(run: &mut Run<'_>) -> Result<String, Failure> {
    let checked = android::check_all(run)?;
    let library = library(run)?;
    let figures = Figures::of(&library)?;
    let reached = figures.rows().iter().all(Row::is_reached);
    let text = figures.text();
    if reached { Ok(format!("{checked}; {text}")) } else { Err(Failure::Found(vec![text])) }
}

/// Builds, checks and loads the library, then runs core's tests: how many passed.
fn ohos(run: &mut Run<'_>) -> Result<(Figures, u32), Failure> {
    let library = library(run)?;
    let mut tests = script(run.workspace, "staykit-core", "test");
    tests.args(["--", "--"]);
    tests.args(LEFT_OUT.iter().flat_map(|(name, _)| ["--skip", name]));
    tests.env("PROFILE", "release");
    let printed = run.script(tests)?;
    match passed(&printed) {
        0 => Err(Failure::Found(vec!["no test of core ran under qemu".to_owned()])),
        tests => Ok((Figures::of(&library)?, tests)),
    }
}

/// Over all of cargo's summaries.
fn passed(printed: &str) -> u32 {
    let count = |line: &str| {
        let (_, rest) = line.trim_start().split_once("test result: ok. ")?;
        rest.split_once(" passed")?.0.parse::<u32>().ok()
    };
    printed.lines().filter_map(count).sum()
}

/// `libstaykit.so` as it is packed: built, its shape checked, and loaded by musl's loader.
pub(crate) fn library(run: &mut Run<'_>) -> Result<PathBuf, Failure> {
    let mut build = script(run.workspace, "staykit-arkts", "tools build check load");
    build.env("PROFILE", "ship");
    run.script(build)?;
    let output = run.workspace.target.join("cross-ohos/aarch64-unknown-linux-ohos/ship");
    let library = run.workspace.scratch("cross-ohos")?.join("libstaykit.so");
    let from = output.join("libstaykit_arkts.so");
    let bytes = std::fs::copy(&from, &library).map_err(Failure::file("copy", &from))?;
    let compared = sizes::compare(&run.workspace.root, "har/arm64-v8a", bytes)?;
    run.note(&compared);
    run.note(&Figures::of(&library)?.text());
    Ok(library)
}

fn script(workspace: &Workspace, package: &str, steps: &str) -> Command {
    let mut bash = workspace.command("bash");
    bash.arg("tests/xtask/cross-ohos.sh").arg(&workspace.root).arg(package);
    bash.env("STEPS", steps).env("TARGET_DIR", workspace.target.join("cross-ohos"));
    bash
}

/// What is measured of the library.
#[derive(Debug)]
struct Figures {
    bytes: u64,
    deflated_bytes: u64,
}

impl Figures {
    fn of(library: &Path) -> Result<Self, Failure> {
        let bytes = std::fs::read(library).map_err(Failure::file("read", library))?;
        let mut deflated = DeflateEncoder::new(Vec::new(), Compression::best());
        let all = deflated.write_all(&bytes).and_then(|()| deflated.finish());
        let deflated = all.map_err(Failure::file("deflate", library))?;
        let count = |bytes: &[u8]| u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Ok(Self { bytes: count(&bytes), deflated_bytes: count(&deflated) })
    }

    fn rows(&self) -> [Row; 2] {
        let row = |name, is, most| Row { name, is, most };
        [
            row("ohos_arm64_bytes", self.bytes, MOST_BYTES),
            row("ohos_arm64_deflated_bytes", self.deflated_bytes, MOST_DEFLATED_BYTES),
        ]
    }

    fn text(&self) -> String {
        self.rows().map(|row| row.text()).join(", ")
    }
}

/// A figure and its limit.
struct Row {
    name: &'static str,
    is: u64,
    most: u64,
}

impl Row {
    fn text(&self) -> String {
        let Self { name, is, most } = self;
        let reached = if self.is_reached() { "reached" } else { "not reached" };
        format!("{name} {is} (at most {most}: {reached})")
    }

    fn is_reached(&self) -> bool {
        self.is <= self.most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_above_its_limit_says_so() {
        let figures = Figures { bytes: MOST_BYTES, deflated_bytes: MOST_DEFLATED_BYTES + 1 };
        assert_eq!(
            figures.text(),
            "ohos_arm64_bytes 1800000 (at most 1800000: reached), \
             ohos_arm64_deflated_bytes 850001 (at most 850000: not reached)"
        );
    }

    #[test]
    fn tests_are_counted_over_all_binaries() {
        let printed = "test result: ok. 257 passed; 0 failed\nnoise\n\
                       test result: ok. 3 passed; 0 failed\n";
        assert_eq!(passed(printed), 260);
    }
}
