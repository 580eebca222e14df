//! The quick start for Android as a signed app, and the library at work after R8, in the long form.

use crate::apk;
use crate::failure::Failure;
use crate::run::Run;

pub(super) fn run(run: &mut Run<'_>) -> Result<String, Failure> {
    if run.long { apk::part(run) } else { Ok("only with --long".to_owned()) }
}
