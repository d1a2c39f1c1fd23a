//! Checks of AWS AppConfig: how flags and other configuration reach the code that reads them.
//!
//! A changed flag is a release of its own, and one that no pipeline sees. What guards a release of code guards it too:
//! validation beforehand, gradual steps, alarms that take it back.

pub(super) mod profile;
pub(super) mod rollout;
