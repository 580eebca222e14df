//! What holds where a pack says nothing. The device has no defaults: these go into the pack.

use staykit_core::event::{Priority, Sensitivity};
use staykit_core::time::{HOUR_MS, MINUTE_MS};

/// `session.idle`: a pause longer than this ends a session (30 min is the custom of analytics).
pub const SESSION_IDLE_MS: i64 = 30 * MINUTE_MS;
/// `campaigns.*.start.fresh`: a signal that rose longer ago triggers nothing.
pub const FRESH_MS: i64 = HOUR_MS;
/// `campaigns.*.cool_down` and `reach.cool_down`: none.
pub const COOL_DOWN_MS: i64 = 0;
/// `campaigns.*.priority`; larger goes first.
pub const PRIORITY: i32 = 0;
/// `campaigns.*.show.kind`.
pub const KIND: &str = "popup";
/// `events.*.priority`.
pub const EVENT_PRIORITY: Priority = Priority::Normal;
/// `events.*.sensitivity` and `events.*.properties.*.sensitivity`.
pub const SENSITIVITY: Sensitivity = Sensitivity::Behaviour;
