//! The native library for platforms that are not this machine's: one of Android's processors in every run; in the long
//! form all three, and the library for HarmonyOS with its limits of size.

use crate::cross;
use crate::failure::Failure;
use crate::run::Run;

pub(super) fn run(run: &mut Run<'_>) -> Result<String, Failure> {
    if !run.long {
        return cross::check_one(run);
    }
    cross::check_all(run)
}
