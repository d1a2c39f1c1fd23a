//! Checks of Amazon API Gateway: REST APIs, HTTP APIs and WebSocket APIs.
//!
//! What an API has is written as resources, as an OpenAPI document in its `Body` (the way of SAM), or as both; a stage is
//! a resource of its own, or one that a deployment makes. Judges ask for the thing, not for where it stands.

mod api;
mod document;
mod settings;
mod stages;

pub(super) mod authorization;
pub(super) mod endpoint;
pub(super) mod http_api;
pub(super) mod http_stage;
pub(super) mod openings;
pub(super) mod route;
pub(super) mod stage;
pub(super) mod surroundings;
pub(super) mod traffic;
pub(super) mod validation;
