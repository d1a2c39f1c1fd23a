//! S3 Control: what holds for all buckets of an account, and access points.

use serde_json::{Value, json};

use super::Service;
use crate::double::{
    call::{Call, Outcome, Refusal, Reply, text},
    protocol::Protocol,
    state::State,
    wire::Request,
};

const BLOCK: &str = "s3control:GetPublicAccessBlock";
const ACCESS_POINT: &str = "s3control:GetAccessPoint";

pub(super) struct S3Control;

impl Service for S3Control {
    fn name(&self) -> &'static str {
        "s3control"
    }

    fn scope(&self) -> &'static str {
        "s3"
    }

    fn protocol(&self) -> Protocol {
        Protocol::RestXml
    }

    fn takes(&self, request: &Request) -> bool {
        request.header("x-amz-account-id").is_some()
    }

    fn operations(&self) -> Vec<&'static str> {
        vec![ACCESS_POINT, BLOCK]
    }

    fn route(&self, request: &Request) -> Option<(&'static str, Value)> {
        let account = request.header("x-amz-account-id")?;
        let segments = request.segments();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        match (request.method.as_str(), segments.as_slice()) {
            ("GET", ["v20180820", "configuration", "publicAccessBlock"]) => Some((BLOCK, json!({"Key": account}))),
            ("GET", ["v20180820", "accesspoint", name]) => Some((ACCESS_POINT, json!({"Key": name}))),
            _ => None,
        }
    }

    /// The account's id, or the access point's name.
    fn keys(&self, _operation: &'static str, input: &Value) -> Vec<String> {
        vec![text(input, "Key").to_owned()]
    }

    fn reply(&self, call: &Call, state: &mut State) -> Outcome {
        let stored = state.answers.get(call.operation, call.key()).cloned().ok_or_else(|| self.unknown(call))?;
        let root = if call.operation == BLOCK { "PublicAccessBlockConfiguration" } else { "GetAccessPointResult" };
        Ok(Reply::Output(json!({root: stored})))
    }

    fn unknown(&self, call: &Call) -> Refusal {
        match call.operation {
            BLOCK => {
                let message = "The public access block configuration was not found";
                Refusal::new(404, "NoSuchPublicAccessBlockConfiguration", message)
            }
            _ => Refusal::new(404, "NoSuchAccessPoint", "The specified accesspoint does not exist"),
        }
    }

    fn throttled(&self) -> (u16, &'static str) {
        (503, "SlowDown")
    }

    fn denied(&self) -> (u16, &'static str) {
        (403, "AccessDenied")
    }

    fn failed(&self) -> (u16, &'static str) {
        (500, "InternalError")
    }
}
