//! The messages: buf's lint, and no breaking change against the saved image. The rules stand in `proto/buf.yaml`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::npm::{self, Package};
use crate::run::Run;
use crate::workspace::Workspace;

/// What the messages are compared with.
pub(crate) const IMAGE: &str = "proto/staykit.v1.binpb";

/// A fixed release: rules of the lint change between releases.
const BUF: Package = Package { name: "@bufbuild/buf", version: "1.75.0" };

pub(super) fn run(run: &mut Run<'_>) -> Result<String, Failure> {
    let program = install(run)?;
    run.command(buf(run.workspace, &program, &["lint"]))?;
    let image = run.workspace.root.join(IMAGE);
    if !image.is_file() {
        return Err(Failure::Found(vec![format!(
            "{IMAGE} is missing; save it with: cargo xtask proto-image"
        )]));
    }
    let mut breaking = buf(run.workspace, &program, &["breaking", "--against"]);
    breaking.arg(image);
    run.command(breaking)?;
    Ok(String::new())
}

/// Builds the image from the messages as they are now.
pub(crate) fn save_image(run: &mut Run<'_>) -> Result<(), Failure> {
    let program = install(run)?;
    let mut build = buf(run.workspace, &program, &["build", "--exclude-source-info", "--output"]);
    build.arg(run.workspace.root.join(IMAGE));
    run.command(build).map(|_| ())
}

/// buf takes the folder it runs in as the module.
fn buf(workspace: &Workspace, program: &Path, arguments: &[&str]) -> Command {
    let mut command = workspace.command(program);
    command.args(arguments).current_dir(workspace.root.join("proto"));
    command
}

fn install(run: &mut Run<'_>) -> Result<PathBuf, Failure> {
    Ok(npm::install(run, "buf", &BUF)?.join("node_modules").join(".bin").join("buf"))
}
