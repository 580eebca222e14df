//! What rules conclude and other rules read: scores and the rows of tables.

use super::scalar::ScalarType;
use crate::codec::{Reader, Writer};
use crate::error::Malformed;

/// A value that the rules of a pack define; the profile holds nothing of it. Scores and tables are
/// named by their numbers in the pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Derived {
    /// A score, 0 to 100.
    Score(u16),
    /// Whether the person is in that row of a table.
    Is {
        /// The table.
        table: u16,
        /// The row, from 0.
        row: u16,
    },
    /// For how long the person has been in the row of a table; endless before the first.
    Age(u16),
    /// What a table of levels goes by.
    Amount(u16),
    /// How far the amount is from the step of the standing level to the next, 0 to 1; 1 at the top.
    Progress(u16),
    /// What is missing to the next level; 0 at the top.
    Left(u16),
    /// Multiplier of the standing level.
    Multiplier(u16),
}

/// Number of the first of them in files: that of its field in the pack's `Feature` message.
const FIRST: u8 = 45;
/// Number of the last.
const LAST: u8 = 51;

impl Derived {
    /// Whether a feature of that number is one of these.
    pub(super) fn has(number: u8) -> bool {
        (FIRST..=LAST).contains(&number)
    }

    /// Type of its value.
    #[must_use]
    pub fn scalar_type(self) -> ScalarType {
        match self {
            Self::Is { .. } => ScalarType::Flag,
            Self::Age(_) => ScalarType::Integer,
            Self::Score(_)
            | Self::Amount(_)
            | Self::Progress(_)
            | Self::Left(_)
            | Self::Multiplier(_) => ScalarType::Number,
        }
    }

    /// The table that it is about, if it is about one.
    #[must_use]
    pub fn table(self) -> Option<u16> {
        match self {
            Self::Score(_) => None,
            Self::Is { table, .. }
            | Self::Age(table)
            | Self::Amount(table)
            | Self::Progress(table)
            | Self::Left(table)
            | Self::Multiplier(table) => Some(table),
        }
    }

    /// Whether reading it calculates the amount of its table.
    #[must_use]
    pub fn calculates(self) -> bool {
        matches!(self, Self::Amount(_) | Self::Progress(_) | Self::Left(_))
    }

    /// Its number in files.
    pub(super) fn number(self) -> u8 {
        match self {
            Self::Score(_) => FIRST,
            Self::Is { .. } => FIRST + 1,
            Self::Age(_) => FIRST + 2,
            Self::Amount(_) => FIRST + 3,
            Self::Progress(_) => FIRST + 4,
            Self::Left(_) => FIRST + 5,
            Self::Multiplier(_) => LAST,
        }
    }

    /// Writes what follows the number.
    pub(super) fn encode(self, out: &mut Writer<'_>) {
        let (of, row) = match self {
            Self::Score(of)
            | Self::Age(of)
            | Self::Amount(of)
            | Self::Progress(of)
            | Self::Left(of)
            | Self::Multiplier(of) => (of, None),
            Self::Is { table, row } => (table, Some(row)),
        };
        out.unsigned(u64::from(of));
        if let Some(row) = row {
            out.unsigned(u64::from(row));
        }
    }

    /// Reads what follows the number.
    pub(super) fn decode(number: u8, input: &mut Reader<'_>) -> Result<Self, Malformed> {
        let short = |input: &mut Reader<'_>| {
            u16::try_from(input.unsigned()?).map_err(|_| input.malformed())
        };
        let of = short(input)?;
        Ok(match number.wrapping_sub(FIRST) {
            0 => Self::Score(of),
            1 => Self::Is { table: of, row: short(input)? },
            2 => Self::Age(of),
            3 => Self::Amount(of),
            4 => Self::Progress(of),
            5 => Self::Left(of),
            6 => Self::Multiplier(of),
            _ => return Err(input.malformed()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Derived, FIRST, LAST, Reader, Writer};

    #[test]
    fn each_comes_back_under_its_number() {
        let is = Derived::Is { table: 3, row: 200 };
        let all = [
            Derived::Score(1),
            is,
            Derived::Age(2),
            Derived::Amount(300),
            Derived::Progress(4),
            Derived::Left(5),
            Derived::Multiplier(6),
        ];
        for (number, derived) in (FIRST..=LAST).zip(all) {
            assert_eq!(derived.number(), number);
            let mut bytes = Vec::new();
            derived.encode(&mut Writer::new(&mut bytes));
            let mut input = Reader::new(&bytes, "test");
            assert_eq!(Derived::decode(number, &mut input), Ok(derived));
            assert_eq!(input.end(), Ok(()));
        }
    }
}
