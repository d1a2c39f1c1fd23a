//! Checks of Amazon S3.
//!
//! A check that a template seldom or never settles is opt-in, so that templates are not drowned in
//! inconclusive findings: MFA delete and the account's public access block, which only a live account
//! shows, and backup plans, which mostly live in another stack.

pub(super) mod access;
pub(super) mod data;
pub(super) mod policy;
pub(super) mod upkeep;
