//! `cargo xtask har`: the two packages for HarmonyOS, as archives that `ohpm install` takes.
//!
//! An archive is a gzip tar rooted at `package/`. Times, owners and order are fixed: the same sources give the same
//! bytes.

mod archive;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::cross;
use crate::failure::Failure;
use crate::har::archive::Archive;
use crate::run::Run;
use crate::workspace::Workspace;

/// Version of both packages.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// What each package holds of its folder.
const HELD: [&str; 7] = [
    "oh-package.json5",
    "Index.ets",
    "consumer-rules.txt",
    "README.md",
    "CHANGELOG.md",
    "src/main/module.json5",
    "src/main/ets",
];

/// A package.
struct Har {
    folder: &'static str,
    has_native: bool,
}

const FACADE: Har = Har { folder: "staykit", has_native: true };
const SURFACES: Har = Har { folder: "staykit-ui", has_native: false };

/// The command. The last line it prints is the path of the facade's archive.
pub(crate) fn run(workspace: &Workspace, without_native: bool) -> Result<ExitCode, Failure> {
    let mut run = Run::start(workspace, "har", false)?;
    let packed = pack(&mut run, without_native);
    run.finish();
    let [surfaces, facade] = packed?;
    println!("{}\n{}", surfaces.display(), facade.display());
    Ok(ExitCode::SUCCESS)
}

/// Packs both, the facade last. Without the native library it is a flavour for tests, and says so in its name.
pub(crate) fn pack(run: &mut Run<'_>, without_native: bool) -> Result<[PathBuf; 2], Failure> {
    let library = if without_native { None } else { Some(cross::library(run)?) };
    let surfaces = SURFACES.write(run.workspace, None)?;
    let facade = FACADE.write(run.workspace, library.as_deref())?;
    Ok([surfaces, facade])
}

impl Har {
    fn write(&self, workspace: &Workspace, library: Option<&Path>) -> Result<PathBuf, Failure> {
        let from = workspace.root.join("ohos").join(self.folder);
        let mut archive = Archive::default();
        for held in HELD {
            archive.add(&from.join(held), &format!("package/{held}"))?;
        }
        archive.add(&workspace.root.join("LICENSE"), "package/LICENSE")?;
        if self.has_native {
            let types = workspace.root.join("bindings/arkts/types");
            archive.add(&types, "package/src/main/cpp/types/libstaykit")?;
        }
        if let Some(library) = library {
            archive.add(library, "package/libs/arm64-v8a/libstaykit.so")?;
        }
        let flavour = if self.has_native && library.is_none() { "-without-native" } else { "" };
        let name = format!("{}-{VERSION}{flavour}.har", self.folder);
        let to = workspace.scratch("har")?.join(name);
        archive.write(&to)?;
        Ok(to)
    }
}
