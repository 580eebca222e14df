use super::{Property, ROW_TEXT_BYTES_MAX, ROWS_MAX, Row, SegmentError};
use crate::v1::{PropertyKind, Segment};

/// Rows of these columns, which may come from anywhere.
///
/// Columns of unequal length, indices outside the table, unknown kinds, values left over and
/// rows beyond [`ROWS_MAX`] or [`ROW_TEXT_BYTES_MAX`] are refused. Differences wrap around, so
/// that every number can be written and none can overflow.
pub fn rows(segment: &Segment) -> Result<Vec<Row>, SegmentError> {
    check_lengths(segment)?;
    let mut reader = Reader::new(segment);
    let rows = (0..segment.name.len()).map(|row| reader.row(row)).collect::<Result<_, _>>()?;
    check_length("integer", reader.integer, segment.integer.len())?;
    check_length("number", reader.number, segment.number.len())?;
    Ok(rows)
}

fn check_lengths(segment: &Segment) -> Result<(), SegmentError> {
    let rows = segment.name.len();
    if rows > ROWS_MAX {
        return Err(SegmentError::TooManyRows { rows, limit: ROWS_MAX });
    }
    check_length("wall_ms_delta", rows, segment.wall_ms_delta.len())?;
    check_length("offset_min_delta", rows, segment.offset_min_delta.len())?;
    check_length("local_day_delta", rows, segment.local_day_delta.len())?;
    check_length("session_delta", rows, segment.session_delta.len())?;
    check_length("boot_ms_delta", rows, segment.boot_ms_delta.len())?;
    check_length("property_count", rows, segment.property_count.len())?;
    // At most ROWS_MAX numbers of 32 bits: the sum fits.
    let properties = segment.property_count.iter().copied().map(u64::from).sum();
    check_count("property_name", properties, segment.property_name.len())?;
    check_count("property_kind", properties, segment.property_kind.len())
}

fn check_length(column: &'static str, expected: usize, found: usize) -> Result<(), SegmentError> {
    check_count(column, wide(expected), found)
}

fn check_count(column: &'static str, expected: u64, found: usize) -> Result<(), SegmentError> {
    let found = wide(found);
    if expected == found { Ok(()) } else { Err(SegmentError::Length { column, expected, found }) }
}

fn wide(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// Walks through the columns; the counters are the next places to read.
struct Reader<'a> {
    segment: &'a Segment,
    wall_ms: i64,
    offset_min: i32,
    local_day: i32,
    session: u64,
    boot_ms: u64,
    property: usize,
    integer: usize,
    number: usize,
    row: usize,
    text_left: usize,
}

impl<'a> Reader<'a> {
    fn new(segment: &'a Segment) -> Self {
        Self {
            segment,
            wall_ms: 0,
            offset_min: 0,
            local_day: 0,
            session: 0,
            boot_ms: 0,
            property: 0,
            integer: 0,
            number: 0,
            row: 0,
            text_left: 0,
        }
    }

    fn row(&mut self, row: usize) -> Result<Row, SegmentError> {
        (self.row, self.text_left) = (row, ROW_TEXT_BYTES_MAX);
        let index = entry("name", &self.segment.name, row)?;
        let name = self.text("name", row, index.into())?;
        self.advance_clocks(row)?;
        let count = entry("property_count", &self.segment.property_count, row)?;
        let properties = (0..count).map(|_| self.property()).collect::<Result<_, _>>()?;
        Ok(Row {
            name,
            wall_ms: self.wall_ms,
            offset_min: self.offset_min,
            local_day: self.local_day,
            session: self.session,
            boot_ms: self.boot_ms,
            properties,
        })
    }

    fn advance_clocks(&mut self, row: usize) -> Result<(), SegmentError> {
        let segment = self.segment;
        let wall_ms = entry("wall_ms_delta", &segment.wall_ms_delta, row)?;
        let offset_min = entry("offset_min_delta", &segment.offset_min_delta, row)?;
        let local_day = entry("local_day_delta", &segment.local_day_delta, row)?;
        let session = entry("session_delta", &segment.session_delta, row)?;
        let boot_ms = entry("boot_ms_delta", &segment.boot_ms_delta, row)?;
        self.wall_ms = self.wall_ms.wrapping_add(wall_ms);
        self.offset_min = self.offset_min.wrapping_add(offset_min);
        self.local_day = self.local_day.wrapping_add(local_day);
        self.session = self.session.wrapping_add_signed(session);
        self.boot_ms = self.boot_ms.wrapping_add_signed(boot_ms);
        Ok(())
    }

    fn property(&mut self) -> Result<(String, Property), SegmentError> {
        let place = self.property;
        self.property += 1;
        let index = entry("property_name", &self.segment.property_name, place)?;
        let name = self.text("property_name", place, index.into())?;
        let kind = entry("property_kind", &self.segment.property_kind, place)?;
        Ok((name, self.value(place, kind)?))
    }

    fn value(&mut self, place: usize, kind: i32) -> Result<Property, SegmentError> {
        match PropertyKind::try_from(kind) {
            Ok(PropertyKind::Text) => Ok(Property::Text(self.integer_text()?)),
            Ok(PropertyKind::Integer) => Ok(Property::Integer(self.integer()?)),
            Ok(PropertyKind::Number) => Ok(Property::Number(self.number()?)),
            Ok(PropertyKind::Flag) => Ok(Property::Flag(self.flag()?)),
            Ok(PropertyKind::Money) => {
                Ok(Property::Money { minor: self.integer()?, currency: self.integer_text()? })
            }
            Ok(PropertyKind::Unspecified) | Err(_) => Err(SegmentError::Kind { place, kind }),
        }
    }

    fn integer(&mut self) -> Result<i64, SegmentError> {
        let value = entry("integer", &self.segment.integer, self.integer)?;
        self.integer += 1;
        Ok(value)
    }

    fn number(&mut self) -> Result<f64, SegmentError> {
        let value = entry("number", &self.segment.number, self.number)?;
        self.number += 1;
        Ok(value)
    }

    fn flag(&mut self) -> Result<bool, SegmentError> {
        let place = self.integer;
        match self.integer()? {
            0 => Ok(false),
            1 => Ok(true),
            value => Err(SegmentError::Flag { place, value }),
        }
    }

    fn integer_text(&mut self) -> Result<String, SegmentError> {
        let place = self.integer;
        let index = self.integer()?;
        self.text("integer", place, index)
    }

    fn text(
        &mut self,
        column: &'static str,
        place: usize,
        index: i64,
    ) -> Result<String, SegmentError> {
        let strings = &self.segment.strings;
        let found = usize::try_from(index).ok().and_then(|index| strings.get(index));
        let limit = strings.len();
        let text = found.ok_or(SegmentError::Index { column, place, index, limit })?;
        self.text_left = self
            .text_left
            .checked_sub(text.len())
            .ok_or(SegmentError::RowTooLong { row: self.row, limit: ROW_TEXT_BYTES_MAX })?;
        Ok(text.clone())
    }
}

fn entry<T: Copy>(column: &'static str, values: &[T], place: usize) -> Result<T, SegmentError> {
    values.get(place).copied().ok_or(SegmentError::Exhausted { column, place })
}
