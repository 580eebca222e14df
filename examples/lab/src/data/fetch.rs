//! Archives from the Python index: fetched by pip with pinned hashes, read here; none of their code is run.

use std::fs;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ring::digest::{SHA256, digest};
use zip::ZipArchive;

/// Most bytes of a member that are read; the largest has 2 MB.
const MEMBER_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// A wheel on the Python index.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wheel {
    /// Name and version, as pip wants them.
    pub(super) requirement: &'static str,
    /// SHA-256 of the archive, hex.
    pub(super) sha256: &'static str,
}

impl Wheel {
    /// A file of the archive. The error is one line: why it cannot be had.
    pub(super) fn read(&self, member: &str) -> Result<Vec<u8>, String> {
        unpack(self.archive(&folder()?)?, member)
            .map_err(|error| format!("{member} of {} cannot be read: {error}", self.requirement))
    }

    /// The archive from the cache, else from the index; its hash is checked either way.
    fn archive(&self, folder: &Path) -> Result<Vec<u8>, String> {
        if let Some(bytes) = self.cached(folder) {
            return Ok(bytes);
        }
        self.download(folder)?;
        self.cached(folder)
            .ok_or_else(|| format!("pip brought no {} with the right hash", self.requirement))
    }

    fn cached(&self, folder: &Path) -> Option<Vec<u8>> {
        fs::read_dir(folder)
            .ok()?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|extension| extension == "whl"))
            .filter_map(|path| fs::read(path).ok())
            .find(|bytes| hex(digest(&SHA256, bytes).as_ref()) == self.sha256)
    }

    fn download(&self, folder: &Path) -> Result<(), String> {
        let cannot = |error| format!("{} cannot be written: {error}", folder.display());
        fs::create_dir_all(folder).map_err(cannot)?;
        let name = self.requirement.replace("==", "-");
        let pinned = folder.join(format!("{name}.txt"));
        let line = format!("{} --hash=sha256:{}\n", self.requirement, self.sha256);
        fs::write(&pinned, line).map_err(cannot)?;
        let mut reason = "pip is missing".to_owned();
        for program in ["python3", "python"] {
            match pip(program, folder, &pinned) {
                Ok(()) => return Ok(()),
                Err(Some(said)) => {
                    reason = format!("pip cannot fetch {}: {said}", self.requirement);
                }
                Err(None) => {}
            }
        }
        Err(reason)
    }
}

/// An error without a text means that there is no such program or that it has no pip.
fn pip(python: &str, folder: &Path, pinned: &Path) -> Result<(), Option<String>> {
    let output = Command::new(python)
        .args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check"])
        .args(["--no-deps", "--only-binary=:all:", "--require-hashes"])
        .args(["--retries", "1", "--timeout", "20", "--dest"])
        .arg(folder)
        .arg("--requirement")
        .arg(pinned)
        .stdin(Stdio::null())
        .output()
        .map_err(|_| None)?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    if said.contains("No module named pip") {
        return Err(None);
    }
    let last = said.lines().rev().find(|line| !line.trim().is_empty());
    Err(Some(last.unwrap_or("it failed without a word").trim().to_owned()))
}

fn unpack(archive: Vec<u8>, member: &str) -> zip::result::ZipResult<Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(archive))?;
    let mut bytes = Vec::new();
    archive.by_name(member)?.take(MEMBER_BYTES_MAX).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// `lab-data` in Cargo's target folder: the one above this program that Cargo marked as a cache.
fn folder() -> Result<PathBuf, String> {
    let named = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let program = std::env::current_exe().map_err(|error| format!("no target folder: {error}"))?;
    let marked = program.ancestors().skip(1).find(|folder| folder.join("CACHEDIR.TAG").is_file());
    let folder = marked.map(Path::to_owned).or(named);
    let beside = || program.parent().map(Path::to_owned);
    let target = folder.or_else(beside).ok_or("no target folder")?;
    Ok(target.join("lab-data"))
}

fn hex(bytes: &[u8]) -> String {
    crate::hex::encode(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn archive(member: &str, content: &[u8]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        writer.start_file(member, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn a_cached_archive_is_taken_by_its_hash_and_not_by_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let bytes = archive("a/b.txt", b"hello");
        let sha256 = hex(digest(&SHA256, &bytes).as_ref());
        let wheel = Wheel { requirement: "none==0", sha256: sha256.leak() };
        fs::write(folder.path().join("damaged.whl"), &bytes[1..]).unwrap();
        assert_eq!(wheel.cached(folder.path()), None);
        fs::write(folder.path().join("other.whl"), &bytes).unwrap();
        assert_eq!(wheel.cached(folder.path()), Some(bytes));
    }

    #[test]
    fn a_member_is_read_out_of_the_archive_or_its_absence_told() {
        let bytes = archive("a/b.txt", b"hello");
        assert_eq!(unpack(bytes.clone(), "a/b.txt").unwrap(), b"hello");
        assert!(unpack(bytes, "a/c.txt").is_err());
        assert!(unpack(vec![1, 2, 3], "a/b.txt").is_err());
    }
}
