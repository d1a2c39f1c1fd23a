//! fitgate judges AWS serverless stacks and guards the traffic shift of their Lambda aliases.
//!
//! The way of the data, which is also the order in which to read the modules:
//!
//! ```text
//! event ─ deployment ─ policy ─ inventory ─ observe ─ evaluate ─ score ─ decide ─ ANSWER ─ publish ─ report
//! ```
//!
//! # Invariants
//! - The core does no I/O and reads no clock: it builds with `--no-default-features`.
//! - Only `cli` prints. Only shell modules read the clock or the environment.
//! - Unknown is never a pass; no measurement is never success.
//! - No path through `hook` answers twice, none answers zero times.

// ── core: serde, thiserror; synchronous; no clock, no I/O ──
pub mod baseline;
pub mod check;
pub mod checks;
pub mod decide;
pub mod deployment;
pub mod evaluate;
pub mod event;
pub mod facts;
pub mod inventory;
pub mod judgement;
pub mod need;
pub mod parallel;
pub mod points;
pub mod policy;
pub mod report;
pub mod score;
pub mod source;
pub mod stack;
pub mod trend;

// ── the job: asynchronous, but no runtime and no SDK ──
#[cfg(feature = "hook")]
pub mod job;
#[cfg(feature = "hook")]
pub mod world;

// ── shell ──
#[cfg(feature = "aws")]
pub mod aws;
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "hook")]
pub mod hook;
#[cfg(feature = "cli")]
pub mod rehearsal;
pub mod template;
