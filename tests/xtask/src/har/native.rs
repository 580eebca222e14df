//! `libstaykit.so` as it is packed.

use std::path::PathBuf;

use super::Flavour;
use crate::cross;
use crate::elf;
use crate::failure::Failure;
use crate::run::Run;

const LINK: &str = "-Clink-arg=-Wl,-z,max-page-size=16384";

/// What a device has.
const OF_DEVICES: [&str; 2] = ["libc.so", "libace_napi.z.so"];

/// A library that was built and looked at.
pub(super) struct Library {
    pub(super) flavour: Flavour,
    /// Its folder in the archive.
    pub(super) abi: &'static str,
    pub(super) path: PathBuf,
}

impl Library {
    /// Builds it; fails if it needs what its system does not have.
    pub(super) fn build(run: &mut Run<'_>, flavour: Flavour) -> Result<Self, Failure> {
        let (abi, path, system): (_, _, &[&str]) = match flavour {
            Flavour::Release => ("arm64-v8a", cross::library(run)?, &OF_DEVICES),
            Flavour::Test => ("x86_64", for_this_machine(run)?, &elf::OF_THIS_MACHINE),
        };
        let bytes = std::fs::read(&path).map_err(Failure::file("read", &path))?;
        let faults = elf::faults("libstaykit.so", elf::needs(&bytes), system, elf::PAGE);
        if faults.is_empty() {
            Ok(Self { flavour, abi, path })
        } else {
            Err(Failure::Found(faults))
        }
    }
}

/// Without the entries for tests, like the one that ships.
fn for_this_machine(run: &mut Run<'_>) -> Result<PathBuf, Failure> {
    let mut build = run.workspace.cargo(&["rustc", "--package", "staykit-arkts", "--lib"]);
    build.args(["--", LINK, "-Cstrip=symbols"]);
    run.command(build)?;
    let from = run.workspace.target.join("debug/libstaykit_arkts.so");
    let library = run.workspace.scratch("har")?.join("libstaykit.so");
    std::fs::copy(&from, &library).map_err(Failure::file("copy", &from))?;
    Ok(library)
}
