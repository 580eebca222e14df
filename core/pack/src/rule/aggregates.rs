//! Functions that look over many events: `count`, `sum`, `absent`.

use staykit_core::event::PropertyType;
use staykit_core::profile::{Feature, TextTest};
use staykit_core::rules::program::{Op, Relation};

use super::check::{Checker, Code, Type};
use super::signatures::signature_of;
use super::syntax::{Expr, Kind};

impl Checker<'_, '_> {
    /// `absent('open', days(5))`: no such event for that long.
    pub(super) fn absent(&mut self, args: &[Expr], expr: &Expr) -> Option<Code> {
        let [event, duration] = self.args("absent", args, expr)?;
        let (event, ms) = (self.event(event), self.duration(duration));
        let (event, ms) = (event?, ms?);
        let mut code = self.read(Feature::Absent(event), &expr.range)?;
        code.ops.push(Op::Integer(ms));
        code.ops.push(Op::Compare(Relation::GreaterOrEqual));
        Some(Code { ops: code.ops, kind: Type::Flag })
    }

    pub(super) fn count(&mut self, args: &[Expr], expr: &Expr) -> Option<Feature> {
        let [event, window, filter @ ..] = args else {
            return self.wrong(&expr.range, format!("write {}", signature_of("count")));
        };
        let (event, window) = (self.event(event), self.window(window));
        let (event, window) = (event?, window?);
        let filter = match filter {
            [] => None,
            [filter] => Some(self.filter(&event, filter)?),
            _ => return self.wrong(&expr.range, format!("write {}", signature_of("count"))),
        };
        Some(Feature::Count { event, window, filter })
    }

    /// `property == 'text'`.
    fn filter(&mut self, event: &str, filter: &Expr) -> Option<TextTest> {
        let Kind::Compare(Relation::Equal, left, right) = &filter.kind else {
            return self.wrong(&filter.range, "a filter is written property == 'text'");
        };
        let (Kind::Name(property), Kind::Text(text)) = (&left.kind, &right.kind) else {
            return self.wrong(&filter.range, "a filter is written property == 'text'");
        };
        let kind = self.property(event, property, &left.range);
        if let Some(kind) = kind.filter(|kind| *kind != PropertyType::Text) {
            let message = format!("`{property}` of `{event}` is {kind}; filters compare texts");
            return self.wrong(&left.range, message);
        }
        Some(TextTest { key: property.clone(), text: self.checked_text(text, &right.range)? })
    }

    pub(super) fn sum(&mut self, args: &[Expr], expr: &Expr) -> Option<Feature> {
        let [event, property, window] = self.args("sum", args, expr)?;
        let (event, window) = (self.event(event), self.window(window));
        let (event, window) = (event?, window?);
        let name = self.text(property, "the name of a property")?;
        let kind = self.property(&event, &name, &property.range);
        let fraction = match kind {
            None | Some(PropertyType::Integer | PropertyType::Money) => false,
            Some(PropertyType::Number) => true,
            Some(kind) => {
                let message = format!("`{name}` of `{event}` is {kind}, which has no sum");
                return self.wrong(&property.range, message);
            }
        };
        Some(Feature::Sum { event, property: name, window, fraction })
    }
}
