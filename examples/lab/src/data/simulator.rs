//! Users made up from a seed, for machines without pip or network: the same names and about the
//! same numbers as the logs they stand in for.

use staykit_core::event::{Currency, Value};
use staykit_core::time::{DAY_MS, MINUTE_MS, SECOND_MS};

use super::Source;
use crate::draws::Draws;
use crate::log::{Entry, Instant, Log};

/// 1997-01-01 and 2024-01-01.
const PURCHASES_FROM: i64 = 852_094_800_000;
const SHOP_FROM: i64 = 1_704_067_200_000;

const PLATFORMS: [&str; 3] = ["desktop", "mobile", "tablet"];

/// What may follow what in a session; an empty list ends it.
const SHOP: [(&str, &[&str]); 12] = [
    ("home", &["catalog", "search", "promo_page", "product_view"]),
    ("catalog", &["product_view", "product_view", "filter_results", "search", "home"]),
    ("search", &["product_view", "filter_results", "catalog", "home"]),
    ("filter_results", &["product_view", "catalog", "search"]),
    ("promo_page", &["product_view", "catalog", "home"]),
    ("product_view", &["add_to_cart", "catalog", "search", "favourite", "catalog", "compare"]),
    ("compare", &["product_view", "catalog"]),
    ("favourite", &["product_view", "catalog"]),
    ("add_to_cart", &["cart", "cart", "catalog"]),
    ("cart", &["checkout_started", "catalog", "checkout_started"]),
    ("checkout_started", &["purchase", "purchase", "payment_failed", "error"]),
    ("payment_failed", &["checkout_started", "support_contact", "error"]),
];

pub(super) fn simulate(source: Source, seed: u64) -> Log {
    let draws = Draws::new(seed);
    let (users, entries): (u64, fn(Draws) -> Vec<Entry>) = match source {
        Source::Purchases { all: false } => (2_357, purchases),
        Source::Purchases { all: true } => (23_570, purchases),
        Source::Shop => (600, sessions),
    };
    Log::new((0..users).flat_map(|user| {
        let id = format!("simulated-{user:05}");
        let entries = entries(draws.of(user, source.name()));
        entries.into_iter().map(move |entry| (id.clone(), entry))
    }))
}

/// Three purchases on average, half of the customers only one.
fn purchases(draws: Draws) -> Vec<Entry> {
    let usd = Currency::new("USD");
    let count = if draws.chance(50, 0, "single") { 1 } else { draws.between(2, 8, 0, "count") };
    let mut at = PURCHASES_FROM + draws.between(0, 84, 0, "first day") * DAY_MS;
    let mut entries = Vec::new();
    for n in 0..u64::try_from(count).unwrap_or(1) {
        at += draws.between(8 * 60, 22 * 60, n, "minute") * MINUTE_MS;
        let mut entry = Entry::new(Instant::new(at, -300), "purchase");
        if let Some(currency) = usd {
            let minor = draws.between(0, 9_000, n, "cents");
            entry = entry.with("amount", Value::Money { minor, currency });
        }
        entries.push(entry.with("quantity", Value::Integer(draws.between(1, 5, n, "quantity"))));
        at += draws.between(1, 70, n, "gap") * DAY_MS;
    }
    entries
}

/// About six sessions of about nine events over half a year.
fn sessions(draws: Draws) -> Vec<Entry> {
    let platform = draws.pick(&PLATFORMS, 0, "platform").copied().unwrap_or("mobile");
    let mut at = SHOP_FROM + draws.between(0, 90, 0, "first day") * DAY_MS;
    let mut entries = Vec::new();
    let count = draws.between(1, 11, 0, "sessions");
    for n in 0..u64::try_from(count).unwrap_or(1) {
        let start = at + draws.between(8 * 60, 23 * 60, n, "minute") * MINUTE_MS;
        session(draws.of(n, "session"), start, platform, &mut entries);
        at += draws.between(1, 25, n, "gap") * DAY_MS;
    }
    entries
}

fn session(draws: Draws, mut at: i64, platform: &str, entries: &mut Vec<Entry>) {
    let mut name = "home";
    let most = u64::try_from(draws.between(3, 15, 0, "events")).unwrap_or(3);
    for n in 0..most {
        entries.push(Entry::new(Instant::new(at, 0), name).text("platform", platform));
        at += draws.between(4, 180, n, "pause") * SECOND_MS;
        let follows = SHOP.iter().find(|(from, _)| *from == name);
        let Some(next) = follows.and_then(|(_, next)| draws.pick(next, n, "next")) else {
            return;
        };
        name = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_users_every_time_and_about_as_many_events_as_the_log() {
        let shop = simulate(Source::Shop, 1);
        assert_eq!(shop, simulate(Source::Shop, 1));
        assert_ne!(shop, simulate(Source::Shop, 2));
        let events = shop.entries().count();
        assert!((20_000..40_000).contains(&events), "{events}");
        let purchases = simulate(Source::Purchases { all: false }, 1);
        assert_eq!(purchases.people.len(), 2_357);
        let events = purchases.entries().count();
        assert!((5_000..9_000).contains(&events), "{events}");
    }
}
