//! Folders as another process sees them.

use std::fs;
use std::path::{Path, PathBuf};

/// Copies the files of a folder into a new one: what a kill of the process would leave.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for path in list(from) {
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

/// The files of a folder, in order of their names.
#[must_use]
pub fn list(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries.collect();
    files.sort();
    files
}

/// Names of the files of a folder that hold `needle` anywhere.
#[must_use]
pub fn holding(folder: &Path, needle: &[u8]) -> Vec<String> {
    let holds = |path: &PathBuf| {
        let bytes = fs::read(path).unwrap();
        bytes.windows(needle.len()).any(|window| window == needle)
    };
    let files = list(folder).into_iter().filter(holds);
    files.map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect()
}
