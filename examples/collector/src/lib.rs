//! Reference backend of Staykit: verifies batches, stores each event once, acknowledges.
//!
//! `proto/README.md` is the contract; this crate is a small server that keeps it, for
//! development, tests and as something to read before writing one's own. The program
//! `staykit-collector` runs it; [`Collector`] runs it inside another program.
//!
//! ```
//! # fn main() -> std::io::Result<()> {
//! use staykit_collector::{Collector, Config};
//!
//! let folder = tempfile::tempdir()?;
//! let database = folder.path().join("collector.sqlite");
//! let collector = Collector::start(Config::new(database))?;
//! println!("send to http://{}/v1/batches", collector.address());
//! collector.stop()
//! # }
//! ```

mod fault;
mod http;
pub mod limits;
mod server;
mod store;
mod summary;
mod text;
mod unpack;
mod verify;
mod writer;

pub use server::{Collector, Config};
pub use summary::Summary;
