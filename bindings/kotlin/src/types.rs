//! The shared types as `UniFFI` knows them: each stated once more, field by field, which the
//! compiler holds to the original.

mod conclusion;
mod guidance;
mod settings;
