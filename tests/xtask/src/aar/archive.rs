//! A zip that has the same bytes whenever it has the same content.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::path::Path;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::failure::Failure;

/// Files by name, in the order of their names, all of the same age.
#[derive(Default)]
pub(super) struct Archive {
    files: BTreeMap<String, Vec<u8>>,
}

impl Archive {
    pub(super) fn add(&mut self, name: &str, content: Vec<u8>) {
        self.files.insert(name.to_owned(), content);
    }

    /// All files below `folder`, by their place in it.
    pub(super) fn add_folder(&mut self, folder: &Path) -> Result<(), Failure> {
        self.add_below(folder, "")
    }

    fn add_below(&mut self, folder: &Path, prefix: &str) -> Result<(), Failure> {
        let entries = std::fs::read_dir(folder).map_err(Failure::file("list", folder))?;
        for entry in entries {
            let path = entry.map_err(Failure::file("list", folder))?.path();
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
            if path.is_dir() {
                self.add_below(&path, &format!("{prefix}{name}/"))?;
            } else {
                let content = std::fs::read(&path).map_err(Failure::file("read", &path))?;
                self.add(&format!("{prefix}{name}"), content);
            }
        }
        Ok(())
    }

    pub(super) fn bytes(&self) -> Result<Vec<u8>, Failure> {
        let options = SimpleFileOptions::default()
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644)
            .compression_method(CompressionMethod::Deflated);
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in &self.files {
            writer.start_file(name.as_str(), options).map_err(failed)?;
            writer.write_all(content).map_err(Failure::io(format!("pack {name}")))?;
        }
        Ok(writer.finish().map_err(failed)?.into_inner())
    }

    pub(super) fn write(&self, path: &Path) -> Result<(), Failure> {
        std::fs::write(path, self.bytes()?).map_err(Failure::file("write", path))
    }
}

fn failed(error: zip::result::ZipError) -> Failure {
    Failure::Io { doing: "pack an archive".to_owned(), source: error.into() }
}

#[cfg(test)]
mod tests {
    use super::Archive;

    #[test]
    fn the_order_and_age_of_files_do_not_show() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("b")).unwrap();
        std::fs::write(folder.path().join("b/c"), "c").unwrap();
        std::fs::write(folder.path().join("a"), "a").unwrap();
        let mut found = Archive::default();
        found.add_folder(folder.path()).unwrap();
        let mut made = Archive::default();
        made.add("b/c", b"c".to_vec());
        made.add("a", b"a".to_vec());
        assert_eq!(found.bytes().unwrap(), made.bytes().unwrap());
    }
}
