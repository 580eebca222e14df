//! `libstaykit.so` as it is packed.

use std::path::PathBuf;

use super::Flavour;
use crate::cross;
use crate::elf::{self, Needs};
use crate::failure::Failure;
use crate::run::Run;

/// Least alignment of segments, bytes: of the pages of devices to come.
const PAGE: u64 = 16_384;
const LINK: &str = "-Clink-arg=-Wl,-z,max-page-size=16384";

/// What a device has.
const OF_DEVICES: [&str; 2] = ["libc.so", "libace_napi.z.so"];
/// What the C library of this machine has.
const OF_THIS_MACHINE: [&str; 4] =
    ["libc.so.6", "libm.so.6", "libgcc_s.so.1", "ld-linux-x86-64.so.2"];

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
        let (abi, path) = match flavour {
            Flavour::Release => ("arm64-v8a", cross::library(run)?),
            Flavour::Test => ("x86_64", for_this_machine(run)?),
        };
        let bytes = std::fs::read(&path).map_err(Failure::file("read", &path))?;
        let faults = faults(elf::needs(&bytes), flavour);
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

fn faults(needs: Option<Needs>, flavour: Flavour) -> Vec<String> {
    let Some(needs) = needs else { return vec!["libstaykit.so is no library".to_owned()] };
    let system: &[&str] = match flavour {
        Flavour::Release => &OF_DEVICES,
        Flavour::Test => &OF_THIS_MACHINE,
    };
    let foreign = needs.libraries.iter().filter(|library| !system.contains(&library.as_str()));
    let mut faults: Vec<_> = foreign.map(|one| format!("libstaykit.so needs {one}")).collect();
    if needs.alignment < PAGE {
        let is = needs.alignment;
        faults.push(format!("libstaykit.so: segments are aligned to {is}, not to {PAGE}"));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_device_has_not_is_found_and_so_are_small_pages() {
        let needs = |alignment, libraries: &[&str]| {
            let libraries = libraries.iter().map(|&name| name.to_owned()).collect();
            Some(Needs { alignment, libraries })
        };
        assert!(faults(needs(65_536, &OF_DEVICES), Flavour::Release).is_empty());
        assert!(faults(needs(16_384, &OF_THIS_MACHINE), Flavour::Test).is_empty());
        assert_eq!(
            faults(needs(4_096, &["libc.so", "libc.so.6"]), Flavour::Release),
            [
                "libstaykit.so needs libc.so.6",
                "libstaykit.so: segments are aligned to 4096, not to 16384"
            ]
        );
        assert_eq!(faults(None, Flavour::Test), ["libstaykit.so is no library"]);
    }
}
