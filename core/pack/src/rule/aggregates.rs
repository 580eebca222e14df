//! Functions that look over many events: `count`, `sum`, `avg`, `share`, `absent`.

use staykit_core::event::PropertyType;
use staykit_core::profile::{
    Aggregate, Events, Feature, KeptValue, LastValue, Summary, Unit, Window,
};
use staykit_core::rules::program::{Op, Relation};

use super::check::{Checker, Code, Type};
use super::filters::split;
use super::signatures::signature_of;
use super::syntax::Expr;

/// A property of events within a window, of a type that the function takes.
struct OfProperty {
    events: Events,
    property: String,
    kind: Option<PropertyType>,
    window: Window,
}

/// What a function does with a property, and what it is called in errors.
struct Takes {
    types: &'static [PropertyType],
    otherwise: &'static str,
}

const NUMERIC: &[PropertyType] =
    &[PropertyType::Integer, PropertyType::Number, PropertyType::Money];
const NAMED: &[PropertyType] = &[PropertyType::Text, PropertyType::Integer, PropertyType::Flag];

impl Checker<'_, '_> {
    /// `f(name[, filter])`
    pub(super) fn of_events(&mut self, name: &str, args: &[Expr], expr: &Expr) -> Option<Events> {
        let (args, filter) = split(args);
        let [event] = self.args(name, args, expr)?;
        self.events(event, filter, None)
    }

    /// `absent('open', days(5)[, filter])`: no such event for that long.
    pub(super) fn absent(&mut self, args: &[Expr], expr: &Expr) -> Option<Code> {
        let (args, filter) = split(args);
        let [event, duration] = self.args("absent", args, expr)?;
        let (events, ms) = (self.events(event, filter, None), self.duration(duration));
        let (events, ms) = (events?, ms?);
        let mut code = self.read(Feature::Absent(events), &expr.range)?;
        code.ops.push(Op::Integer(ms));
        code.ops.push(Op::Compare(Relation::GreaterOrEqual));
        Some(Code { ops: code.ops, kind: Type::Flag })
    }

    /// `first_time('purchase')`: it happened, and once only.
    pub(super) fn first_time(&mut self, args: &[Expr], expr: &Expr) -> Option<Code> {
        let events = self.of_events("first_time", args, expr)?;
        let window = Window { unit: Unit::Ever, length: 1 };
        let mut code = self.read(Feature::Count { events, window }, &expr.range)?;
        code.ops.push(Op::Integer(1));
        code.ops.push(Op::Compare(Relation::Equal));
        Some(Code { ops: code.ops, kind: Type::Flag })
    }

    pub(super) fn count(&mut self, args: &[Expr], expr: &Expr) -> Option<Feature> {
        let (events, window) = self.in_window("count", args, expr)?;
        Some(Feature::Count { events, window })
    }

    pub(super) fn active_days(&mut self, args: &[Expr], expr: &Expr) -> Option<Feature> {
        let (args, filter) = split(args);
        let [event, days] = self.args("active_days", args, expr)?;
        let (events, days) = (self.events(event, filter, None), self.days(days));
        Some(Feature::ActiveDays { events: events?, days: days? })
    }

    pub(super) fn interval_entropy(&mut self, args: &[Expr], expr: &Expr) -> Option<Feature> {
        let (events, window) = self.in_window("interval_entropy", args, expr)?;
        let summary = Summary::IntervalEntropy;
        Some(Feature::Aggregate(Aggregate { events, window, summary }))
    }

    /// `share(name, window, filter)`
    pub(super) fn share(&mut self, args: &[Expr], expr: &Expr) -> Option<Feature> {
        let (args, filter) = split(args);
        let Some(filter) = filter else {
            return self.wrong(&expr.range, format!("write {}", signature_of("share")));
        };
        let [event, window] = self.args("share", args, expr)?;
        let (events, window) = (self.events(event, None, None), self.window(window));
        let (events, window) = (events?, window?);
        let summary = Summary::Share { tests: self.tests(&events.name, filter, None)? };
        Some(Feature::Aggregate(Aggregate { events, window, summary }))
    }

    /// `sum`, `avg`, `min` and the others that look at one property.
    pub(super) fn of_property(
        &mut self,
        name: &str,
        args: &[Expr],
        expr: &Expr,
    ) -> Option<Feature> {
        let takes = match name {
            "sum" => Takes { types: NUMERIC, otherwise: "has no sum" },
            "avg" => Takes { types: NUMERIC, otherwise: "has no mean" },
            "min" | "max" => Takes { types: NUMERIC, otherwise: "has no least or greatest value" },
            _ => Takes { types: NAMED, otherwise: "has no classes; group it when you record it" },
        };
        let of = self.property_in_window(name, args, expr, &takes)?;
        let OfProperty { events, property, kind, window } = of;
        let fraction = kind == Some(PropertyType::Number);
        let summary = match name {
            "sum" => Summary::Sum { property, fraction },
            "avg" => Summary::Mean { property },
            "min" => Summary::Least { property, fraction },
            "max" => Summary::Most { property, fraction },
            "distinct" => Summary::Distinct { property },
            _ => Summary::Entropy { property },
        };
        Some(Feature::Aggregate(Aggregate { events, window, summary }))
    }

    /// `last_value(name, property[, filter])` as a number.
    pub(super) fn last_value(&mut self, args: &[Expr], expr: &Expr) -> Option<Feature> {
        let (events, property, kind) = self.last_of(args, expr)?;
        let kept = match kind {
            None | Some(PropertyType::Integer | PropertyType::Money) => KeptValue::Integer,
            Some(PropertyType::Number) => KeptValue::Number,
            Some(kind) => {
                let message = format!(
                    "`{property}` of `{}` is {kind}; texts compare: \
                     last_value(name, property) == 'text'",
                    events.name
                );
                return self.wrong(&expr.range, message);
            }
        };
        Some(Feature::LastValue(LastValue { events, property, kept }))
    }

    /// `last_value(name, property[, filter]) == 'text'`
    pub(super) fn last_text(
        &mut self,
        args: &[Expr],
        text: String,
        expr: &Expr,
    ) -> Option<Feature> {
        let (events, property, kind) = self.last_of(args, expr)?;
        if let Some(kind) = kind.filter(|kind| *kind != PropertyType::Text) {
            let message = format!("`{property}` of `{}` is {kind}, no text", events.name);
            return self.wrong(&expr.range, message);
        }
        Some(Feature::LastValue(LastValue { events, property, kept: KeptValue::Is(text) }))
    }

    fn last_of(
        &mut self,
        args: &[Expr],
        expr: &Expr,
    ) -> Option<(Events, String, Option<PropertyType>)> {
        let (args, filter) = split(args);
        let [event, property] = self.args("last_value", args, expr)?;
        let name = self.text(property, "the name of a property")?;
        let events = self.events(event, filter, Some(&name))?;
        let kind = self.property(&events.name, &name, &property.range);
        Some((events, name, kind))
    }

    /// `f(name, window[, filter])`
    fn in_window(&mut self, name: &str, args: &[Expr], expr: &Expr) -> Option<(Events, Window)> {
        let (args, filter) = split(args);
        let [event, window] = self.args(name, args, expr)?;
        let (events, window) = (self.events(event, filter, None), self.window(window));
        Some((events?, window?))
    }

    /// `f(name, property, window[, filter])`
    fn property_in_window(
        &mut self,
        name: &str,
        args: &[Expr],
        expr: &Expr,
        takes: &Takes,
    ) -> Option<OfProperty> {
        let (args, filter) = split(args);
        let [event, of, window] = self.args(name, args, expr)?;
        let property = self.text(of, "the name of a property");
        let events = self.events(event, filter, property.as_deref());
        let window = self.window(window);
        let (property, events, window) = (property?, events?, window?);
        let kind = self.property(&events.name, &property, &of.range);
        if let Some(kind) = kind.filter(|kind| !takes.types.contains(kind)) {
            let message =
                format!("`{property}` of `{}` is {kind}, which {}", events.name, takes.otherwise);
            return self.wrong(&of.range, message);
        }
        Some(OfProperty { events, property, kind, window })
    }
}
