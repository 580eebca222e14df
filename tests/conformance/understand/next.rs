//! U8 the next likely action, for preloading.

use staykit_core::engine::Error;
use staykit_core::event::Draft;
use staykit_core::time::{HOUR_MS, MINUTE_MS};
use staykit_tests::packs;
use staykit_tests::person::Person;

const NEXT: &str = "pack: test
version: 1
predictions:
  screens: { of: screen_enter.screen }
signals:
  to_cart: { raise: next_action('cart') >= 0.6 }
";

fn goes_to(person: &mut Person, screens: &[&str]) {
    for screen in screens {
        person.records(Draft::new("screen_enter").text("screen", *screen));
        person.is_away(MINUTE_MS);
    }
}

/// A person who goes from home over a product to the cart, and from search back home.
fn creature_of_habit(pack: &str) -> Person {
    let mut person = Person::under(packs::compiled(pack));
    for _ in 0..10 {
        goes_to(&mut person, &["home", "product", "cart", "home", "search", "product", "search"]);
        person.is_away(HOUR_MS);
    }
    person
}

fn likeliest(person: &Person) -> String {
    person.engine().next_actions("screens", 1).unwrap().remove(0).action
}

#[test]
fn u8_what_follows_depends_on_the_last_two_actions() {
    let mut person = creature_of_habit(NEXT);
    goes_to(&mut person, &["home", "product"]);
    let next = person.engine().next_actions("screens", 3).unwrap();
    assert_eq!(next[0].action, "cart");
    assert!(next[0].probability > 0.7, "{next:?}");
    assert!(next.iter().map(|next| next.probability).sum::<f64>() <= 1.0);
    assert!(person.has("to_cart"), "and a rule may read it in the same call");
    goes_to(&mut person, &["cart", "home", "search", "product"]);
    assert_eq!(likeliest(&person), "search");
    assert!(!person.has("to_cart"));
}

#[test]
fn u8_nothing_known_is_nothing_foretold_and_no_prediction_of_that_name_is_an_error() {
    let person = Person::under(packs::compiled(NEXT));
    assert_eq!(person.engine().next_actions("screens", 5), Ok(Vec::new()));
    assert!(matches!(person.engine().next_actions("taps", 5), Err(Error::Unknown(_))));
}

#[test]
fn u8_a_new_session_begins_with_what_is_done_most() {
    let mut person = creature_of_habit(NEXT);
    goes_to(&mut person, &["home", "product"]);
    assert_eq!(likeliest(&person), "cart");
    person.is_away(30 * MINUTE_MS + 1);
    person.does("tap");
    assert!(!person.has("to_cart"));
    assert_ne!(likeliest(&person), "cart");
}

#[test]
fn u8_it_is_bounded_and_outlives_a_kill() {
    let mut person = creature_of_habit(NEXT);
    for number in 0..2_000 {
        goes_to(&mut person, &[&format!("product {number}")]);
    }
    goes_to(&mut person, &["home", "product"]);
    let all = person.engine().next_actions("screens", usize::MAX).unwrap();
    assert!(all.len() <= 128, "{}", all.len());
    assert_eq!(all[0].action, "cart");
    person.is_killed();
    assert_eq!(person.engine().next_actions("screens", usize::MAX).unwrap(), all);
}

#[test]
fn u8_the_share_that_counts_as_likely_stands_in_the_pack() {
    let mut person = creature_of_habit(&NEXT.replace("0.6", "0.99"));
    goes_to(&mut person, &["home", "product"]);
    assert!(!person.has("to_cart"));
}
