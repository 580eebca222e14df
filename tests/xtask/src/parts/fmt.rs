//! Every Rust file is formatted.

use crate::failure::Failure;
use crate::run::Run;
use crate::tool;

pub(super) fn run(run: &mut Run<'_>) -> Result<String, Failure> {
    tool::RUSTFMT.require(run.workspace)?;
    run.command(run.workspace.cargo(&["fmt", "--all", "--check"]))?;
    Ok(String::new())
}
