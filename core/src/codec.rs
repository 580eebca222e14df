//! The byte coding shared by journal entries and checkpoints: LEB128 integers, length-prefixed
//! bytes, nothing self-describing. Whoever writes a value also knows how to read it.
//!
//! Reading is bounded by the input: no length found in it makes room for more than is there.

use crate::error::Malformed;

/// Appends values to a buffer that the caller keeps and reuses.
#[derive(Debug)]
pub struct Writer<'a> {
    out: &'a mut Vec<u8>,
}

impl<'a> Writer<'a> {
    /// Writes after what `out` already holds.
    pub fn new(out: &'a mut Vec<u8>) -> Self {
        Self { out }
    }

    /// One byte.
    pub fn byte(&mut self, value: u8) {
        self.out.push(value);
    }

    /// An unsigned integer in 1 to 10 bytes.
    pub fn unsigned(&mut self, mut value: u64) {
        loop {
            let [low, ..] = value.to_le_bytes();
            value >>= 7;
            if value == 0 {
                self.out.push(low & 0x7f);
                return;
            }
            self.out.push(low | 0x80);
        }
    }

    /// A signed integer, small magnitudes in few bytes (zigzag).
    pub fn signed(&mut self, value: i64) {
        self.unsigned(((value << 1) ^ (value >> 63)).cast_unsigned());
    }

    /// A length or a count.
    pub fn length(&mut self, value: usize) {
        // usize has at most 64 bits on every target that Rust's std supports.
        self.unsigned(u64::try_from(value).unwrap_or(u64::MAX));
    }

    /// A float by its bits, so that it comes back the same.
    pub fn float(&mut self, value: f64) {
        self.out.extend_from_slice(&value.to_bits().to_le_bytes());
    }

    /// A truth value.
    pub fn flag(&mut self, value: bool) {
        self.byte(u8::from(value));
    }

    /// Bytes after their length.
    pub fn bytes(&mut self, value: &[u8]) {
        self.length(value.len());
        self.out.extend_from_slice(value);
    }

    /// Text after its length in bytes.
    pub fn text(&mut self, value: &str) {
        self.bytes(value.as_bytes());
    }

    /// A value that may be absent.
    pub fn optional<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.flag(value.is_some());
        if let Some(value) = value {
            write(self, value);
        }
    }
}

/// Reads what a [`Writer`] wrote; every method fails rather than read past the end.
#[derive(Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
    total: usize,
    what: &'static str,
}

impl<'a> Reader<'a> {
    /// Reads `input`, which errors will call `what`.
    #[must_use]
    pub fn new(input: &'a [u8], what: &'static str) -> Self {
        Self { rest: input, total: input.len(), what }
    }

    /// The error for this place.
    #[must_use]
    pub fn malformed(&self) -> Malformed {
        Malformed { what: self.what, at: self.total - self.rest.len() }
    }

    /// Bytes not yet read.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// Fails unless everything was read.
    pub fn end(&self) -> Result<(), Malformed> {
        if self.rest.is_empty() { Ok(()) } else { Err(self.malformed()) }
    }

    /// One byte.
    pub fn byte(&mut self) -> Result<u8, Malformed> {
        let (&first, rest) = self.rest.split_first().ok_or_else(|| self.malformed())?;
        self.rest = rest;
        Ok(first)
    }

    /// An unsigned integer.
    pub fn unsigned(&mut self) -> Result<u64, Malformed> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return Err(self.malformed());
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(self.malformed())
    }

    /// A signed integer.
    pub fn signed(&mut self) -> Result<i64, Malformed> {
        let value = self.unsigned()?;
        Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    /// A signed integer of 32 bits.
    pub fn signed32(&mut self) -> Result<i32, Malformed> {
        i32::try_from(self.signed()?).map_err(|_| self.malformed())
    }

    /// An unsigned integer of 32 bits.
    pub fn unsigned32(&mut self) -> Result<u32, Malformed> {
        u32::try_from(self.unsigned()?).map_err(|_| self.malformed())
    }

    /// A count of things that take at least one byte each, so at most what is left.
    pub fn count(&mut self) -> Result<usize, Malformed> {
        let count = usize::try_from(self.unsigned()?).map_err(|_| self.malformed())?;
        if count > self.rest.len() { Err(self.malformed()) } else { Ok(count) }
    }

    /// A float.
    pub fn float(&mut self) -> Result<f64, Malformed> {
        Ok(f64::from_bits(u64::from_le_bytes(self.array()?)))
    }

    /// A truth value.
    pub fn flag(&mut self) -> Result<bool, Malformed> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(self.malformed()),
        }
    }

    /// A fixed number of bytes.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (&head, rest) = self.rest.split_first_chunk().ok_or_else(|| self.malformed())?;
        self.rest = rest;
        Ok(head)
    }

    /// Bytes after their length.
    pub fn bytes(&mut self) -> Result<&'a [u8], Malformed> {
        let length = self.count()?;
        let (head, rest) = self.rest.split_at_checked(length).ok_or_else(|| self.malformed())?;
        self.rest = rest;
        Ok(head)
    }

    /// Text after its length.
    pub fn text(&mut self) -> Result<&'a str, Malformed> {
        let bytes = self.bytes()?;
        std::str::from_utf8(bytes).map_err(|_| self.malformed())
    }

    /// A value that may be absent.
    pub fn optional<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Malformed>,
    ) -> Result<Option<T>, Malformed> {
        if self.flag()? { read(self).map(Some) } else { Ok(None) }
    }

    /// A count, then that many values.
    pub fn list<T>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<T, Malformed>,
    ) -> Result<Vec<T>, Malformed> {
        let count = self.count()?;
        // Not `with_capacity(count)`: a value in memory may be far larger than its one byte here.
        let mut values = Vec::new();
        for _ in 0..count {
            values.push(read(self)?);
        }
        Ok(values)
    }
}

#[cfg(test)]
mod tests {
    use super::{Reader, Writer};
    use proptest::prelude::{any, proptest};

    proptest! {
        #[test]
        fn every_value_comes_back(unsigned: u64, signed: i64, bits: u64, text: String, flag: bool) {
            let mut bytes = Vec::new();
            let mut writer = Writer::new(&mut bytes);
            writer.unsigned(unsigned);
            writer.signed(signed);
            writer.float(f64::from_bits(bits));
            writer.text(&text);
            writer.optional(flag.then_some(unsigned), Writer::unsigned);
            let mut reader = Reader::new(&bytes, "test");
            assert_eq!(reader.unsigned(), Ok(unsigned));
            assert_eq!(reader.signed(), Ok(signed));
            assert_eq!(reader.float().unwrap().to_bits(), bits);
            assert_eq!(reader.text(), Ok(text.as_str()));
            assert_eq!(reader.optional(Reader::unsigned), Ok(flag.then_some(unsigned)));
            assert_eq!(reader.end(), Ok(()));
        }

        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let mut reader = Reader::new(&bytes, "test");
            while reader.remaining() > 0 {
                let before = reader.remaining();
                let _ = reader.list(|inner| inner.text().map(str::len));
                let _ = reader.signed();
                if reader.remaining() == before {
                    break;
                }
            }
        }
    }
}
