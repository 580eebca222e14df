//! Tests in Rust: unit, documentation, integration, conformance.

use crate::failure::Failure;
use crate::run::Run;

/// All of them, in one build; one that fails does not hide the next.
pub(super) fn run(run: &mut Run<'_>) -> Result<String, Failure> {
    let printed = run.command(run.workspace.cargo(&["test", "--workspace", "--no-fail-fast"]))?;
    Ok(count(&printed))
}

/// Those inside libraries and binaries only.
pub(crate) fn run_fast(run: &mut Run<'_>) -> Result<String, Failure> {
    let printed = run.command(run.workspace.cargo(&["test", "--workspace", "--lib", "--bins"]))?;
    Ok(count(&printed))
}

/// `12 tests, 1 ignored`, from the result lines of all test programs.
fn count(printed: &str) -> String {
    let results: Vec<&str> =
        printed.lines().filter_map(|line| line.strip_prefix("test result: ok. ")).collect();
    let total = |what: &str| -> u64 {
        let counts = results.iter().flat_map(|line| line.split("; "));
        counts.filter_map(|count| count.strip_suffix(what)?.trim().parse::<u64>().ok()).sum()
    };
    match total("ignored") {
        0 => format!("{} tests", total("passed")),
        ignored => format!("{} tests, {ignored} ignored", total("passed")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_all_test_programs_are_added_up() {
        let line = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s\n";
        assert_eq!(count(&format!("running 13 tests\n{line}{line}")), "24 tests, 2 ignored");
        assert_eq!(count(""), "0 tests");
    }
}
