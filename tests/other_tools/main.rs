//! What other tools say of the templates in `tests/checks`: cfn-lint of the names of properties, Checkov of the rules
//! that both have.
//!
//! Needs Python, and once the way to a package index, as the tests on the emulator do; without them the tests fail and
//! say what to install. Unix only, as the environment's layout is.
#![cfg(unix)]
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "real processes are waited for by the real clock")]

#[path = "../fixtures/cases.rs"]
mod cases;
mod checkov;
mod differential;
mod environment;
mod known;
#[path = "../fixtures/plain.rs"]
mod plain;
#[path = "../emulator/process.rs"]
mod process;
mod properties;
#[path = "../emulator/python.rs"]
mod python;
