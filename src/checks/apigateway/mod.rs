//! Checks of Amazon API Gateway.

pub(super) mod stage;
