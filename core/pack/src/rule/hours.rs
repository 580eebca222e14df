//! Days of the week and hours of the day as the language writes them.

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// `mon-fri`, `sat,sun`: bit 0 = Monday.
pub(super) fn days_of_week(text: &str) -> Option<u8> {
    let place = |name: &str| DAYS.iter().position(|day| *day == name.trim());
    let mut days = 0;
    for part in text.split(',') {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        let (from, to) = (place(from)?, place(to)?);
        // `fri-mon` goes over the end of the week.
        let length = (to + 7 - from) % 7;
        days |= (0..=length).fold(0, |days, ahead| days | 1 << ((from + ahead) % 7));
    }
    Some(days)
}

/// The days as they are written shortest.
pub(super) fn write_days(days: u8) -> String {
    let is_on = |day: usize| days >> day & 1 == 1;
    let mut parts = Vec::new();
    let mut day = 0;
    while day < DAYS.len() {
        let run = (day..DAYS.len()).take_while(|day| is_on(*day)).count();
        let name = |day: usize| DAYS.get(day).copied().unwrap_or_default();
        match run {
            0 => {}
            1 => parts.push(name(day).to_owned()),
            _ => parts.push(format!("{}-{}", name(day), name(day + run - 1))),
        }
        day += run.max(1);
    }
    parts.join(",")
}

/// `09:00-18:00` as minutes since midnight; the second may be `24:00`, and midnight ends a day.
pub(super) fn hours_of_day(text: &str) -> Option<(u16, u16)> {
    let (from, to) = text.split_once('-')?;
    let (from, to) = (minute(from.trim())?, minute(to.trim())?);
    let to = if to == 0 { 1_440 } else { to };
    (from < 1_440 && from != to).then_some((from, to))
}

/// Two minutes since midnight as `09:00-18:00`.
pub(super) fn write_hours(from_min: u16, to_min: u16) -> String {
    let time = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    format!("{}-{}", time(from_min), time(to_min))
}

fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let two = |digits: &str, most: u16| {
        let whole = digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_digit());
        digits.parse().ok().filter(|value: &u16| whole && *value <= most)
    };
    let minutes = two(hour, 24)? * 60 + two(minute, 59)?;
    (minutes <= 1_440).then_some(minutes)
}

#[cfg(test)]
mod tests {
    use super::{days_of_week, hours_of_day, write_days, write_hours};

    #[test]
    fn days_are_read_and_written() {
        for (text, days, written) in [
            ("mon-fri", 0b001_1111, "mon-fri"),
            ("sat,sun", 0b110_0000, "sat-sun"),
            ("fri-mon", 0b111_0001, "mon,fri-sun"),
            ("mon-sun", 0b111_1111, "mon-sun"),
            ("wed", 0b000_0100, "wed"),
        ] {
            assert_eq!(days_of_week(text), Some(days), "{text}");
            assert_eq!(write_days(days), written);
        }
        assert!(["", "mon-", "noday", "mon fri"].iter().all(|text| days_of_week(text).is_none()));
    }

    #[test]
    fn hours_are_read_and_written() {
        assert_eq!(hours_of_day("22:00-08:30"), Some((1_320, 510)));
        assert_eq!(hours_of_day("00:00-24:00"), Some((0, 1_440)));
        assert_eq!(hours_of_day("18:00-00:00"), Some((1_080, 1_440)));
        assert_eq!(write_hours(1_320, 510), "22:00-08:30");
        for wrong in ["9:00-10:00", "10:00-10:00", "24:00-08:00", "10:00-24:01", "10:00"] {
            assert_eq!(hours_of_day(wrong), None, "{wrong}");
        }
    }
}
