//! A minute of libFuzzer for each target, in the long form only: the corpus is replayed by an
//! ordinary test in either.

use crate::failure::Failure;
use crate::fuzz;
use crate::run::Run;

pub(super) fn run(run: &mut Run<'_>) -> Result<String, Failure> {
    if run.long { fuzz::run_all(run) } else { Ok("only with --long".to_owned()) }
}
