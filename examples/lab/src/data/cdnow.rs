//! CDNOW: every purchase that 23,570 customers made until June 1998, or a tenth of them.
//!
//! Lines of text: customer, (number in the sample,) day, number of CDs, dollars. The day is all
//! that is known of the time; amounts of zero and several purchases a day do occur.

use std::collections::BTreeMap;

use staykit_core::event::{Currency, Value};
use staykit_core::time::MINUTE_MS;

use super::fetch::Wheel;
use crate::draws::Draws;
use crate::log::{Entry, Instant, Log, minor};

const WHEEL: Wheel = Wheel {
    requirement: "lifetimes==0.11.3",
    sha256: "261e3dc89977c2b60767ca6728aaa29d429de0c814635070a749c36555895da8",
};

/// The shop was in Pennsylvania: minutes east of UTC.
const OFFSET_MIN: i16 = -300;

pub(super) fn load(all: bool) -> Result<Log, String> {
    let member = if all {
        "lifetimes/datasets/CDNOW_master.txt"
    } else {
        "lifetimes/datasets/CDNOW_sample.txt"
    };
    let text = WHEEL.read(member)?;
    parse(&String::from_utf8_lossy(&text)).map_err(|line| format!("{member}: line {line} is odd"))
}

/// The error is the number of the first line that cannot be understood.
fn parse(text: &str) -> Result<Log, usize> {
    let mut on_day: BTreeMap<(String, String), u32> = BTreeMap::new();
    let mut entries = Vec::new();
    for (number, line) in (1_usize..).zip(text.lines()) {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        let is_heading = number == 1 && words.first() == Some(&"customer_id");
        if words.is_empty() || is_heading {
            continue;
        }
        let row = Row::parse(&words).ok_or(number)?;
        let earlier = on_day.entry((row.customer.to_owned(), row.day.to_owned())).or_default();
        let entry = row.entry(*earlier).ok_or(number)?;
        *earlier += 1;
        entries.push((row.customer.to_owned(), entry));
    }
    Ok(Log::new(entries))
}

struct Row<'a> {
    customer: &'a str,
    day: &'a str,
    quantity: i64,
    cents: i64,
}

impl<'a> Row<'a> {
    fn parse(words: &[&'a str]) -> Option<Self> {
        let ([customer, day, quantity, dollars] | [customer, _, day, quantity, dollars]) = words
        else {
            return None;
        };
        Some(Self { customer, day, quantity: quantity.parse().ok()?, cents: minor(dollars, 2)? })
    }

    /// The time of day is made up, the same in every run: from 8 to 22, and each further purchase
    /// of a day 2 to 20 minutes after the one before.
    fn entry(&self, earlier: u32) -> Option<Entry> {
        let midnight = Instant::parse(self.day)?.wall_ms;
        let draws = Draws::new(self.customer.parse().ok()?).of(self.day.parse().ok()?, "day");
        let first = draws.between(8 * 60, 22 * 60, 0, "minute");
        let further = (1..=earlier).map(|n| draws.between(2, 20, u64::from(n), "further"));
        let minute = first + further.sum::<i64>() - i64::from(OFFSET_MIN);
        let second = draws.between(0, 59, u64::from(earlier), "second");
        let at = midnight + minute * MINUTE_MS + second * 1_000;
        let amount = Value::Money { minor: self.cents, currency: Currency::new("USD")? };
        let entry = Entry::new(Instant::new(at, OFFSET_MIN), "purchase")
            .with("amount", amount)
            .with("quantity", Value::Integer(self.quantity));
        Some(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::show;

    const SAMPLE: &str = " 00004 0001 19970101  2   29.33\r\n 00004 0001 19970101  1    0.00\r\n \
                          00021 0002 19971231  3   63.34\r\n";

    #[test]
    fn both_files_are_read_with_their_amounts_in_cents() {
        let log = parse(SAMPLE).unwrap();
        assert_eq!(log.people.len(), 2);
        let [first, second] = log.people[0].entries.as_slice() else {
            panic!("two purchases");
        };
        let cents = |entry: &Entry| match entry.properties[0].1 {
            Value::Money { minor, .. } => minor,
            _ => panic!("an amount"),
        };
        assert_eq!((cents(first), cents(second)), (2_933, 0));
        let master =
            " customer_id  date number_of_cds  dollar_value\r\n 00001 19970101  1   11.77\r\n";
        assert_eq!(parse(master).unwrap().entries().count(), 1);
    }

    #[test]
    fn purchases_get_a_time_on_their_day_the_same_in_every_run_and_in_order() {
        let log = parse(SAMPLE).unwrap();
        assert_eq!(log, parse(SAMPLE).unwrap());
        let shown: Vec<_> = log.entries().map(|entry| show(entry.at)).collect();
        assert!(shown[0].starts_with("1997-01-01"), "{shown:?}");
        assert!(shown[0] < shown[1] && shown[0].ends_with("-05:00"), "{shown:?}");
        assert!(shown[2].starts_with("1997-12-31"), "{shown:?}");
    }

    #[test]
    fn the_first_odd_line_is_named() {
        assert_eq!(parse(" 1 19970101 1 5.00\r\n x y\r\n"), Err(2));
        assert_eq!(parse("1 19979901 1 5.00"), Err(1));
    }
}
