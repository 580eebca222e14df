//! What `GET /v1/summary` answers.

use std::collections::BTreeMap;

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

/// What the collector holds, from one consistent view of its database.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Events stored, each identity once.
    pub events: u64,
    /// Installations that sent at least one event.
    pub installations: u64,
    /// Batches stored, each id once.
    pub batches: u64,
    /// Events that came again: all events of a repeated batch, and events whose identity was
    /// already stored.
    pub duplicates_refused: u64,
    /// Sequence numbers from 1 to the highest known of each (installation, epoch) that neither
    /// came nor were reported as dropped: late or lost.
    pub gaps: u64,
    /// Events that devices report to have given up.
    pub dropped: u64,
}

/// An installation and one of its epochs.
type Stream = (String, i64);

/// First and last number of a range.
type Range = (i64, i64);

pub(crate) fn summarize(connection: &Connection) -> rusqlite::Result<Summary> {
    // Reads within one transaction see one state.
    let view = connection.unchecked_transaction()?;
    let count = |sql: &str| view.query_row(sql, [], |row| row.get::<_, i64>(0)).map(unsigned);
    Ok(Summary {
        events: count("SELECT count(*) FROM events")?,
        installations: count("SELECT count(DISTINCT installation) FROM events")?,
        batches: count("SELECT count(*) FROM batches")?,
        duplicates_refused: count("SELECT duplicates_refused FROM tally")?,
        gaps: gaps(&view)?,
        dropped: dropped(&view)?,
    })
}

fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

/// Summed here, not in SQL, whose `sum` fails when hostile counts overflow.
fn dropped(view: &Connection) -> rusqlite::Result<u64> {
    let mut statement = view.prepare("SELECT events FROM dropped")?;
    let mut rows = statement.query([])?;
    let mut total = 0_u64;
    while let Some(row) = rows.next()? {
        total = total.saturating_add(unsigned(row.get(0)?));
    }
    Ok(total)
}

fn gaps(view: &Connection) -> rusqlite::Result<u64> {
    let mut ranges = dropped_ranges(view)?;
    let mut statement =
        view.prepare("SELECT installation, epoch, count(*), max(seq) FROM events GROUP BY 1, 2")?;
    let mut rows = statement.query([])?;
    let mut gaps = 0_u64;
    while let Some(row) = rows.next()? {
        let stream = (row.get(0)?, row.get(1)?);
        let ranges = merge(ranges.remove(&stream).unwrap_or_default());
        let gap = stream_gaps(view, &stream, row.get(2)?, row.get(3)?, &ranges)?;
        gaps = gaps.saturating_add(gap);
    }
    // What is left are streams of which nothing came but word of what was dropped.
    for (stream, ranges) in ranges {
        gaps = gaps.saturating_add(stream_gaps(view, &stream, 0, 0, &merge(ranges))?);
    }
    Ok(gaps)
}

fn dropped_ranges(view: &Connection) -> rusqlite::Result<BTreeMap<Stream, Vec<Range>>> {
    let mut statement =
        view.prepare("SELECT installation, epoch, first_seq, last_seq FROM dropped")?;
    let mut rows = statement.query([])?;
    let mut ranges: BTreeMap<Stream, Vec<Range>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let stream = (row.get(0)?, row.get(1)?);
        ranges.entry(stream).or_default().push((row.get(2)?, row.get(3)?));
    }
    Ok(ranges)
}

/// Numbers of one stream that neither came (`seen`, up to `highest`) nor lie in `ranges`.
/// A range may hold survivors, which must not be taken off twice.
fn stream_gaps(
    view: &Connection,
    (installation, epoch): &Stream,
    seen: i64,
    highest: i64,
    ranges: &[Range],
) -> rusqlite::Result<u64> {
    let end = ranges.last().map_or(highest, |(_, last)| highest.max(*last));
    let mut gap = end.saturating_sub(seen);
    let mut survivors = view.prepare_cached(
        "SELECT count(*) FROM events \
         WHERE installation = ?1 AND epoch = ?2 AND seq BETWEEN ?3 AND ?4",
    )?;
    for (first, last) in ranges {
        let inside: i64 = survivors
            .query_row(rusqlite::params![installation, epoch, first, last], |row| row.get(0))?;
        let width = last.saturating_sub(*first).saturating_add(1);
        gap = gap.saturating_sub(width.saturating_sub(inside));
    }
    Ok(unsigned(gap))
}

/// The same numbers in rising ranges that do not overlap.
fn merge(mut ranges: Vec<Range>) -> Vec<Range> {
    ranges.sort_unstable();
    let mut merged: Vec<Range> = Vec::with_capacity(ranges.len());
    for (first, last) in ranges {
        match merged.last_mut() {
            Some(before) if first <= before.1.saturating_add(1) => before.1 = before.1.max(last),
            _ => merged.push((first, last)),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_that_touch_or_overlap_become_one() {
        let ranges = vec![(8, 9), (1, 3), (2, 5), (6, 6), (8, 8)];
        assert_eq!(merge(ranges), [(1, 6), (8, 9)]);
        assert_eq!(merge(vec![(1, i64::MAX), (5, 6)]), [(1, i64::MAX)]);
        assert_eq!(merge(vec![]), []);
    }
}
