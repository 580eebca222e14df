//! The Android library: facade and surfaces under Robolectric, at the API levels that matter, on the real engine.

use crate::aar::{self, Flavour};
use crate::failure::Failure;
use crate::parts::kotlin;
use crate::run::Run;

/// The Maven reactor.
pub(crate) const REACTOR: &str = "android";

/// How many of its modules have tests: facade, surfaces, quick start.
const MODULES: usize = 3;

pub(super) fn run(run: &mut Run<'_>) -> Result<String, Failure> {
    let native = kotlin::prepare(run)?;
    let mut maven = native.maven(run, REACTOR);
    // The module below it has a part of its own.
    maven.args(["-Dstaykit.core.skipTests=true", "test"]);
    let printed = run.command(maven)?;
    pack_twice(run)?;
    kotlin::tests(&printed, MODULES)
}

/// The archives of what was tested open, and have the same bytes twice.
fn pack_twice(run: &mut Run<'_>) -> Result<(), Failure> {
    let libraries = [aar::tested_library(run)];
    let archives = aar::build(run, Flavour::Test, &libraries)?;
    aar::check(&archives, &libraries)?;
    let read = |path| std::fs::read(path).map_err(Failure::file("read", path));
    let (staykit, ui) = (read(&archives.staykit)?, read(&archives.ui)?);
    let again = aar::build(run, Flavour::Test, &libraries)?;
    if staykit != read(&again.staykit)? || ui != read(&again.ui)? {
        return Err(Failure::Found(vec![
            "the archives differ from one build to the next".to_owned(),
        ]));
    }
    Ok(())
}
