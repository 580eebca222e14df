//! Values out of a fuzzer's bytes.

use arbitrary::Unstructured;

/// Numbers at which arithmetic goes wrong.
const EDGES: [i64; 16] = [
    i64::MIN,
    i64::MIN + 1,
    i64::MAX,
    i64::MAX - 1,
    -1,
    i32::MAX as i64,
    i32::MIN as i64,
    u32::MAX as i64,
    1 << 32,
    86_400_000,
    -86_400_000,
    1_772_442_000_000,
    4_000_000_000_000,
    1 << 53,
    200,
    1_000,
];

/// Values out of bytes, from front to back; zeros when there are none left.
pub(super) struct Input<'a>(Unstructured<'a>);

impl<'a> Input<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(Unstructured::new(bytes))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn byte(&mut self) -> u8 {
        self.0.arbitrary().unwrap_or(0)
    }

    pub(super) fn flag(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    /// A number below `bound`, in as many bytes as it takes; 0 if `bound` is.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        let drawn = match bound {
            0..=0x100 => usize::from(self.byte()),
            0x101..=0x1_0000 => usize::from(self.0.arbitrary::<u16>().unwrap_or(0)),
            _ => usize::try_from(self.0.arbitrary::<u32>().unwrap_or(0)).unwrap(),
        };
        drawn % bound.max(1)
    }

    /// Small numbers, those at the edges, and any.
    pub(super) fn number(&mut self) -> i64 {
        match self.byte() {
            small @ 0..0xe0 => i64::from(small),
            edge @ 0xe0..0xf0 => EDGES[usize::from(edge - 0xe0)],
            _ => self.0.arbitrary().unwrap_or(0),
        }
    }

    /// The same without a sign.
    pub(super) fn unsigned(&mut self) -> u64 {
        self.number().cast_unsigned()
    }

    /// Bytes behind their length, at most `most`.
    pub(super) fn bytes(&mut self, most: usize) -> &'a [u8] {
        let length = self.below(most + 1).min(self.0.len());
        self.0.bytes(length).unwrap_or_default()
    }

    /// Text behind its length in bytes.
    pub(super) fn text(&mut self, most: usize) -> String {
        String::from_utf8_lossy(self.bytes(most)).into_owned()
    }

    /// Everything that is left.
    pub(super) fn rest(&mut self) -> &'a [u8] {
        let length = self.0.len();
        self.0.bytes(length).unwrap_or_default()
    }

    /// Changes something in `bytes`.
    pub(super) fn edit(&mut self, bytes: &mut Vec<u8>) {
        let way = self.byte();
        let at = self.below(bytes.len());
        match way % 8 {
            0 => change(bytes, at, |byte| byte ^ 1 << (way / 8 % 8)),
            1 => {
                let value = self.byte();
                change(bytes, at, |_| value);
            }
            2 => {
                let over = self.bytes(64);
                let end = bytes.len().min(at + over.len());
                bytes.splice(at..end, over.iter().copied());
            }
            3 => bytes.truncate(at),
            4 => {
                let end = bytes.len().min(at + self.below(0x1_0000));
                bytes[at..end].fill(0);
            }
            5 => {
                let from = self.below(bytes.len());
                let end = bytes.len().min(from + self.below(0x1_0000));
                let copied = bytes[from..end].to_vec();
                let until = bytes.len().min(at + copied.len());
                bytes.splice(at..until, copied);
            }
            6 => {
                let added = self.bytes(64);
                bytes.splice(at..at, added.iter().copied());
            }
            _ => {
                let end = bytes.len().min(at + self.below(0x100));
                bytes.drain(at..end);
            }
        }
    }

    /// Changes something a few times.
    pub(super) fn edits(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..16 {
            if self.is_empty() {
                break;
            }
            self.edit(bytes);
        }
    }
}

fn change(bytes: &mut [u8], at: usize, with: impl FnOnce(u8) -> u8) {
    if let Some(byte) = bytes.get_mut(at) {
        *byte = with(*byte);
    }
}
