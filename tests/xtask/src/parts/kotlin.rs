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

/// The program that writes Kotlin.
const BINDGEN: &str = "staykit-kotlin-bindgen";

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
    tests(&run.command(maven)?, 1)
}

/// Builds the library with its entries for tests, the collector, and the library's Kotlin side.
pub(crate) fn prepare(run: &mut Run<'_>) -> Result<Native, Failure> {
    tool::JDK.require(run.workspace)?;
    tool::MAVEN.require(run.workspace)?;
    let mut build = run.workspace.build_for_tests(&["--lib", "--features", "staykit-kotlin/lab"]);
    build.args(["--bin", "staykit-collector", "--bin", BINDGEN]);
    run.command(build)?;
    let folder = run.workspace.target.join("debug");
    let generated = generate(run, &folder)?;
    Ok(Native { folder, generated })
}

/// The same with the library as it ships, for benchmarks.
pub(crate) fn prepare_shipped(run: &mut Run<'_>) -> Result<Native, Failure> {
    // What ships is stripped of what UniFFI reads.
    let native = prepare(run)?;
    let mut build = run.workspace.cargo(&["build", "--package", "staykit-kotlin"]);
    build.args(["--features", "staykit-kotlin/lab", "--profile", "ship"]);
    run.command(build)?;
    Ok(Native { folder: run.workspace.target.join("ship"), ..native })
}

fn generate(run: &mut Run<'_>, built: &Path) -> Result<PathBuf, Failure> {
    let generated = run.workspace.scratch("uniffi")?;
    let mut bindgen = run.workspace.command(built.join(BINDGEN));
    bindgen.args(["generate", "--language", "kotlin", "--no-format", "--config", CONFIG]);
    bindgen.arg("--out-dir").arg(&generated).arg(built.join("libstaykit.so"));
    run.command(bindgen)?;
    Ok(generated)
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

/// `123 tests`, the sum over the modules, each of which ends with a line of its own. Maven is content with a module
/// whose tests it does not find, and says nothing: fewer than `modules` is a fault.
pub(super) fn tests(printed: &str, modules: usize) -> Result<String, Failure> {
    let count = |line: &str| {
        let (_, rest) = line.split_once("Tests run: ")?;
        // Lines of single classes go on with the time that they took.
        let is_class = rest.contains("Time elapsed");
        if is_class { None } else { rest.split_once(',')?.0.parse::<u32>().ok() }
    };
    let ran: Vec<u32> = printed.lines().filter_map(count).filter(|tests| *tests > 0).collect();
    if ran.len() < modules {
        let fault = format!("tests ran in {} of {modules} modules", ran.len());
        return Err(Failure::Found(vec![fault]));
    }
    Ok(format!("{} tests", ran.iter().sum::<u32>()))
}

#[cfg(test)]
mod tests {
    use super::tests;

    #[test]
    fn the_tests_of_all_modules_are_added_up_and_not_those_of_their_classes() {
        let printed = "[INFO] Tests run: 3, Failures: 0, Time elapsed: 0.1 s -- in io.staykit.A\n\
                       [INFO] Tests run: 3, Failures: 0, Errors: 0, Skipped: 0\n\
                       [WARNING] Tests run: 5, Failures: 0, Errors: 0, Skipped: 1\n";
        assert_eq!(tests(printed, 2).unwrap(), "8 tests");
    }

    #[test]
    fn a_module_without_tests_is_a_fault() {
        let printed = "[INFO] Tests run: 3, Failures: 0\n[INFO] Tests run: 0, Failures: 0\n";
        let fault = tests(printed, 2).unwrap_err().to_string();
        assert!(fault.contains("tests ran in 1 of 2 modules"), "{fault}");
        assert!(tests("[INFO] BUILD SUCCESS", 1).is_err());
    }
}
