//! The Kotlin binding: `libstaykit.so`, what `UniFFI` makes of it, and the tests of both on a plain virtual machine.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::run::Run;
use crate::tool;

/// The Maven module.
pub(crate) const MODULE: &str = "bindings/kotlin/jvm";

/// How `UniFFI` writes Kotlin.
const CONFIG: &str = "bindings/kotlin/uniffi.toml";

/// What the Maven modules need of Cargo's.
#[derive(Debug)]
pub(crate) struct Native {
    /// The folder of `libstaykit.so` and of the collector.
    pub(crate) folder: PathBuf,
    /// The Kotlin that `UniFFI` wrote.
    generated: PathBuf,
}

pub(super) fn run(run: &mut Run<'_>) -> Result<String, Failure> {
    let native = prepare(run)?;
    let mut maven = native.maven(run, MODULE);
    maven.arg("test");
    Ok(note(&run.command(maven)?))
}

/// Builds the library with its entries for tests, the collector, and the library's Kotlin side.
pub(crate) fn prepare(run: &mut Run<'_>) -> Result<Native, Failure> {
    tool::JDK.require(run.workspace)?;
    tool::MAVEN.require(run.workspace)?;
    build(run, &["--package", "staykit-collector"])?;
    let folder = run.workspace.target.join("debug");
    let generated = generate(run, &folder.join("libstaykit.so"))?;
    Ok(Native { folder, generated })
}

/// The same with the library as it ships, for benchmarks.
pub(crate) fn prepare_shipped(run: &mut Run<'_>) -> Result<Native, Failure> {
    // What ships is stripped of what UniFFI reads.
    let native = prepare(run)?;
    build(run, &["--profile", "ship"])?;
    Ok(Native { folder: run.workspace.target.join("ship"), ..native })
}

fn build(run: &mut Run<'_>, arguments: &[&str]) -> Result<(), Failure> {
    let mut build = run.workspace.cargo(&["build", "--package", "staykit-kotlin"]);
    build.args(arguments).args(["--features", "staykit-kotlin/lab"]);
    run.command(build).map(|_| ())
}

fn generate(run: &mut Run<'_>, library: &Path) -> Result<PathBuf, Failure> {
    let folder = run.workspace.scratch("uniffi")?;
    let mut bindgen = run.workspace.cargo(&["run", "--package", "staykit-kotlin-bindgen", "--"]);
    bindgen.args(["generate", "--language", "kotlin", "--no-format", "--config", CONFIG]);
    bindgen.arg("--out-dir").arg(&folder).arg(library);
    run.command(bindgen)?;
    Ok(folder)
}

impl Native {
    /// Maven for the module in `folder`, told where everything is.
    pub(crate) fn maven(&self, run: &Run<'_>, folder: &str) -> Command {
        let define = |name: &str, path: &Path| {
            let mut text = OsString::from(format!("-D{name}="));
            text.push(path);
            text
        };
        let mut maven = run.workspace.command("mvn");
        maven.args(["--batch-mode", "--no-transfer-progress", "--file"]);
        maven.arg(Path::new(folder).join("pom.xml"));
        // The daemon would keep 1 GB for two hours.
        maven.arg("-Dkotlin.compiler.daemon=false");
        maven.arg(define("staykit.native.folder", &self.folder));
        maven.arg(define("staykit.generated", &self.generated));
        maven.arg(define("staykit.collector", &self.folder.join("staykit-collector")));
        maven
    }
}

/// `23 tests`, from Maven's last summary.
fn note(printed: &str) -> String {
    let count = |line: &str| {
        let (_, rest) = line.split_once("Tests run: ")?;
        rest.split_once(',')?.0.parse::<u32>().ok()
    };
    printed
        .lines()
        .filter_map(count)
        .next_back()
        .map_or(String::new(), |tests| format!("{tests} tests"))
}

#[cfg(test)]
mod tests {
    use super::note;

    #[test]
    fn the_note_counts_the_tests_of_the_summary() {
        let printed = "[INFO] Tests run: 3, Failures: 0\n[INFO] Tests run: 5, Failures: 0\n[INFO] BUILD SUCCESS\n";
        assert_eq!(note(printed), "5 tests");
        assert_eq!(note("[INFO] BUILD SUCCESS"), "");
    }
}
