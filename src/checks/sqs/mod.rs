//! Checks of Amazon SQS.

pub(in crate::checks) mod policy;
pub(in crate::checks) mod queue;
pub(in crate::checks) mod redrive;
