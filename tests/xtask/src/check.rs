//! `cargo xtask check`: the parts that are fast enough to run before every commit.

use std::process::ExitCode;

use crate::failure::Failure;
use crate::parts::{self, Part};
use crate::test;
use crate::workspace::Workspace;

/// Formatting, lints, layers and the tests inside libraries and binaries.
pub(crate) fn run(workspace: &Workspace) -> Result<ExitCode, Failure> {
    let library = Part { name: "unit", run: parts::unit::run_fast, is_long: false };
    test::run_parts(workspace, &[parts::FMT, parts::LINT, parts::LAYERS, library], false)
}
