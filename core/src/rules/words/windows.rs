//! Windows in words.

use crate::profile::{Unit, Window};
use crate::text::Language;

pub(super) fn window_text(window: Window, language: Language) -> String {
    let length = window.length;
    match (window.unit, language) {
        (Unit::Days, Language::English) if length == 1 => "today".to_owned(),
        (Unit::Days, Language::Chinese) if length == 1 => "今天".to_owned(),
        (Unit::Weeks, Language::English) if length == 1 => "this week".to_owned(),
        (Unit::Weeks, Language::Chinese) if length == 1 => "本周".to_owned(),
        (Unit::Sessions, Language::English) if length == 1 => "this session".to_owned(),
        (Unit::Sessions, Language::Chinese) if length == 1 => "本次会话".to_owned(),
        (Unit::Ever, Language::English) => "ever".to_owned(),
        (Unit::Ever, Language::Chinese) => "至今".to_owned(),
        (unit, Language::English) => format!("in {length} {}", unit_name(unit).0),
        (unit, Language::Chinese) => format!("近{length}{}", unit_name(unit).1),
    }
}

fn unit_name(unit: Unit) -> (&'static str, &'static str) {
    match unit {
        Unit::Minutes => ("min", "分钟"),
        Unit::Hours => ("h", "小时"),
        Unit::Days => ("d", "天"),
        Unit::Weeks => ("weeks", "周"),
        Unit::Sessions => ("sessions", "次会话"),
        Unit::Ever => ("", ""),
    }
}
