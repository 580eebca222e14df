//! The functions of the language.

use staykit_core::profile::{BaselineFigure, Feature, Window};
use staykit_core::rules::program::Op;

use super::DURATIONS;
use super::check::{Checker, Code, Type};
use super::conclusions::concluded_by;
use super::facts::TEXTS;
use super::filters::split;
use super::signatures::signature_of;
use super::syntax::Expr;
use crate::suggest;

impl Checker<'_, '_> {
    pub(super) fn call(&mut self, name: &str, args: &[Expr], expr: &Expr) -> Option<Code> {
        match name {
            "absent" if split(args).0.len() == 2 => self.absent(args, expr),
            "first_time" => self.first_time(args, expr),
            "within" => self.within(args, expr),
            "double" => {
                let [of] = self.args(name, args, expr)?;
                let code = self.value(of)?;
                match code.kind {
                    Type::Integer => Some(code.into_number()),
                    Type::Number => Some(code),
                    kind => self.wrong(&of.range, format!("{kind} does not become a number")),
                }
            }
            _ if TEXTS.contains(&name) => {
                let message = match name {
                    "region" | "locale" => format!("compares with a text: {name}() == 'text'"),
                    _ => format!(
                        "compares with a text: {name}('key') == 'text'; for numbers {name}_number('key')"
                    ),
                };
                self.wrong(&expr.range, message)
            }
            "ever" | "sessions" => {
                self.wrong(&expr.range, "a window: stands in functions such as count")
            }
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
            "sum" | "avg" | "min" | "max" | "distinct" | "entropy" => {
                self.of_property(name, args, expr)
            }
            "share" => self.share(args, expr),
            "interval_entropy" => self.interval_entropy(args, expr),
            "last_value" => self.last_value(args, expr),
            "since_last" => self.of_events(name, args, expr).map(Feature::SinceLast),
            "absent" => self.of_events(name, args, expr).map(Feature::Absent),
            "since_first" => self.of_events(name, args, expr).map(Feature::SinceFirst),
            "active_days" => self.active_days(args, expr),
            "baseline_drop" => self.baseline(BaselineFigure::Drop, name, args, expr),
            "baseline_rise" => self.baseline(BaselineFigure::Rise, name, args, expr),
            "baseline_zscore" => self.baseline(BaselineFigure::Zscore, name, args, expr),
            "baseline_drift" => self.baseline(BaselineFigure::Drift, name, args, expr),
            "dropped_at" => self.of_funnel(name, args, expr).map(Feature::FunnelDropped),
            "funnel_step" => self.of_funnel(name, args, expr).map(Feature::FunnelStep),
            "funnel_age" => self.of_funnel(name, args, expr).map(Feature::FunnelAge),
            "session_count" if args.len() == 2 => self.long_sessions(args, expr),
            "session_count" => self.of_window(name, args, expr).map(Feature::SessionCount),
            "session_time" => self.of_window(name, args, expr).map(Feature::SessionTime),
            "session_length" => self.bare(name, args, expr, Feature::SessionLength),
            "signal" => self.of_signal(name, args, expr).map(Feature::Signal),
            "signal_age" => self.of_signal(name, args, expr).map(Feature::SignalAge),
            "hour" => self.bare(name, args, expr, Feature::Hour),
            "weekday" => self.bare(name, args, expr, Feature::Weekday),
            "fact_number" | "app_number" | "device_number" => {
                self.fact_key(name, args, expr).map(Feature::FactInteger)
            }
            "fact_age" => self.of_key(name, args, expr).map(Feature::FactAge),
            "context_number" => self.of_key(name, args, expr).map(Feature::ContextInteger),
            "tag" | "score" | "next_action" => self.conclusion(name, args, expr),
            _ if concluded_by(name).is_some() => self.conclusion(name, args, expr),
            _ => self.timed(name, args, expr),
        }
    }

    /// The arguments, if there are as many as the function takes.
    pub(super) fn args<'e, const N: usize>(
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
        if name == "signal" && self.tables.tags.contains(&wanted) {
            return self.wrong(&signal.range, format!("a tag: write tag('{wanted}')"));
        }
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
}
