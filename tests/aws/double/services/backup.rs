//! AWS Backup: what has a recovery point, by ARN.

use serde_json::{Map, Value, json};

use super::Service;
use crate::double::{
    call::{Call, Outcome, Refusal, Reply},
    protocol::Protocol,
    state::State,
    wire::Request,
};

const PROTECTED: &str = "backup:ListProtectedResources";

pub(super) struct Backup;

impl Service for Backup {
    fn name(&self) -> &'static str {
        "backup"
    }

    fn protocol(&self) -> Protocol {
        Protocol::RestJson
    }

    fn operations(&self) -> Vec<&'static str> {
        vec![PROTECTED]
    }

    fn route(&self, request: &Request) -> Option<(&'static str, Value)> {
        let input: Map<String, Value> =
            request.query.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
        (request.method == "GET" && request.segments() == ["resources"]).then_some((PROTECTED, Value::Object(input)))
    }

    fn keys(&self, _operation: &'static str, _input: &Value) -> Vec<String> {
        Vec::new()
    }

    fn reply(&self, call: &Call, state: &mut State) -> Outcome {
        let all: Vec<Value> = state.answers.all(PROTECTED).map(|(arn, resource)| named(arn, resource)).collect();
        let paging = state.paging(call, "nextToken", Some("maxResults"), 1_000, "InvalidParameterValueException");
        let (results, next) = paging.of(call, all.into_iter())?;
        Ok(Reply::Output(json!({"Results": results, "NextToken": next})))
    }

    /// It has no resource to ask for; this is what its other operations say.
    fn unknown(&self, _call: &Call) -> Refusal {
        Refusal::new(400, "ResourceNotFoundException", "Resource not found")
    }

    fn denied(&self) -> (u16, &'static str) {
        (403, "AccessDeniedException")
    }

    fn failed(&self) -> (u16, &'static str) {
        (500, "ServiceUnavailableException")
    }
}

fn named(arn: &str, resource: &Value) -> Value {
    let mut resource = resource.clone();
    resource["ResourceArn"] = arn.into();
    resource
}
