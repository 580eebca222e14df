//! The messages: buf's lint, and no breaking change against the saved image. The rules stand in `proto/buf.yaml`.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::failure::Failure;
use crate::run::Run;
use crate::tool;
use crate::workspace::Workspace;

/// What the messages are compared with.
pub(crate) const IMAGE: &str = "proto/staykit.v1.binpb";

/// The release of `@bufbuild/buf` that is installed: rules of the lint change between releases.
const BUF_VERSION: &str = "1.75.0";

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

/// Installs buf below the target folder, unless this release is there.
fn install(run: &mut Run<'_>) -> Result<PathBuf, Failure> {
    tool::NODE.require(run.workspace)?;
    let folder = run.workspace.target.join("tools").join("buf");
    if installed(&folder).as_deref() != Some(BUF_VERSION) {
        tool::NPM.require(run.workspace)?;
        std::fs::create_dir_all(&folder).map_err(Failure::file("make", &folder))?;
        let mut npm = run.workspace.command("npm");
        npm.args([
            "install",
            "--no-save",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--prefix",
        ])
        .arg(&folder);
        npm.arg(format!("@bufbuild/buf@{BUF_VERSION}"));
        run.command(npm)?;
    }
    Ok(folder.join("node_modules").join(".bin").join("buf"))
}

fn installed(folder: &Path) -> Option<String> {
    let manifest = folder.join("node_modules/@bufbuild/buf/package.json");
    let manifest: Value = serde_json::from_slice(&std::fs::read(manifest).ok()?).ok()?;
    Some(manifest.get("version")?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_release_installed_is_read_from_its_manifest() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(installed(folder.path()), None);
        let package = folder.path().join("node_modules/@bufbuild/buf");
        std::fs::create_dir_all(&package).unwrap();
        std::fs::write(package.join("package.json"), r#"{"version":"1.75.0"}"#).unwrap();
        assert_eq!(installed(folder.path()).as_deref(), Some("1.75.0"));
    }
}
