//! The Android library: facade and surfaces under Robolectric, at the API levels that matter, on the real engine.

use crate::aar::{self, Flavour};
use crate::failure::Failure;
use crate::parts::kotlin;
use crate::run::Run;

/// The Maven reactor.
pub(crate) const REACTOR: &str = "android";

pub(super) fn run(run: &mut Run<'_>) -> Result<String, Failure> {
    let native = kotlin::prepare(run)?;
    let mut maven = native.maven(run, REACTOR);
    // The module below it has a part of its own.
    maven.args(["-Dstaykit.core.skipTests=true", "test"]);
    let printed = run.command(maven)?;
    pack_twice(run)?;
    Ok(note(&printed))
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

/// `123 tests`: the sum over the modules, each of which ends with a line of its own.
fn note(printed: &str) -> String {
    let count = |line: &str| {
        let rest = line.strip_prefix("[INFO] ").or_else(|| line.strip_prefix("[WARNING] "))?;
        let rest = rest.strip_prefix("Tests run: ")?;
        // Lines of single classes go on with the time that they took.
        if rest.contains("Time elapsed") {
            None
        } else {
            rest.split_once(',')?.0.parse::<u32>().ok()
        }
    };
    format!("{} tests", printed.lines().filter_map(count).sum::<u32>())
}

#[cfg(test)]
mod tests {
    use super::note;

    #[test]
    fn the_note_adds_up_the_modules_and_not_their_classes() {
        let printed = "[INFO] Tests run: 3, Failures: 0, Time elapsed: 0.1 s -- in io.staykit.A\n\
                       [INFO] Tests run: 3, Failures: 0, Errors: 0, Skipped: 0\n\
                       [WARNING] Tests run: 5, Failures: 0, Errors: 0, Skipped: 1\n";
        assert_eq!(note(printed), "8 tests");
    }
}
