//! Checks of Amazon SNS.

pub(in crate::checks) mod policy;
pub(in crate::checks) mod subscription;
pub(in crate::checks) mod topic;
