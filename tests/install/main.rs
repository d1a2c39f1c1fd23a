//! What template.yaml installs: hooks, roles, policy, dashboard, alarms.
//!
//! `UPDATE_TEMPLATE=1 cargo test --test install` writes its generated statements anew.
#![cfg(feature = "aws")]
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking, its own functions too")]

mod dashboard;
mod hooks;
mod permissions;
#[path = "../fixtures/plain.rs"]
mod plain;
mod policy;
mod template;
