//! A run in figures, as `--json` writes them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use staykit_core::pack::Pack;

use super::compare::Comparison;
use super::integrity::FalseAlarms;
use super::plain_text::Search;
use super::tally::Tally;
use crate::data::Data;

/// All runs.
#[derive(Debug, Serialize)]
pub(crate) struct Report<'a> {
    pub(crate) runs: &'a [Run],
}

/// One run.
#[derive(Debug, Serialize)]
pub(crate) struct Run {
    pub(crate) data: DataFigures,
    /// Events whose `record()` returned, or that the engine proved to hold after a kill.
    pub(crate) recorded: u64,
    pub(crate) refused: u64,
    /// How often each signal rose.
    pub(crate) signals: BTreeMap<String, u64>,
    /// How often each tag did.
    pub(crate) tags: BTreeMap<String, u64>,
    pub(crate) false_alarms: FalseAlarms,
    pub(crate) decisions: Decisions,
    pub(crate) outcomes: BTreeMap<String, u64>,
    pub(crate) upload: Upload,
    pub(crate) collector: Collector,
    /// Processes that died by SIGKILL.
    pub(crate) killed: u64,
    /// Files of the stores that hold a word of the log.
    pub(crate) plain_text_found: u64,
    pub(crate) record_us: RecordTime,
    pub(crate) wall_s: f64,
}

#[derive(Debug, Serialize)]
pub(crate) struct DataFigures {
    pub(crate) name: &'static str,
    pub(crate) users: usize,
    /// Rows of the log; launches that the lab adds are not among them.
    pub(crate) events: usize,
    pub(crate) synthetic: bool,
}

#[derive(Debug, Serialize)]
pub(crate) struct Decisions {
    pub(crate) shown: u64,
    /// By the gate that withheld them.
    pub(crate) withheld: BTreeMap<String, u64>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Upload {
    pub(crate) batches: usize,
    /// With those that were sent again.
    pub(crate) attempts: u64,
    /// Of all batches, each once.
    pub(crate) bytes: u64,
    pub(crate) bytes_per_event: f64,
}

#[derive(Debug, Serialize)]
pub(crate) struct Collector {
    pub(crate) events: u64,
    pub(crate) installations: u64,
    pub(crate) duplicates_refused: u64,
    pub(crate) missing: u64,
    pub(crate) doubled: u64,
}

/// Microseconds.
#[derive(Debug, Serialize)]
pub(crate) struct RecordTime {
    pub(crate) p50: f64,
    pub(crate) p99: f64,
}

/// What a run found, to make its figures from.
#[derive(Debug)]
pub(crate) struct Findings<'a> {
    pub(crate) data: &'a Data,
    pub(crate) tally: &'a Tally,
    pub(crate) false_alarms: FalseAlarms,
    pub(crate) summary: staykit_collector::Summary,
    pub(crate) comparison: Comparison,
    pub(crate) search: Search,
    pub(crate) killed: u64,
    pub(crate) wall_s: f64,
}

impl Run {
    pub(crate) fn new(found: &Findings<'_>) -> Self {
        let Findings { data, tally, .. } = found;
        let tags = tags();
        let all = tally.signals.clone().into_iter();
        let (tags, signals) = all.partition(|(name, _)| tags.contains(name));
        Self {
            data: DataFigures {
                name: data.name,
                users: data.log.people.len(),
                events: data.rows,
                synthetic: data.synthetic,
            },
            recorded: tally.recorded,
            refused: tally.refused,
            signals,
            tags,
            false_alarms: found.false_alarms.clone(),
            decisions: Decisions {
                shown: tally.shown.values().sum(),
                withheld: tally.withheld.clone(),
            },
            outcomes: tally.outcomes.clone(),
            upload: Upload {
                batches: tally.batches.len(),
                attempts: tally.attempts,
                bytes: tally.bytes(),
                bytes_per_event: ratio(tally.bytes(), tally.recorded, 10.0),
            },
            collector: Collector {
                events: found.summary.events,
                installations: found.summary.installations,
                duplicates_refused: found.summary.duplicates_refused,
                missing: found.comparison.missing,
                doubled: found.comparison.doubled,
            },
            killed: found.killed,
            plain_text_found: found.search.found,
            record_us: RecordTime {
                p50: ratio(tally.record_ns(500), 1_000, 100.0),
                p99: ratio(tally.record_ns(990), 1_000, 100.0),
            },
            wall_s: (found.wall_s * 100.0).round() / 100.0,
        }
    }

    /// What must hold and does not, a line each.
    pub(crate) fn faults(&self, foreign: u64) -> Vec<String> {
        let nothing = [
            (self.collector.missing, "events missing at the collector"),
            (self.collector.doubled, "events doubled at the collector"),
            (foreign, "events at the collector that were never recorded"),
            (self.plain_text_found, "files with plain text"),
            (self.recorded.abs_diff(self.collector.events), "events more or less than recorded"),
        ];
        let faults = nothing.into_iter().filter(|(count, _)| *count > 0);
        faults.map(|(count, what)| format!("{}: {count} {what}", self.data.name)).collect()
    }
}

/// Names of the built-in pack's tags.
fn tags() -> BTreeSet<String> {
    let Ok(pack) = Pack::builtin("retention") else { return BTreeSet::new() };
    let tags = pack.rules.signals().iter().filter(|signal| signal.tag);
    tags.map(|signal| signal.name.clone()).collect()
}

/// A quotient, rounded to a fraction of `1 / precision`.
#[expect(clippy::cast_precision_loss, reason = "figures for people, far below 2^52")]
fn ratio(of: u64, by: u64, precision: f64) -> f64 {
    (of as f64 / by.max(1) as f64 * precision).round() / precision
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::Log;

    fn run(missing: u64) -> Run {
        let data = Data {
            name: "shop",
            origin: String::new(),
            synthetic: true,
            rows: 2,
            log: Log::default(),
        };
        let tally = Tally {
            recorded: 3,
            signals: [("going_quiet".to_owned(), 1), ("regular".to_owned(), 2)].into(),
            record_ns: vec![1_000, 2_345],
            batches: [("a".to_owned(), 100)].into(),
            ..Tally::default()
        };
        Run::new(&Findings {
            data: &data,
            tally: &tally,
            false_alarms: FalseAlarms::default(),
            summary: staykit_collector::Summary { events: 3, ..Default::default() },
            comparison: Comparison { missing, ..Comparison::default() },
            search: Search::default(),
            killed: 1,
            wall_s: 1.234_56,
        })
    }

    #[test]
    fn the_json_has_the_agreed_shape() {
        let json = serde_json::to_value(Report { runs: &[run(0)] }).unwrap();
        let expected = serde_json::json!({"runs": [{
            "data": {"name": "shop", "users": 0, "events": 2, "synthetic": true},
            "recorded": 3, "refused": 0, "signals": {"going_quiet": 1}, "tags": {"regular": 2},
            "false_alarms": {"people": 0, "raised": {}, "if_all_were": {}},
            "decisions": {"shown": 0, "withheld": {}}, "outcomes": {},
            "upload": {"batches": 1, "attempts": 0, "bytes": 100, "bytes_per_event": 33.3},
            "collector": {"events": 3, "installations": 0, "duplicates_refused": 0,
                          "missing": 0, "doubled": 0},
            "killed": 1, "plain_text_found": 0, "record_us": {"p50": 1.0, "p99": 1.0},
            "wall_s": 1.23,
        }]});
        assert_eq!(json, expected);
    }

    #[test]
    fn what_must_hold_and_does_not_is_named() {
        assert_eq!(run(0).faults(0), Vec::<String>::new());
        assert_eq!(run(2).faults(0), ["shop: 2 events missing at the collector"]);
        assert_eq!(run(0).faults(1).len(), 1);
    }
}
