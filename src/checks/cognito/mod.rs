//! Checks of Amazon Cognito: user pools, their app clients, identity pools.

pub(super) mod access;
pub(super) mod user_pool;
