//! Values while a condition is evaluated, and where they come from.

use super::share::Share;
use crate::profile::{Relation, Scalar};

/// Where a program finds the values of features.
pub trait Readings {
    /// The value now of the feature with that number.
    fn read(&self, feature: u16) -> Option<Scalar>;

    /// The same, if it is a whole number that need not be worked out; what is asked most.
    #[inline]
    fn at_hand(&self, _feature: u16) -> Option<i64> {
        None
    }

    /// The points that each factor gives to the score with that number, for an explanation.
    fn shares(&self, _score: u16) -> Vec<Share> {
        Vec::new()
    }
}

/// A value on the stack, or what became of one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Slot {
    Value(Scalar),
    /// Whole numbers that overflowed, or a division of them by 0.
    Fault,
}

/// What a comparison gives; values of different types are a fault.
pub(super) fn compare(relation: Relation, left: Slot, right: Slot) -> Slot {
    let (Slot::Value(left), Slot::Value(right)) = (left, right) else { return Slot::Fault };
    let order = match (left, right) {
        (Scalar::Integer(left), Scalar::Integer(right)) => Some(left.cmp(&right)),
        (Scalar::Number(left), Scalar::Number(right)) => left.partial_cmp(&right),
        (Scalar::Flag(left), Scalar::Flag(right)) => Some(left.cmp(&right)),
        _ => return Slot::Fault,
    };
    Slot::Value(Scalar::Flag(relation.holds(order)))
}
