//! Packages of npm, below the target folder.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::failure::Failure;
use crate::run::Run;
use crate::tool;

/// One release of a package.
pub(crate) struct Package {
    /// Its name, with its scope.
    pub(crate) name: &'static str,
    /// Its release.
    pub(crate) version: &'static str,
}

/// Installs a package in the tool folder of that name, unless this release is there. Answers with the folder.
pub(crate) fn install(
    run: &mut Run<'_>,
    folder: &str,
    package: &Package,
) -> Result<PathBuf, Failure> {
    tool::NODE.require(run.workspace)?;
    let folder = run.workspace.target.join("tools").join(folder);
    if installed(&folder, package.name).as_deref() != Some(package.version) {
        tool::NPM.require(run.workspace)?;
        std::fs::create_dir_all(&folder).map_err(Failure::file("make", &folder))?;
        let mut npm = run.workspace.command("npm");
        let quiet = ["--no-save", "--no-audit", "--no-fund", "--ignore-scripts"];
        npm.arg("install").args(quiet).arg("--prefix").arg(&folder);
        npm.arg(format!("{}@{}", package.name, package.version));
        run.command(npm)?;
    }
    Ok(folder)
}

fn installed(folder: &Path, package: &str) -> Option<String> {
    let manifest = folder.join("node_modules").join(package).join("package.json");
    let manifest: Value = serde_json::from_slice(&std::fs::read(manifest).ok()?).ok()?;
    Some(manifest.get("version")?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_release_installed_is_read_from_its_manifest() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(installed(folder.path(), "@bufbuild/buf"), None);
        let package = folder.path().join("node_modules/@bufbuild/buf");
        std::fs::create_dir_all(&package).unwrap();
        std::fs::write(package.join("package.json"), r#"{"version":"1.75.0"}"#).unwrap();
        assert_eq!(installed(folder.path(), "@bufbuild/buf").as_deref(), Some("1.75.0"));
    }
}
