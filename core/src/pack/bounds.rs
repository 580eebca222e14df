//! Counts the lists of a serialised pack before any of them is built.
//!
//! An empty message takes two bytes on the wire and hundreds in memory: without this, one
//! megabyte could become two hundred.

use super::{PackError, limits};
use crate::codec::Reader;
use crate::event::limits::Limit;

/// A field that may stand only so often, and what holds within it.
struct Bound {
    field: u64,
    limit: Limit,
    within: &'static [Bound],
}

const fn many(field: u64, limit: Limit, within: &'static [Bound]) -> Bound {
    Bound { field, limit, within }
}

/// A message that is no list: repeated, its lists would join.
const fn one(field: u64, within: &'static [Bound]) -> Bound {
    let limit = Limit { of: "field", most: 1, unit: "times", origin: "it is not repeated" };
    Bound { field, limit, within }
}

const PACK: &[Bound] = &[
    many(4, limits::STRINGS, &[]),
    many(6, limits::FEATURES_OF_A_PACK, FEATURE),
    many(7, limits::FUNNELS_OF_A_PACK, &[]),
    many(8, limits::SIGNALS, &[many(4, limits::LANGUAGES, &[])]),
    many(9, limits::CAMPAIGNS, &[many(7, limits::CAPS, &[]), one(12, CONTENT)]),
    one(10, &[many(1, limits::CAPS, &[])]),
    many(11, limits::EVENTS, &[many(5, limits::EVENT_PROPERTIES, &[])]),
    many(12, limits::SCORES, &[many(3, limits::FACTORS, FACTOR), many(4, limits::LANGUAGES, &[])]),
    many(13, limits::TABLES, &[many(6, limits::ROWS, &[many(7, limits::LANGUAGES, &[])])]),
    many(14, limits::PREDICTIONS, &[]),
    many(20, limits::REGIONS, &[many(2, limits::HOLIDAYS, &[])]),
];
const FACTOR: &[Bound] = &[many(3, limits::STEPS, &[]), many(5, limits::LANGUAGES, &[])];
const CONTENT: &[Bound] = &[many(2, limits::LANGUAGES, &[]), many(3, limits::LANGUAGES, &[])];
/// Features with filters, each with the field in which the tests are.
const FEATURE: &[Bound] = &[
    one(1, &[many(4, limits::TESTS_OF_A_FILTER, &[])]),
    one(2, &[many(5, limits::TESTS_OF_A_FILTER, &[])]),
    one(6, &[many(4, limits::TESTS_OF_A_FILTER, &[])]),
    one(21, &[many(2, limits::TESTS_OF_A_FILTER, &[])]),
    one(22, &[many(2, limits::TESTS_OF_A_FILTER, &[])]),
    one(23, &[many(2, limits::TESTS_OF_A_FILTER, &[])]),
    one(24, &[many(6, limits::TESTS_OF_A_FILTER, &[])]),
    one(25, &[many(3, limits::TESTS_OF_A_FILTER, &[])]),
    one(26, &[many(4, limits::TESTS_OF_A_FILTER, &[])]),
    one(27, &[many(6, limits::TESTS_OF_A_FILTER, &[])]),
];
/// As many as any message above has.
const MOST_BOUNDS: usize = 11;

/// Refuses a pack of which a list is too long.
pub(super) fn check(bytes: &[u8]) -> Result<(), PackError> {
    check_message(bytes, PACK)
}

fn check_message(bytes: &[u8], bounds: &[Bound]) -> Result<(), PackError> {
    let mut input = Reader::new(bytes, "pack");
    let mut counts = [0; MOST_BOUNDS];
    while input.remaining() > 0 {
        let tag = input.unsigned()?;
        let Some(content) = skip(&mut input, tag & 7)? else {
            continue;
        };
        let counted = bounds.iter().zip(&mut counts).find(|(bound, _)| bound.field == tag >> 3);
        if let Some((bound, count)) = counted {
            *count += 1;
            bound.limit.check(*count)?;
            check_message_of(content, bound)?;
        }
    }
    Ok(())
}

fn check_message_of(content: &[u8], bound: &Bound) -> Result<(), PackError> {
    if bound.within.is_empty() { Ok(()) } else { check_message(content, bound.within) }
}

/// Steps over a value; gives its bytes if it has a length.
fn skip<'a>(input: &mut Reader<'a>, wire_type: u64) -> Result<Option<&'a [u8]>, PackError> {
    match wire_type {
        0 => input.unsigned().map(|_| ())?,
        1 => input.array::<8>().map(|_| ())?,
        2 => return Ok(Some(input.bytes()?)),
        5 => input.array::<4>().map(|_| ())?,
        _ => return Err(input.malformed().into()),
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::{CONTENT, FEATURE, MOST_BOUNDS, PACK, check};
    use crate::pack::PackError;

    #[test]
    fn no_message_has_more_bounds_than_are_counted() {
        assert!([PACK, CONTENT, FEATURE].iter().all(|bounds| bounds.len() <= MOST_BOUNDS));
    }

    #[test]
    fn a_megabyte_of_empty_campaigns_is_refused_before_it_is_built() {
        let bytes = [0x4a, 0x00].repeat(500_000);
        assert!(matches!(check(&bytes), Err(PackError::OverLimit { found: 513, .. })));
    }

    #[test]
    fn lists_of_a_repeated_single_message_do_not_join() {
        // A campaign with two contents.
        let bytes = [0x4a, 0x04, 0x62, 0x00, 0x62, 0x00];
        assert!(matches!(check(&bytes), Err(PackError::OverLimit { found: 2, .. })));
    }
}
