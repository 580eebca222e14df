//! Every limit on an event, with unit and origin.

/// One limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// What it bounds.
    pub of: &'static str,
    /// The largest value that is accepted.
    pub most: usize,
    /// Unit of `most`.
    pub unit: &'static str,
    /// Where the figure comes from.
    pub origin: &'static str,
}

/// Length of an event's name.
pub const NAME: Limit = Limit {
    of: "event name",
    most: 64,
    unit: "bytes of UTF-8",
    origin: "longer than any standard name; 21 Chinese characters",
};
/// Length of a property's name.
pub const PROPERTY_NAME: Limit = Limit {
    of: "property name",
    most: 40,
    unit: "bytes of UTF-8",
    origin: "as common in analytics SDKs",
};
/// Properties of one event.
pub const PROPERTIES: Limit = Limit {
    of: "properties of an event",
    most: 32,
    unit: "properties",
    origin: "keeps the check for repeated names under 500 comparisons",
};
/// Length of a text value.
pub const TEXT: Limit = Limit {
    of: "text value",
    most: 1_024,
    unit: "bytes of UTF-8",
    origin: "a sentence or an address; documents do not belong in events",
};
/// Size of a whole event: name, property names and values as the journal stores them.
pub const EVENT: Limit = Limit {
    of: "event",
    most: 8_192,
    unit: "bytes",
    origin: "a quarter of what a server accepts (32 kB), so that growth of the format fits",
};
/// Events that an app and a pack add to the catalog.
pub const ADDED_EVENTS: Limit = Limit {
    of: "events added to the catalog",
    most: 512,
    unit: "events",
    origin: "several times what large apps track; about 100 kB of memory",
};

/// All of them, for documentation and tests.
pub const ALL: [Limit; 6] = [NAME, PROPERTY_NAME, PROPERTIES, TEXT, EVENT, ADDED_EVENTS];
