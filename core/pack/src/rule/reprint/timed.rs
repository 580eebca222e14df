//! Features of time and order as the functions that read them.

use staykit_core::profile::{Rhythm, Streak, StreakFigure, Timed, Turn, Window};

use super::features::of_window;
use super::{duration, quote};
use crate::rule::hours::{write_days, write_hours};

pub(super) fn timed(timed: &Timed) -> String {
    match timed {
        Timed::Lapse(lapse) => {
            let name = match lapse.turn {
                Turn::Stopped => "stopped",
                Turn::Resumed => "resumed",
            };
            format!("{name}({}, {})", quote(&lapse.event), duration(lapse.pause_ms))
        }
        Timed::Sequence(sequence) => {
            let mut args = vec![list(&sequence.steps), duration(sequence.within_ms)];
            args.extend(sequence.one_session.then(|| "session()".to_owned()));
            args.extend(sequence.direct.then(|| "direct()".to_owned()));
            format!("sequence({})", args.join(", "))
        }
        Timed::Path(path) => format!("path_progress({})", list(&path.steps)),
        Timed::Streak(of) => streak(of),
        Timed::Regularity(habit) => format!(
            "regularly({}, {}, {}, {}, {})",
            quote(&habit.event),
            habit.times,
            of_window(Window { unit: habit.unit, length: 1 }),
            habit.least,
            habit.of
        ),
        Timed::Decayed(decayed) => {
            format!("decayed({}, days({}))", quote(&decayed.event), decayed.half_life_days)
        }
        Timed::Rhythm(Rhythm::HourOfWeek) => "hour_of_week()".to_owned(),
        Timed::Rhythm(Rhythm::BestHour) => "best_hour()".to_owned(),
        Timed::Rhythm(Rhythm::NextActive) => "next_active_window()".to_owned(),
        Timed::Rhythm(Rhythm::ActiveShare { from_hour, to_hour }) => {
            let (from, to) = (u16::from(*from_hour) * 60, u16::from(*to_hour) * 60);
            format!("active_share({})", quote(&write_hours(from, to)))
        }
        Timed::LongSessions(long) => {
            format!("session_count({}, {})", of_window(long.window), duration(long.longer_than_ms))
        }
        Timed::InWindow(hours) => {
            let of_day = write_hours(hours.from_min, hours.to_min);
            format!("in_window({}, {})", quote(&write_days(hours.days)), quote(&of_day))
        }
        Timed::Holiday => "holiday()".to_owned(),
        Timed::ClockMoved(window) => format!("clock_moved({})", of_window(*window)),
    }
}

fn streak(streak: &Streak) -> String {
    let name = match streak.figure {
        StreakFigure::Days => "streak",
        StreakFigure::Left => "streak_left",
    };
    let mut args = vec![quote(&streak.event)];
    args.extend((streak.freeze > 0).then(|| format!("freeze({})", streak.freeze)));
    args.extend(streak.repair.as_ref().map(|repair| format!("repair({})", quote(repair))));
    format!("{name}({})", args.join(", "))
}

fn list(texts: &[String]) -> String {
    let quoted: Vec<String> = texts.iter().map(|text| quote(text)).collect();
    format!("[{}]", quoted.join(", "))
}
