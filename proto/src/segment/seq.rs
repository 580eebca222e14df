use super::SegmentError;

/// Sequence numbers from the column `seq_delta`: the first absolute, then the differences.
///
/// Each must be above the one before it, the first above 0; anything else is
/// [`SegmentError::Sequence`].
pub fn seqs(deltas: &[u64]) -> Result<Vec<u64>, SegmentError> {
    let mut previous = 0_u64;
    let next = |(place, &delta): (usize, &u64)| {
        let sum = previous.checked_add(delta).filter(|_| delta > 0);
        previous = sum.ok_or(SegmentError::Sequence { place, delta })?;
        Ok(previous)
    };
    deltas.iter().enumerate().map(next).collect()
}

/// The column `seq_delta` for rising sequence numbers; [`seqs`] reads it back.
#[must_use]
pub fn seq_deltas(seqs: &[u64]) -> Vec<u64> {
    let before = std::iter::once(&0).chain(seqs);
    seqs.iter().zip(before).map(|(seq, previous)| seq.wrapping_sub(*previous)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_number_is_absolute_and_the_others_are_differences() {
        assert_eq!(seq_deltas(&[7, 8, 12]), [7, 1, 4]);
        assert_eq!(seqs(&[7, 1, 4]).unwrap(), [7, 8, 12]);
        assert_eq!(seqs(&[]).unwrap(), Vec::<u64>::new());
    }

    #[test]
    fn a_number_that_does_not_rise_is_refused_with_its_place() {
        assert_eq!(seqs(&[0]), Err(SegmentError::Sequence { place: 0, delta: 0 }));
        assert_eq!(seqs(&[3, 0]), Err(SegmentError::Sequence { place: 1, delta: 0 }));
    }

    #[test]
    fn a_number_beyond_64_bits_is_refused() {
        let deltas = [u64::MAX, 1];
        assert_eq!(seqs(&deltas), Err(SegmentError::Sequence { place: 1, delta: 1 }));
    }
}
