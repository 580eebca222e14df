//! How many different values a property had.

use super::super::limits;
use super::super::moment::Moment;
use super::super::ring::{bucket, start};
use super::super::window::Window;
use crate::codec::{Reader, Writer};
use crate::error::Malformed;
use crate::event::Value;

/// The values seen last, by their hashes. There are never more in the window than are kept, up to
/// the limit, since whatever was seen longest ago goes first.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Distinct {
    /// At most [`limits::DISTINCT`], in no order.
    seen: Vec<Seen>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    value: u64,
    /// Bucket in which it was seen last.
    bucket: i64,
}

impl Distinct {
    pub(super) fn new() -> Self {
        Self { seen: Vec::with_capacity(limits::DISTINCT) }
    }

    pub(super) const BYTES: usize = limits::DISTINCT * size_of::<Seen>();

    pub(super) fn apply(&mut self, value: &Value, window: Window, moment: &Moment<'_>) {
        let Some(value) = hash(value) else { return };
        let now = Seen { value, bucket: bucket(window.unit, moment) };
        if let Some(known) = self.seen.iter_mut().find(|seen| seen.value == value) {
            *known = now;
        } else if self.seen.len() < limits::DISTINCT {
            self.seen.push(now);
        } else if let Some(oldest) = self.seen.iter_mut().min_by_key(|seen| seen.bucket) {
            *oldest = now;
        }
    }

    fn within(&self, window: Window, moment: &Moment<'_>) -> impl Iterator<Item = i64> {
        let before = bucket(window.unit, moment).saturating_sub(i64::from(window.length));
        self.seen.iter().map(|seen| seen.bucket).filter(move |bucket| *bucket > before)
    }

    pub(super) fn read(&self, window: Window, moment: &Moment<'_>) -> i64 {
        i64::try_from(self.within(window, moment).count()).unwrap_or(i64::MAX)
    }

    pub(super) fn changes_at(&self, window: Window, moment: &Moment<'_>) -> Option<i64> {
        let oldest = self.within(window, moment).min().filter(|_| window.unit.passes())?;
        Some(start(window.unit, oldest.saturating_add(i64::from(window.length)), moment.stamp))
    }

    pub(super) fn encode(&self, out: &mut Writer<'_>) {
        out.length(self.seen.len());
        for seen in &self.seen {
            out.unsigned(seen.value);
            out.signed(seen.bucket);
        }
    }

    pub(super) fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut distinct = Self::new();
        for _ in 0..input.count()? {
            if distinct.seen.len() >= limits::DISTINCT {
                return Err(input.malformed());
            }
            distinct.seen.push(Seen { value: input.unsigned()?, bucket: input.signed()? });
        }
        Ok(distinct)
    }
}

/// A hash of a text, a whole number or a flag, the same in every version: FNV-1a, stirred so that
/// short values differ in all bits.
pub(super) fn hash(value: &Value) -> Option<u64> {
    let over = |start: u64, bytes: &[u8]| {
        let fold = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
        bytes.iter().fold(start, fold)
    };
    let hash = match value {
        Value::Text(text) => over(0xcbf2_9ce4_8422_2325, text.as_bytes()),
        Value::Integer(value) => over(0x6c62_272e_07bb_0142, &value.to_le_bytes()),
        Value::Flag(flag) => over(0x62b8_2175_6295_c58d, &[u8::from(*flag)]),
        Value::Number(_) | Value::Money { .. } => return None,
    };
    let stirred = (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    Some(stirred ^ (stirred >> 29))
}
