//! The functions of the language.

use staykit_core::event::PropertyType;
use staykit_core::profile::{Feature, Measure, TextTest, Unit, Window, limits};
use staykit_core::rules::program::{Op, Relation};

use super::DURATIONS;
use super::check::{Checker, Code, Type};
use super::syntax::{Expr, Kind};
use crate::suggest;

/// How each function is written.
pub(super) const SIGNATURES: [&str; 27] = [
    "count(name, window[, property == 'text'])",
    "sum(name, property, window)",
    "since_last(name)",
    "since_first(name)",
    "absent(name[, duration])",
    "active_days(name, days(n))",
    "baseline_drop(name or 'session', days(recent), days(baseline))",
    "funnel_step(funnel)",
    "funnel_age(funnel)",
    "session_count(window)",
    "session_time(window)",
    "session_length()",
    "signal(name)",
    "signal_age(name)",
    "hour()",
    "weekday()",
    "fact(key) == 'text'",
    "fact_number(key)",
    "context(key) == 'text'",
    "context_number(key)",
    "double(number)",
    "seconds(n)",
    "minutes(n)",
    "hours(n)",
    "days(n)",
    "weeks(n)",
    "ever()",
];

fn name_of(signature: &str) -> &str {
    signature.split('(').next().unwrap_or_default()
}

fn signature_of(name: &str) -> &'static str {
    let found = SIGNATURES.iter().find(|signature| name_of(signature) == name);
    found.copied().unwrap_or_default()
}

impl Checker<'_, '_> {
    pub(super) fn name<T>(&mut self, name: &str, expr: &Expr) -> Option<T> {
        let signature = signature_of(name);
        if !signature.is_empty() {
            return self.wrong(&expr.range, format!("a function: write {signature}"));
        }
        let spot = self.excerpt.spot(&expr.range, self.problems);
        let suggestion = suggest::nearest(name, SIGNATURES.map(name_of));
        let message = "no such name; values come from functions, and texts stand in quotes";
        self.problems.add_guessing(spot, message, suggestion.map(|name| signature_of(name).into()));
        None
    }

    pub(super) fn call(&mut self, name: &str, args: &[Expr], expr: &Expr) -> Option<Code> {
        match name {
            "absent" if args.len() == 2 => self.absent(args, expr),
            "double" => {
                let [of] = self.args(name, args, expr)?;
                let code = self.value(of)?;
                match code.kind {
                    Type::Integer => Some(code.into_number()),
                    Type::Number => Some(code),
                    kind => self.wrong(&of.range, format!("{kind} does not become a number")),
                }
            }
            "fact" | "context" => {
                let message = format!(
                    "compares with a text: {name}('key') == 'text'; for numbers {name}_number('key')"
                );
                self.wrong(&expr.range, message)
            }
            "ever" => self.wrong(&expr.range, "a window: stands in functions such as count"),
            _ if DURATIONS.iter().any(|(unit, _)| *unit == name) => {
                let ms = self.duration(expr)?;
                Some(Code::one(Op::Integer(ms), Type::Duration))
            }
            _ => {
                let feature = self.feature(name, args, expr)?;
                self.read(feature, &expr.range)
            }
        }
    }

    /// The feature that a function reads.
    pub(super) fn feature(&mut self, name: &str, args: &[Expr], expr: &Expr) -> Option<Feature> {
        match name {
            "count" => self.count(args, expr),
            "sum" => self.sum(args, expr),
            "since_last" => self.of_event(name, args, expr).map(Feature::SinceLast),
            "absent" => self.of_event(name, args, expr).map(Feature::Absent),
            "since_first" => self.of_event(name, args, expr).map(Feature::SinceFirst),
            "active_days" => {
                let [event, days] = self.args(name, args, expr)?;
                let (event, days) = (self.event(event), self.days(days));
                Some(Feature::ActiveDays { event: event?, days: days? })
            }
            "baseline_drop" => self.baseline_drop(args, expr),
            "funnel_step" => self.of_funnel(name, args, expr).map(Feature::FunnelStep),
            "funnel_age" => self.of_funnel(name, args, expr).map(Feature::FunnelAge),
            "session_count" => self.of_window(name, args, expr).map(Feature::SessionCount),
            "session_time" => self.of_window(name, args, expr).map(Feature::SessionTime),
            "session_length" => self.bare(name, args, expr, Feature::SessionLength),
            "signal" => self.of_signal(name, args, expr).map(Feature::Signal),
            "signal_age" => self.of_signal(name, args, expr).map(Feature::SignalAge),
            "hour" => self.bare(name, args, expr, Feature::Hour),
            "weekday" => self.bare(name, args, expr, Feature::Weekday),
            "fact_number" => self.of_key(name, args, expr).map(Feature::FactInteger),
            "context_number" => self.of_key(name, args, expr).map(Feature::ContextInteger),
            _ => self.unknown(name, expr),
        }
    }

    fn unknown<T>(&mut self, name: &str, expr: &Expr) -> Option<T> {
        let spot = self.excerpt.spot(&expr.range, self.problems);
        if matches!(name, "duration" | "timestamp") {
            let message =
                format!("{name} is not part of the language; durations are hours(5), days(2)");
            self.problems.add(spot, message);
            return None;
        }
        let nearest = suggest::nearest(name, SIGNATURES.map(name_of)).map(signature_of);
        let message = match nearest {
            Some(_) => "no such function".to_owned(),
            None => format!("no such function; there are {}", SIGNATURES.map(name_of).join(", ")),
        };
        self.problems.add_guessing(spot, message, nearest.map(str::to_owned));
        None
    }

    /// The arguments, if there are as many as the function takes.
    fn args<'e, const N: usize>(
        &mut self,
        name: &str,
        args: &'e [Expr],
        expr: &Expr,
    ) -> Option<&'e [Expr; N]> {
        let found = <&[Expr; N]>::try_from(args).ok();
        if found.is_none() {
            self.wrong::<()>(&expr.range, format!("write {}", signature_of(name)));
        }
        found
    }

    fn bare(&mut self, name: &str, args: &[Expr], expr: &Expr, is: Feature) -> Option<Feature> {
        self.args::<0>(name, args, expr).map(|_| is)
    }

    fn of_event(&mut self, name: &str, args: &[Expr], expr: &Expr) -> Option<String> {
        let [event] = self.args(name, args, expr)?;
        self.event(event)
    }

    fn of_window(&mut self, name: &str, args: &[Expr], expr: &Expr) -> Option<Window> {
        let [window] = self.args(name, args, expr)?;
        self.window(window)
    }

    fn of_key(&mut self, name: &str, args: &[Expr], expr: &Expr) -> Option<String> {
        let [key] = self.args(name, args, expr)?;
        self.key(key)
    }

    fn of_signal(&mut self, name: &str, args: &[Expr], expr: &Expr) -> Option<u16> {
        let [signal] = self.args(name, args, expr)?;
        let wanted = self.text(signal, "the name of a signal")?;
        let number = self.tables.signal(&wanted);
        if number.is_none() {
            let spot = self.excerpt.spot(&signal.range, self.problems);
            let names = self.tables.signals.iter().map(String::as_str);
            let suggestion = suggest::nearest(&wanted, names).map(|name| format!("'{name}'"));
            self.problems.add_guessing(spot, "no such signal in this pack", suggestion);
        }
        number
    }

    fn of_funnel(&mut self, name: &str, args: &[Expr], expr: &Expr) -> Option<u16> {
        let [funnel] = self.args(name, args, expr)?;
        let wanted = self.text(funnel, "the name of a funnel")?;
        let number = self.tables.funnel(&wanted);
        if number.is_none() {
            let spot = self.excerpt.spot(&funnel.range, self.problems);
            let names = self.tables.funnels.iter().map(|funnel| funnel.name.as_str());
            let suggestion = suggest::nearest(&wanted, names).map(|name| format!("'{name}'"));
            let message = "no such funnel under `funnels` in this pack";
            self.problems.add_guessing(spot, message, suggestion);
        }
        number
    }

    /// `absent('open', days(5))`: no such event for that long.
    fn absent(&mut self, args: &[Expr], expr: &Expr) -> Option<Code> {
        let [event, duration] = self.args("absent", args, expr)?;
        let (event, ms) = (self.event(event), self.duration(duration));
        let (event, ms) = (event?, ms?);
        let mut code = self.read(Feature::Absent(event), &expr.range)?;
        code.ops.push(Op::Integer(ms));
        code.ops.push(Op::Compare(Relation::GreaterOrEqual));
        Some(Code { ops: code.ops, kind: Type::Flag })
    }

    fn count(&mut self, args: &[Expr], expr: &Expr) -> Option<Feature> {
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

    fn sum(&mut self, args: &[Expr], expr: &Expr) -> Option<Feature> {
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

    fn baseline_drop(&mut self, args: &[Expr], expr: &Expr) -> Option<Feature> {
        let [of, recent, baseline] = self.args("baseline_drop", args, expr)?;
        let measure = match &of.kind {
            Kind::Text(text) if text == "session" => Some(Measure::SessionTime),
            _ => self.event(of).map(Measure::Events),
        };
        let (recent_days, baseline_days) = (self.days(recent), self.days(baseline));
        let (recent_days, baseline_days) = (recent_days?, baseline_days?);
        let most = limits::window_length(Unit::Days);
        if recent_days.saturating_add(baseline_days) >= most {
            return self.wrong(&expr.range, format!("both together at most {} days", most - 1));
        }
        Some(Feature::BaselineDrop { measure: measure?, recent_days, baseline_days })
    }
}
