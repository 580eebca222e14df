//! The rule language against CEL's own conformance suite.

use std::fs;

use crate::failure::Failure;
use crate::npm::{self, Package};
use crate::run::Run;

/// The suite, as npm has it.
const SUITE: Package = Package { name: "@bufbuild/cel-spec", version: "0.6.1" };
/// Prints its cases.
const PRINTER: &str = "tests/conformance/cel/cases.mjs";

pub(super) fn run(run: &mut Run<'_>) -> Result<String, Failure> {
    let folder = npm::install(run, "cel-spec", &SUITE)?;
    // Node looks for packages beside the script.
    let printer = folder.join("cases.mjs");
    let written = run.workspace.root.join(PRINTER);
    fs::copy(&written, &printer).map_err(Failure::file("copy", &written))?;
    let mut node = run.workspace.command("node");
    node.arg(&printer);
    let cases = run.command(node)?;
    let path = folder.join("cases.jsonl");
    fs::write(&path, cases).map_err(Failure::file("write", &path))?;
    // Of the whole workspace, as the part `unit` has built it.
    let mut test = run.workspace.cargo(&["test", "--workspace", "--test", "cel_spec"]);
    test.args(["--", "--ignored", "--nocapture"]);
    test.env("STAYKIT_CEL_CASES", &path);
    Ok(note(&run.command(test)?))
}

/// `127 of 1087 cases are in the language`.
fn note(printed: &str) -> String {
    printed
        .lines()
        .find(|line| line.ends_with("are in the language"))
        .unwrap_or_default()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_note_is_what_the_test_says() {
        let printed = "running 1 test\n3 of 9 cases are in the language\ntest a ... ok\n";
        assert_eq!(note(printed), "3 of 9 cases are in the language");
    }
}
