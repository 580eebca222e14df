//! The pack compiler: YAML with conditions in a typed part of CEL becomes the checked bytes that
//! devices read, and those are signed here. `core/docs/rule-language.md` is the language.
//!
//! ```
//! let yaml = "
//! pack: example
//! version: 1
//! signals:
//!   going_quiet:
//!     raise: absent('open', days(5))
//!     says: { en: \"No visit for {since_last('open').days} days\" }
//! ";
//! let compiled = staykit_pack::compile(yaml).expect("no problems");
//! let pack = staykit_core::pack::Pack::unsigned(&compiled.bytes)?;
//! assert_eq!(pack.rules.find("going_quiet"), Some(0));
//!
//! let problems = staykit_pack::compile(&yaml.replace("absent", "absnt")).unwrap_err();
//! assert_eq!(
//!     problems[0].to_string(),
//!     "6:12  absnt('open', days(5))   no such function; did you mean absent(name[, duration][, filter])?"
//! );
//! # Ok::<(), staykit_core::pack::PackError>(())
//! ```

mod compile;
mod cost;
pub mod defaults;
mod describe;
mod diff;
mod encode;
mod example;
mod extend;
pub mod limits;
mod order;
mod problem;
mod read;
mod rule;
mod section;
mod sense;
mod sign;
mod source;
mod suggest;

pub use compile::{Compiled, compile, compile_beside};
pub use cost::{Cost, Costs, Share, costs};
pub use describe::describe;
pub use diff::{Change, Differences, How, Line, diff};
pub use example::{Example, Expectation, Happened, Happening, Instant, Standing};
pub use extend::BUILTIN;
pub use problem::Problem;
pub use sign::{SignError, generate_key, public_key, sign};
