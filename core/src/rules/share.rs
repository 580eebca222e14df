//! The share that a factor has in a score.

use crate::codec::{Reader, Writer};
use crate::error::Malformed;

/// What one factor gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Its name.
    pub factor: String,
    /// Hundredths of a point.
    pub hundredths: i64,
}

impl Share {
    pub(crate) fn encode(&self, out: &mut Writer<'_>) {
        out.text(&self.factor);
        out.signed(self.hundredths);
    }

    pub(crate) fn decode(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self { factor: input.text()?.to_owned(), hundredths: input.signed()? })
    }
}

/// Points of hundredths.
#[must_use]
pub(crate) fn points(hundredths: i64) -> f64 {
    whole(hundredths) / 100.0
}

/// Hundredths of a point as people read them: `12.5`, `30`.
pub(crate) fn points_text(hundredths: i64) -> String {
    let sign = if hundredths < 0 { "-" } else { "" };
    let (whole, part) = (hundredths.unsigned_abs() / 100, hundredths.unsigned_abs() % 100);
    let part = format!("{part:02}");
    match part.trim_end_matches('0') {
        "" => format!("{sign}{whole}"),
        part => format!("{sign}{whole}.{part}"),
    }
}

#[expect(clippy::cast_precision_loss, reason = "bounded by MOST_HUNDREDTHS and few factors")]
pub(super) fn whole(hundredths: i64) -> f64 {
    hundredths as f64
}

#[cfg(test)]
mod tests {
    use super::points_text;

    #[test]
    fn hundredths_are_written_without_loss() {
        let texts = [0, 5, 50, 1_250, 10_000, -250].map(points_text);
        assert_eq!(texts, ["0", "0.05", "0.5", "12.5", "100", "-2.5"]);
    }
}
