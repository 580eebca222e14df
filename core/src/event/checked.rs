//! An event that is valid.

use super::spec::{EventSpec, Priority};
use super::value::Value;

/// Something that happened, checked against the catalog: names within their limits, no property
/// twice, typed properties of their type, numbers finite, the whole within [`super::limits::EVENT`].
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    name: String,
    properties: Vec<(String, Value)>,
    priority: Priority,
    durable: bool,
    ambient: bool,
}

impl Event {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its properties, in the order of the draft.
    #[must_use]
    pub fn properties(&self) -> &[(String, Value)] {
        &self.properties
    }

    /// The property of that name.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&Value> {
        self.properties.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// Its class.
    #[must_use]
    pub fn priority(&self) -> Priority {
        self.priority
    }

    /// Whether syncing it to flash starts at once.
    #[must_use]
    pub fn is_durable(&self) -> bool {
        self.durable
    }

    /// Whether it happened without the person's doing.
    #[must_use]
    pub fn is_ambient(&self) -> bool {
        self.ambient
    }

    /// The event with this name and these properties, which were checked against `spec`.
    pub(super) fn new(
        name: String,
        properties: Vec<(String, Value)>,
        spec: Option<&EventSpec>,
    ) -> Self {
        let (priority, durable, ambient) =
            spec.map_or((Priority::Normal, false, false), |s| (s.priority, s.durable, s.ambient));
        Self { name, properties, priority, durable, ambient }
    }

    /// An event read back from a journal; it was checked before it was written.
    pub(super) fn restored(
        name: String,
        properties: Vec<(String, Value)>,
        (priority, durable, ambient): (Priority, bool, bool),
    ) -> Self {
        Self { name, properties, priority, durable, ambient }
    }
}
