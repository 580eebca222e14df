//! Percentiles of a round, medians of rounds.

use std::time::Instant;

/// p50, p99 and p99.9 in ns.
#[derive(Clone, Copy)]
pub(crate) struct Percentiles(pub(crate) [f64; 3]);

/// Runs `work` on each input and adds how long each took, in ns.
pub(crate) fn time_each<T, R>(
    inputs: impl IntoIterator<Item = T>,
    times: &mut Vec<u64>,
    mut work: impl FnMut(T) -> R,
) {
    for input in inputs {
        let start = Instant::now();
        let done = work(input);
        times.push(u64::try_from(start.elapsed().as_nanos()).unwrap());
        drop(done);
    }
}

pub(crate) fn percentiles(mut times: Vec<u64>) -> Percentiles {
    times.sort_unstable();
    let at = |share: usize| times[(times.len() - 1) * share / 1_000] as f64;
    Percentiles([at(500), at(990), at(999)])
}

pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Median over the rounds of one percentile.
pub(crate) fn median_of(rounds: &[Percentiles], place: usize) -> f64 {
    median(rounds.iter().map(|round| round.0[place]))
}

/// Median over the rounds of the ratio of one percentile of two candidates.
pub(crate) fn ratio(over: &[Percentiles], under: &[Percentiles], place: usize) -> f64 {
    median(over.iter().zip(under).map(|(over, under)| over.0[place] / under.0[place]))
}
