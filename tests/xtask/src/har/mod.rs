//! `cargo xtask har`: the two packages for HarmonyOS, as archives that `ohpm install` takes.
//!
//! An archive is a gzip tar rooted at `package/`. Times, owners and order are fixed: the same sources give the same
//! bytes.

mod archive;
mod native;

use std::path::PathBuf;
use std::process::ExitCode;

use crate::failure::Failure;
use crate::har::archive::Archive;
use crate::har::native::Library;
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

/// What the archives are for.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Flavour {
    /// Tests on this machine: its library, which no device can load.
    Test,
    /// Devices.
    Release,
}

/// A package.
struct Har {
    folder: &'static str,
    has_native: bool,
}

const FACADE: Har = Har { folder: "staykit", has_native: true };
const SURFACES: Har = Har { folder: "staykit-ui", has_native: false };

/// The command. The last line it prints is the path of the facade's archive.
pub(crate) fn run(workspace: &Workspace, for_tests: bool) -> Result<ExitCode, Failure> {
    let flavour = if for_tests { Flavour::Test } else { Flavour::Release };
    let mut run = Run::start(workspace, "har", false)?;
    let packed = Library::build(&mut run, flavour).and_then(|library| pack(&run, &library));
    run.finish();
    let [surfaces, facade] = packed?;
    println!("{}\n{}", surfaces.display(), facade.display());
    Ok(ExitCode::SUCCESS)
}

/// The flavour for tests, packed twice to see the same bytes.
pub(crate) fn for_tests(run: &mut Run<'_>) -> Result<[PathBuf; 2], Failure> {
    let library = Library::build(run, Flavour::Test)?;
    let read = |paths: &[PathBuf]| -> Result<Vec<Vec<u8>>, Failure> {
        let read = |path: &PathBuf| std::fs::read(path).map_err(Failure::file("read", path));
        paths.iter().map(read).collect()
    };
    let first = read(&pack(run, &library)?)?;
    let paths = pack(run, &library)?;
    if read(&paths)? == first {
        return Ok(paths);
    }
    Err(Failure::Found(vec!["the archives differ from one packing to the next".into()]))
}

/// Packs both, the facade last. A flavour for tests says so in its name.
fn pack(run: &Run<'_>, library: &Library) -> Result<[PathBuf; 2], Failure> {
    let surfaces = SURFACES.write(run.workspace, library)?;
    let facade = FACADE.write(run.workspace, library)?;
    Ok([surfaces, facade])
}

impl Har {
    fn write(&self, workspace: &Workspace, library: &Library) -> Result<PathBuf, Failure> {
        let from = workspace.root.join("ohos").join(self.folder);
        let mut archive = Archive::default();
        for held in HELD {
            archive.add(&from.join(held), &format!("package/{held}"))?;
        }
        // Where a build looks for the rules of a package that was installed as an archive.
        archive.add(&from.join("consumer-rules.txt"), "package/obfuscation.txt")?;
        archive.add(&workspace.root.join("LICENSE"), "package/LICENSE")?;
        if self.has_native {
            let types = workspace.root.join("bindings/arkts/types");
            archive.add(&types, "package/src/main/cpp/types/libstaykit")?;
            archive.add(&library.path, &format!("package/libs/{}/libstaykit.so", library.abi))?;
        }
        let is_for_tests = self.has_native && library.flavour == Flavour::Test;
        let suffix = if is_for_tests { "-for-tests-on-this-machine" } else { "" };
        let name = format!("{}-{VERSION}{suffix}.har", self.folder);
        let to = workspace.scratch("har")?.join(name);
        archive.write(&to)?;
        Ok(to)
    }
}
