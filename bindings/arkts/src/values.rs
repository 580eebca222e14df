//! Plain data as `ArkTS` sees it, and back. Whole numbers are `f64` there: exact below 2^53.

use node_api::Result;
use node_api::bindgen_prelude::{ArrayBuffer, Object};
use staykit_bindings as shared;

use crate::object::{given, required};
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
pub(crate) fn consent(of: &Object<'_>) -> Result<shared::Consent> {
    Ok(shared::Consent {
        record: required(of, "record")?,
        guide: required(of, "guide")?,
        upload: required(of, "upload")?,
    })
}

/// Offset from UTC, and the next change of it. What no zone has is refused in words.
pub(crate) fn zone(of: &Object<'_>) -> Result<shared::HostZone> {
    let minutes = |of: i32| i16::try_from(of).unwrap_or(i16::MAX);
    Ok(shared::HostZone {
        offset_min: minutes(required(of, "offsetMin")?),
        next_at_ms: given(of, "nextAtMs")?.map(whole),
        next_offset_min: minutes(given(of, "nextOffsetMin")?.unwrap_or(0)),
    })
}

/// What an engine is opened with.
pub(crate) fn settings(of: &Object<'_>) -> Result<shared::Settings> {
    let bytes = |bytes: ArrayBuffer<'_>| bytes.to_vec();
    let keys: Vec<ArrayBuffer<'_>> = required(of, "trustedKeys")?;
    let events: Vec<Object<'_>> = required(of, "events")?;
    Ok(shared::Settings {
        folder: required(of, "folder")?,
        app_version: required(of, "appVersion")?,
        device_class: device_class(required(of, "deviceClass")?),
        consent: given(of, "consent")?.map(|of| consent(&of)).transpose()?,
        builtin_pack: given(of, "builtin")?,
        signed_pack: given(of, "pack")?.map(bytes),
        trusted_keys: keys.into_iter().map(bytes).collect(),
        events: events.iter().map(event).collect::<Result<_>>()?,
        refuse_unknown_names: required(of, "refuseUnknown")?,
        byte_budget: given(of, "byteBudget")?.map(|of| u64::try_from(whole(of)).unwrap_or(0)),
        age_limit_days: given(of, "ageLimitDays")?,
        zone: zone(&required(of, "zone")?)?,
        ..shared::Settings::default()
    })
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

fn event(of: &Object<'_>) -> Result<shared::OwnEvent> {
    let priority = match required::<u32>(of, "priority")? {
        1 => shared::Priority::Low,
        2 => shared::Priority::Normal,
        3 => shared::Priority::High,
        4 => shared::Priority::Critical,
        _ => return Err(argument("an event's class is 1 to 4")),
    };
    let properties: Vec<Object<'_>> = required(of, "properties")?;
    Ok(shared::OwnEvent {
        name: required(of, "name")?,
        priority,
        sensitivity: shared::Sensitivity::Behaviour,
        durable: false,
        ambient: false,
        properties: properties.iter().map(property).collect::<Result<_>>()?,
    })
}

fn property(of: &Object<'_>) -> Result<shared::OwnProperty> {
    let kind = match required::<String>(of, "type")?.as_str() {
        "text" => shared::PropertyKind::Text,
        "integer" => shared::PropertyKind::Integer,
        "number" => shared::PropertyKind::Number,
        "flag" => shared::PropertyKind::Flag,
        "money" => shared::PropertyKind::Money,
        _ => return Err(argument("a property is text, integer, number, flag or money")),
    };
    let sensitivity = shared::Sensitivity::Behaviour;
    Ok(shared::OwnProperty { name: required(of, "name")?, kind, sensitivity })
}

/// An argument that is refused.
pub(crate) fn argument(what: &'static str) -> node_api::Error {
    thrown(&shared::Error::Argument(what))
}
