//! What a shared library asks of the system that loads it.

/// Of a library in ELF, little endian.
#[derive(Debug, PartialEq)]
pub(crate) struct Needs {
    /// The smallest alignment of its loaded segments, bytes.
    pub(crate) alignment: u64,
    /// Libraries it needs.
    pub(crate) libraries: Vec<String>,
}

/// Pages of the devices to come, bytes: a library with smaller segments does not load there.
pub(crate) const PAGE: u64 = 16_384;

/// What the C library of this machine has.
pub(crate) const OF_THIS_MACHINE: [&str; 4] =
    ["libc.so.6", "libm.so.6", "libgcc_s.so.1", "ld-linux-x86-64.so.2"];

/// Why a system that has these libraries and these pages would not load it. `name` is the library's own.
pub(crate) fn faults(name: &str, needs: Option<Needs>, system: &[&str], page: u64) -> Vec<String> {
    let Some(Needs { alignment, libraries }) = needs else {
        return vec![format!("{name} is missing, or no library")];
    };
    let foreign = libraries.iter().filter(|library| !system.contains(&library.as_str()));
    let mut faults: Vec<String> = foreign.map(|one| format!("{name} needs {one}")).collect();
    if alignment < page {
        faults.push(format!("{name}: segments are aligned to {alignment}, not to {page}"));
    }
    faults
}

const LOAD: u64 = 1;
const DYNAMIC: u64 = 2;
const NEEDED: u64 = 1;
const STRING_TABLE: u64 = 5;

/// A program header.
struct Segment {
    kind: u64,
    offset: u64,
    address: u64,
    size: u64,
    alignment: u64,
}

/// `None` if `bytes` are no such library.
pub(crate) fn needs(bytes: &[u8]) -> Option<Needs> {
    let is_64 = match bytes.get(..6)? {
        [0x7F, b'E', b'L', b'F', 2, 1] => true,
        [0x7F, b'E', b'L', b'F', 1, 1] => false,
        _ => return None,
    };
    let file = File { bytes, is_64 };
    let segments = file.segments()?;
    let loaded = || segments.iter().filter(|segment| segment.kind == LOAD);
    let alignment = loaded().map(|segment| segment.alignment).min()?;
    let dynamic = segments.iter().find(|segment| segment.kind == DYNAMIC)?;
    let entries = file.entries(dynamic)?;
    let (_, table_at) = entries.iter().find(|(tag, _)| *tag == STRING_TABLE)?;
    let home = loaded()
        .find(|segment| (segment.address..segment.address + segment.size).contains(table_at))?;
    let table = home.offset + (table_at - home.address);
    let names = entries.iter().filter(|(tag, _)| *tag == NEEDED);
    let libraries = names.map(|(_, at)| file.text(table + at)).collect::<Option<_>>()?;
    Some(Needs { alignment, libraries })
}

struct File<'a> {
    bytes: &'a [u8],
    is_64: bool,
}

impl File<'_> {
    fn number(&self, at: u64, size: usize) -> Option<u64> {
        let at = usize::try_from(at).ok()?;
        let bytes = self.bytes.get(at..at.checked_add(size)?)?;
        Some(bytes.iter().rev().fold(0, |all, byte| all << 8 | u64::from(*byte)))
    }

    /// An address, offset or size.
    fn word(&self, at: u64) -> Option<u64> {
        self.number(at, if self.is_64 { 8 } else { 4 })
    }

    fn segments(&self) -> Option<Vec<Segment>> {
        let (table, size_at, count_at) = if self.is_64 { (32, 54, 56) } else { (28, 42, 44) };
        let (table, size, count) =
            (self.word(table)?, self.number(size_at, 2)?, self.number(count_at, 2)?);
        (0..count).map(|number| self.segment(table + number * size)).collect()
    }

    fn segment(&self, at: u64) -> Option<Segment> {
        let [offset, address, size, alignment] =
            if self.is_64 { [8, 16, 32, 48] } else { [4, 8, 16, 28] };
        Some(Segment {
            kind: self.number(at, 4)?,
            offset: self.word(at + offset)?,
            address: self.word(at + address)?,
            size: self.word(at + size)?,
            alignment: self.word(at + alignment)?,
        })
    }

    /// Tags and values of the dynamic section.
    fn entries(&self, dynamic: &Segment) -> Option<Vec<(u64, u64)>> {
        let word = if self.is_64 { 8 } else { 4 };
        let entry = |at: u64| {
            Some((self.word(dynamic.offset + at)?, self.word(dynamic.offset + at + word)?))
        };
        (0..dynamic.size / (2 * word)).map(|number| entry(number * 2 * word)).collect()
    }

    fn text(&self, at: u64) -> Option<String> {
        let rest = self.bytes.get(usize::try_from(at).ok()?..)?;
        let end = rest.iter().position(|byte| *byte == 0)?;
        String::from_utf8(rest.get(..end)?.to_vec()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_system_has_not_is_found_and_so_are_small_pages() {
        let needs = |alignment, libraries: &[&str]| {
            let libraries = libraries.iter().map(|&name| name.to_owned()).collect();
            Some(Needs { alignment, libraries })
        };
        let system = ["libc.so", "liblog.so"];
        assert!(faults("a.so", needs(65_536, &system), &system, PAGE).is_empty());
        assert!(faults("a.so", needs(16_384, &OF_THIS_MACHINE), &OF_THIS_MACHINE, PAGE).is_empty());
        assert_eq!(
            faults("a.so", needs(4_096, &["libc.so", "libc.so.6"]), &system, PAGE),
            ["a.so needs libc.so.6", "a.so: segments are aligned to 4096, not to 16384"]
        );
        assert_eq!(faults("a.so", None, &system, PAGE), ["a.so is missing, or no library"]);
    }

    #[test]
    fn this_very_test_needs_libc_and_is_aligned_to_pages() {
        if cfg!(target_os = "linux") {
            let program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
            let needs = needs(&program).unwrap();
            assert!(needs.alignment >= 4_096, "{needs:?}");
            assert!(needs.libraries.iter().any(|name| name.starts_with("libc.so")), "{needs:?}");
        }
    }

    #[test]
    fn what_is_no_library_or_only_half_of_one_is_none() {
        assert_eq!(needs(b""), None);
        assert_eq!(needs(b"#!/bin/sh\n"), None);
        if cfg!(target_os = "linux") {
            let program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
            for length in [4, 6, 20, 63, 100, 200] {
                assert_eq!(needs(&program[..length]), None);
            }
        }
    }
}
