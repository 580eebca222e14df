//! Filters: `amount >= 100 && currency == 'CNY'` as the last argument of a function.

use staykit_core::event::PropertyType;
use staykit_core::profile::{Constant, Events, Part, Test, limits};

use super::check::Checker;
use super::syntax::{Expr, Kind};

const WRITTEN: &str = "a filter is written property == 'text', amount >= 100 or flag == true, \
                       joined by &&";
const CURRENCY: &str = "currency";

/// The arguments before the filter, and the filter if the last argument is one.
pub(super) fn split(args: &[Expr]) -> (&[Expr], Option<&Expr>) {
    match args.split_last() {
        Some((last, rest)) if is_filter(last) => (rest, Some(last)),
        _ => (args, None),
    }
}

fn is_filter(expr: &Expr) -> bool {
    matches!(
        expr.kind,
        Kind::Compare(..) | Kind::And(..) | Kind::Or(..) | Kind::Not(_) | Kind::Flag(_)
    )
}

impl Checker<'_, '_> {
    /// The events of a name that pass a filter; `of` is the property that the function looks at.
    pub(super) fn events(
        &mut self,
        name: &Expr,
        filter: Option<&Expr>,
        of: Option<&str>,
    ) -> Option<Events> {
        let name = self.event(name)?;
        let tests = match filter {
            Some(filter) => self.tests(&name, filter, of)?,
            None => Vec::new(),
        };
        Some(Events { name, tests })
    }

    /// The tests of a filter.
    pub(super) fn tests(
        &mut self,
        event: &str,
        filter: &Expr,
        of: Option<&str>,
    ) -> Option<Vec<Test>> {
        let mut parts = Vec::new();
        flatten(filter, &mut parts);
        if parts.len() > limits::TESTS {
            let message = format!("{} tests, at most {} in a filter", parts.len(), limits::TESTS);
            return self.wrong(&filter.range, message);
        }
        let tests: Vec<_> = parts.iter().map(|part| self.test(event, part, of)).collect();
        tests.into_iter().collect()
    }

    fn test(&mut self, event: &str, test: &Expr, of: Option<&str>) -> Option<Test> {
        let (relation, subject, constant) = match &test.kind {
            Kind::Compare(relation, left, right) if is_subject(&left.kind) => {
                (*relation, left, right)
            }
            Kind::Compare(relation, left, right) if is_subject(&right.kind) => {
                (relation.mirrored(), right, left)
            }
            Kind::Or(..) => {
                let message = "a filter joins tests by && only; count each side apart and add";
                return self.wrong(&test.range, message);
            }
            _ => return self.wrong(&test.range, WRITTEN),
        };
        let (property, part) = self.subject(event, subject, of)?;
        let kind = match part {
            Part::Value => self.property(event, &property, &subject.range),
            Part::Currency => Some(PropertyType::Text),
        };
        let constant = self.constant(constant, kind)?;
        let found = Test { property, part, relation, constant };
        self.fits(event, &found, kind, test).then_some(found)
    }

    /// What is tested: a property, or the currency of one.
    fn subject(&mut self, event: &str, subject: &Expr, of: Option<&str>) -> Option<(String, Part)> {
        match &subject.kind {
            Kind::Suffix(property, part) => {
                let Kind::Name(property) = &property.kind else {
                    return self.wrong(&subject.range, WRITTEN);
                };
                if part != CURRENCY {
                    let message = format!("only .{CURRENCY} of money, such as amount.{CURRENCY}");
                    return self.wrong(&subject.range, message);
                }
                let kind = self.property(event, property, &subject.range);
                if let Some(kind) = kind.filter(|kind| *kind != PropertyType::Money) {
                    let message = format!("`{property}` of `{event}` is {kind}, not money");
                    return self.wrong(&subject.range, message);
                }
                Some((property.clone(), Part::Currency))
            }
            Kind::Name(name) if name == CURRENCY => self.currency(event, subject, of),
            Kind::Name(name) => Some((name.clone(), Part::Value)),
            _ => self.wrong(&subject.range, WRITTEN),
        }
    }

    /// `currency` alone: of the money that the function looks at, else of the event's only money.
    fn currency(
        &mut self,
        event: &str,
        subject: &Expr,
        of: Option<&str>,
    ) -> Option<(String, Part)> {
        let Some(spec) = self.tables.catalog.find(event) else {
            let property = of.map(|of| (of.to_owned(), Part::Currency));
            return Some(property.unwrap_or_else(|| (CURRENCY.to_owned(), Part::Value)));
        };
        if spec.find(CURRENCY).is_some() {
            return Some((CURRENCY.to_owned(), Part::Value));
        }
        let of_type = |kind: PropertyType| {
            let found = spec.properties.iter().filter(move |property| property.kind == kind);
            found.map(|property| property.name.to_string()).collect::<Vec<_>>()
        };
        let money = of_type(PropertyType::Money);
        if let Some(of) = of.filter(|of| money.iter().any(|name| name == of)) {
            return Some((of.to_owned(), Part::Currency));
        }
        match money.as_slice() {
            [only] => Some((only.clone(), Part::Currency)),
            _ => self.wrong(&subject.range, "which money? write amount.currency == 'CNY'"),
        }
    }

    fn constant(&mut self, expr: &Expr, kind: Option<PropertyType>) -> Option<Constant> {
        let (sign, of) = match &expr.kind {
            Kind::Negate(of) => (-1_i8, &**of),
            _ => (1, expr),
        };
        match &of.kind {
            Kind::Integer(value) => {
                let Some(value) = value.checked_mul(i64::from(sign)) else {
                    return self.wrong(&expr.range, "out of bounds");
                };
                // Typed as the property, so that 4 and 4.0 mean the same test.
                let small =
                    i32::try_from(value).ok().filter(|_| kind == Some(PropertyType::Number));
                Some(small.map_or(Constant::Integer(value), |value| Constant::Number(value.into())))
            }
            // The parser lets finite ones through only.
            Kind::Number(value) => Some(Constant::Number(*value * f64::from(sign))),
            Kind::Text(text) if sign > 0 => {
                self.checked_text(text, &expr.range).map(Constant::Text)
            }
            Kind::Flag(flag) if sign > 0 => Some(Constant::Flag(*flag)),
            _ => self.wrong(&expr.range, "a filter compares with a constant: 'text', 100 or true"),
        }
    }

    /// Whether the constant fits the property and the relation.
    fn fits(&mut self, event: &str, test: &Test, kind: Option<PropertyType>, expr: &Expr) -> bool {
        let what = match &test.constant {
            Constant::Text(_) => "a text",
            Constant::Integer(_) | Constant::Number(_) => "a number",
            Constant::Flag(_) => "true or false",
        };
        let fits = match (kind, &test.constant) {
            (None, _)
            | (Some(PropertyType::Text), Constant::Text(_))
            | (Some(PropertyType::Flag), Constant::Flag(_)) => true,
            (Some(PropertyType::Text | PropertyType::Flag), _) => false,
            (Some(_), constant) => matches!(constant, Constant::Integer(_) | Constant::Number(_)),
        };
        let property = &test.property;
        if !fits && test.part == Part::Currency {
            self.wrong::<()>(&expr.range, "a currency compares with its code, such as 'CNY'");
        } else if !fits {
            let kind = kind.map_or_else(String::new, |kind| kind.to_string());
            let message =
                format!("`{property}` of `{event}` is {kind}, which does not compare with {what}");
            self.wrong::<()>(&expr.range, message);
        } else if !test.is_sound() {
            let message = format!("{what} has no order here; write == or !=");
            self.wrong::<()>(&expr.range, message);
        }
        fits && test.is_sound()
    }
}

fn is_subject(kind: &Kind) -> bool {
    matches!(kind, Kind::Name(_) | Kind::Suffix(..))
}

fn flatten<'e>(filter: &'e Expr, into: &mut Vec<&'e Expr>) {
    if let Kind::And(left, right) = &filter.kind {
        flatten(left, into);
        flatten(right, into);
    } else {
        into.push(filter);
    }
}

/// A test as it is written.
pub(super) fn printed(test: &Test, quote: impl Fn(&str) -> String) -> String {
    let currency = if test.part == Part::Currency { ".currency" } else { "" };
    let constant = match &test.constant {
        Constant::Text(wanted) => quote(wanted),
        Constant::Integer(value) => value.to_string(),
        Constant::Number(value) => format!("{value:?}"),
        Constant::Flag(value) => value.to_string(),
    };
    format!("{}{currency} {} {constant}", test.property, test.relation)
}
