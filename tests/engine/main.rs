//! The local CodeDeploy against the contract of the real one.
#![cfg(feature = "cli")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by failing")]

mod answers;
mod calls;
mod laws;
mod reports;
mod stage;
mod stories;
