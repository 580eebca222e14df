//! Rounds on demand, so that several programs can take turns.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{self, BufRead, Write};
use std::time::Instant;

/// What a round found, by name; times in ns.
pub type Figures = BTreeMap<&'static str, f64>;

/// Answers each line of standard input, the number of a round, with a line of JSON: what that
/// round found. Ends with the input.
pub fn answer(
    mut round: impl FnMut(u32) -> Result<Figures, Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    for line in io::stdin().lock().lines() {
        let figures = round(line?.trim().parse()?)?;
        let mut out = io::stdout().lock();
        writeln!(out, "{}", serde_json::to_string(&figures)?)?;
        out.flush()?;
    }
    Ok(())
}

/// Times each call by itself; the median in ns. The first failure ends it.
pub fn median_of_calls<T, R>(
    inputs: impl IntoIterator<Item = T>,
    mut call: impl FnMut(T) -> Result<R, Box<dyn Error>>,
) -> Result<f64, Box<dyn Error>> {
    let mut times = Vec::new();
    for input in inputs {
        let start = Instant::now();
        let result = call(input);
        let elapsed = start.elapsed();
        std::hint::black_box(result?);
        times.push(u32::try_from(elapsed.as_nanos())?);
    }
    times.sort_unstable();
    let median = times.get(times.len() / 2).ok_or("nothing was measured")?;
    Ok(f64::from(*median))
}
