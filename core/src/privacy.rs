//! What the person allows.

use crate::codec::{Reader, Writer};
use crate::error::Malformed;

/// Consent by purpose. Nothing is recorded, shown or sent without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Consent {
    /// Events may be recorded on the device and conclusions drawn from them there. Withdrawing
    /// it erases what was recorded.
    pub record: bool,
    /// Guidance may be shown.
    pub guide: bool,
    /// Events may leave the device.
    pub upload: bool,
}

impl Consent {
    /// Consent to everything.
    #[must_use]
    pub fn all() -> Self {
        Self { record: true, guide: true, upload: true }
    }

    /// Consent to nothing.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// As three bits.
    pub(crate) fn bits(self) -> u8 {
        u8::from(self.record) | u8::from(self.guide) << 1 | u8::from(self.upload) << 2
    }

    /// From three bits.
    pub(crate) fn from_bits(bits: u8) -> Self {
        Self { record: bits & 1 != 0, guide: bits & 2 != 0, upload: bits & 4 != 0 }
    }

    pub(crate) fn encode(self, out: &mut Writer<'_>) {
        out.flag(self.record);
        out.flag(self.guide);
        out.flag(self.upload);
    }

    pub(crate) fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self { record: input.flag()?, guide: input.flag()?, upload: input.flag()? })
    }
}
