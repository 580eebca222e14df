use std::fmt;

/// Why a [`crate::Transport`] cannot be made.
#[derive(Debug)]
pub enum TransportError {
    /// The endpoint is no address.
    NotAnAddress(String),
    /// The endpoint is neither `https` nor `http` on this machine.
    NotSecure(String),
    /// The write key has characters that a header cannot bear.
    WriteKey,
    /// The HTTP client could not be set up, for example without any root certificates.
    Client(reqwest::Error),
}

impl fmt::Display for TransportError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnAddress(endpoint) => write!(
                out,
                "endpoint `{endpoint}` is no address: give one such as https://collect.example.com"
            ),
            Self::NotSecure(endpoint) => write!(
                out,
                "endpoint `{endpoint}` is not secure: use https (http is for this machine only)"
            ),
            Self::WriteKey => out.write_str("the write key must be visible ASCII characters"),
            Self::Client(error) => write!(out, "the HTTP client could not be set up: {error}"),
        }
    }
}

impl std::error::Error for TransportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Client(error) => Some(error),
            _ => None,
        }
    }
}
