//! `cargo xtask cross android`: types and lints for each processor without an NDK; with one, the libraries.

use std::process::ExitCode;

use crate::failure::Failure;
use crate::run::Run;
use crate::tool;
use crate::workspace::Workspace;

/// Rust's name of each target, and Android's.
const TARGETS: [(&str, &str); 3] = [
    ("aarch64-linux-android", "arm64-v8a"),
    ("armv7-linux-androideabi", "armeabi-v7a"),
    ("x86_64-linux-android", "x86_64"),
];
/// The oldest Android that the libraries run on.
const API_LEVEL: &str = "23";
/// What the library is built of.
const PACKAGE: &str = "staykit-kotlin";

/// The command.
pub(super) fn run(workspace: &Workspace) -> Result<ExitCode, Failure> {
    let mut run = Run::start(workspace, "cross-android", false)?;
    let built = check(&mut run, &TARGETS).and_then(|()| link(&mut run));
    let took = run.finish();
    for line in built? {
        println!("{line}");
    }
    println!("in {:.0} s", took.as_secs_f64());
    Ok(ExitCode::SUCCESS)
}

/// Types and lints for every target; their names.
pub(super) fn check_all(run: &mut Run<'_>) -> Result<String, Failure> {
    check(run, &TARGETS)?;
    Ok(TARGETS.map(|(target, _)| target).join(", "))
}

fn check(run: &mut Run<'_>, targets: &[(&str, &str)]) -> Result<(), Failure> {
    let mut bash = run.workspace.command("bash");
    bash.arg("tests/xtask/cross-android.sh").arg(&run.workspace.root).arg(PACKAGE);
    bash.args(targets.iter().map(|(target, _)| target));
    bash.env("TARGET_DIR", run.workspace.target.join("cross-android"));
    run.script(bash).map(|_| ())
}

/// A line for each processor.
fn link(run: &mut Run<'_>) -> Result<Vec<String>, Failure> {
    if std::env::var_os("ANDROID_NDK_HOME").is_none() {
        let clean = |(target, _)| format!("{target}: types and lints are clean");
        let mut lines: Vec<String> = TARGETS.map(clean).into();
        lines
            .push("no library was linked: that takes an NDK, named by ANDROID_NDK_HOME".to_owned());
        return Ok(lines);
    }
    tool::CARGO_NDK.require(run.workspace)?;
    TARGETS.iter().map(|names| link_for(run, *names)).collect()
}

fn link_for(run: &mut Run<'_>, (target, abi): (&str, &str)) -> Result<String, Failure> {
    let mut build = run.workspace.cargo(&["ndk", "--target", abi, "--platform", API_LEVEL]);
    build.args(["build", "--profile", "ship", "--package", PACKAGE]);
    // Devices with pages of 16 kB load nothing else.
    let flags = format!("CARGO_TARGET_{}_RUSTFLAGS", target.to_uppercase().replace('-', "_"));
    build.env(flags, "-Clink-arg=-Wl,-z,max-page-size=16384");
    run.command(build)?;
    let library = run.workspace.target.join(target).join("ship/libstaykit.so");
    let bytes = library.metadata().map_err(Failure::file("read", &library))?.len();
    Ok(format!("{abi}: {} of {bytes} bytes", library.display()))
}
