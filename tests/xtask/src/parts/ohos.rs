//! HarmonyOS without its SDK: types, `ArkTS` rules and format of the facade.

use std::path::PathBuf;
use std::process::Command;

use crate::failure::Failure;
use crate::npm::{self, Package};
use crate::run::Run;
use crate::tool;

/// The `ArkTS` compiler front end with its linter.
const COMPILER: Package = Package { name: "ohos-typescript", version: "4.9.5-r9" };
/// The formatter.
const FORMATTER: Package = Package { name: "@ohos-rs/oxk", version: "0.2.2" };
/// Folders with `.ets` files.
const FOLDERS: [&str; 2] = ["ohos/staykit", "ohos/staykit-ui"];

pub(super) fn run(run: &mut Run<'_>) -> Result<String, Failure> {
    let tools = Tools::install(run)?;
    let printed = run.command(tools.check(run, false))?;
    Ok(printed.lines().last().unwrap_or_default().to_owned())
}

/// Formats every `.ets` file in place.
pub(crate) fn format(run: &mut Run<'_>) -> Result<(), Failure> {
    let tools = Tools::install(run)?;
    run.command(tools.check(run, true)).map(|_| ())
}

/// What npm brings.
struct Tools {
    compiler: PathBuf,
    formatter: PathBuf,
}

impl Tools {
    fn install(run: &mut Run<'_>) -> Result<Self, Failure> {
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
}
