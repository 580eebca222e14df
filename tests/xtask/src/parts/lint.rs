//! Clippy is silent about every target.

use crate::failure::Failure;
use crate::run::Run;
use crate::tool;

pub(super) fn run(run: &mut Run<'_>) -> Result<String, Failure> {
    tool::CLIPPY.require(run.workspace)?;
    run.command(run.workspace.cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]))?;
    Ok(String::new())
}
