use staykit_core::rules::Relation;

/// The values that a feature may have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Range {
    pub(super) low: f64,
    pub(super) high: f64,
    /// The ends themselves are not among them.
    low_open: bool,
    high_open: bool,
    /// Whole numbers only.
    whole: bool,
}

impl Range {
    pub(super) fn whole(low: f64, high: f64) -> Self {
        Self { low, high, low_open: false, high_open: false, whole: true }
    }

    pub(super) fn number(low: f64, high: f64) -> Self {
        Self { whole: false, ..Self::whole(low, high) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.low > self.high || self.is_point() && (self.low_open || self.high_open)
    }

    fn is_point(&self) -> bool {
        (self.high - self.low).abs() <= 0.0
    }

    /// Keeps the values that are so to the constant.
    pub(super) fn narrow(&mut self, relation: Relation, constant: f64) {
        match relation {
            Relation::Less => self.below(constant, true),
            Relation::LessOrEqual => self.below(constant, false),
            Relation::Greater => self.above(constant, true),
            Relation::GreaterOrEqual => self.above(constant, false),
            Relation::Equal => {
                self.above(constant, false);
                self.below(constant, false);
            }
            Relation::NotEqual => self.without(constant),
        }
    }

    fn below(&mut self, most: f64, open: bool) {
        let (most, open) = match (self.whole, open) {
            (true, true) => (most.ceil() - 1.0, false),
            (true, false) => (most.floor(), false),
            (false, open) => (most, open),
        };
        if most < self.high || open && most <= self.high {
            (self.high, self.high_open) = (most, open);
        }
    }

    fn above(&mut self, least: f64, open: bool) {
        let (least, open) = match (self.whole, open) {
            (true, true) => (least.floor() + 1.0, false),
            (true, false) => (least.ceil(), false),
            (false, open) => (least, open),
        };
        if least > self.low || open && least >= self.low {
            (self.low, self.low_open) = (least, open);
        }
    }

    /// A value in the middle leaves a hole, which nobody asks about.
    fn without(&mut self, value: f64) {
        if (self.low - value).abs() <= 0.0 {
            self.above(value, true);
        } else if (self.high - value).abs() <= 0.0 {
            self.below(value, true);
        }
    }
}

/// What holds where a relation does not.
pub(super) fn opposite(relation: Relation) -> Relation {
    match relation {
        Relation::Less => Relation::GreaterOrEqual,
        Relation::LessOrEqual => Relation::Greater,
        Relation::Greater => Relation::LessOrEqual,
        Relation::GreaterOrEqual => Relation::Less,
        Relation::Equal => Relation::NotEqual,
        Relation::NotEqual => Relation::Equal,
    }
}

/// The relation seen from the other side.
pub(super) fn turned(relation: Relation) -> Relation {
    match relation {
        Relation::Less => Relation::Greater,
        Relation::LessOrEqual => Relation::GreaterOrEqual,
        Relation::Greater => Relation::Less,
        Relation::GreaterOrEqual => Relation::LessOrEqual,
        same => same,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn narrowed(mut range: Range, steps: &[(Relation, f64)]) -> bool {
        for (relation, constant) in steps {
            range.narrow(*relation, *constant);
        }
        range.is_empty()
    }

    #[test]
    fn between_two_neighbours_there_is_a_number_but_no_whole_one() {
        let between = [(Relation::Greater, 2.0), (Relation::Less, 3.0)];
        assert!(narrowed(Range::whole(0.0, f64::INFINITY), &between));
        assert!(!narrowed(Range::number(0.0, f64::INFINITY), &between));
        let none = [(Relation::Less, 2.0), (Relation::GreaterOrEqual, 2.0)];
        assert!(narrowed(Range::number(0.0, f64::INFINITY), &none));
        assert!(narrowed(Range::number(0.0, 1.0), &[(Relation::Greater, 1.0)]));
        assert!(!narrowed(Range::number(0.0, 1.0), &[(Relation::GreaterOrEqual, 1.0)]));
    }

    #[test]
    fn a_value_taken_out_at_the_end_moves_the_end() {
        let steps =
            [(Relation::LessOrEqual, 1.0), (Relation::NotEqual, 0.0), (Relation::Equal, 0.5)];
        assert!(narrowed(Range::whole(0.0, f64::INFINITY), &steps));
        assert!(!narrowed(Range::number(0.0, f64::INFINITY), &steps));
    }
}
