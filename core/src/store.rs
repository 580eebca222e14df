//! What lies on flash.

pub mod record;
