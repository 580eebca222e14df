//! Words for what rules conclude.

use crate::profile::{Derived, Feature};
use crate::rules::share::{Share, points_text};
use crate::text::Language;

pub(super) fn subject(of: Derived, name: &str, language: Language) -> String {
    let english = language == Language::English;
    match of {
        Derived::Score(_) | Derived::Is { .. } | Derived::Amount(_) => name.to_owned(),
        Derived::Age(_) if english => format!("the same {name} for"),
        Derived::Age(_) => format!("{name}未变已"),
        Derived::Progress(_) if english => format!("progress of {name}"),
        Derived::Progress(_) => format!("{name}进度"),
        Derived::Left(_) if english => format!("{name}: missing to the next level"),
        Derived::Left(_) => format!("{name}距下一级还差"),
        Derived::Multiplier(_) if english => format!("multiplier of {name}"),
        Derived::Multiplier(_) => format!("{name}倍率"),
    }
}

/// Whether its numbers are written as [`number`] does.
pub(super) fn is_of(feature: &Feature) -> bool {
    matches!(feature, Feature::Derived(_) | Feature::Next { .. })
}

/// A number as short as it can be told without rounding up.
pub(super) fn number(feature: &Feature, value: f64) -> String {
    let percent = matches!(feature, Feature::Derived(Derived::Progress(_)) | Feature::Next { .. });
    let (value, unit) = if percent { (value * 100.0, " %") } else { (value, "") };
    let text = format!("{:.2}", libm::floor(value * 100.0 + 1e-6) / 100.0);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text}{unit}")
}

/// The shares of a score: ` = recency 20 + use 12.5`.
pub(crate) fn shares(shares: &[Share]) -> String {
    let mut text = String::new();
    for share in shares {
        let sign = match (text.is_empty(), share.hundredths < 0) {
            (true, _) => " = ",
            (false, false) => " + ",
            (false, true) => " - ",
        };
        let first = text.is_empty();
        let points = if first { share.hundredths } else { share.hundredths.saturating_abs() };
        text.push_str(sign);
        text.push_str(&share.factor);
        text.push(' ');
        text.push_str(&points_text(points));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Derived, Feature, Language, Share, number, shares, subject};

    #[test]
    fn shares_read_as_the_sum_that_they_are() {
        let share = |factor: &str, hundredths| Share { factor: factor.to_owned(), hundredths };
        let all = [share("recency", 2_000), share("complaints", -750), share("use", 1_250)];
        assert_eq!(shares(&all), " = recency 20 - complaints 7.5 + use 12.5");
        assert_eq!(shares(&[]), "");
    }

    #[test]
    fn numbers_are_short_and_never_rounded_up() {
        let left = Feature::Derived(Derived::Left(0));
        assert_eq!(number(&left, 477.0), "477");
        assert_eq!(number(&left, 0.5), "0.5");
        assert_eq!(number(&Feature::Derived(Derived::Progress(0)), 0.99996), "99.99 %");
        assert_eq!(subject(Derived::Progress(0), "会员", Language::Chinese), "会员进度");
    }
}
