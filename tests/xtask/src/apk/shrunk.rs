//! The library after R8 at work: as classes on a plain virtual machine, with the rules that come with it and no others.
//!
//! A DEX cannot run here; R8 shrinks and renames classes by the same rules.

use std::path::Path;

use super::App;
use crate::failure::Failure;
use crate::parts::kotlin::{self, Native};
use crate::run::Run;

/// Where its rules and its classes come from.
const DRIVER: &str = "io.staykit.core.ShrunkApp";
const CLASSES: [&str; 6] = ["ShrunkApp", "App", "AppKt", "Bytes", "Bytes$Companion", "Drafts"];
const RULES: &str =
    "-keep class io.staykit.core.ShrunkApp { public static void main(java.lang.String[]); }\n";

/// What the driver ends with.
const DONE: &str = "every call answered";

/// Shrinks it, and lets it go through every kind of call.
pub(super) fn run_app(run: &mut Run<'_>, app: &App, native: &Native) -> Result<(), Failure> {
    let shrunk = shrink(run, app)?;
    let store = app.path("shrunk-store");
    if store.is_dir() {
        std::fs::remove_dir_all(&store).map_err(Failure::file("remove", &store))?;
    }
    std::fs::create_dir_all(&store).map_err(Failure::file("make", &store))?;
    let mut java = run.workspace.command("java");
    for property in ["staykit.native.folder", "jna.library.path"] {
        java.arg(format!("-D{property}={}", native.folder.display()));
    }
    java.arg("-cp").arg(shrunk).arg(DRIVER).arg(&store);
    let printed = run.command(java)?;
    let silent = || Failure::Found(vec![format!("after R8, {DRIVER} does not say `{DONE}`")]);
    printed.contains(DONE).then_some(()).ok_or_else(silent)
}

fn shrink(run: &mut Run<'_>, app: &App) -> Result<std::path::PathBuf, Failure> {
    let (driver, rules, shrunk) =
        (app.path("driver.jar"), app.path("driver.pro"), app.path("shrunk.jar"));
    std::fs::write(&rules, RULES).map_err(Failure::file("write", &rules))?;
    let classes = run.workspace.root.join(kotlin::MODULE).join("target/test-classes");
    let mut jar = run.workspace.command("jar");
    jar.arg("cf").arg(&driver);
    for class in CLASSES {
        jar.arg("-C")
            .arg(&classes)
            .arg(Path::new("io/staykit/core").join(format!("{class}.class")));
    }
    run.command(jar)?;
    let java_home = super::java_home(run)?;
    let mut r8 = super::r8(run, app);
    r8.arg("--classfile").arg("--lib").arg(java_home);
    for rules in [&rules, &app.path("staykit/proguard.txt")] {
        r8.arg("--pg-conf").arg(rules);
    }
    r8.arg("--pg-map-output").arg(app.path("shrunk.txt")).arg("--output").arg(&shrunk).arg(driver);
    r8.arg(app.path("staykit/libs/staykit-core.jar"));
    r8.args(
        ["kotlin-stdlib.jar", "jna.jar", "annotations.jar"].map(|jar| app.path("tools").join(jar)),
    );
    run.command(r8)?;
    Ok(shrunk)
}
