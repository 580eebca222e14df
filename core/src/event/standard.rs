//! The standard events: the same names and types in every app, so that packs can be shared.

use std::borrow::Cow;

use super::spec::PropertyType::{Flag, Integer, Money, Text};
use super::spec::Sensitivity::{Behaviour, Sensitive, Technical};
use super::spec::{EventSpec, Priority, PropertySpec, PropertyType, Sensitivity};

const fn property(
    name: &'static str,
    kind: PropertyType,
    sensitivity: Sensitivity,
) -> PropertySpec {
    PropertySpec { name: Cow::Borrowed(name), kind, sensitivity }
}

const fn event(
    name: &'static str,
    priority: Priority,
    properties: &'static [PropertySpec],
) -> EventSpec {
    EventSpec {
        name: Cow::Borrowed(name),
        priority,
        sensitivity: Behaviour,
        durable: false,
        ambient: false,
        properties: Cow::Borrowed(properties),
    }
}

const fn low(name: &'static str, properties: &'static [PropertySpec]) -> EventSpec {
    event(name, Priority::Low, properties)
}

const fn normal(name: &'static str, properties: &'static [PropertySpec]) -> EventSpec {
    event(name, Priority::Normal, properties)
}

const fn high(name: &'static str, properties: &'static [PropertySpec]) -> EventSpec {
    event(name, Priority::High, properties)
}

/// Payments: last to be dropped, synced at once.
const fn payment(name: &'static str) -> EventSpec {
    let mut spec = event(name, Priority::Critical, MONEY);
    spec.durable = true;
    spec.sensitivity = Sensitive;
    spec
}

/// Happens by itself.
const fn ambient(mut spec: EventSpec) -> EventSpec {
    spec.ambient = true;
    spec
}

const SCREEN: &[PropertySpec] =
    &[property("screen", Text, Behaviour), property("duration_ms", Integer, Behaviour)];
/// `cell`: place on the screen as `column * 100 + row` of a grid, for heat maps.
const TOUCH: &[PropertySpec] =
    &[property("screen", Text, Behaviour), property("cell", Integer, Behaviour)];
const ITEM: &[PropertySpec] =
    &[property("item", Text, Behaviour), property("screen", Text, Behaviour)];
const MONEY: &[PropertySpec] = &[
    property("amount", Money, Sensitive),
    property("item", Text, Behaviour),
    property("quantity", Integer, Behaviour),
];
const CART: &[PropertySpec] = &[
    property("item", Text, Behaviour),
    property("amount", Money, Behaviour),
    property("quantity", Integer, Behaviour),
];
const FORM: &[PropertySpec] = &[property("form", Text, Behaviour)];
const SEARCH: &[PropertySpec] =
    &[property("query", Text, Sensitive), property("results", Integer, Behaviour)];
const FAULT: &[PropertySpec] = &[property("code", Text, Technical)];
const CHANNEL: &[PropertySpec] = &[property("channel", Text, Behaviour)];
const WORDS: &[PropertySpec] = &[property("text", Text, Sensitive)];
const FEATURE: &[PropertySpec] = &[property("feature", Text, Behaviour)];
const METHOD: &[PropertySpec] = &[property("method", Text, Technical)];
const STEP: &[PropertySpec] = &[property("step", Text, Behaviour)];
const LINK: &[PropertySpec] = &[property("link", Text, Behaviour)];
const LANGUAGE: &[PropertySpec] =
    &[property("language", Text, Technical), property("first", Flag, Technical)];
const WORKOUT: &[PropertySpec] =
    &[property("sport", Text, Sensitive), property("duration_ms", Integer, Sensitive)];
const GUIDANCE: &[PropertySpec] =
    &[property("campaign", Text, Technical), property("decision", Integer, Technical)];
const VERSION: &[PropertySpec] = &[property("version", Text, Technical)];
const RESET: &[PropertySpec] = &[property("reason", Text, Technical)];
/// `amount`: what it takes off, where that is fixed.
const COUPON: &[PropertySpec] =
    &[property("coupon", Text, Behaviour), property("amount", Money, Behaviour)];
/// `source`: what they were earned or spent with.
const POINTS: &[PropertySpec] =
    &[property("points", Integer, Behaviour), property("source", Text, Behaviour)];
const BENEFIT: &[PropertySpec] = &[property("benefit", Text, Behaviour)];
const TOPIC: &[PropertySpec] = &[property("topic", Text, Behaviour)];
const NONE: &[PropertySpec] = &[];

/// In order of the names.
pub(super) const EVENTS: &[EventSpec] = &[
    normal("account_deleted", NONE),
    normal("add_to_cart", CART),
    normal("app_updated", VERSION),
    normal("background", NONE),
    ambient(high("benefit_received", BENEFIT)),
    high("benefit_used", BENEFIT),
    normal("benefits_viewed", NONE),
    ambient(low("charging_off", NONE)),
    ambient(low("charging_on", NONE)),
    high("check_in", NONE),
    normal("checkout_started", CART),
    normal("click", ITEM),
    normal("comment", WORDS),
    high("conversion", ITEM),
    ambient(high("coupon_received", COUPON)),
    high("coupon_used", COUPON),
    normal("crash", FAULT),
    ambient(normal("do_not_disturb_off", NONE)),
    ambient(normal("do_not_disturb_on", NONE)),
    normal("error", FAULT),
    low("exposure", ITEM),
    normal("favourite", ITEM),
    normal("feature_used", FEATURE),
    normal("foreground", NONE),
    normal("form_abandoned", FORM),
    normal("form_started", FORM),
    normal("form_submitted", FORM),
    low("glance", SCREEN),
    high("guidance_clicked", GUIDANCE),
    ambient(high("guidance_converted", GUIDANCE)),
    high("guidance_dismissed", GUIDANCE),
    ambient(high("guidance_shown", GUIDANCE)),
    high("invite", CHANNEL),
    normal("language_set", LANGUAGE),
    normal("link_clicked", LINK),
    normal("log_out", NONE),
    normal("login", METHOD),
    normal("login_failed", METHOD),
    high("not_interested", TOPIC),
    ambient(normal("notifications_off", NONE)),
    ambient(normal("notifications_on", NONE)),
    normal("open", NONE),
    ambient(normal("paired", NONE)),
    normal("password_reset", NONE),
    payment("payment_failed"),
    high("points_earned", POINTS),
    ambient(normal("points_expiring", POINTS)),
    high("points_spent", POINTS),
    normal("product_view", ITEM),
    high("profile_completed", NONE),
    payment("purchase"),
    ambient(low("push_delivered", CHANNEL)),
    normal("push_opened", CHANNEL),
    high("register_step", STEP),
    high("registered", METHOD),
    payment("repurchase"),
    low("screen_enter", SCREEN),
    low("screen_leave", SCREEN),
    low("scroll", TOUCH),
    normal("search", SEARCH),
    normal("share", CHANNEL),
    high("shortcut_added", NONE),
    ambient(high("storage_reset", RESET)),
    high("streak_repaired", NONE),
    normal("support_contact", CHANNEL),
    low("tap", TOUCH),
    ambient(normal("unpaired", NONE)),
    high("workout_finished", WORKOUT),
    normal("workout_started", WORKOUT),
    ambient(low("wrist_off", NONE)),
    ambient(low("wrist_on", NONE)),
];

/// The standard event of that name.
pub(super) fn find(name: &str) -> Option<&'static EventSpec> {
    let place = EVENTS.binary_search_by(|spec| (*spec.name).cmp(name)).ok()?;
    EVENTS.get(place)
}

#[cfg(test)]
mod tests {
    use super::{EVENTS, find};

    #[test]
    fn the_names_are_in_order_so_that_each_is_found() {
        assert!(EVENTS.is_sorted_by(|a, b| a.name < b.name));
        assert!(EVENTS.iter().all(|spec| find(&spec.name) == Some(spec)));
        assert!(find("no_such_event").is_none());
    }
}
