//! What the native libraries weigh, held against what they weighed when somebody last looked.

use std::path::Path;

use crate::failure::Failure;

/// A line for each library: archive and processor, bytes.
const RECORD: &str = "bindings/sizes.txt";

/// What a library may have gained, per cent: compilers differ by less.
const MOST_GAINED: u64 = 5;

/// How a library's size compares with the one recorded, in words. Much more is a fault, so that nobody
/// who fetches it learns it first.
pub(crate) fn compare(root: &Path, library: &str, bytes: u64) -> Result<String, Failure> {
    let path = root.join(RECORD);
    let record = std::fs::read_to_string(&path).map_err(Failure::file("read", &path))?;
    let Some(recorded) = recorded(&record, library) else {
        return Ok(format!("{library}: {bytes} bytes, the first time; {RECORD} is to have a line"));
    };
    let said = format!("{library}: {bytes} bytes, {recorded} when last recorded");
    if bytes > recorded + recorded * MOST_GAINED / 100 {
        let fault = format!(
            "{said}: more than {MOST_GAINED} % gained; if it is worth that, say so in {RECORD}"
        );
        return Err(Failure::Found(vec![fault]));
    }
    Ok(said)
}

fn recorded(record: &str, library: &str) -> Option<u64> {
    let value = |line: &str| line.strip_prefix(library)?.strip_prefix(' ')?.trim().parse().ok();
    record.lines().find_map(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(bytes: u64) -> Result<String, Failure> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("bindings")).unwrap();
        std::fs::write(folder.path().join(RECORD), "# bytes\naar/x86_64 1000\n").unwrap();
        compare(folder.path(), "aar/x86_64", bytes)
    }

    #[test]
    fn a_library_that_gained_little_is_told_beside_its_last_size() {
        assert_eq!(compared(1_050).unwrap(), "aar/x86_64: 1050 bytes, 1000 when last recorded");
        assert_eq!(compared(400).unwrap(), "aar/x86_64: 400 bytes, 1000 when last recorded");
    }

    #[test]
    fn a_library_that_gained_much_is_a_fault() {
        let fault = compared(1_051).unwrap_err().to_string();
        assert!(fault.contains("more than 5 % gained"), "{fault}");
    }

    #[test]
    fn a_library_without_a_record_is_told_where_to_put_it() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("bindings")).unwrap();
        std::fs::write(folder.path().join(RECORD), "aar/x86_64x 1\n").unwrap();
        let said = compare(folder.path(), "aar/x86_64", 7).unwrap();
        assert!(said.contains("7 bytes, the first time"), "{said}");
    }
}
