//! Limits on what the compiler reads, with unit and origin. Those on the compiled pack are the
//! device's: `staykit_core::pack::limits`.

/// Size of the YAML, bytes: a pack of 1,000 signals with texts and examples takes half of it.
pub const YAML: usize = 2 * 1_048_576;
/// Nesting of lists and maps in the YAML: the schema needs 8.
pub const NESTING: usize = 16;
/// Length of one expression, bytes: the most instructions that a program may have, in words.
pub const EXPRESSION: usize = 4_096;
/// Nesting of one expression.
pub const EXPRESSION_NESTING: u16 = 32;
/// Problems reported at once.
pub const PROBLEMS: usize = 100;
/// Events of one example after `times` is carried out: six months with fifty a day.
pub const EXAMPLE_EVENTS: usize = 10_000;
