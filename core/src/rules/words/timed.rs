//! Features of time and order in words.

use super::duration;
use super::windows::window_text;
use crate::profile::{Lapse, Rhythm, Sequence, Streak, StreakFigure, Timed, Turn, Unit};
use crate::text::Language;

/// What was measured, before its value.
pub(super) fn subject(timed: &Timed, language: Language) -> String {
    let english = language == Language::English;
    match timed {
        Timed::Lapse(of) => lapse(of, language),
        Timed::Sequence(of) => sequence(of, language),
        Timed::Path(path) => {
            format!("{} {}:", language.pick("way along", "路径进度"), steps(&path.steps))
        }
        Timed::Streak(of) => streak(of, language),
        Timed::Regularity(habit) => {
            let (least_often, event) = (habit.times, &habit.event);
            let (least, of) = (habit.least, habit.of);
            match (habit.unit == Unit::Weeks, english) {
                (true, true) => {
                    format!(
                        "`{event}` at least {least_often} times a week in {least} of {of} weeks"
                    )
                }
                (false, true) => {
                    format!("`{event}` at least {least_often} times a day in {least} of {of} days")
                }
                (true, false) => format!("最近{of}周中有{least}周每周至少{least_often}次`{event}`"),
                (false, false) => {
                    format!("最近{of}天中有{least}天每天至少{least_often}次`{event}`")
                }
            }
        }
        Timed::Decayed(decayed) => {
            let (event, days) = (&decayed.event, decayed.half_life_days);
            if english {
                format!("`{event}`, half forgotten in {days} d:")
            } else {
                format!("`{event}`（半衰期{days}天）：")
            }
        }
        Timed::Rhythm(of) => rhythm(*of, language),
        Timed::LongSessions(long) => {
            let window = window_text(long.window, language);
            let longer = duration(long.longer_than_ms, language);
            if english {
                format!("sessions over {longer} {window}:")
            } else {
                format!("{window}超过{longer}的会话：")
            }
        }
        Timed::InWindow(hours) => {
            let days = days(hours.days, language);
            let time = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
            format!("{days} {}-{}", time(hours.from_min), time(hours.to_min))
        }
        Timed::Holiday => language.pick("holiday", "节假日").to_owned(),
        Timed::ClockMoved(window) => {
            let window = window_text(*window, language);
            match language {
                Language::English => format!("clock moved {window}:"),
                Language::Chinese => format!("{window}时钟被调整次数："),
            }
        }
    }
}

fn lapse(lapse: &Lapse, language: Language) -> String {
    let (event, pause) = (&lapse.event, duration(lapse.pause_ms, language));
    match (lapse.turn, language) {
        (Turn::Stopped, Language::English) => format!("`{event}` stopped for {pause}"),
        (Turn::Stopped, Language::Chinese) => format!("`{event}`已停止{pause}"),
        (Turn::Resumed, Language::English) => format!("`{event}` resumed after {pause}"),
        (Turn::Resumed, Language::Chinese) => format!("`{event}`中断{pause}后恢复"),
    }
}

fn sequence(sequence: &Sequence, language: Language) -> String {
    let (steps, within) = (steps(&sequence.steps), duration(sequence.within_ms, language));
    let how = [
        (sequence.one_session, language.pick(" in one session", "（同一会话）")),
        (sequence.direct, language.pick(" directly", "（连续）")),
    ];
    let how: String = how.iter().filter(|(is, _)| *is).map(|(_, how)| *how).collect();
    match language {
        Language::English => format!("{steps}{how} within {within}"),
        Language::Chinese => format!("{within}内依次{steps}{how}"),
    }
}

fn steps(steps: &[String]) -> String {
    let quoted: Vec<String> = steps.iter().map(|step| format!("`{step}`")).collect();
    quoted.join(" > ")
}

fn streak(streak: &Streak, language: Language) -> String {
    let event = &streak.event;
    match (streak.figure, language) {
        (StreakFigure::Days, Language::English) => format!("days in a row with `{event}`:"),
        (StreakFigure::Days, Language::Chinese) => format!("连续`{event}`天数："),
        (StreakFigure::Left, Language::English) => format!("streak of `{event}` breaks in"),
        (StreakFigure::Left, Language::Chinese) => format!("`{event}`连续记录距中断"),
    }
}

fn rhythm(rhythm: Rhythm, language: Language) -> String {
    let english = language == Language::English;
    match rhythm {
        Rhythm::HourOfWeek => language.pick("hour of the week", "周内小时").to_owned(),
        Rhythm::BestHour => language.pick("most active hour", "最活跃时段").to_owned(),
        Rhythm::ActiveShare { from_hour, to_hour } if english => {
            format!("activity from {from_hour} to {to_hour} h")
        }
        Rhythm::ActiveShare { from_hour, to_hour } => {
            format!("{from_hour}点至{to_hour}点的活跃占比")
        }
        Rhythm::NextActive => language.pick("next active hour in", "距下一活跃时段").to_owned(),
    }
}

fn days(days: u8, language: Language) -> String {
    let names = match language {
        Language::English => ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
        Language::Chinese => ["周一", "周二", "周三", "周四", "周五", "周六", "周日"],
    };
    let on = names.iter().zip(0..7).filter(|(_, day)| days >> day & 1 == 1);
    let on: Vec<&str> = on.map(|(name, _)| *name).collect();
    on.join(language.pick(" ", "、"))
}
