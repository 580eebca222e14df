use std::fmt;
use std::io::Read;
use std::time::Duration;

use reqwest::blocking::{Client, Response};
use reqwest::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use staykit_core::sync::{Answer, Upload};

use crate::TransportError;
use crate::endpoint::{Endpoint, is_same_origin};

/// Media type of requests and acknowledgements.
const PROTOBUF: &str = "application/x-protobuf";

/// Header that bears the write key.
const KEY_HEADER: &str = "x-staykit-key";

/// Longest wait for a connection.
const CONNECT_TIME: Duration = Duration::from_secs(10);

/// Longest wait for a whole answer: half a megabyte over a slow mobile link.
const ANSWER_TIME: Duration = Duration::from_secs(60);

/// Most redirects within the endpoint's own server.
const REDIRECTS_MAX: usize = 3;

/// Most bytes of an answer that are read, 64 kB. An acknowledgement has about 30; whatever is
/// longer is none, and the rest of it is not fetched.
const ANSWER_BYTES_MAX: u64 = 64 * 1024;

/// Sends uploads to one endpoint, one at a time, and keeps the connection open between them.
pub struct Transport {
    client: Client,
    endpoint: Endpoint,
    write_key: Option<HeaderValue>,
}

impl fmt::Debug for Transport {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Transport")
            .field("batches", &self.endpoint.batches.as_str())
            .finish_non_exhaustive()
    }
}

impl Transport {
    /// A transport to `endpoint`, such as `https://collect.example.com` (`/v1/batches` is
    /// appended; plain `http` only to this machine). `write_key` goes with every request.
    ///
    /// # Errors
    /// The endpoint is no address or not secure, the key cannot stand in a header, or the client
    /// cannot be set up.
    pub fn new(endpoint: &str, write_key: Option<String>) -> Result<Self, TransportError> {
        let endpoint = Endpoint::parse(endpoint)?;
        let write_key = write_key.map(header_of).transpose()?;
        let client = client(endpoint.is_local).map_err(TransportError::Client)?;
        Ok(Self { client, endpoint, write_key })
    }

    /// Sends an upload and waits for the answer, at most 60 seconds. No connection, no answer in
    /// time or an answer cut short is [`Answer::Unreachable`].
    ///
    /// Must not be called from asynchronous code.
    #[must_use]
    pub fn send(&self, upload: &Upload) -> Answer {
        self.post(upload.body.clone())
    }

    fn post(&self, body: Vec<u8>) -> Answer {
        let mut request = self
            .client
            .post(self.endpoint.batches.clone())
            .header(CONTENT_TYPE, PROTOBUF)
            .body(body);
        if let Some(key) = &self.write_key {
            request = request.header(KEY_HEADER, key);
        }
        match request.send() {
            Ok(response) => answer(response),
            Err(error) => {
                // The address may bear what is not meant for a log.
                log::info!("no answer from the collector: {}", error.without_url());
                Answer::Unreachable
            }
        }
    }
}

fn header_of(write_key: String) -> Result<HeaderValue, TransportError> {
    let mut key = HeaderValue::try_from(write_key).map_err(|_| TransportError::WriteKey)?;
    key.set_sensitive(true);
    Ok(key)
}

fn client(is_local: bool) -> reqwest::Result<Client> {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Fails only if another thread was quicker; then there is one.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
    let builder = Client::builder()
        .user_agent(concat!("staykit/", env!("CARGO_PKG_VERSION")))
        .redirect(same_server())
        .connect_timeout(CONNECT_TIME)
        .timeout(ANSWER_TIME);
    let builder = if is_local { builder.no_proxy() } else { builder };
    builder.build()
}

/// Events and write key follow no redirect to another server; its answer is handed on as it is.
fn same_server() -> Policy {
    Policy::custom(|attempt| {
        let known =
            attempt.previous().first().is_some_and(|first| is_same_origin(first, attempt.url()));
        if known && attempt.previous().len() <= REDIRECTS_MAX {
            attempt.follow()
        } else {
            attempt.stop()
        }
    })
}

fn answer(response: Response) -> Answer {
    let status = response.status().as_u16();
    let retry_after = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let mut body = Vec::new();
    match response.take(ANSWER_BYTES_MAX).read_to_end(&mut body) {
        Ok(_) => Answer::Response { status, retry_after, body },
        Err(error) => {
            log::info!("the collector's answer broke off: {error}");
            Answer::Unreachable
        }
    }
}

#[cfg(test)]
mod tests;
