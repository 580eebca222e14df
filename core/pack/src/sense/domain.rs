//! The values that each feature can have.

use staykit_core::profile::limits::DISTINCT;
use staykit_core::profile::{
    Aggregate, BaselineFigure, Derived, Feature, Rhythm, ScalarType, Streak, StreakFigure, Summary,
    Timed, Unit, Window,
};
use staykit_core::time::{DAY_MS, HOUR_MS, MINUTE_MS};

use super::range::Range;
use crate::rule::Tables;

const ENDLESS: f64 = f64::INFINITY;
/// Of 17 classes, bits, rounded up.
const MOST_ENTROPY: f64 = 4.0875;

/// All values that a feature can have.
pub(super) fn of(feature: &Feature, tables: &Tables) -> Range {
    match feature {
        Feature::Aggregate(of) => aggregate(of),
        Feature::Baseline(of) => match of.figure {
            BaselineFigure::Drop => Range::number(-ENDLESS, 1.0),
            BaselineFigure::Rise | BaselineFigure::Drift => Range::number(-1.0, ENDLESS),
            BaselineFigure::Zscore => Range::number(-ENDLESS, ENDLESS),
        },
        Feature::Derived(of) => derived(*of),
        Feature::Timed(of) => timed(of),
        Feature::ActiveDays { days, .. } => Range::whole(0.0, f64::from(*days)),
        Feature::FunnelStep(number) => steps(*number, 0.0, tables),
        Feature::FunnelDropped(number) => steps(*number, 1.0, tables),
        Feature::SessionTime(window) => Range::whole(0.0, span_ms(*window)),
        Feature::Hour => Range::whole(0.0, 23.0),
        Feature::Weekday => Range::whole(1.0, 7.0),
        Feature::Next { .. } => Range::number(0.0, 1.0),
        Feature::LastValue(_) | Feature::FactInteger(_) | Feature::ContextInteger(_) => {
            any(feature.scalar_type())
        }
        other => match other.scalar_type() {
            ScalarType::Flag => Range::whole(0.0, 1.0),
            ScalarType::Integer => Range::whole(0.0, ENDLESS),
            ScalarType::Number => Range::number(-ENDLESS, ENDLESS),
        },
    }
}

fn any(kind: ScalarType) -> Range {
    match kind {
        ScalarType::Flag => Range::whole(0.0, 1.0),
        ScalarType::Integer => Range::whole(-ENDLESS, ENDLESS),
        ScalarType::Number => Range::number(-ENDLESS, ENDLESS),
    }
}

fn aggregate(of: &Aggregate) -> Range {
    match &of.summary {
        Summary::Distinct { .. } => {
            Range::whole(0.0, u32::try_from(DISTINCT).map_or(ENDLESS, f64::from))
        }
        Summary::Share { .. } => Range::number(0.0, 1.0),
        Summary::Entropy { .. } => Range::number(0.0, MOST_ENTROPY),
        Summary::IntervalEntropy => Range::number(0.0, 4.0),
        _ => any(of.scalar_type()),
    }
}

fn derived(of: Derived) -> Range {
    match of {
        Derived::Is { .. } => Range::whole(0.0, 1.0),
        Derived::Age(_) => Range::whole(0.0, ENDLESS),
        Derived::Score(_) => Range::number(0.0, 100.0),
        Derived::Progress(_) => Range::number(0.0, 1.0),
        Derived::Left(_) | Derived::Multiplier(_) => Range::number(0.0, ENDLESS),
        Derived::Amount(_) => Range::number(-ENDLESS, ENDLESS),
    }
}

fn timed(of: &Timed) -> Range {
    match of {
        Timed::Path(_) | Timed::Rhythm(Rhythm::ActiveShare { .. }) => Range::number(0.0, 1.0),
        Timed::Decayed(_) => Range::number(0.0, ENDLESS),
        Timed::Rhythm(Rhythm::HourOfWeek) => Range::whole(0.0, 167.0),
        Timed::Rhythm(Rhythm::BestHour) => Range::whole(0.0, 23.0),
        Timed::Rhythm(Rhythm::NextActive)
        | Timed::Streak(Streak { figure: StreakFigure::Left | StreakFigure::Days, .. })
        | Timed::LongSessions(_)
        | Timed::ClockMoved(_) => Range::whole(0.0, ENDLESS),
        Timed::Lapse(_)
        | Timed::Sequence(_)
        | Timed::Regularity(_)
        | Timed::InWindow(_)
        | Timed::Holiday => Range::whole(0.0, 1.0),
    }
}

fn steps(funnel: u16, less: f64, tables: &Tables) -> Range {
    let steps = tables.funnels.get(usize::from(funnel)).map(|funnel| funnel.steps.len());
    let most = steps.and_then(|steps| u32::try_from(steps).ok()).map_or(ENDLESS, f64::from);
    Range::whole(0.0, most - less)
}

/// The longest that a window reaches back, ms: a day on which the clock is put back has 25 hours.
pub(super) fn span_ms(window: Window) -> f64 {
    let unit_ms = match window.unit {
        Unit::Minutes => MINUTE_MS,
        Unit::Hours => HOUR_MS,
        Unit::Days => DAY_MS,
        Unit::Weeks => 7 * DAY_MS,
        Unit::Ever | Unit::Sessions => return ENDLESS,
    };
    let ms = unit_ms * i64::from(window.length) + HOUR_MS;
    // At most half a year.
    u32::try_from(ms / 1_000).map_or(ENDLESS, |seconds| f64::from(seconds) * 1_000.0)
}
