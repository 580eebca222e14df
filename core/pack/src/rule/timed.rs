//! Functions of time and order: pauses, sequences, streaks, habits, rhythm.

use staykit_core::profile::{
    Decayed, Feature, Lapse, LongSessions, Path, Regularity, Rhythm, Sequence, Streak,
    StreakFigure, Timed, Turn, Unit, Window, limits,
};
use staykit_core::rules::Relation;
use staykit_core::rules::program::Op;

use super::check::{Checker, Code, Type};
use super::filters::split;
use super::hours::{days_of_week, hours_of_day};
use super::signatures::signature_of;
use super::syntax::{Expr, Kind};

/// Functions that stand in another one only, and how.
const PARTS: [(&str, &str); 4] = [
    ("freeze", "streak(name, freeze(1))"),
    ("repair", "streak(name, repair(name))"),
    ("session", "sequence([name, name], hours(1), session())"),
    ("direct", "sequence([name, name], hours(1), direct())"),
];

impl Checker<'_, '_> {
    /// The feature of time and order that a function reads; `None` without a problem if it is no
    /// such function.
    pub(super) fn timed(&mut self, name: &str, args: &[Expr], expr: &Expr) -> Option<Feature> {
        let timed = match name {
            "stopped" => self.lapse(Turn::Stopped, name, args, expr),
            "resumed" => self.lapse(Turn::Resumed, name, args, expr),
            "sequence" => self.sequence(args, expr),
            "path_progress" => self.path(args, expr),
            "streak" => self.streak(StreakFigure::Days, name, args, expr),
            "streak_left" => self.streak(StreakFigure::Left, name, args, expr),
            "regularly" => self.regularly(args, expr),
            "decayed" => self.decayed(args, expr),
            "hour_of_week" => self.no_args(name, args, expr, Timed::Rhythm(Rhythm::HourOfWeek)),
            "best_hour" => self.no_args(name, args, expr, Timed::Rhythm(Rhythm::BestHour)),
            "next_active_window" => {
                self.no_args(name, args, expr, Timed::Rhythm(Rhythm::NextActive))
            }
            "active_share" => self.active_share(args, expr),
            "in_window" => self.week_hours(args, expr),
            "holiday" => self.no_args(name, args, expr, Timed::Holiday),
            "clock_moved" => self.clock_moved(args, expr),
            _ => return self.part(name, expr),
        };
        timed.map(Feature::Timed)
    }

    /// Something that stands in another function only.
    fn part(&mut self, name: &str, expr: &Expr) -> Option<Feature> {
        match PARTS.iter().find(|(part, _)| *part == name) {
            Some((_, whole)) => {
                self.wrong(&expr.range, format!("stands in another function: {whole}"))
            }
            None => self.unknown(name, expr),
        }
    }

    fn no_args(&mut self, name: &str, args: &[Expr], expr: &Expr, is: Timed) -> Option<Timed> {
        self.args::<0>(name, args, expr).map(|_| is)
    }

    fn lapse(&mut self, turn: Turn, name: &str, args: &[Expr], expr: &Expr) -> Option<Timed> {
        let [event, pause] = self.args(name, args, expr)?;
        let (event, pause_ms) = (self.event(event), self.reach(pause));
        Some(Timed::Lapse(Lapse { event: event?, pause_ms: pause_ms?, turn }))
    }

    /// A duration that the profile reaches back.
    fn reach(&mut self, expr: &Expr) -> Option<i64> {
        let ms = self.duration(expr)?;
        let fits = (1..=limits::REACH_MS).contains(&ms);
        if fits { Some(ms) } else { self.wrong(&expr.range, "more than 0 and at most 180 days") }
    }

    /// `within(days(7), 'app_updated')`: the last one is at most that long ago.
    pub(super) fn within(&mut self, args: &[Expr], expr: &Expr) -> Option<Code> {
        let (args, filter) = split(args);
        let [duration, event] = self.args("within", args, expr)?;
        let (ms, events) = (self.duration(duration), self.events(event, filter, None));
        let (ms, events) = (ms?, events?);
        let mut code = self.read(Feature::SinceLast(events), &expr.range)?;
        code.ops.push(Op::Integer(ms));
        code.ops.push(Op::Compare(Relation::LessOrEqual));
        Some(Code { ops: code.ops, kind: Type::Flag })
    }

    fn sequence(&mut self, args: &[Expr], expr: &Expr) -> Option<Timed> {
        let [steps, within, options @ ..] = args else {
            return self.wrong(&expr.range, format!("write {}", signature_of("sequence")));
        };
        let steps = self.steps(steps, limits::SEQUENCE_STEPS);
        let within_ms = self.reach(within);
        let (mut one_session, mut direct) = (false, false);
        for option in options {
            match &option.kind {
                Kind::Call(name, args) if name == "session" && args.is_empty() => {
                    one_session = true;
                }
                Kind::Call(name, args) if name == "direct" && args.is_empty() => direct = true,
                _ => return self.wrong(&option.range, "session() or direct() here, or nothing"),
            }
        }
        let (steps, within_ms) = (steps?, within_ms?);
        Some(Timed::Sequence(Sequence { steps, within_ms, one_session, direct }))
    }

    fn path(&mut self, args: &[Expr], expr: &Expr) -> Option<Timed> {
        let [steps] = self.args("path_progress", args, expr)?;
        let steps = self.steps(steps, limits::FUNNEL_STEPS)?;
        Some(Timed::Path(Path { steps }))
    }

    /// `['a', 'b', ...]`.
    fn steps(&mut self, expr: &Expr, most: usize) -> Option<Vec<String>> {
        let Kind::List(steps) = &expr.kind else {
            let message = "expected a list of events, in order: ['open', 'search']";
            return self.wrong(&expr.range, message);
        };
        if !(2..=most).contains(&steps.len()) {
            return self.wrong(&expr.range, format!("2 to {most} events"));
        }
        // All of them are looked at, so that all problems are told.
        let names: Vec<Option<String>> = steps.iter().map(|step| self.event(step)).collect();
        names.into_iter().collect()
    }

    fn streak(
        &mut self,
        figure: StreakFigure,
        name: &str,
        args: &[Expr],
        expr: &Expr,
    ) -> Option<Timed> {
        let [event, options @ ..] = args else {
            return self.wrong(&expr.range, format!("write {}", signature_of(name)));
        };
        let mut streak = Streak { event: self.event(event)?, freeze: 0, repair: None, figure };
        for option in options {
            match &option.kind {
                Kind::Call(part, args) if part == "freeze" => {
                    streak.freeze = self.freeze(args, option)?;
                }
                Kind::Call(part, args) if part == "repair" => {
                    let repair = match args.as_slice() {
                        [repair] => self.event(repair)?,
                        _ => return self.wrong(&option.range, "write repair(name)"),
                    };
                    if repair == streak.event {
                        return self.wrong(&option.range, "another event than that of the streak");
                    }
                    streak.repair = Some(repair);
                }
                _ => {
                    return self.wrong(&option.range, "freeze(n) or repair(name) here, or nothing");
                }
            }
        }
        Some(Timed::Streak(streak))
    }

    /// `freeze(2)`.
    fn freeze(&mut self, args: &[Expr], expr: &Expr) -> Option<u8> {
        let days = match args {
            [Expr { kind: Kind::Integer(days), .. }] => u8::try_from(*days).ok(),
            _ => None,
        };
        let days = days.filter(|days| (1..=limits::FREEZE).contains(days));
        if days.is_none() {
            let most = limits::FREEZE;
            let message = format!("write freeze(n): 1 to {most} missed days of a week are bridged");
            return self.wrong(&expr.range, message);
        }
        days
    }

    fn regularly(&mut self, args: &[Expr], expr: &Expr) -> Option<Timed> {
        let [event, times, unit, least, of] = self.args("regularly", args, expr)?;
        let (event, window) = (self.event(event), self.window(unit));
        let times = self.number_of(times, i64::from(u32::MAX));
        let (event, window, times) = (event?, window?, times?);
        let Window { unit: unit @ (Unit::Days | Unit::Weeks), length: 1 } = window else {
            return self.wrong(&unit.range, "days(1) or weeks(1): the unit that is counted in");
        };
        let most = i64::from(limits::window_length(unit)) - 1;
        let of_units = self.number_of(of, most)?;
        let least = self.number_of(least, of_units)?;
        Some(Timed::Regularity(Regularity {
            event,
            times: u32::try_from(times).ok()?,
            unit,
            least: u16::try_from(least).ok()?,
            of: u16::try_from(of_units).ok()?,
        }))
    }

    /// A constant whole number from 1.
    fn number_of(&mut self, expr: &Expr, most: i64) -> Option<i64> {
        match expr.kind {
            Kind::Integer(value) if (1..=most).contains(&value) => Some(value),
            _ => self.wrong(&expr.range, format!("expected a whole number, 1 to {most}")),
        }
    }

    fn decayed(&mut self, args: &[Expr], expr: &Expr) -> Option<Timed> {
        let [event, half_life] = self.args("decayed", args, expr)?;
        let (event, half_life_days) = (self.event(event), self.days(half_life));
        Some(Timed::Decayed(Decayed { event: event?, half_life_days: half_life_days? }))
    }

    fn active_share(&mut self, args: &[Expr], expr: &Expr) -> Option<Timed> {
        let [hours] = self.args("active_share", args, expr)?;
        let text = self.text(hours, "hours such as '20:00-22:00'")?;
        let bounds = hours_of_day(&text).filter(|(from, to)| from % 60 == 0 && to % 60 == 0);
        let hour = |minute: u16| u8::try_from(minute / 60).ok();
        let Some((from_hour, to_hour)) = bounds.and_then(|(a, b)| Some((hour(a)?, hour(b)?)))
        else {
            return self.wrong(&hours.range, "expected whole hours of the day: '20:00-22:00'");
        };
        Some(Timed::Rhythm(Rhythm::ActiveShare { from_hour, to_hour }))
    }

    fn week_hours(&mut self, args: &[Expr], expr: &Expr) -> Option<Timed> {
        let [days, hours] = self.args("in_window", args, expr)?;
        let named = self.text(days, "days such as 'mon-fri'")?;
        let text = self.text(hours, "hours such as '09:00-18:00'")?;
        let Some(on) = days_of_week(&named) else {
            let message = "expected days of the week: 'mon-fri', 'sat,sun' or 'mon-sun'";
            return self.wrong(&days.range, message);
        };
        let Some((from_min, to_min)) = hours_of_day(&text) else {
            let message = "expected local times: '09:00-18:00', the second not part of it";
            return self.wrong(&hours.range, message);
        };
        let hours = staykit_core::profile::WeekHours { days: on, from_min, to_min };
        Some(Timed::InWindow(hours))
    }

    /// `clock_moved(window)`.
    fn clock_moved(&mut self, args: &[Expr], expr: &Expr) -> Option<Timed> {
        let [window] = self.args("clock_moved", args, expr)?;
        self.window(window).map(Timed::ClockMoved)
    }

    /// `session_count(window, longer than)`.
    pub(super) fn long_sessions(&mut self, args: &[Expr], expr: &Expr) -> Option<Feature> {
        let [window, longer] = self.args("session_count", args, expr)?;
        let (window, longer_than_ms) = (self.window(window), self.reach(longer));
        let (window, longer_than_ms) = (window?, longer_than_ms?);
        Some(Feature::Timed(Timed::LongSessions(LongSessions { window, longer_than_ms })))
    }
}
