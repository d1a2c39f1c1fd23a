//! Checks of Amazon EventBridge, with its schedules and pipes.

pub(in crate::checks) mod bus;
pub(in crate::checks) mod rule;
pub(in crate::checks) mod schedule;
