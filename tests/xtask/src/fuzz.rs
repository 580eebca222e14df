//! `cargo xtask fuzz`: libFuzzer over the targets of `tests/fuzz`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::failure::Failure;
use crate::run::Run;
use crate::tool;
use crate::workspace::Workspace;

/// The targets, as `staykit_tests::fuzz` has them.
const TARGETS: [&str; 9] = [
    "journal",
    "segment",
    "checkpoint",
    "database",
    "operations",
    "pack",
    "answer",
    "draft",
    "rule",
];
/// The release of cargo-fuzz that is installed.
const CARGO_FUZZ_VERSION: &str = "0.13.2";
/// Where sources and corpus are.
const SOURCES: &str = "tests/fuzz";
/// How long one input may take, in seconds; how much memory the process may, in MB; how long an
/// input may be, in bytes.
const LIMITS: [&str; 3] = ["-timeout=20", "-rss_limit_mb=512", "-max_len=4096"];

/// As cargo-fuzz sets it, and without what costs most: our own code has no `unsafe`.
const SANITIZER: &str = "detect_odr_violation=0:quarantine_size_mb=32:malloc_context_size=1:detect_stack_use_after_return=0";

/// What the command line asks for.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Which target; all if none is named
    target: Option<String>,
    /// How long each runs
    #[arg(long, value_name = "N", default_value_t = 60)]
    seconds: u32,
    /// Writes the seeds of all targets into `tests/fuzz/corpus` instead
    #[arg(long)]
    seeds: bool,
}

/// Runs one target, or all, or writes the seeds.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<ExitCode, Failure> {
    let targets = chosen(arguments.target.as_deref())?;
    let mut run = Run::start(workspace, "fuzz", false)?;
    let done = if arguments.seeds {
        write_seeds(&mut run)
    } else {
        run_targets(&mut run, &targets, arguments.seconds)
    };
    let took = run.finish();
    println!("fuzz: ok in {:.1} s, {}", took.as_secs_f64(), done?);
    Ok(ExitCode::SUCCESS)
}

fn chosen(name: Option<&str>) -> Result<Vec<&'static str>, Failure> {
    let Some(name) = name else { return Ok(TARGETS.to_vec()) };
    let known = TARGETS.iter().find(|target| **target == name);
    known.map(|target| vec![*target]).ok_or_else(|| {
        let there = TARGETS.join(", ");
        Failure::Found(vec![format!("no fuzz target is called {name}; there are: {there}")])
    })
}

/// Every target for a minute: what the long form of the tests does.
pub(crate) fn run_all(run: &mut Run<'_>) -> Result<String, Failure> {
    run_targets(run, &TARGETS, 60)
}

fn write_seeds(run: &mut Run<'_>) -> Result<String, Failure> {
    let program = ["run", "--quiet", "--package", "staykit-tests", "--example", "fuzz_seeds", "--"];
    let mut command = run.workspace.cargo(&program);
    command.arg(run.workspace.root.join(SOURCES).join("corpus"));
    run.command(command)?;
    Ok("seeds written".to_owned())
}

fn run_targets(run: &mut Run<'_>, targets: &[&str], seconds: u32) -> Result<String, Failure> {
    let programs = build(run)?;
    let mut inputs = 0;
    for target in targets {
        let tried = run_target(run, &programs.join(target), target, seconds)?;
        run.note(&format!("{target}: {tried} inputs in {seconds} s"));
        inputs += tried;
    }
    Ok(format!("{inputs} inputs to {} targets", targets.len()))
}

/// Builds all targets; the folder that has them.
fn build(run: &mut Run<'_>) -> Result<PathBuf, Failure> {
    tool::NIGHTLY.require(run.workspace)?;
    let installed = install(run)?;
    let target = run.workspace.target.join("fuzz");
    let mut build = run.workspace.command(installed);
    // cargo-fuzz calls cargo, which is to be the nightly one.
    build.env("RUSTUP_TOOLCHAIN", "nightly").env_remove("CARGO");
    build.args(["fuzz", "build", "--fuzz-dir", SOURCES, "--target-dir"]).arg(&target);
    run.command(build)?;
    let mut rustc = run.workspace.command("rustc");
    rustc.arg("-vV");
    let version = run.command(rustc)?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
    Ok(target.join(host).join("release"))
}

/// Installs cargo-fuzz below the target folder, unless this release is there.
fn install(run: &mut Run<'_>) -> Result<PathBuf, Failure> {
    let root = run.workspace.target.join("tools");
    let program = root.join("bin").join("cargo-fuzz");
    let there = Command::new(&program).args(["fuzz", "--version"]).output();
    let release = there.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    if !release.is_ok_and(|release| release.ends_with(CARGO_FUZZ_VERSION)) {
        let mut cargo = run.workspace.cargo(&["install", "--locked", "--force", "--root"]);
        cargo.arg(root).args(["--version", CARGO_FUZZ_VERSION, "cargo-fuzz"]);
        run.command(cargo)?;
    }
    Ok(program)
}

/// How many inputs were tried. New inputs worth keeping go below the target folder, as do those
/// that bring the target down.
fn run_target(
    run: &mut Run<'_>,
    program: &Path,
    target: &str,
    seconds: u32,
) -> Result<u64, Failure> {
    let found = run.workspace.scratch(&format!("fuzz/corpus/{target}"))?;
    let crashes = run.workspace.scratch(&format!("fuzz/crashes/{target}"))?;
    let before = files(&crashes)?;
    let mut fuzz = run.workspace.command(program);
    fuzz.env("ASAN_OPTIONS", SANITIZER);
    fuzz.arg(found).arg(run.workspace.root.join(SOURCES).join("corpus").join(target));
    fuzz.arg(format!("-max_total_time={seconds}")).args(LIMITS).arg("-print_final_stats=1");
    fuzz.arg(format!("-artifact_prefix={}/", crashes.display()));
    match run.command(fuzz) {
        Ok(printed) => Ok(tried(&printed)),
        Err(failure) => {
            for input in files(&crashes)?.iter().filter(|input| !before.contains(input)) {
                run.note(&explain(program, target, input));
            }
            Err(failure)
        }
    }
}

fn explain(program: &Path, target: &str, input: &Path) -> String {
    let (program, input) = (program.display(), input.display());
    format!(
        "{target}: rerun it with: {program} {input}\n\
         to keep it: cp {input} {SOURCES}/corpus/{target}/"
    )
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = fs::read_dir(folder).map_err(Failure::file("list", folder))?;
    Ok(entries.filter_map(|entry| Some(entry.ok()?.path())).collect())
}

/// The count of inputs, out of libFuzzer's figures.
fn tried(printed: &str) -> u64 {
    let figure =
        |line: &str| line.strip_prefix("stat::number_of_executed_units:")?.trim().parse().ok();
    printed.lines().find_map(figure).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_target_is_answered_with_those_that_exist() {
        let failure = chosen(Some("jurnal")).unwrap_err().to_string();
        assert!(failure.contains("jurnal") && failure.contains("journal, segment"), "{failure}");
        assert_eq!(chosen(Some("rule")).unwrap(), ["rule"]);
        assert_eq!(chosen(None).unwrap().len(), TARGETS.len());
    }

    #[test]
    fn the_count_of_inputs_is_read_from_the_figures() {
        assert_eq!(tried("Done\nstat::number_of_executed_units: 4711\nstat::x: 1\n"), 4711);
    }

    #[test]
    fn every_target_has_a_program_and_a_corpus() {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz");
        for target in TARGETS {
            assert!(sources.join("fuzz_targets").join(target).with_extension("rs").exists());
            assert!(!files(&sources.join("corpus").join(target)).unwrap().is_empty());
        }
    }
}
