//! Carries uploads over HTTP for desktop and lab. Phones use the platform's own stack.
//!
//! A [`Transport`] only translates: it sends the bytes it is given and says what came back. What
//! an answer means, when to try again and when to give up is decided in `staykit_core::sync`.

mod endpoint;
mod failure;
mod transport;

pub use failure::TransportError;
pub use transport::Transport;
