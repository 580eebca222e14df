//! What the diaries of a run add up to.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufWriter, Write};

use serde_json::json;
use staykit_core::event::names;

use super::diary::{Did, Line, Told, read};
use super::integrity::is_watched;
use super::layout::Layout;
use crate::failure::Failure;

/// Identity of an event: installation as hex, epoch, number.
pub(crate) type Identity = (String, u64, u64);

/// Prefix of the events that the engine records about its own guidance.
const GUIDANCE: &str = "guidance_";

/// Counts over all users.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) truth: BTreeMap<Identity, String>,
    /// Lines of truth, even if two were of one identity.
    pub(crate) recorded: u64,
    pub(crate) refused: u64,
    /// How often each signal or tag rose.
    pub(crate) signals: BTreeMap<String, u64>,
    /// For which installations each signal of integrity rose.
    pub(crate) raised_for: BTreeMap<String, BTreeSet<String>>,
    pub(crate) shown: BTreeMap<String, u64>,
    pub(crate) withheld: BTreeMap<String, u64>,
    pub(crate) outcomes: BTreeMap<String, u64>,
    /// Bytes of each batch by its id, however often it was sent.
    pub(crate) batches: BTreeMap<String, u64>,
    pub(crate) attempts: u64,
    pub(crate) record_ns: Vec<u64>,
    pub(crate) told: Vec<Told>,
}

impl Tally {
    /// Adds up the diaries and writes `truth.jsonl` from them.
    pub(crate) fn read(layout: &Layout, shards: usize) -> Result<Self, Failure> {
        let mut tally = Self::default();
        let path = layout.truth();
        let mut truth = BufWriter::new(File::create(&path).map_err(Failure::file("write", &path))?);
        let mut written = Ok(());
        for shard in 0..shards {
            read(&layout.diary(shard), |line| {
                if let (Line::Did(did), Ok(())) = (&line, &written) {
                    written = write_truth(&mut truth, did);
                }
                tally.take(line);
            })?;
        }
        written.and_then(|()| truth.flush()).map_err(Failure::file("write", &path))?;
        tally.record_ns.sort_unstable();
        tally.told.sort_by(|a, b| (a.user, &a.at).cmp(&(b.user, &b.at)));
        Ok(tally)
    }

    fn take(&mut self, line: Line) {
        match line {
            Line::Did(did) => self.take_step(did),
            Line::Send { batch, bytes } => {
                self.attempts += 1;
                self.batches.insert(batch, u64::try_from(bytes).unwrap_or(0));
            }
            Line::Told(told) => self.told.push(told),
            Line::Open { .. } | Line::Will { .. } | Line::End { .. } => {}
        }
    }

    fn take_step(&mut self, did: Did) {
        self.refused += u64::from(did.refused);
        self.record_ns.extend(did.ns);
        let count = |counts: &mut BTreeMap<String, u64>, names: Vec<String>| {
            for name in names {
                *counts.entry(name).or_default() += 1;
            }
        };
        for signal in did.raised.iter().filter(|signal| is_watched(signal)) {
            let of = self.raised_for.entry(signal.clone()).or_default();
            of.insert(did.installation.clone());
        }
        count(&mut self.signals, did.raised);
        count(&mut self.shown, did.shown);
        count(&mut self.withheld, did.withheld);
        for (seq, name) in did.events {
            self.recorded += 1;
            if let Some(kind) = name.strip_prefix(GUIDANCE) {
                count(&mut self.outcomes, vec![kind.to_owned()]);
            }
            let identity = (did.installation.clone(), did.epoch, seq);
            self.truth.insert(identity, name);
        }
    }

    /// Bytes of all batches, each once.
    pub(crate) fn bytes(&self) -> u64 {
        self.batches.values().sum()
    }

    /// The duration of `record()` that `per_mille` of 1,000 calls do not exceed, in ns.
    pub(crate) fn record_ns(&self, per_mille: usize) -> u64 {
        let last = self.record_ns.len().saturating_sub(1);
        let place = last * per_mille / 1_000;
        self.record_ns.get(place).copied().unwrap_or(0)
    }
}

/// Whether an event tells what became of guidance.
pub(crate) fn is_outcome(name: &str) -> bool {
    [names::SHOWN, names::CLICKED, names::DISMISSED, names::CONVERTED].contains(&name)
}

/// One line an event whose `record()` returned.
fn write_truth(out: &mut impl Write, did: &Did) -> io::Result<()> {
    for (seq, name) in &did.events {
        let line = json!({
            "installation": did.installation,
            "epoch": did.epoch,
            "seq": seq,
            "name": name,
            "at": did.at,
        });
        writeln!(out, "{line}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::diary::Diary;
    use super::*;

    #[test]
    fn diaries_add_up_and_become_the_truth() {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::new(folder.path());
        let did = |seq, name: &str| {
            Line::Did(Did {
                installation: "ab".to_owned(),
                epoch: 1,
                at: "2026-03-01T09:00:00.000+08:00".to_owned(),
                events: vec![(seq, name.to_owned()), (seq + 1, names::CONVERTED.to_owned())],
                ns: Some(seq * 1_000),
                raised: vec!["going_quiet".to_owned(), "clock_set".to_owned()],
                ..Did::default()
            })
        };
        let send = |batch: &str| Line::Send { batch: batch.to_owned(), bytes: 70 };
        for (shard, lines) in
            [vec![did(1, "open"), send("b1"), send("b1")], vec![did(3, "purchase")]]
                .into_iter()
                .enumerate()
        {
            let mut diary = Diary::open(&layout.diary(shard), |_| {}).unwrap();
            for line in &lines {
                diary.write(line).unwrap();
            }
        }
        let tally = Tally::read(&layout, 2).unwrap();
        assert_eq!((tally.recorded, tally.bytes()), (4, 70));
        assert_eq!((tally.attempts, tally.batches.len()), (2, 1));
        assert_eq!(tally.signals["going_quiet"], 2);
        assert_eq!(tally.raised_for["clock_set"].len(), 1);
        assert!(!tally.raised_for.contains_key("going_quiet"));
        assert_eq!(tally.outcomes["converted"], 2);
        assert_eq!((tally.record_ns(500), tally.record_ns(1_000)), (1_000, 3_000));
        let truth = std::fs::read_to_string(layout.truth()).unwrap();
        assert_eq!(truth.lines().count(), 4);
        assert!(truth.contains(r#""seq":3"#), "{truth}");
    }
}
