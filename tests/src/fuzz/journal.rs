//! Journal files: any bytes, damaged ones, and sealed ones that say anything.

use staykit_core::codec::Writer;
use staykit_core::crypto::Purpose;

use super::entry::entry;
use super::input::Input;
use super::sample::{Sample, parts, put, survives};
use crate::disk::{Image, RecordedDisk};

pub(super) fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let sample = Sample::shared();
    match input.byte() % 5 {
        0 => any_bytes(sample, &mut input),
        1 => damaged(sample, &mut input),
        2 => sealed_bytes(sample, &mut input),
        3 => sealed_records(sample, &mut input),
        _ => forged_files(sample, &mut input),
    }
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = vec![
        b"\0\0SKJRNL\0\0\0\0\0\0\x01\0\0\0\x01\0\0\0\0\0\0\0".to_vec(),
        vec![1, 0, 0, 0x40, 0, 3, 0x60, 0],
        vec![1, 0, 5, 0, 1, 0, 2, 0, 1],
        b"\x03\x02\0\xeb\0\x01\0\xeb\0\x01\x01\0\0\x0a\x01\0\x01\0\x01\x01n\x02\xe2".to_vec(),
        b"\x03\x01\x02\0\xeb\0\0\x01\0\0\x01\x01\x01\x03\0\0\0\0\0\0\0\x01\x01a\x02\x07".to_vec(),
        vec![4, 2, 9, 2, 1, 5, 0, 0, 1, 0, 2, 3, 4],
        vec![4, 1, 9, 3, 0xe2, 0xe2, 1, 1, 1, 1, 0, 0, 0, 0],
    ];
    let entries = Sample::shared().entries.iter().enumerate();
    seeds.extend(entries.map(|(number, _)| vec![2, u8::try_from(number).unwrap(), 0, 3, 0]));
    seeds
}

/// A last file of these bytes.
fn any_bytes(sample: &Sample, input: &mut Input<'_>) {
    let number = input.byte();
    sample.must_hold(sample.with(&format!("journal-{number:08}"), input.rest().to_vec()));
}

/// Changes within the files that are there.
fn damaged(sample: &Sample, input: &mut Input<'_>) {
    let names = sample.journal_files();
    let name = &names[input.below(names.len())];
    let mut content = sample.image.file(name).unwrap().to_vec();
    input.edits(&mut content);
    sample.must_hold(sample.with(name, content));
}

/// Real entries with changes, appended as if they had been recorded.
fn sealed_bytes(sample: &Sample, input: &mut Input<'_>) {
    let mut entry = sample.entries[input.below(sample.entries.len())].clone();
    if input.flag() {
        entry = input.rest().to_vec();
    } else {
        input.edits(&mut entry);
    }
    survives(appended(&[entry]));
}

/// Entries of records that have their form.
fn sealed_records(_: &Sample, input: &mut Input<'_>) {
    let entries: Vec<Vec<u8>> = (0..=input.below(3)).map(|_| entry(input)).collect();
    survives(appended(&entries));
}

fn appended(entries: &[Vec<u8>]) -> Image {
    let disk = RecordedDisk::new(Sample::shared().image.clone());
    let mut opened = parts(&disk);
    for entry in entries {
        let _ = opened.journal.append(entry);
    }
    disk.now()
}

/// Files made from nothing: any frames, any numbering.
fn forged_files(sample: &Sample, input: &mut Input<'_>) {
    let mut image = sample.image.clone();
    for _ in 0..=input.below(3) {
        let number = u64::from(input.byte());
        let frames: Vec<(u8, Vec<u8>)> = (0..=input.below(8)).map(|_| frame(input)).collect();
        let file = forge(sample, number, &frames);
        image = put(image, &format!("journal-{number:08}"), file);
    }
    survives(image);
}

fn frame(input: &mut Input<'_>) -> (u8, Vec<u8>) {
    let kind = input.byte() % 6;
    let mut content = Vec::new();
    match kind {
        1 => content = entry(input),
        2 => {
            let mut out = Writer::new(&mut content);
            out.unsigned(input.unsigned());
            out.unsigned(input.unsigned());
            out.flag(input.flag());
            out.optional(input.flag().then(|| input.unsigned()), Writer::unsigned);
            // Ends by a kill and by a power cut.
            out.unsigned(input.unsigned());
            out.unsigned(input.unsigned());
        }
        _ => content.extend_from_slice(input.bytes(16)),
    }
    (kind, content)
}

/// A journal file with these frames.
fn forge(sample: &Sample, number: u64, frames: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let salt = [u8::try_from(number % 256).unwrap(); 16];
    let mut bytes = b"SKJRNL\0\0\0\0\0\0\x01\0\0\0".to_vec();
    bytes.extend_from_slice(&number.to_le_bytes());
    bytes.extend_from_slice(&salt);
    let place: [&[u8]; 2] = [&sample.installation, &bytes];
    let key = sample.key().derive(&salt, Purpose::Journal, &place).unwrap();
    let tag = key.seal(u64::MAX, &bytes, &mut []).unwrap();
    bytes.extend_from_slice(&tag);
    for (kind, content) in frames {
        let [low, middle, high, ..] = u32::try_from(content.len()).unwrap().to_le_bytes();
        let (at, head) = (bytes.len(), [low, middle, high, *kind]);
        let mut content = content.clone();
        let tag = key.seal(u64::try_from(at).unwrap(), &head, &mut content).unwrap();
        bytes.extend_from_slice(&head);
        bytes.extend_from_slice(&content);
        bytes.extend_from_slice(&tag);
    }
    bytes.resize(bytes.len().next_multiple_of(4_096).max(16_384), 0);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forged_file_is_read_as_if_it_were_the_journals_own() {
        let sample = Sample::shared();
        let mut image = sample.image.clone();
        image.names.retain(|name, _| !name.starts_with("journal-0"));
        let next = 9_000_u64;
        let mut start = Vec::new();
        let mut out = Writer::new(&mut start);
        out.unsigned(1);
        out.unsigned(next);
        out.flag(false);
        out.flag(false);
        out.unsigned(0);
        out.unsigned(0);
        let entry = sample.entries[0].clone();
        let file = forge(sample, 77, &[(2, start), (1, entry.clone())]);
        let opened = parts(&RecordedDisk::new(put(image, "journal-00000077", file)));
        assert_eq!(opened.entries, [entry]);
        assert_eq!(opened.journal.appended(), next + 1);
    }
}
