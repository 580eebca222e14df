//! Plain data as `ArkTS` sees it, and back. Whole numbers are `f64` there: exact below 2^53.

use node_api::bindgen_prelude::ArrayBuffer;
use node_api_derive::napi;
use staykit_bindings as shared;

use crate::refused::thrown;

/// A whole number of ours as a number of `ArkTS`.
#[expect(clippy::cast_precision_loss, reason = "nothing that is counted or timed reaches 2^53")]
pub(crate) fn number(whole: i64) -> f64 {
    whole as f64
}

/// A count as a number of `ArkTS`.
pub(crate) fn count(whole: u64) -> f64 {
    number(i64::try_from(whole).unwrap_or(i64::MAX))
}

/// A number of `ArkTS` as a whole one; what is none is 0, which is no handle and no moment.
#[expect(clippy::cast_possible_truncation, reason = "a cast saturates, and not-a-number becomes 0")]
pub(crate) fn whole(number: f64) -> i64 {
    number as i64
}

/// The bytes of a draft: the first `length` of a buffer that is reused.
pub(crate) fn head<'a>(buffer: &'a ArrayBuffer<'_>, length: u32) -> &'a [u8] {
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    buffer.get(..length).unwrap_or_default()
}

/// What the person allows.
#[napi(object)]
#[derive(Clone, Copy)]
pub struct NativeConsent {
    /// Events may be recorded.
    pub record: bool,
    /// Guidance may be shown.
    pub guide: bool,
    /// Events may leave the device.
    pub upload: bool,
}

impl From<NativeConsent> for shared::Consent {
    fn from(NativeConsent { record, guide, upload }: NativeConsent) -> Self {
        Self { record, guide, upload }
    }
}

impl From<shared::Consent> for NativeConsent {
    fn from(shared::Consent { record, guide, upload }: shared::Consent) -> Self {
        Self { record, guide, upload }
    }
}

/// Offset from UTC, and the next change of it.
#[napi(object)]
pub struct NativeZone {
    /// Minutes east of UTC.
    pub offset_min: i32,
    /// When it changes next, ms since 1970-01-01T00:00Z.
    pub next_at_ms: Option<f64>,
    /// Minutes east of UTC from then on.
    pub next_offset_min: Option<i32>,
}

impl From<NativeZone> for shared::HostZone {
    fn from(zone: NativeZone) -> Self {
        // What no zone has is refused in words.
        let minutes = |of: i32| i16::try_from(of).unwrap_or(i16::MAX);
        Self {
            offset_min: minutes(zone.offset_min),
            next_at_ms: zone.next_at_ms.map(whole),
            next_offset_min: minutes(zone.next_offset_min.unwrap_or(0)),
        }
    }
}

/// A typed property of an event of the app's own.
#[napi(object)]
pub struct NativeProperty {
    /// Its name.
    pub name: String,
    /// `text`, `integer`, `number`, `flag` or `money`.
    pub r#type: String,
}

/// An event of the app's own.
#[napi(object)]
pub struct NativeEvent {
    /// Its name.
    pub name: String,
    /// 1 low, 2 normal, 3 high, 4 critical.
    pub priority: u32,
    /// Its typed properties.
    pub properties: Vec<NativeProperty>,
}

/// What an engine is opened with.
#[napi(object, object_to_js = false)]
pub struct NativeSettings<'env> {
    /// Folder of the store.
    pub folder: String,
    /// Version of the app.
    pub app_version: String,
    /// 0 unknown, 1 phone, 2 watch, 3 tablet, 4 desktop.
    pub device_class: u32,
    /// For a person who has not been asked.
    pub consent: Option<NativeConsent>,
    /// Name of a built-in pack.
    pub builtin: Option<String>,
    /// A signed pack.
    pub pack: Option<ArrayBuffer<'env>>,
    /// Public keys of 32 bytes.
    pub trusted_keys: Vec<ArrayBuffer<'env>>,
    /// Events of the app's own.
    pub events: Vec<NativeEvent>,
    /// Refuse names that the catalog does not know.
    pub refuse_unknown: bool,
    /// Bytes of all files.
    pub byte_budget: Option<f64>,
    /// Days after which an event goes.
    pub age_limit_days: Option<u32>,
    /// Where local time stands.
    pub zone: NativeZone,
}

impl NativeSettings<'_> {
    /// As all bindings have them.
    pub(crate) fn shared(self) -> node_api::Result<shared::Settings> {
        let events = self.events.into_iter().map(event).collect::<node_api::Result<_>>()?;
        let budget = self.byte_budget.map(|bytes| u64::try_from(whole(bytes)).unwrap_or(0));
        Ok(shared::Settings {
            app_version: self.app_version,
            device_class: device_class(self.device_class),
            consent: self.consent.map(shared::Consent::from),
            signed_pack: self.pack.map(|bytes| bytes.to_vec()),
            builtin_pack: self.builtin,
            trusted_keys: self.trusted_keys.iter().map(|key| key.to_vec()).collect(),
            events,
            refuse_unknown_names: self.refuse_unknown,
            byte_budget: budget,
            age_limit_days: self.age_limit_days,
            zone: self.zone.into(),
            folder: self.folder,
            ..shared::Settings::default()
        })
    }
}

fn device_class(number: u32) -> shared::DeviceClass {
    match number {
        1 => shared::DeviceClass::Phone,
        2 => shared::DeviceClass::Watch,
        3 => shared::DeviceClass::Tablet,
        4 => shared::DeviceClass::Desktop,
        _ => shared::DeviceClass::Unknown,
    }
}

fn event(own: NativeEvent) -> node_api::Result<shared::OwnEvent> {
    let priority = match own.priority {
        1 => shared::Priority::Low,
        2 => shared::Priority::Normal,
        3 => shared::Priority::High,
        4 => shared::Priority::Critical,
        _ => return Err(argument("an event's class is 1 to 4")),
    };
    let properties = own.properties.into_iter().map(property);
    Ok(shared::OwnEvent {
        name: own.name,
        priority,
        sensitivity: shared::Sensitivity::Behaviour,
        durable: false,
        ambient: false,
        properties: properties.collect::<node_api::Result<_>>()?,
    })
}

fn property(own: NativeProperty) -> node_api::Result<shared::OwnProperty> {
    let kind = match own.r#type.as_str() {
        "text" => shared::PropertyKind::Text,
        "integer" => shared::PropertyKind::Integer,
        "number" => shared::PropertyKind::Number,
        "flag" => shared::PropertyKind::Flag,
        "money" => shared::PropertyKind::Money,
        _ => return Err(argument("a property is text, integer, number, flag or money")),
    };
    let sensitivity = shared::Sensitivity::Behaviour;
    Ok(shared::OwnProperty { name: own.name, kind, sensitivity })
}

/// An argument that is refused.
pub(crate) fn argument(what: &'static str) -> node_api::Error {
    thrown(&shared::Error::Argument(what))
}
