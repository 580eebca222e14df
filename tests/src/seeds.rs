//! Which seeds a test runs, how far, and how one that failed is run again.

use std::ops::RangeInclusive;

/// How far a test goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// With every change.
    Short,
    /// `cargo xtask test --long`, or `STAYKIT_LONG=1`.
    Long,
    /// `STAYKIT_LONG=2`: what takes ten minutes a test.
    Longest,
}

/// How far tests are to go.
#[must_use]
pub fn form() -> Form {
    match std::env::var("STAYKIT_LONG").as_deref() {
        Err(_) => Form::Short,
        Ok("2") => Form::Longest,
        Ok(_) => Form::Long,
    }
}

/// `short` or, in the long forms, `long`.
#[must_use]
pub fn by_form<T>(short: T, long: T) -> T {
    if form() == Form::Short { short } else { long }
}

/// The seeds from 1 to `count`, or the one that `STAYKIT_SEED` names, or those of `from-to`.
#[must_use]
pub fn seeds(count: u64) -> RangeInclusive<u64> {
    let named = std::env::var("STAYKIT_SEED").ok();
    named.and_then(|named| range(&named)).unwrap_or(1..=count)
}

fn range(named: &str) -> Option<RangeInclusive<u64>> {
    let (from, to) = named.split_once('-').unwrap_or((named, named));
    Some(from.parse().ok()?..=to.parse().ok()?)
}

/// How to run `test` again with this seed alone.
#[must_use]
pub fn again(test: &str, seed: u64) -> String {
    let long = match form() {
        Form::Short => "",
        Form::Long => "STAYKIT_LONG=1 ",
        Form::Longest => "STAYKIT_LONG=2 ",
    };
    format!(
        "seed {seed}; again: {long}STAYKIT_SEED={seed} cargo test -p staykit-tests --test {test}"
    )
}
