//! Where the workspace stands on this machine.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::failure::Failure;

/// The folders every command works in.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// The root of the repository.
    pub(crate) root: PathBuf,
    /// Cargo's target folder.
    pub(crate) target: PathBuf,
}

impl Workspace {
    /// Asks cargo, so that every way to set the target folder is honoured.
    pub(crate) fn locate() -> Result<Self, Failure> {
        let answer = Command::new("cargo")
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .output()
            .map_err(Failure::io("start cargo"))?;
        let metadata: Value = serde_json::from_slice(&answer.stdout).map_err(|_| {
            Failure::Found(vec![String::from_utf8_lossy(&answer.stderr).trim_end().to_owned()])
        })?;
        let folder = |key: &str| {
            let path = metadata.get(key).and_then(Value::as_str).map(PathBuf::from);
            path.ok_or_else(|| Failure::Found(vec![format!("`cargo metadata` names no {key}")]))
        };
        Ok(Self { root: folder("workspace_root")?, target: folder("target_directory")? })
    }

    /// A command that runs at the root.
    pub(crate) fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command.current_dir(&self.root);
        forget_package(&mut command);
        command
    }

    /// `cargo` with these arguments, at the root.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = self.command("cargo");
        command.args(arguments);
        command
    }

    /// `cargo build` for what tests start. It takes the features that the tests of the whole workspace have: asked for
    /// package by package, nearly everything would be built once more.
    pub(crate) fn build_for_tests(&self, arguments: &[&str]) -> Command {
        // A test among the targets counts what tests need when features are chosen; this one is needed anyway.
        let mut command = self.cargo(&["build", "--workspace", "--test", "cel_spec"]);
        command.args(arguments);
        command
    }

    /// A folder of our own below the target folder; made if it is not there.
    pub(crate) fn scratch(&self, name: &str) -> Result<PathBuf, Failure> {
        let folder = self.target.join("xtask").join(name);
        std::fs::create_dir_all(&folder).map_err(Failure::file("make", &folder))?;
        Ok(folder)
    }
}

/// `cargo run` tells its child about the package being run. Build scripts watch some of these variables (ring's does):
/// passed on, they would make the inner cargo build again what the outer one has built.
fn forget_package(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let of_package = name.to_str().is_some_and(|name| {
            name.starts_with("CARGO_PKG_")
                || name.starts_with("CARGO_MANIFEST_")
                || name.starts_with("CARGO_BIN_")
        });
        if of_package {
            command.env_remove(name);
        }
    }
}
