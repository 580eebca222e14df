//! G6 escalation, G15 outcomes, G16 explanations. `reach` has G7.

use staykit_core::engine::{Error, Why};
use staykit_core::event::Draft;
use staykit_core::guidance::{Decision, Gate, Outcome, Verdict};
use staykit_core::privacy::Consent;
use staykit_core::text::Language;
use staykit_core::time::{DAY_MS, HOUR_MS, MINUTE_MS, Zone};
use staykit_tests::packs::{self, builtin_with};
use staykit_tests::person::Person;
use staykit_tests::server;

#[test]
fn g6_a_cart_that_is_left_is_recalled_after_30_minutes() {
    let mut person = Person::new();
    person.does("add_to_cart");
    person.waits(30 * MINUTE_MS - 1);
    assert_eq!(person.shown(), []);
    person.waits(1);
    assert_eq!(person.shown(), [("cart_reminder", 30 * MINUTE_MS)]);
    let content = &person.engine().decisions()[0].content;
    assert_eq!(content.action, "app://cart");
    assert!(content.title.find("zh").is_some() && content.body.find("en").is_some());
    let mut bought = Person::new();
    bought.does("add_to_cart");
    bought.waits(29 * MINUTE_MS);
    bought.does("purchase");
    bought.waits(2 * DAY_MS);
    assert_eq!(bought.shown(), []);
}

#[test]
fn g6_a_cart_found_too_late_is_not_recalled() {
    // The app was not running when the signal rose; two hours later it is old news.
    for (late, expected) in [(0, 1), (1, 0)] {
        let mut person = Person::new();
        person.does("add_to_cart");
        person.is_away(150 * MINUTE_MS + late);
        person.ticks();
        assert_eq!(person.shown().len(), expected, "{late} ms after two hours");
    }
}

/// A person who was reminded of the cart, saw it and clicked.
fn clicked() -> Person {
    let mut person = Person::new();
    person.does("add_to_cart");
    person.waits(30 * MINUTE_MS);
    let decision = person.last("cart_reminder").id;
    person.answers(decision, Outcome::Shown);
    person.answers(decision, Outcome::Clicked);
    person
}

#[test]
fn g6_a_click_without_a_purchase_is_followed_up_two_hours_later() {
    let mut person = clicked();
    let at = person.now() + 2 * HOUR_MS;
    person.waits(2 * HOUR_MS - 1);
    assert_eq!(person.shown().len(), 1);
    person.waits(1);
    assert_eq!(person.shown()[1..], [("follow_up", at)]);
    let mut bought = clicked();
    bought.waits(2 * HOUR_MS - 1);
    bought.does("purchase");
    bought.waits(DAY_MS);
    assert_eq!(bought.shown().len(), 1);
}

/// Where a cart is left a second time, so that its reminder comes `ms` after the first one.
fn recalled_again(pack: staykit_core::pack::Pack, ms: i64) -> Person {
    let mut person = Person::under(pack);
    person.does("add_to_cart");
    person.waits(ms);
    person.does("add_to_cart");
    person.waits(40 * MINUTE_MS);
    person
}

#[test]
fn g6_the_same_is_never_shown_twice_within_24_hours() {
    let person = recalled_again(packs::builtin(), DAY_MS - 1);
    assert_eq!(person.shown().len(), 1);
    assert_eq!(person.withheld(), [("cart_reminder", "campaign_cool_down")]);
    let person = recalled_again(packs::builtin(), DAY_MS);
    let first = 30 * MINUTE_MS;
    assert_eq!(person.shown(), [("cart_reminder", first), ("cart_reminder", first + DAY_MS)]);
}

#[test]
fn g6_the_30_minutes_the_2_hours_and_the_24_hours_stand_in_the_pack() {
    let pack = builtin_with(&[(
        "since_last('guidance_clicked') >= hours(2) &&",
        "since_last('guidance_clicked') >= hours(1) &&",
    )]);
    let mut person = Person::under(pack);
    person.records(Draft::new("guidance_clicked").text("campaign", "cart_reminder"));
    person.waits(3 * HOUR_MS);
    assert_eq!(person.shown(), [("follow_up", HOUR_MS)]);
    let cart = "since_last('add_to_cart') >= minutes(30) &&";
    let pack = builtin_with(&[(cart, "since_last('add_to_cart') >= minutes(20) &&")]);
    let mut person = Person::under(pack);
    person.does("add_to_cart");
    person.waits(HOUR_MS);
    assert_eq!(person.shown(), [("cart_reminder", 20 * MINUTE_MS)]);
    // The cool-down of the reminder, and with it its cap a day.
    let fields = "fresh: hours(2) }\n    caps: { per: day, times: 1 }\n    cool_down: hours(24)";
    let fewer = "fresh: hours(2) }\n    caps: { per: day, times: 9 }\n    cool_down: hours(3)";
    let pack = builtin_with(&[(fields, fewer)]);
    assert_eq!(recalled_again(pack, 3 * HOUR_MS).shown().len(), 2);
}

/// A campaign that is shown for a search and wants a purchase within three days.
fn converting() -> Person {
    let fields = "converts: { on: purchase, within: days(3) }";
    Person::under(packs::of_campaigns("", &[("offer", "search", fields)]))
}

#[test]
fn g15_every_outcome_is_counted_once_and_is_an_event_on_the_wire() {
    let mut person = converting();
    for _ in 0..3 {
        person.does("search");
    }
    let ids: Vec<u64> = person.decided().iter().map(|decision| decision.id).collect();
    person.answers(ids[0], Outcome::Shown);
    person.answers(ids[0], Outcome::Clicked);
    person.answers(ids[1], Outcome::Shown);
    person.answers(ids[1], Outcome::Dismissed);
    let twice = person.engine().report(ids[0], Outcome::Clicked);
    assert!(matches!(twice, Err(Error::Outcome(_))), "{twice:?}");
    let receipt = person.does("purchase");
    let (first, last) = receipt.seqs.unwrap();
    assert_eq!(last - first, 1, "the purchase and one conversion");
    let counts = person.counts("offer");
    assert_eq!((counts.show, counts.shown, counts.clicked, counts.dismissed), (3, 2, 1, 1));
    assert_eq!(counts.converted, 1, "the last that was seen; what nobody saw converts nobody");
    person.does("purchase");
    person.is_killed();
    assert_eq!(person.counts("offer").converted, 1, "and once");
    let upload = server::next(person.engine());
    let names = server::events(&upload).into_iter().map(|(_, row)| row.name);
    let names = packs::tally(names.filter(|name| name.starts_with("guidance")));
    let expected = [("clicked", 1), ("converted", 1), ("dismissed", 1), ("shown", 2)];
    let expected = expected.map(|(name, count)| (format!("guidance_{name}"), count));
    assert_eq!(names.into_iter().collect::<Vec<_>>(), expected);
}

#[test]
fn g15_a_conversion_counts_only_within_the_campaigns_window() {
    for (late, converted) in [(0, 1), (1, 0)] {
        let mut person = converting();
        person.does("search");
        let decision = person.last("offer").id;
        person.answers(decision, Outcome::Shown);
        person.waits(3 * DAY_MS + late);
        person.does("purchase");
        assert_eq!(person.counts("offer").converted, converted, "{late} ms late");
    }
    let mut person = converting();
    person.does("search");
    let decision = person.last("offer").id;
    person.answers(decision, Outcome::Shown);
    person.does("add_to_cart");
    assert_eq!(person.counts("offer").converted, 0, "another event");
}

#[test]
fn g15_the_window_stands_in_the_pack() {
    let within = "converts: { on: purchase, within: hours(24) }\n    show:\n      kind: banner";
    let pack = |hours: u32| {
        let to = within.replace("24", &hours.to_string());
        builtin_with(&[(within, to.as_str())])
    };
    for (hours, converted) in [(24, 0), (48, 1)] {
        let mut person = Person::under(pack(hours));
        person.does("add_to_cart");
        person.waits(30 * MINUTE_MS);
        let decision = person.last("cart_reminder").id;
        person.answers(decision, Outcome::Shown);
        person.waits(30 * HOUR_MS);
        person.does("purchase");
        assert_eq!(person.counts("cart_reminder").converted, converted, "{hours} h");
    }
}

#[test]
fn g15_an_outcome_of_what_was_withheld_or_never_decided_is_refused() {
    let mut person = Person::under(packs::of_campaigns(
        "",
        &[("offer", "search", "caps: { per: ever, times: 1 }")],
    ));
    person.does("search");
    assert_eq!(person.asks("search", "offer"), "campaign_cap");
    let withheld = person.last("offer").id;
    for decision in [withheld, 99] {
        let refused = person.engine().report(decision, Outcome::Shown);
        assert!(matches!(refused, Err(Error::Outcome(_))), "{refused:?}");
    }
    assert_eq!(person.counts("offer").shown, 0);
}

/// Decisions of every kind: shown, and withheld by each gate.
fn of_every_kind() -> Person {
    let shared = "caps: { per: day, times: 2 }, cool_down: minutes(10)";
    let mut person = Person::under(packs::of_campaigns(
        "caps: [{ per: week, times: 4 }], cool_down: minutes(5)",
        &[
            ("urgent", "search", &format!("priority: 9, {shared}")),
            ("second", "search", "priority: 1"),
            ("night", "share", "quiet: \"22:00-08:00\""),
            ("plain", "tap", ""),
        ],
    ));
    person.does("search");
    person.waits(7 * MINUTE_MS);
    person.asks("search", "urgent");
    person.waits(7 * MINUTE_MS);
    person.does("search");
    person.waits(MINUTE_MS);
    person.asks("tap", "plain");
    person.waits(10 * MINUTE_MS);
    person.does("search");
    person.waits(14 * HOUR_MS);
    person.asks("share", "night");
    person.does("tap");
    person.waits(HOUR_MS);
    person.asks("tap", "plain");
    person.engine().set_consent(Consent { guide: false, ..Consent::all() }).unwrap();
    person.does("tap");
    person
}

#[test]
fn g16_every_decision_says_why_in_english_and_chinese_with_values_and_limits() {
    let person = of_every_kind();
    let gates = person.decided().iter().filter_map(Decision::withheld_by).map(Gate::name);
    let gates: Vec<&str> = packs::tally(gates).into_keys().collect();
    let all = [
        "campaign_cap",
        "campaign_cool_down",
        "global_cap",
        "global_cool_down",
        "no_consent",
        "outranked",
        "quiet_hours",
    ];
    assert_eq!(gates, all, "every gate withheld something");
    for decision in person.decided() {
        let [english, chinese] = person.asks_why(Why::Decision(decision.id));
        assert_eq!(english, format!("{} {}", decision.campaign, decision.text(Language::English)));
        let (shown, withheld) = (english.contains("shown"), english.contains("withheld"));
        assert_eq!((shown, withheld), (decision.verdict == Verdict::Show, !shown), "{english}");
        assert!(chinese.contains("展示") && chinese.starts_with(&decision.campaign), "{chinese}");
        assert_eq!(chinese.contains("未展示"), withheld, "{chinese}");
        for word in ["withheld", "ago", "today", "week", "hours"] {
            assert!(!chinese.contains(word), "{chinese}");
        }
        let (english_words, chinese_words) = match decision.withheld_by().map(Gate::name) {
            Some("campaign_cap") => ("2 of 2 today", "今天2/2次"),
            Some("campaign_cool_down") => ("7 min ago (cool-down 10 min)", "7分钟（冷却10分钟）"),
            Some("global_cap") => ("4 of 4 this week over all", "本周（全部）4/4次"),
            Some("global_cool_down") => ("1 min ago (cool-down 5 min)", "1分钟（冷却5分钟）"),
            Some("no_consent") => ("no consent", "未同意"),
            Some("outranked") => ("urgent goes first", "urgent优先"),
            Some("quiet_hours") => ("22:00-08:00", "22:00-08:00"),
            _ => ("of 4 this week over all", "/4次"),
        };
        assert!(english.contains(english_words), "{english}");
        assert!(chinese.contains(chinese_words), "{chinese}");
    }
}

#[test]
fn g16_a_decision_in_quiet_hours_says_what_time_it_was() {
    let person = of_every_kind();
    let [english, chinese] = person.asks_why(Why::Decision(person.last("night").id));
    assert!(english.contains("23:25"), "{english}");
    assert!(chinese.contains("23:25"), "{chinese}");
}

#[test]
fn g16_a_condition_is_explained_with_what_was_measured_and_what_was_asked() {
    let mut person = Person::new();
    person.flies_to(Zone::fixed(60));
    person.does("open");
    person.waits(6 * DAY_MS + 2 * HOUR_MS);
    person.does("open");
    let [english, chinese] = person.asks_why(Why::Decision(person.last("welcome_back").id));
    for words in ["`open`", "going_quiet", "0 of 1 this week", "22:00-08:00"] {
        assert!(english.contains(words), "{english}");
    }
    assert!(chinese.contains("going_quiet") && chinese.contains("本周0/1次"), "{chinese}");
    // A signal that stands, and one that does not.
    person.does("add_to_cart");
    person.waits(45 * MINUTE_MS);
    let [english, chinese] = person.asks_why(Why::signal("cart_idle"));
    assert!(english.starts_with("cart_idle stands") && english.contains(">= 30 min"), "{english}");
    assert!(chinese.starts_with("cart_idle成立") && chinese.contains(">= 30分钟"), "{chinese}");
    let [english, chinese] = person.asks_why(Why::signal("going_quiet"));
    assert!(english.contains("does not stand: no `open` for 45 min (not >= 5 d)"), "{english}");
    assert!(chinese.contains("不成立：没有`open`已 45分钟 (非>= 5天)"), "{chinese}");
}

#[test]
fn g16_a_value_just_short_of_its_limit_does_not_read_like_the_limit() {
    let drop = "baseline_drop('session', days(1), days(1)) >= 0.5";
    let mut person = Person::under(packs::of_signals([("halved", drop)]));
    for use_ms in [1_000_000, 500_500] {
        person.does("open");
        person.waits(use_ms);
        person.does("tap");
        person.waits(DAY_MS - use_ms);
    }
    let [english, _] = person.asks_why(Why::signal("halved"));
    assert!(english.contains("(not >= 50 %)") && !english.contains("down 50 %"), "{english}");
}

#[test]
fn g16_a_value_that_was_calculated_is_told_with_what_it_came_from() {
    let mut person = Person::under(packs::of_signals([
        ("sum", "count('tap', days(7)) + count('search', days(7)) >= 3"),
        ("ratio", "2.0 <= double(count('tap', days(7))) / double(count('search', days(7)))"),
        ("as_number", "double(count('tap', days(7))) > 1.5"),
    ]));
    person.does("search");
    person.does("tap");
    let [english, _] = person.asks_why(Why::signal("sum"));
    assert!(english.contains("`search` in 7 d: 1, calculated: 2 (not >= 3)"), "{english}");
    person.does("tap");
    person.is_killed();
    for (signal, in_english, in_chinese) in [
        (
            "sum",
            "`tap` in 7 d: 2, `search` in 7 d: 1, calculated: 3 (>= 3)",
            "`tap` 近7天: 2，`search` 近7天: 1，计算得 3 (>= 3)",
        ),
        (
            "ratio",
            "`tap` in 7 d: 2, `search` in 7 d: 1, calculated: 2.00 (>= 2.00)",
            "计算得 2.00 (>= 2.00)",
        ),
        ("as_number", "`tap` in 7 d: 2.00 (> 1.50)", "2.00 (> 1.50)"),
    ] {
        let [english, chinese] = person.asks_why(Why::signal(signal));
        assert!(english.contains(in_english), "{english}");
        assert!(chinese.contains(in_chinese), "{chinese}");
    }
}

#[test]
fn g16_what_is_not_shown_says_what_it_waits_for() {
    let mut person = Person::new();
    person.does("open");
    let [english, chinese] = person.asks_why(Why::not_shown("welcome_back"));
    for words in ["never a candidate", "waits for `open`", "does not hold", "going_quiet"] {
        assert!(english.contains(words), "{english}");
    }
    assert!(chinese.contains("尚未成为候选") && chinese.contains("条件目前不成立"), "{chinese}");
    let person = recalled_again(packs::builtin(), DAY_MS - 1);
    let [english, chinese] = person.asks_why(Why::not_shown("cart_reminder"));
    assert!(english.contains("cool-down 1 d") && english.contains("cart_idle"), "{english}");
    assert!(chinese.contains("冷却1天"), "{chinese}");
    let unknown = person.engine().explain(Why::not_shown("nothing"));
    assert!(matches!(unknown, Err(Error::Unknown(_))));
}
