//! From the engine to the collector, with the patience that the engine asks for.

use staykit_core::engine::Engine;
use staykit_core::sync::Delivery;
use staykit_core::time::SECOND_MS;
use staykit_http::Transport;

use super::diary::Line;
use super::worker::Work;
use crate::device::{Device, engine_failed};
use crate::failure::Failure;
use crate::hex;
use crate::log::Instant;

/// One user's uploads are given up after so many attempts in a row.
const ATTEMPTS_MAX: u32 = 100;

/// Sends what is ready, until nothing is or an attempt failed.
pub(super) fn offer(
    engine: &Engine,
    transport: &Transport,
    work: &mut Work,
) -> Result<Option<i64>, Failure> {
    while let Some(upload) = engine.next_upload().map_err(engine_failed("next_upload()"))? {
        work.diary
            .write(&Line::Send { batch: hex::encode(&upload.id), bytes: upload.body.len() })?;
        let answer = transport.send(&upload);
        let delivery = engine.finish_upload(upload.id, &answer);
        match delivery.map_err(engine_failed("finish_upload()"))? {
            Delivery::Acknowledged => {}
            Delivery::Retry { after_ms } => return Ok(Some(after_ms)),
            other => {
                return Err(Failure::bug(format_args!("the collector refused a batch: {other:?}")));
            }
        }
    }
    Ok(None)
}

/// Sends until everything is acknowledged; time runs on while the engine backs off.
pub(super) fn drain(
    device: &Device,
    transport: &Transport,
    work: &mut Work,
    mut now: Instant,
) -> Result<(), Failure> {
    for attempt in 0..ATTEMPTS_MAX {
        let pause_ms = offer(&device.engine, transport, work)?;
        let status = device.engine.status().map_err(engine_failed("status()"))?;
        if status.events_waiting == 0 {
            return Ok(());
        }
        // A process that was killed has forgotten when the engine wanted to try again.
        let guess_ms = SECOND_MS << attempt.min(10);
        now.wall_ms += pause_ms.unwrap_or(guess_ms).max(1);
        device.advance_to(now);
    }
    Err(Failure::bug(format_args!(
        "{ATTEMPTS_MAX} uploads in a row failed; is the collector running?"
    )))
}
