//! `libstaykit.so` for devices, by an NDK, or for tests on this machine.

use std::path::PathBuf;

use crate::elf;
use crate::failure::Failure;
use crate::run::Run;
use crate::tool;

/// The name under which a test flavour bears the library of the host.
pub(super) const HOST_ABI: &str = "x86_64";

/// Pages of 16 kB are coming, and an app with smaller ones does not start there.
const LINK: &str = "-Clink-arg=-Wl,-z,max-page-size=16384";

/// Android's names, and Rust's, of the processors in use.
const ABIS: [(&str, &str); 3] = [
    ("arm64-v8a", "aarch64-linux-android"),
    ("armeabi-v7a", "armv7-linux-androideabi"),
    ("x86_64", "x86_64-linux-android"),
];

/// The oldest Android.
const API_LEVEL: &str = "23";

/// What every Android has.
const OF_DEVICES: [&str; 4] = ["libc.so", "libm.so", "libdl.so", "liblog.so"];

/// A library that was built.
pub(crate) struct Library {
    /// Its folder in the archive.
    pub(super) abi: &'static str,
    pub(super) path: PathBuf,
    /// What the system has that is to load it, and the size of its pages.
    pub(super) system: &'static [&'static str],
    pub(super) page: u64,
}

impl Library {
    pub(super) fn bytes(&self) -> Result<Vec<u8>, Failure> {
        std::fs::read(&self.path).map_err(Failure::file("read", &self.path))
    }

    /// As the tests run with it: linked as cargo likes.
    pub(super) fn of_tests(path: PathBuf) -> Self {
        Self { abi: HOST_ABI, path, system: &elf::OF_THIS_MACHINE, page: 4_096 }
    }

    pub(super) fn size(&self) -> Result<u64, Failure> {
        let metadata = self.path.metadata().map_err(Failure::file("read", &self.path))?;
        Ok(metadata.len())
    }
}

/// In the profile that ships, with the host's own linker.
pub(super) fn for_this_machine(run: &mut Run<'_>) -> Result<Vec<Library>, Failure> {
    let mut build =
        run.workspace.cargo(&["rustc", "--profile", "ship", "--package", "staykit-kotlin"]);
    build.args(["--lib", "--", LINK]);
    run.command(build)?;
    let path = run.workspace.target.join("ship/libstaykit.so");
    Ok(vec![Library { page: elf::PAGE, ..Library::of_tests(path) }])
}

/// For each processor. Refuses without an NDK: an archive that no device can load is no release.
pub(super) fn for_devices(run: &mut Run<'_>) -> Result<Vec<Library>, Failure> {
    if std::env::var_os("ANDROID_NDK_HOME").is_none() {
        return Err(Failure::Found(vec![
            "a release needs an NDK: set ANDROID_NDK_HOME; without --release you get an archive for tests on this machine"
                .to_owned(),
        ]));
    }
    tool::CARGO_NDK.require(run.workspace)?;
    tool::ANDROID_TARGETS.require(run.workspace)?;
    ABIS.into_iter().map(|(abi, target)| for_device(run, abi, target)).collect()
}

fn for_device(
    run: &mut Run<'_>,
    abi: &'static str,
    target: &'static str,
) -> Result<Library, Failure> {
    let mut build = run.workspace.cargo(&["ndk", "--target", abi, "--platform", API_LEVEL]);
    build.args(["build", "--profile", "ship", "--package", "staykit-kotlin"]);
    let variable = target.to_uppercase().replace('-', "_");
    build.env(format!("CARGO_TARGET_{variable}_RUSTFLAGS"), LINK);
    run.command(build)?;
    let path = run.workspace.target.join(target).join("ship/libstaykit.so");
    Ok(Library { abi, path, system: &OF_DEVICES, page: elf::PAGE })
}
