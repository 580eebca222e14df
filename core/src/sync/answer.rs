//! What an answer means.

use prost::Message;
use staykit_proto::v1::Acknowledgement;

use super::BatchId;
use super::limits;
use crate::time::SECOND_MS;

/// What came back for an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// An HTTP response.
    Response {
        /// Status code.
        status: u16,
        /// `Retry-After` as it stood in the response.
        retry_after: Option<String>,
        /// At most [`limits::ANSWER_BYTES`] of the body.
        body: Vec<u8>,
    },
    /// No response: no network, TLS failure, timeout.
    Unreachable,
}

/// The meaning of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judgement {
    /// The batch is stored.
    Acknowledged {
        /// The server's clock, ms since 1970-01-01T00:00Z.
        server_ms: i64,
        /// The server asks for a pause of this many ms before the next batch.
        pause_ms: i64,
    },
    /// Try again, no sooner than the server asked.
    Retry {
        /// Least pause, ms; 0 if the server named none.
        at_least_ms: i64,
    },
    /// Send less at once, or find the event that the server cannot take.
    Split,
    /// Nothing will be accepted until the configuration changes.
    Misconfigured,
    /// The collector is gone for good.
    Gone,
}

/// Judges `answer` to the batch `id`; `wall_ms` is the device's clock, against which a date in
/// `Retry-After` is read.
///
/// Only an acknowledgement that bears the batch's id counts as delivered: a captive portal
/// answers 200 as well.
#[must_use]
pub fn judge(id: &BatchId, answer: &Answer, wall_ms: i64) -> Judgement {
    let Answer::Response { status, retry_after, body } = answer else {
        return Judgement::Retry { at_least_ms: 0 };
    };
    match status {
        200..=299 => acknowledged(id, body).unwrap_or(Judgement::Retry { at_least_ms: 0 }),
        400 | 413 | 422 => Judgement::Split,
        // There is one encoding, so 415 comes from something else than a collector.
        401 | 403 | 404 | 415 => Judgement::Misconfigured,
        410 => Judgement::Gone,
        _ => {
            let asked = retry_after.as_deref().and_then(|text| pause_ms(text, wall_ms));
            Judgement::Retry { at_least_ms: asked.unwrap_or(0) }
        }
    }
}

fn acknowledged(id: &BatchId, body: &[u8]) -> Option<Judgement> {
    let body = body.get(..limits::ANSWER_BYTES.min(body.len()))?;
    let acknowledgement = Acknowledgement::decode(body).ok()?;
    (acknowledgement.batch_id == id).then(|| Judgement::Acknowledged {
        server_ms: acknowledgement.server_ms,
        pause_ms: bounded(i64::from(acknowledgement.pause_s).saturating_mul(SECOND_MS)),
    })
}

/// `Retry-After`: seconds, or a date.
fn pause_ms(text: &str, wall_ms: i64) -> Option<i64> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(bounded(i64::from(seconds).saturating_mul(SECOND_MS)));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    let since_1970 = date.duration_since(std::time::UNIX_EPOCH).ok()?;
    let at = i64::try_from(since_1970.as_millis()).ok()?;
    Some(bounded(at.saturating_sub(wall_ms)))
}

fn bounded(ms: i64) -> i64 {
    ms.clamp(0, limits::LONGEST_RETRY_AFTER_MS)
}

#[cfg(test)]
mod tests {
    use super::{Answer, Judgement, judge};
    use proptest::prelude::{any, proptest};
    use prost::Message;
    use staykit_proto::v1::Acknowledgement;

    const ID: [u8; 16] = [7; 16];

    fn response(status: u16, body: Vec<u8>) -> Answer {
        Answer::Response { status, retry_after: None, body }
    }

    fn acknowledgement(id: &[u8]) -> Vec<u8> {
        Acknowledgement { batch_id: id.to_vec(), server_ms: 5, pause_s: 9 }.encode_to_vec()
    }

    #[test]
    fn only_an_acknowledgement_of_this_batch_counts_as_delivered() {
        let delivered = judge(&ID, &response(200, acknowledgement(&ID)), 0);
        assert_eq!(delivered, Judgement::Acknowledged { server_ms: 5, pause_ms: 9_000 });
        let again = Judgement::Retry { at_least_ms: 0 };
        assert_eq!(judge(&ID, &response(200, acknowledgement(&[8; 16])), 0), again);
        assert_eq!(judge(&ID, &response(200, b"<html>sign in".to_vec()), 0), again);
        assert_eq!(judge(&ID, &response(302, acknowledgement(&ID)), 0), again);
        assert_eq!(judge(&ID, &Answer::Unreachable, 0), again);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_and_at_most_a_day() {
        let asked = |text: &str| {
            let retry_after = Some(text.to_owned());
            let answer = Answer::Response { status: 503, retry_after, body: Vec::new() };
            // 2026-11-21 00:00:00 UTC
            judge(&ID, &answer, 1_795_219_200_000)
        };
        assert_eq!(asked("120"), Judgement::Retry { at_least_ms: 120_000 });
        let date = asked("Sat, 21 Nov 2026 00:00:30 GMT");
        assert_eq!(date, Judgement::Retry { at_least_ms: 30_000 });
        assert_eq!(asked("999999999"), Judgement::Retry { at_least_ms: 86_400_000 });
        assert_eq!(asked("soon"), Judgement::Retry { at_least_ms: 0 });
    }

    proptest! {
        #[test]
        fn random_answers_never_deliver_and_never_panic(
            status: u16, body in proptest::collection::vec(any::<u8>(), 0..64), after in ".{0,20}",
        ) {
            let answer = Answer::Response { status, retry_after: Some(after), body };
            let judged = judge(&ID, &answer, 0);
            assert!(!matches!(judged, Judgement::Acknowledged { .. }));
        }
    }
}
