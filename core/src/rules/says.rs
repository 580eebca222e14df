//! A signal's own words, with the values of the moment.

use super::words::duration;
use crate::profile::Scalar;
use crate::text::{Language, Texts};
use crate::time::{DAY_MS, HOUR_MS, MINUTE_MS};

/// Fills the places `{0}`, `{1:days}` ... of every text; `values` in the order of their numbers.
///
/// A place that is none stays as it is, and one that has no value shows a dash: a text never
/// fails.
pub(super) fn fill(texts: &Texts, values: &[Option<Scalar>]) -> Texts {
    let filled = texts
        .iter()
        .map(|(locale, text)| (locale.to_owned(), fill_one(text, values, Language::of(locale))));
    Texts::new(filled.collect())
}

fn fill_one(text: &str, values: &[Option<Scalar>], language: Language) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let place = after.split_once('}');
        let filled = place.and_then(|(place, rest)| Some((word(place, values, language)?, rest)));
        if let Some((word, after)) = filled {
            out.push_str(&word);
            rest = after;
        } else {
            out.push('{');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

fn word(place: &str, values: &[Option<Scalar>], language: Language) -> Option<String> {
    let (number, unit) = place.split_once(':').unwrap_or((place, ""));
    let Some(value) = *values.get(number.parse::<usize>().ok()?)? else {
        return Some("–".to_owned());
    };
    let whole = |unit_ms: i64| match value {
        Scalar::Integer(Scalar::ENDLESS) => Some(duration(Scalar::ENDLESS, language)),
        Scalar::Integer(ms) => Some((ms / unit_ms).to_string()),
        _ => None,
    };
    match (unit, value) {
        ("days", _) => whole(DAY_MS),
        ("hours", _) => whole(HOUR_MS),
        ("minutes", _) => whole(MINUTE_MS),
        ("percent", Scalar::Number(share)) => Some(format!("{:.0}", share * 100.0)),
        ("", Scalar::Integer(value)) => Some(value.to_string()),
        ("", Scalar::Number(value)) => Some(format!("{value:.1}")),
        ("", Scalar::Flag(flag)) => Some(flag.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Scalar, Texts, fill};

    #[test]
    fn places_are_filled_in_their_units_and_what_is_no_place_stays() {
        let texts = Texts::new(vec![
            ("en".into(), "{0:days} d, {1:percent} %, {2}, {4}, {9}, {x}, {".into()),
            ("zh".into(), "{3:hours}小时".into()),
        ]);
        let values = [
            Some(Scalar::Integer(6 * 86_400_000)),
            Some(Scalar::Number(0.5)),
            Some(Scalar::Integer(3)),
            Some(Scalar::Integer(Scalar::ENDLESS)),
            None,
        ];
        let filled = fill(&texts, &values);
        assert_eq!(filled.find("en"), Some("6 d, 50 %, 3, –, {9}, {x}, {"));
        assert_eq!(filled.find("zh"), Some("从未小时"));
    }
}
