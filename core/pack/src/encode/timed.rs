//! Features of time and order as messages.

use staykit_core::profile::{Rhythm, StreakFigure, Timed, Turn, Window};
use staykit_proto::v1;
use staykit_proto::v1::feature::Kind;

use super::features::window;
use super::{Strings, ms};

impl Strings {
    pub(super) fn timed(&mut self, timed: &Timed) -> Kind {
        match timed {
            Timed::Lapse(lapse) => Kind::Lapse(v1::Lapse {
                event: self.number(&lapse.event),
                pause_ms: ms(lapse.pause_ms),
                resumed: lapse.turn == Turn::Resumed,
            }),
            Timed::Sequence(sequence) => Kind::Sequence(v1::Sequence {
                steps: self.numbers(&sequence.steps),
                within_ms: ms(sequence.within_ms),
                one_session: sequence.one_session,
                direct: sequence.direct,
            }),
            Timed::Path(path) => Kind::Path(v1::Path { steps: self.numbers(&path.steps) }),
            Timed::Streak(streak) => {
                let message = v1::Streak {
                    event: self.number(&streak.event),
                    freeze: u32::from(streak.freeze),
                    repair: streak.repair.as_ref().map(|repair| self.number(repair)),
                };
                match streak.figure {
                    StreakFigure::Days => Kind::Streak(message),
                    StreakFigure::Left => Kind::StreakLeft(message),
                }
            }
            Timed::Regularity(habit) => Kind::Regularity(v1::Regularity {
                event: self.number(&habit.event),
                times: habit.times,
                units: Some(window(Window { unit: habit.unit, length: habit.of })),
                least: u32::from(habit.least),
            }),
            Timed::Decayed(decayed) => Kind::Decayed(v1::Decayed {
                event: self.number(&decayed.event),
                half_life_days: u32::from(decayed.half_life_days),
            }),
            Timed::Rhythm(of) => Kind::Rhythm(v1::Rhythm { figure: Some(rhythm(*of)) }),
            Timed::LongSessions(long) => Kind::LongSessions(v1::LongSessions {
                window: Some(window(long.window)),
                longer_than_ms: ms(long.longer_than_ms),
            }),
            Timed::InWindow(hours) => Kind::InWindow(v1::WeekHours {
                days: u32::from(hours.days),
                from_min: u32::from(hours.from_min),
                to_min: u32::from(hours.to_min),
            }),
            Timed::Holiday => Kind::Holiday(v1::Unit {}),
            Timed::ClockMoved(of) => Kind::ClockMoved(window(*of)),
        }
    }

    fn numbers(&mut self, texts: &[String]) -> Vec<u32> {
        texts.iter().map(|text| self.number(text)).collect()
    }
}

fn rhythm(rhythm: Rhythm) -> v1::rhythm::Figure {
    use v1::rhythm::Figure;
    match rhythm {
        Rhythm::HourOfWeek => Figure::HourOfWeek(v1::Unit {}),
        Rhythm::BestHour => Figure::BestHour(v1::Unit {}),
        Rhythm::ActiveShare { from_hour, to_hour } => Figure::ActiveShare(v1::HourRange {
            from_hour: u32::from(from_hour),
            to_hour: u32::from(to_hour),
        }),
        Rhythm::NextActive => Figure::NextActive(v1::Unit {}),
    }
}
