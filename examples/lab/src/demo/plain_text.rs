//! Looks for words of the log in every file of the stores: there must be none.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use staykit_core::event::Value;

use crate::failure::Failure;
use crate::log::{Entry, Log};

/// Shorter words occur in sealed bytes by chance: 4 letters once in 4 GB.
const SHORTEST: usize = 8;

/// Most different words that are looked for.
const MOST_WORDS: usize = 500;

/// Every user's first event bears a text that begins like this and occurs nowhere else.
pub(crate) const MARK: &str = "plain-text-marker-";

/// Words that would give an event away, and where a search starts to look closer.
#[derive(Debug)]
pub(crate) struct Words {
    words: Vec<Vec<u8>>,
    /// By the first two bytes.
    starts: Vec<bool>,
}

/// What was searched and found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Search {
    pub(crate) files: u64,
    pub(crate) bytes: u64,
    /// Files that hold a word.
    pub(crate) found: u64,
}

impl Words {
    /// Names of events and properties, and texts of properties.
    pub(crate) fn of(log: &Log) -> Self {
        let mut words = BTreeSet::new();
        for entry in log.entries() {
            words.extend(words_of(entry));
            if words.len() >= MOST_WORDS {
                break;
            }
        }
        words.insert(MARK.as_bytes().to_vec());
        Self::new(words.into_iter().filter(|word| word.len() >= SHORTEST).collect())
    }

    fn new(words: Vec<Vec<u8>>) -> Self {
        let mut starts = vec![false; 1 << 16];
        for word in &words {
            let start = word.first_chunk().and_then(|first| starts.get_mut(place(*first)));
            if let Some(start) = start {
                *start = true;
            }
        }
        Self { words, starts }
    }

    /// How many words are looked for.
    pub(crate) fn count(&self) -> usize {
        self.words.len()
    }

    fn occur_in(&self, bytes: &[u8]) -> bool {
        let pairs = bytes.iter().zip(bytes.iter().skip(1));
        pairs.enumerate().any(|(at, (first, second))| {
            self.starts.get(place([*first, *second])) == Some(&true)
                && bytes
                    .get(at..)
                    .is_some_and(|rest| self.words.iter().any(|word| rest.starts_with(word)))
        })
    }

    /// Searches every file below a folder, on two threads.
    pub(crate) fn search(&self, folder: &Path) -> Result<Search, Failure> {
        let files = files_below(folder)?;
        let (one, two) = files.split_at(files.len() / 2);
        thread::scope(|scope| {
            let other = scope.spawn(|| self.search_files(two));
            let one = self.search_files(one)?;
            let panicked = |_| Err(Failure::bug("the search panicked"));
            let two = other.join().unwrap_or_else(panicked)?;
            Ok(Search {
                files: one.files + two.files,
                bytes: one.bytes + two.bytes,
                found: one.found + two.found,
            })
        })
    }

    fn search_files(&self, files: &[PathBuf]) -> Result<Search, Failure> {
        let mut search = Search::default();
        for path in files {
            let bytes = fs::read(path).map_err(Failure::file("read", path))?;
            search.files += 1;
            search.bytes += u64::try_from(bytes.len()).unwrap_or(0);
            search.found += u64::from(self.occur_in(&bytes));
        }
        Ok(search)
    }
}

fn words_of(entry: &Entry) -> impl Iterator<Item = Vec<u8>> {
    let values = entry.properties.iter().filter_map(|(_, value)| match value {
        // One word finds all marks.
        Value::Text(text) if !text.starts_with(MARK) => Some(text.as_str()),
        _ => None,
    });
    let names = entry.properties.iter().map(|(name, _)| name.as_str());
    let words = std::iter::once(entry.name.as_str()).chain(names).chain(values);
    words.map(|word| word.as_bytes().to_vec())
}

fn place(pair: [u8; 2]) -> usize {
    usize::from(u16::from_le_bytes(pair))
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(Failure::file("read", &folder))? {
            let path = entry.map_err(Failure::file("read", &folder))?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::Instant;

    #[test]
    fn a_word_of_the_log_is_found_wherever_it_stands() {
        let entry = Entry::new(Instant::new(0, 0), "product_view")
            .text("platform", "mobile web")
            .text("x", "tiny");
        let log = Log::new([("u".to_owned(), entry)]);
        let words = Words::of(&log);
        assert_eq!(words.count(), 4, "two names, one text, the mark");
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("00001");
        fs::create_dir(&store).unwrap();
        fs::write(store.join("a"), b"\0\x01productXview tiny").unwrap();
        let clean = Search { files: 1, bytes: 19, found: 0 };
        assert_eq!(words.search(folder.path()).unwrap(), clean);
        fs::write(store.join("b"), b"\0\0mobile web").unwrap();
        fs::write(folder.path().join("c"), format!("..{MARK}0")).unwrap();
        assert_eq!(words.search(folder.path()).unwrap().found, 2);
    }
}
