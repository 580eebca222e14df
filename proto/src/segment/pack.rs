use std::collections::BTreeMap;

use super::{Property, Row};
use crate::v1::{PropertyKind, Segment};

/// Columns of these rows.
///
/// Deterministic; the table of strings is in order of first use. [`rows`](super::rows) reads it
/// back as long as its limits are kept, which is for the caller to see to.
#[must_use]
pub fn pack(rows: &[Row]) -> Segment {
    let mut columns = Columns::default();
    for row in rows {
        columns.push(row);
    }
    columns.segment.strings = columns.strings.into_iter().map(str::to_owned).collect();
    columns.segment
}

#[derive(Default)]
struct Columns<'a> {
    segment: Segment,
    strings: Vec<&'a str>,
    places: BTreeMap<&'a str, u32>,
    last: Last,
}

/// The row before, which differences are taken from.
#[derive(Default)]
struct Last {
    wall_ms: i64,
    offset_min: i32,
    local_day: i32,
    session: u64,
    boot_ms: u64,
}

impl<'a> Columns<'a> {
    fn push(&mut self, row: &'a Row) {
        let name = self.place(&row.name);
        self.segment.name.push(name);
        self.push_clocks(row);
        self.segment.property_count.push(count(row.properties.len()));
        for (name, value) in &row.properties {
            let name = self.place(name);
            self.segment.property_name.push(name);
            self.push_value(value);
        }
    }

    fn push_clocks(&mut self, row: &Row) {
        let (segment, last) = (&mut self.segment, &self.last);
        segment.wall_ms_delta.push(row.wall_ms.wrapping_sub(last.wall_ms));
        segment.offset_min_delta.push(row.offset_min.wrapping_sub(last.offset_min));
        segment.local_day_delta.push(row.local_day.wrapping_sub(last.local_day));
        segment.session_delta.push(row.session.wrapping_sub(last.session).cast_signed());
        segment.boot_ms_delta.push(row.boot_ms.wrapping_sub(last.boot_ms).cast_signed());
        self.last = Last {
            wall_ms: row.wall_ms,
            offset_min: row.offset_min,
            local_day: row.local_day,
            session: row.session,
            boot_ms: row.boot_ms,
        };
    }

    fn push_value(&mut self, value: &'a Property) {
        let kind = match value {
            Property::Text(text) => {
                let place = self.place(text);
                self.segment.integer.push(place.into());
                PropertyKind::Text
            }
            Property::Integer(integer) => {
                self.segment.integer.push(*integer);
                PropertyKind::Integer
            }
            Property::Number(number) => {
                self.segment.number.push(*number);
                PropertyKind::Number
            }
            Property::Flag(flag) => {
                self.segment.integer.push((*flag).into());
                PropertyKind::Flag
            }
            Property::Money { minor, currency } => {
                let place = self.place(currency);
                self.segment.integer.extend([*minor, place.into()]);
                PropertyKind::Money
            }
        };
        self.segment.property_kind.push(kind.into());
    }

    fn place(&mut self, text: &'a str) -> u32 {
        let next = count(self.strings.len());
        *self.places.entry(text).or_insert_with(|| {
            self.strings.push(text);
            next
        })
    }
}

/// A length as the wire holds it. Rows that do not fit in 32 bits do not fit in memory either;
/// if they did, the reader would refuse the segment.
fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
