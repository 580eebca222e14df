//! The native library for platforms that are not this machine's, in the long form only, as it brings
//! a compiler of its own from Debian: types and lints for Android's processors, and the library for
//! HarmonyOS with its size.

use crate::cross;
use crate::failure::Failure;
use crate::run::Run;

pub(super) fn run(run: &mut Run<'_>) -> Result<String, Failure> {
    if run.long { cross::check_all(run) } else { Ok("only with --long".to_owned()) }
}
