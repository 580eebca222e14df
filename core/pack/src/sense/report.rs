//! What is told of a condition that is always the same.

use super::domain;
use super::search::{Known, possible};
use super::tree::Tree;
use crate::problem::Problems;
use crate::rule::{Excerpt, Expr, Kind, Tables, in_words};

/// What a condition decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Raise,
    Clear,
    When,
    Row,
}

impl Role {
    fn never(self) -> &'static str {
        match self {
            Self::Raise => "so it never rises",
            Self::Clear => "so it never clears; leave `clear` out to clear when `raise` ends",
            Self::When => "so it is never shown",
            Self::Row => "so nobody gets here",
        }
    }

    fn always(self) -> &'static str {
        match self {
            Self::Raise => "so it always stands",
            Self::Clear => "so it falls as soon as it rises",
            Self::When => "so it can be left out",
            Self::Row => "so everybody gets here",
        }
    }
}

/// A condition that is looked at.
pub(super) struct Place<'p, 'a> {
    pub(super) excerpt: Excerpt<'p>,
    pub(super) tables: &'p mut Tables,
    pub(super) problems: &'p mut Problems<'a>,
}

/// Warns of each smallest part of a condition that can never hold, or always does.
pub(crate) fn condition(
    (excerpt, expr): (Excerpt<'_>, &Expr),
    tree: &Tree,
    role: Role,
    tables: &mut Tables,
    problems: &mut Problems<'_>,
) {
    let mut place = Place { excerpt, tables, problems };
    let whole = match place.verdict(tree) {
        Some(true) => Some(role.always()),
        Some(false) => Some(role.never()),
        None => None,
    };
    place.look(expr, tree, whole);
}

impl Place<'_, '_> {
    /// Whether it always holds (`true`) or never (`false`).
    fn verdict(&mut self, tree: &Tree) -> Option<bool> {
        if !possible(&[(tree, true)], Known::default(), self.tables) {
            return Some(false);
        }
        (!possible(&[(tree, false)], Known::default(), self.tables)).then_some(true)
    }

    /// Returns whether there was something to tell.
    fn look(&mut self, expr: &Expr, tree: &Tree, whole: Option<&str>) -> bool {
        let parts = parts(expr, tree);
        let told = parts.iter().map(|(expr, tree)| self.look(expr, tree, whole));
        if told.filter(|told| *told).count() > 0 {
            return true;
        }
        if matches!(expr.kind, Kind::Flag(_)) {
            return false;
        }
        let Some(always) = self.verdict(tree) else { return false };
        let mut message = self.message(expr, tree, always);
        if let Some(whole) = whole {
            message = format!("{message}; {whole}");
        }
        let spot = self.excerpt.spot(&expr.range, self.problems);
        self.problems.warn_here(spot, message);
        true
    }

    fn message(&mut self, expr: &Expr, tree: &Tree, always: bool) -> String {
        let head = if always { "always holds" } else { "can never hold" };
        match tree {
            Tree::Test(test) => match self.tables.features.get(usize::from(test.feature)) {
                Some(feature) if !feature_is_flag(feature) => {
                    let (is, hint) = (self.values(test.feature), self.hint(test.feature));
                    let subject = self.piece(subject(expr));
                    format!("{head}: {subject} is {is}{hint}")
                }
                _ => head.to_owned(),
            },
            Tree::And(..) => match self.pair(expr, tree, true) {
                Some((a, b)) if !always => format!(
                    "{head}: {a} and {b} exclude each other; write || if one of them is enough"
                ),
                _ => head.to_owned(),
            },
            Tree::Or(..) => match self.pair(expr, tree, false) {
                Some((a, b)) if always => {
                    format!("{head}: there is always {a} or {b}; write && if both are meant")
                }
                _ => head.to_owned(),
            },
            _ => head.to_owned(),
        }
    }

    /// Two of the joined parts that cannot both be as wanted.
    fn pair(&mut self, expr: &Expr, tree: &Tree, wanted: bool) -> Option<(String, String)> {
        let mut joined = Vec::new();
        flatten(expr, tree, wanted, &mut joined);
        for (place, (one, a)) in joined.iter().enumerate() {
            for (other, b) in joined.iter().skip(place + 1) {
                if !possible(&[(a, wanted), (b, wanted)], Known::default(), self.tables) {
                    return Some((self.piece(one), self.piece(other)));
                }
            }
        }
        None
    }

    fn piece(&self, expr: &Expr) -> String {
        let spot = self.excerpt.spot(&expr.range, self.problems);
        format!("`{}`", self.problems.source().piece(spot))
    }

    fn values(&self, feature: u16) -> String {
        values(feature, self.tables)
    }

    /// For who writes a part as a percentage.
    fn hint(&self, feature: u16) -> &'static str {
        let feature = self.tables.features.get(usize::from(feature));
        let part = feature.map(|feature| domain::of(feature, self.tables)).is_some_and(|range| {
            (range.high - 1.0).abs() <= 0.0
                && feature.map(staykit_core::profile::Feature::scalar_type)
                    == Some(staykit_core::profile::ScalarType::Number)
        });
        if part { "; a quarter is 0.25" } else { "" }
    }
}

/// The values that a feature can have, in words.
pub(super) fn values(feature: u16, tables: &Tables) -> String {
    let Some(feature) = tables.features.get(usize::from(feature)) else { return String::new() };
    let range = domain::of(feature, tables);
    let text = |value: f64| {
        #[expect(clippy::cast_possible_truncation, reason = "for people to read")]
        let ms = value as i64;
        if feature.is_duration() && ms != 0 { in_words(ms) } else { format!("{value:.4}") }
    };
    let text = |value: f64| match text(value) {
        text if text.contains('.') => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        text => text,
    };
    match (range.low.is_finite(), range.high.is_finite()) {
        (true, true) => format!("{} to {}", text(range.low), text(range.high)),
        (true, false) => format!("{} or more", text(range.low)),
        (false, _) => format!("{} at most", text(range.high)),
    }
}

fn feature_is_flag(feature: &staykit_core::profile::Feature) -> bool {
    feature.scalar_type() == staykit_core::profile::ScalarType::Flag
}

/// What a comparison is about: the side that is no constant.
fn subject(expr: &Expr) -> &Expr {
    match &expr.kind {
        Kind::Compare(_, left, right) => {
            if is_constant(left) {
                right
            } else {
                left
            }
        }
        _ => expr,
    }
}

fn is_constant(expr: &Expr) -> bool {
    match &expr.kind {
        Kind::Integer(_) | Kind::Number(_) => true,
        Kind::Negate(of) => is_constant(of),
        Kind::Call(name, _) => crate::rule::DURATIONS.iter().any(|(unit, _)| unit == name),
        _ => false,
    }
}

/// The parts of a condition that are conditions.
fn parts<'e>(expr: &'e Expr, tree: &'e Tree) -> Vec<(&'e Expr, &'e Tree)> {
    match (&expr.kind, tree) {
        (Kind::And(left, right), Tree::And(a, b)) | (Kind::Or(left, right), Tree::Or(a, b)) => {
            vec![(left, a), (right, b)]
        }
        (Kind::Not(of), Tree::Not(tree)) => vec![(of, tree)],
        _ => Vec::new(),
    }
}

/// The parts joined by `&&` (`and`), or by `||`.
fn flatten<'e>(expr: &'e Expr, tree: &'e Tree, and: bool, into: &mut Vec<(&'e Expr, &'e Tree)>) {
    match (&expr.kind, tree, and) {
        (Kind::And(left, right), Tree::And(a, b), true)
        | (Kind::Or(left, right), Tree::Or(a, b), false) => {
            flatten(left, a, and, into);
            flatten(right, b, and, into);
        }
        _ => into.push((expr, tree)),
    }
}
