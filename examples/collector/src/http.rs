//! The three routes.

use std::future::poll_fn;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use prost::Message;
use staykit_proto::v1::Acknowledgement;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::fault::Fault;
use crate::limits::{BATCH_BYTES_MAX, ENVELOPE_BYTES_MAX};
use crate::server::Config;
use crate::store::{self, Outcome};
use crate::summary::{Summary, summarize};
use crate::verify::verify;
use crate::writer::{Writer, now_ms};

/// Media type of requests and acknowledgements.
const PROTOBUF: &str = "application/x-protobuf";

/// Header that bears the write key.
const KEY_HEADER: &str = "x-staykit-key";

const BODY_BYTES_MAX: usize = BATCH_BYTES_MAX + ENVELOPE_BYTES_MAX;

/// Of a body that is too large this much is read and thrown away, so that its sender reads the
/// refusal and not a broken connection.
const DISCARD_BYTES_MAX: usize = 8 * BODY_BYTES_MAX;

/// A request's body must be here by then.
const BODY_TIME: Duration = Duration::from_secs(30);

/// Bodies in memory at once; further requests wait.
const BODIES_MAX: usize = 64;

/// Batches in memory at once, unpacked; further bodies wait.
const BATCHES_MAX: usize = 16;

/// What all requests share.
pub(crate) struct Desk {
    writer: Writer,
    database: PathBuf,
    write_key: Option<String>,
    lose_every: Option<NonZeroU32>,
    tells_time: bool,
    acknowledged: AtomicU64,
    bodies: Semaphore,
    batches: Semaphore,
    summaries: Arc<Semaphore>,
}

impl Desk {
    pub(crate) fn new(writer: Writer, config: Config) -> Self {
        Self {
            writer,
            database: config.database,
            write_key: config.write_key,
            lose_every: config.lose_every,
            tells_time: config.tells_time,
            acknowledged: AtomicU64::new(0),
            bodies: Semaphore::new(BODIES_MAX),
            batches: Semaphore::new(BATCHES_MAX),
            summaries: Arc::new(Semaphore::new(1)),
        }
    }

    /// Whether this acknowledgement is one to lose on purpose.
    fn loses_this(&self) -> bool {
        let number = self.acknowledged.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        self.lose_every.is_some_and(|every| number.is_multiple_of(u64::from(every.get())))
    }
}

pub(crate) fn router(desk: Desk) -> Router {
    Router::new()
        .route("/v1/batches", post(take_batch))
        .route("/v1/summary", get(answer_summary))
        .route("/health", get(answer_health))
        .with_state(Arc::new(desk))
}

/// A status and one line of reason.
#[derive(Debug)]
struct Refusal(StatusCode, String);

impl Refusal {
    fn new(status: StatusCode, reason: &str) -> Self {
        Self(status, reason.to_owned())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, format!("{}\n", self.1.replace(['\r', '\n'], " "))).into_response()
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        let status = if fault.is_too_large() {
            StatusCode::PAYLOAD_TOO_LARGE
        } else {
            StatusCode::BAD_REQUEST
        };
        Self(status, fault.to_string())
    }
}

async fn take_batch(State(desk): State<Arc<Desk>>, request: Request) -> Result<Response, Refusal> {
    check_key(desk.write_key.as_deref(), request.headers())?;
    check_content(request.headers())?;
    // The semaphores are never closed.
    let _body_permit = desk.bodies.acquire().await.ok();
    let body = timeout(BODY_TIME, read(request.into_body()))
        .await
        .map_err(|_| Refusal::new(StatusCode::REQUEST_TIMEOUT, "the body came too slowly"))??;
    let _batch_permit = desk.batches.acquire().await.ok();
    let batch = verify(&body)?;
    drop(body);
    let batch_id = batch.id.clone();
    match desk.writer.store(batch).await {
        Some(Outcome::Stored) if desk.loses_this() => {
            let reason = "stored, but the acknowledgement is lost on purpose";
            Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, reason))
        }
        Some(Outcome::Stored) => Ok(acknowledge(batch_id, desk.tells_time)),
        Some(Outcome::Conflict) => {
            let reason = "this batch id was used for other bytes";
            Err(Refusal::new(StatusCode::BAD_REQUEST, reason))
        }
        None => Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "storage failed")),
    }
}

/// The server's clock is read anew for a repeat too: the device sets its own by it.
fn acknowledge(batch_id: Vec<u8>, tells_time: bool) -> Response {
    let server_ms = if tells_time { now_ms() } else { 0 };
    let answer = Acknowledgement { batch_id, server_ms, pause_s: 0 };
    ([(CONTENT_TYPE, PROTOBUF)], answer.encode_to_vec()).into_response()
}

fn check_key(expected: Option<&str>, headers: &HeaderMap) -> Result<(), Refusal> {
    let found = headers.get(KEY_HEADER).map(HeaderValue::as_bytes);
    // A write key ships in every app and is no secret: no need to compare in constant time.
    if expected.is_none_or(|key| found == Some(key.as_bytes())) {
        return Ok(());
    }
    Err(Refusal::new(StatusCode::UNAUTHORIZED, "the write key is missing or unknown"))
}

fn check_content(headers: &HeaderMap) -> Result<(), Refusal> {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let media_type = text(CONTENT_TYPE).and_then(|value| value.split(';').next());
    if !media_type.is_some_and(|found| found.trim().eq_ignore_ascii_case(PROTOBUF)) {
        let reason = "the content type must be application/x-protobuf";
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, reason));
    }
    if text(CONTENT_ENCODING).is_some_and(|found| !found.eq_ignore_ascii_case("identity")) {
        let reason = "the body must not be encoded; segments are compressed inside";
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, reason));
    }
    Ok(())
}

async fn read(mut body: Body) -> Result<Vec<u8>, Refusal> {
    let (mut bytes, mut total) = (Vec::new(), 0_usize);
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let cut = |_| Refusal::new(StatusCode::BAD_REQUEST, "the body ended too early");
        let Ok(data) = frame.map_err(cut)?.into_data() else {
            continue;
        };
        total = total.saturating_add(data.len());
        if total <= BODY_BYTES_MAX {
            bytes.extend_from_slice(&data);
        } else if total > DISCARD_BYTES_MAX {
            break;
        }
    }
    if total > BODY_BYTES_MAX {
        return Err(Fault::TooLarge { what: "bytes of the body", limit: BODY_BYTES_MAX }.into());
    }
    Ok(bytes)
}

/// One at a time: it reads much, and nobody needs it often.
async fn answer_summary(State(desk): State<Arc<Desk>>) -> Result<Json<Summary>, Refusal> {
    let permit = Arc::clone(&desk.summaries).acquire_owned().await.ok();
    let database = desk.database.clone();
    let read = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        store::open_for_reading(&database).and_then(|connection| summarize(&connection))
    });
    match read.await {
        Ok(Ok(summary)) => Ok(Json(summary)),
        Ok(Err(error)) => {
            log::error!("the summary could not be read: {error}");
            Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "storage failed"))
        }
        Err(_) => Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "the server stops")),
    }
}

async fn answer_health(State(desk): State<Arc<Desk>>) -> Result<&'static str, Refusal> {
    if desk.writer.is_open() {
        Ok("ok\n")
    } else {
        Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "the writer has stopped"))
    }
}
