//! `cargo xtask proto-image`: saves the messages as the image that later changes are compared with.

use std::process::ExitCode;

use crate::failure::Failure;
use crate::parts::proto;
use crate::run::Run;
use crate::workspace::Workspace;

/// Overwrites the saved image: to be run when messages were added, or when a break is meant.
pub(crate) fn run(workspace: &Workspace) -> Result<ExitCode, Failure> {
    let mut run = Run::start(workspace, "image", false)?;
    let outcome = proto::save_image(&mut run);
    run.finish();
    outcome.map(|()| {
        println!("saved {}", proto::IMAGE);
        ExitCode::SUCCESS
    })
}
