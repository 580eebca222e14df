//! Where the users of a shard stand, read from its diary.

use std::collections::{BTreeMap, BTreeSet};

use staykit_core::engine::Status;

use super::diary::{Answer, Did, Line, Step};

/// What a diary says.
#[derive(Debug, Default)]
pub(crate) struct History {
    /// Users who are done.
    pub(crate) ended: BTreeSet<usize>,
    /// Entries of the log that were taken, over all users.
    pub(crate) entries: u64,
    /// Kinds of decisions that were put into words.
    pub(crate) told: BTreeSet<(String, Option<String>)>,
    /// The user who is not done.
    pub(crate) current: Option<Standing>,
}

/// How far a user is.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Standing {
    pub(crate) user: usize,
    /// How often the store was opened.
    pub(crate) opened: u64,
    /// The first entry not taken.
    pub(crate) next_entry: usize,
    /// Last number that the diary knows, and its epoch.
    pub(crate) epoch: u64,
    pub(crate) last_seq: u64,
    /// Signals that stand.
    pub(crate) signals: BTreeSet<String>,
    /// How often each campaign was shown.
    pub(crate) shown: BTreeMap<String, u64>,
    /// The latest instant of a step.
    pub(crate) last_at: Option<i64>,
    /// Answers that were given.
    pub(crate) answered: BTreeSet<(u64, Answer)>,
    /// The step that was announced, of which nobody knows whether it was taken.
    pub(crate) doubt: Option<(i64, Step)>,
}

impl History {
    pub(crate) fn take(&mut self, line: Line) {
        match line {
            Line::Open { user } => {
                let standing = self.of(user);
                standing.opened += 1;
            }
            Line::Will { user, at, step } => {
                let standing = self.of(user);
                standing.last_at = standing.last_at.max(Some(at));
                standing.doubt = Some((at, step));
            }
            Line::Did(did) => {
                if let Some(standing) = &mut self.current
                    && matches!(standing.did(&did), Some(Step::Entry(_)))
                {
                    self.entries += 1;
                }
            }
            Line::Told(told) => {
                self.told.insert((told.campaign, told.gate));
            }
            Line::End { user } => {
                self.ended.insert(user);
                self.current = None;
            }
            Line::Send { .. } => {}
        }
    }

    fn of(&mut self, user: usize) -> &mut Standing {
        if self.current.as_ref().is_none_or(|standing| standing.user != user) {
            self.current = Some(Standing { user, ..Standing::default() });
        }
        self.current.get_or_insert_default()
    }
}

impl Standing {
    /// Takes in that the announced step returned; returns it.
    pub(crate) fn did(&mut self, did: &Did) -> Option<Step> {
        let (_, step) = self.doubt.take()?;
        match step {
            Step::Entry(entry) => self.next_entry = entry + 1,
            Step::Answer { decision, answer } => {
                self.answered.insert((decision, answer));
            }
            Step::Tick => {}
        }
        if let Some((seq, _)) = did.events.last() {
            (self.epoch, self.last_seq) = (did.epoch, *seq);
        }
        self.signals.extend(did.raised.iter().cloned());
        for signal in &did.cleared {
            self.signals.remove(signal);
        }
        for campaign in &did.shown {
            *self.shown.entry(campaign.clone()).or_default() += 1;
        }
        Some(step)
    }

    /// First and last number that the engine gave and the diary does not know.
    pub(crate) fn unknown(&self, epoch: u64, last_seq: u64) -> Option<(u64, u64)> {
        let known = if epoch == self.epoch { self.last_seq } else { 0 };
        let continues = epoch == self.epoch || self.epoch == 0;
        (continues && last_seq > known).then_some((known + 1, last_seq))
    }

    /// `did` with what the receipt that was lost in a kill must have said: the difference between
    /// what the engine holds and what the diary knows. Which gates withheld what is lost.
    pub(crate) fn lost(&self, status: &Status, did: Did) -> Did {
        let stand: BTreeSet<_> = status.signals.iter().cloned().collect();
        let shown = status.campaigns.iter().flat_map(|(campaign, counts)| {
            let known = self.shown.get(campaign).copied().unwrap_or(0);
            (known..counts.show).map(|_| campaign.clone())
        });
        Did {
            raised: stand.difference(&self.signals).cloned().collect(),
            cleared: self.signals.difference(&stand).cloned().collect(),
            shown: shown.collect(),
            ..did
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn will(at: i64, step: Step) -> Line {
        Line::Will { user: 4, at, step }
    }

    fn did(seqs: &[u64]) -> Line {
        Line::Did(Did {
            epoch: 1,
            events: seqs.iter().map(|seq| (*seq, "x".to_owned())).collect(),
            ..Did::default()
        })
    }

    fn history(lines: Vec<Line>) -> History {
        let mut history = History::default();
        for line in lines {
            history.take(line);
        }
        history
    }

    #[test]
    fn a_user_stands_behind_the_last_step_that_returned() {
        let answer = Step::Answer { decision: 2, answer: Answer::Shown };
        let lines = vec![
            Line::Open { user: 4 },
            will(10, Step::Entry(0)),
            did(&[1]),
            will(11, answer),
            did(&[2]),
            will(20, Step::Entry(1)),
            did(&[3, 4]),
            will(25, Step::Tick),
            Line::Open { user: 4 },
        ];
        let standing = history(lines).current.unwrap();
        assert_eq!((standing.opened, standing.next_entry, standing.last_seq), (2, 2, 4));
        assert_eq!(standing.last_at, Some(25));
        assert!(standing.answered.contains(&(2, Answer::Shown)));
        assert_eq!(standing.doubt, Some((25, Step::Tick)));
    }

    #[test]
    fn a_step_that_was_announced_and_did_not_return_is_in_doubt() {
        let lines = vec![Line::Open { user: 4 }, will(10, Step::Entry(0))];
        let history = history(lines);
        assert_eq!(history.entries, 0);
        assert_eq!(history.current.unwrap().doubt, Some((10, Step::Entry(0))));
    }

    #[test]
    fn users_who_ended_are_done_and_their_entries_counted() {
        let lines = vec![
            Line::Open { user: 4 },
            will(10, Step::Entry(0)),
            did(&[1]),
            Line::End { user: 4 },
        ];
        let history = history(lines);
        assert!(history.ended.contains(&4) && history.current.is_none());
        assert_eq!(history.entries, 1);
    }
}
