//! APIs: what their definitions say, and the resources that SAM makes of them.

mod authorizers;
mod cors;
pub(super) mod definition;
mod domain;
pub(super) mod http;
pub(super) mod implicit;
pub(super) mod method_auth;
mod resource_policy;
pub(super) mod rest;
mod usage_plan;
