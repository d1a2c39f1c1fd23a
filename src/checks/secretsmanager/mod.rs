//! Checks of AWS Secrets Manager: rotation, encryption, access, and what a template gives away.

pub(super) mod rotation;
pub(super) mod secret;
