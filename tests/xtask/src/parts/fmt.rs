//! Every Rust file is formatted; those that are not are named (`cargo fmt --all` formats them).

use crate::failure::Failure;
use crate::run::Run;
use crate::tool;

pub(super) fn run(run: &mut Run<'_>) -> Result<String, Failure> {
    tool::RUSTFMT.require(run.workspace)?;
    run.command(run.workspace.cargo(&["fmt", "--all", "--check", "--", "--files-with-diff"]))?;
    Ok(String::new())
}
