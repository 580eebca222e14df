//! Runs a target of `staykit-tests` under libFuzzer.

/// Runs the target of that name.
pub fn run(name: &str, bytes: &[u8]) {
    let target = staykit_tests::fuzz::target(name).expect("a target of that name");
    (target.run)(bytes);
}
