//! A gzip tar (ustar) of the same bytes for the same files.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use flate2::{Compression, GzBuilder};

use crate::failure::Failure;

/// Bytes of a block: headers take one, contents are filled up to one.
const BLOCK: usize = 512;
/// Bytes of a name, and of the folders before it.
const MOST_NAME: usize = 100;
const MOST_PREFIX: usize = 155;

/// Files by the names they get, in order of these.
#[derive(Default)]
pub(super) struct Archive {
    files: BTreeMap<String, Vec<u8>>,
}

impl Archive {
    /// Adds a file, or all files of a folder; nothing if it is not there.
    pub(super) fn add(&mut self, from: &Path, name: &str) -> Result<(), Failure> {
        if from.is_dir() {
            let entries = std::fs::read_dir(from).map_err(Failure::file("read", from))?;
            for entry in entries {
                let path = entry.map_err(Failure::file("read", from))?.path();
                let file = path.file_name().unwrap_or_default().to_string_lossy();
                self.add(&path, &format!("{name}/{file}"))?;
            }
        } else if from.is_file() {
            let bytes = std::fs::read(from).map_err(Failure::file("read", from))?;
            self.files.insert(name.to_owned(), bytes);
        }
        Ok(())
    }

    /// Writes the archive.
    pub(super) fn write(&self, to: &Path) -> Result<(), Failure> {
        let file = File::create(to).map_err(Failure::file("write", to))?;
        let out = GzBuilder::new().mtime(0).write(file, Compression::best());
        self.write_to(out).map_err(Failure::file("write", to))
    }

    fn write_to(&self, mut out: flate2::write::GzEncoder<File>) -> io::Result<()> {
        for (name, bytes) in &self.files {
            out.write_all(&header(name, bytes.len())?)?;
            out.write_all(bytes)?;
            out.write_all(&vec![0; bytes.len().next_multiple_of(BLOCK) - bytes.len()])?;
        }
        out.write_all(&[0; 2 * BLOCK])?;
        out.finish()?.sync_all()
    }
}

/// The header of a file that anyone may read and its owner write.
fn header(name: &str, size: usize) -> io::Result<Vec<u8>> {
    let (prefix, name) = split(name).ok_or(io::ErrorKind::InvalidFilename)?;
    let mut fields = Vec::with_capacity(BLOCK);
    field(&mut fields, name, MOST_NAME);
    for number in ["0000644", "0000000", "0000000"] {
        field(&mut fields, number, 8);
    }
    field(&mut fields, &format!("{size:011o}"), 12);
    field(&mut fields, "00000000000", 12);
    let sum_at = fields.len();
    field(&mut fields, "        ", 8);
    field(&mut fields, "0", 1);
    field(&mut fields, "", 100);
    fields.extend(b"ustar\x0000");
    field(&mut fields, "", 32 + 32);
    field(&mut fields, "0000000", 8);
    field(&mut fields, "0000000", 8);
    field(&mut fields, prefix, MOST_PREFIX);
    fields.resize(BLOCK, 0);
    let sum: u32 = fields.iter().copied().map(u32::from).sum();
    let sum = format!("{sum:06o}\0 ");
    fields.splice(sum_at..sum_at + sum.len(), sum.bytes());
    Ok(fields)
}

fn field(fields: &mut Vec<u8>, text: &str, width: usize) {
    let end = fields.len() + width;
    fields.extend(text.bytes());
    fields.resize(end, 0);
}

/// Folders and name, cut where both fit.
fn split(path: &str) -> Option<(&str, &str)> {
    if path.len() <= MOST_NAME {
        return Some(("", path));
    }
    let cuts = path.match_indices('/').filter_map(|(at, _)| path.split_at_checked(at));
    let mut cuts = cuts.map(|(prefix, rest)| (prefix, rest.trim_start_matches('/')));
    cuts.find(|(prefix, name)| prefix.len() <= MOST_PREFIX && name.len() <= MOST_NAME)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_files_give_the_same_bytes_and_tar_reads_them() {
        let folder = tempfile::tempdir().unwrap();
        let from = folder.path().join("from");
        std::fs::create_dir_all(from.join("b")).unwrap();
        std::fs::write(from.join("a.txt"), "first").unwrap();
        std::fs::write(from.join("b/c.txt"), vec![7; 1_000]).unwrap();
        let write = |name: &str| {
            let mut archive = Archive::default();
            archive.add(&from, "package").unwrap();
            archive.add(&from.join("absent"), "package/absent").unwrap();
            let to = folder.path().join(name);
            archive.write(&to).unwrap();
            std::fs::read(to).unwrap()
        };
        assert_eq!(write("one.har"), write("two.har"));
        let tar = std::process::Command::new("tar")
            .args(["-xzf", "one.har"])
            .current_dir(folder.path())
            .status();
        assert!(tar.unwrap().success());
        let read = |name: &str| std::fs::read(folder.path().join("package").join(name)).unwrap();
        assert_eq!((read("a.txt"), read("b/c.txt")), (b"first".to_vec(), vec![7; 1_000]));
    }

    #[test]
    fn a_long_path_is_cut_between_folders() {
        let path = format!("package/{}/{}", "f".repeat(120), "n".repeat(90));
        let (prefix, name) = split(&path).unwrap();
        assert_eq!((prefix.len(), name.len()), (128, 90));
        assert_eq!(split(&"n".repeat(101)), None);
    }
}
