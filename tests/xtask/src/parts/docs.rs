//! The API documentation builds without a warning.

use crate::failure::Failure;
use crate::run::Run;

pub(super) fn run(run: &mut Run<'_>) -> Result<String, Failure> {
    let mut command = run.workspace.cargo(&["doc", "--workspace", "--no-deps"]);
    command.env("RUSTDOCFLAGS", "-D warnings");
    run.command(command)?;
    Ok(String::new())
}
