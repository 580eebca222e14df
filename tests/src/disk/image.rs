//! What a power cut could have left.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use staykit_core::random::Seed;

use super::{Image, Op};

/// What became of everything that was not synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// It is gone.
    Lost,
    /// It is there: what a mere kill leaves.
    Kept,
    /// Contents are there, names are not.
    ContentOnly,
    /// Names are there, contents are not.
    NamesOnly,
    /// It is there up to some moment.
    Prefix,
    /// Some writes are there, others are not, whatever their order.
    Reordered,
    /// The same for each part of so many bytes, which is as it was at some moment since the last
    /// sync.
    Torn(usize),
}

impl Cut {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Lost,
        Self::Kept,
        Self::ContentOnly,
        Self::NamesOnly,
        Self::Prefix,
        Self::Reordered,
        Self::Torn(512),
        Self::Torn(4_096),
    ];
}

/// Goes through a recording, forward only, and tells what is safe from a power cut.
#[derive(Debug)]
pub struct Replay<'a> {
    ops: &'a [Op],
    at: usize,
    safe: Image,
    pending: Vec<&'a Op>,
}

impl<'a> Replay<'a> {
    /// At the beginning of a recording that began with `image`.
    #[must_use]
    pub fn new(image: Image, ops: &'a [Op]) -> Self {
        Self { ops, at: 0, safe: image, pending: Vec::new() }
    }

    /// Goes on until `at` things are done.
    pub fn advance(&mut self, at: usize) {
        while self.at < at {
            let op = &self.ops[self.at];
            self.at += 1;
            match op {
                Op::SyncFile(inode) => self.settle(|op| inode_of(op) == Some(*inode)),
                Op::FailedSync(inode) => self.pending.retain(|op| inode_of(op) != Some(*inode)),
                Op::SyncFolder => self.settle(|op| matches!(op, Op::Names(_))),
                other => self.pending.push(other),
            }
        }
    }

    fn settle(&mut self, settles: impl Fn(&Op) -> bool) {
        let safe = &mut self.safe;
        self.pending.retain(|op| {
            let settled = settles(op);
            if settled {
                apply(safe, op);
            }
            !settled
        });
    }

    /// What a cut right now could leave.
    #[must_use]
    pub fn image(&self, cut: Cut, seed: &Seed) -> Image {
        let draw = |bound: usize, number: usize, purpose: &str| {
            usize::try_from(seed.draw_below(bound as u64, number as u64, purpose)).unwrap()
        };
        let names: Vec<&Op> = self.pending.iter().copied().filter(|op| is_name(op)).collect();
        let content: Vec<&Op> = self.pending.iter().copied().filter(|op| !is_name(op)).collect();
        // File systems log their names in order.
        let some_names = &names[..draw(names.len() + 1, 0, "names")];
        let mut image = self.safe.clone();
        let mut all = |ops: &[&Op]| ops.iter().for_each(|op| apply(&mut image, op));
        match cut {
            Cut::Lost => {}
            Cut::Kept => all(&self.pending),
            Cut::ContentOnly => all(&content),
            Cut::NamesOnly => all(&names),
            Cut::Prefix => all(&self.pending[..draw(self.pending.len() + 1, 0, "prefix")]),
            Cut::Reordered => {
                all(some_names);
                let kept = |index: &usize| draw(2, *index, "kept") == 1;
                let kept: Vec<&Op> =
                    (0..content.len()).filter(kept).map(|index| content[index]).collect();
                all(&kept);
            }
            Cut::Torn(size) => {
                all(some_names);
                tear(&mut image, &content, size, draw);
            }
        }
        forget_nameless(&mut image);
        image
    }
}

fn is_name(op: &Op) -> bool {
    matches!(op, Op::Names(_))
}

fn inode_of(op: &Op) -> Option<u64> {
    match op {
        Op::Write { inode, .. } | Op::Truncate { inode, .. } | Op::SyncFile(inode) => Some(*inode),
        Op::Names(_) | Op::SyncFolder | Op::FailedSync(_) => None,
    }
}

/// Each part of a file is as it was at a moment of its own; its size, too.
fn tear(
    image: &mut Image,
    content: &[&Op],
    size: usize,
    draw: impl Fn(usize, usize, &str) -> usize,
) {
    let inodes: BTreeSet<u64> = content.iter().filter_map(|op| inode_of(op)).collect();
    for inode in inodes {
        let of_it = |op: &&Op| inode_of(op) == Some(inode);
        let ops: Vec<&Op> = content.iter().copied().filter(of_it).collect();
        let place = usize::try_from(inode).unwrap() << 20;
        let before = image.files.get(&inode).cloned().unwrap_or_default();
        let mut versions: Vec<Arc<Vec<u8>>> = vec![before];
        // Moments enough to choose from, without a copy of the file for each write.
        let step = ops.len().div_ceil(6).max(1);
        for ops in ops.chunks(step) {
            let mut next = Arc::clone(&versions[versions.len() - 1]);
            for op in ops {
                change(Arc::make_mut(&mut next), op);
            }
            versions.push(next);
        }
        let length = versions[draw(versions.len(), place, "length")].len();
        let mut torn = vec![0; length];
        for (part, out) in torn.chunks_mut(size).enumerate() {
            let version = &versions[draw(versions.len(), place + part, "part")];
            let from = version.get(part * size..).unwrap_or_default();
            let known = from.len().min(out.len());
            out[..known].copy_from_slice(&from[..known]);
        }
        image.files.insert(inode, Arc::new(torn));
    }
}

fn apply(image: &mut Image, op: &Op) {
    match op {
        Op::Names(changes) => rename(&mut image.names, changes),
        other => {
            if let Some(inode) = inode_of(other) {
                change(Arc::make_mut(image.files.entry(inode).or_default()), other);
            }
        }
    }
}

fn change(content: &mut Vec<u8>, op: &Op) {
    match op {
        Op::Write { at, bytes, .. } => write(content, bytes, *at),
        Op::Truncate { size, .. } => content.truncate(usize::try_from(*size).unwrap()),
        _ => {}
    }
}

pub(super) fn write(content: &mut Vec<u8>, bytes: &[u8], at: u64) {
    let at = usize::try_from(at).unwrap();
    let end = at + bytes.len();
    if content.len() < end {
        content.resize(end, 0);
    }
    content[at..end].copy_from_slice(bytes);
}

pub(super) fn rename(names: &mut BTreeMap<String, u64>, changes: &[(String, Option<u64>)]) {
    for (name, inode) in changes {
        match inode {
            Some(inode) => names.insert(name.clone(), *inode),
            None => names.remove(name),
        };
    }
}

fn forget_nameless(image: &mut Image) {
    let named: BTreeSet<u64> = image.names.values().copied().collect();
    for inode in &named {
        image.files.entry(*inode).or_default();
    }
    image.files.retain(|inode, _| named.contains(inode));
}
