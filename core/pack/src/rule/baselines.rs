//! Functions that compare a person with their own past.

use staykit_core::profile::{Baseline, BaselineFigure, Feature, Measure, Unit, limits};

use super::check::Checker;
use super::syntax::{Expr, Kind};

impl Checker<'_, '_> {
    pub(super) fn baseline(
        &mut self,
        figure: BaselineFigure,
        name: &str,
        args: &[Expr],
        expr: &Expr,
    ) -> Option<Feature> {
        let [of, recent, baseline] = self.args(name, args, expr)?;
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
        let measure = measure?;
        Some(Feature::Baseline(Baseline { figure, measure, recent_days, baseline_days }))
    }
}
