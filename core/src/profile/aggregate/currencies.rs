//! Whether a window holds money of more than one currency.

use super::super::moment::Moment;
use super::super::ring::{bucket, start};
use super::super::window::Window;
use crate::codec::{Reader, Writer};
use crate::error::Malformed;
use crate::event::{Currency, Value};

/// The currency of the last amount, and where the last one of another currency stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Currencies {
    last: Option<(Currency, i64)>,
    /// Bucket of the newest amount in another currency than the last one.
    other: Option<i64>,
}

impl Currencies {
    pub(super) fn apply(&mut self, value: &Value, window: Window, moment: &Moment<'_>) {
        let Value::Money { currency, .. } = value else { return };
        if let Some((last, at)) = self.last
            && last != *currency
        {
            self.other = Some(at);
        }
        self.last = Some((*currency, bucket(window.unit, moment)));
    }

    /// Whether there is more than one in the window: if so, the last one and another.
    pub(super) fn are_mixed(&self, window: Window, moment: &Moment<'_>) -> bool {
        let oldest = bucket(window.unit, moment).saturating_sub(i64::from(window.length));
        self.other.is_some_and(|other| other > oldest)
    }

    /// When they are no longer mixed.
    pub(super) fn changes_at(&self, window: Window, moment: &Moment<'_>) -> Option<i64> {
        let mixed = window.unit.passes() && self.are_mixed(window, moment);
        let other = self.other.filter(|_| mixed)?;
        Some(start(window.unit, other.saturating_add(i64::from(window.length)), moment.stamp))
    }

    pub(super) fn encode(&self, out: &mut Writer<'_>) {
        out.optional(self.last, |out, (currency, at)| {
            out.text(currency.code());
            out.signed(at);
        });
        out.optional(self.other, Writer::signed);
    }

    pub(super) fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        let last = input.optional(|input| {
            let currency = Currency::new(input.text()?).ok_or_else(|| input.malformed())?;
            Ok((currency, input.signed()?))
        })?;
        Ok(Self { last, other: input.optional(Reader::signed)? })
    }
}
