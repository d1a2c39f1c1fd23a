//! The real hook binaries on a local emulator of AWS, ministack, in a Python environment that these tests make
//! themselves. What AWS itself would do is nowhere proven here: see the notes on what the emulator does otherwise.
//!
//! Needs Python, and once the way to a package index; without them the tests fail and say what to install.
//! Unix only, as the functions of Lambda are.
#![cfg(all(feature = "cli", unix))]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says where the log is"
)]
#![expect(clippy::disallowed_methods, reason = "real processes are waited for by the real clock")]

mod agreement;
mod audit;
#[path = "../bench/mod.rs"]
mod bench;
mod clients;
mod cloud_control;
#[path = "../aws/compared.rs"]
mod compared;
mod deaths;
mod deployment_shapes;
#[path = "../aws/double/mod.rs"]
mod double;
mod gaps;
mod history;
mod hooks;
mod installation;
#[path = "../aws/judged.rs"]
mod judged;
mod left;
mod logs;
mod ministack;
mod names;
#[path = "../fixtures/plain.rs"]
mod plain;
mod process;
mod python;
mod sample;
mod site;
mod stack;
mod start;
mod stories;
mod template;
mod traces;
