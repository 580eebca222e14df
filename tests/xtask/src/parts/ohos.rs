//! HarmonyOS without its SDK: types, `ArkTS` rules and format of the facade, and the facade itself on Node with the real
//! engine below it and a real collector before it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::har;
use crate::npm::{self, Package};
use crate::run::Run;
use crate::tool;

/// The `ArkTS` compiler front end with its linter.
const COMPILER: Package = Package { name: "ohos-typescript", version: "4.9.5-r9" };
/// The formatter.
const FORMATTER: Package = Package { name: "@ohos-rs/oxk", version: "0.2.2" };
/// Folders with `.ets` files.
const FOLDERS: [&str; 3] = ["ohos/staykit", "ohos/staykit-ui", "examples/quickstart-ohos"];

pub(super) fn run(run: &mut Run<'_>) -> Result<String, Failure> {
    tool::PYTHON.require(run.workspace)?;
    let tools = Tools::install(run)?;
    let checked = run.command(tools.check(run, false))?;
    run.command(run.workspace.build_for_tests(&["--bin", "staykit-collector"]))?;
    let hars = std::env::join_paths(har::for_tests(run)?);
    let hars = hars.map_err(|error| Failure::Found(vec![error.to_string()]))?;
    let native = native(run, "dev")?;
    let built = tools.build(run)?;
    let mut test = tools.test(run, &native, &built);
    test.env("STAYKIT_HARS", hars);
    let tested = run.command(test)?;
    let files = checked.lines().last().unwrap_or_default();
    match passed(&tested) {
        0 => Err(Failure::Found(vec!["no test ran".to_owned()])),
        tests => Ok(format!("{files}, {tests} tests")),
    }
}

/// What the facade's calls cost, written to `figures`: with the library as it ships.
pub(crate) fn bench(run: &mut Run<'_>, figures: &Path) -> Result<(), Failure> {
    let tools = Tools::install(run)?;
    let native = native(run, "ship")?;
    let built = tools.build(run)?;
    let mut node = run.workspace.command("node");
    node.arg("ohos/tests/bench.js").arg(figures);
    node.env("STAYKIT_JS", built).env("STAYKIT_NATIVE", native);
    run.command(node).map(|_| ())
}

/// Formats every `.ets` file in place.
pub(crate) fn format(run: &mut Run<'_>) -> Result<(), Failure> {
    let tools = Tools::install(run)?;
    run.command(tools.check(run, true)).map(|_| ())
}

/// What npm brings.
pub(crate) struct Tools {
    compiler: PathBuf,
    formatter: PathBuf,
}

impl Tools {
    pub(crate) fn install(run: &mut Run<'_>) -> Result<Self, Failure> {
        tool::NODE_20.require(run.workspace)?;
        let compiler = npm::install(run, "ohos-typescript", &COMPILER)?;
        let formatter = npm::install(run, "oxk", &FORMATTER)?;
        Ok(Self { compiler, formatter })
    }

    fn check(&self, run: &Run<'_>, write: bool) -> Command {
        let mut node = run.workspace.command("node");
        node.arg("ohos/check/check.js");
        node.arg("--compiler").arg(&self.compiler).arg("--formatter").arg(&self.formatter);
        if write {
            node.arg("--write");
        }
        node.args(FOLDERS);
        node
    }

    /// The facade as JavaScript.
    fn build(&self, run: &mut Run<'_>) -> Result<PathBuf, Failure> {
        let built = run.workspace.scratch("ohos")?.join("js");
        if built.exists() {
            std::fs::remove_dir_all(&built).map_err(Failure::file("remove", &built))?;
        }
        let mut node = run.workspace.command("node");
        node.args(["ohos/tests/build.js", "--compiler"]).arg(&self.compiler);
        node.arg("--out").arg(&built);
        run.command(node)?;
        Ok(built)
    }

    fn test(&self, run: &Run<'_>, native: &Path, built: &Path) -> Command {
        let mut node = run.workspace.command("node");
        node.args(["--test", "--test-timeout=120000", "--test-force-exit", "ohos/tests/"]);
        node.env("STAYKIT_COMPILER", &self.compiler).env("STAYKIT_FORMATTER", &self.formatter);
        node.env("STAYKIT_JS", built).env("STAYKIT_NATIVE", native);
        node.env("STAYKIT_COLLECTOR", run.workspace.target.join("debug/staykit-collector"));
        node
    }
}

/// The engine as a module of this machine's Node, with its entries for tests.
fn native(run: &mut Run<'_>, profile: &str) -> Result<PathBuf, Failure> {
    let engine = ["build", "--package", "staykit-arkts", "--features", "lab", "--profile", profile];
    run.command(run.workspace.cargo(&engine))?;
    let library =
        format!("{}staykit_arkts{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let folder = if profile == "dev" { "debug" } else { profile };
    let library = run.workspace.target.join(folder).join(library);
    // Node loads native modules by this ending alone.
    let module = run.workspace.scratch("ohos")?.join(format!("staykit-{folder}.node"));
    std::fs::copy(&library, &module).map_err(Failure::file("copy", &library))?;
    Ok(module)
}

/// What Node's test runner says at its end.
fn passed(printed: &str) -> u32 {
    let count = |line: &str| line.strip_prefix("# pass ")?.parse().ok();
    printed.lines().find_map(count).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_of_tests_is_read_from_what_the_runner_prints() {
        assert_eq!(passed("TAP version 13\n# tests 4\n# pass 3\n# fail 1\n"), 3);
        assert_eq!(passed(""), 0);
    }
}
