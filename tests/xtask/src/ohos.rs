//! `cargo xtask ohos-format`: the one formatter of `.ets` files, on all of them.

use std::process::ExitCode;

use crate::failure::Failure;
use crate::parts;
use crate::run::Run;
use crate::workspace::Workspace;

pub(crate) fn format(workspace: &Workspace) -> Result<ExitCode, Failure> {
    let mut run = Run::start(workspace, "ohos-format", false)?;
    let formatted = parts::ohos::format(&mut run);
    run.finish();
    formatted.map(|()| ExitCode::SUCCESS)
}
