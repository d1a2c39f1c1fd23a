//! Checks of AWS Step Functions: what is logged, traced and encrypted of a state machine, and what its definition says.

pub(super) mod configuration;
pub(super) mod definition;
mod tasks;
