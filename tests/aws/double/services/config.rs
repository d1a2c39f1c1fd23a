//! AWS Config: evaluations of a resource, stored as `{"EvaluationResults": […]}` under `AWS::S3::Bucket/name`.

use serde_json::{Value, json};

use super::Service;
use crate::double::{
    call::{Call, Outcome, Refusal, Reply, text},
    protocol::Protocol,
    state::State,
};

const DETAILS: &str = "config:GetComplianceDetailsByResource";

pub(super) struct Config;

impl Service for Config {
    fn name(&self) -> &'static str {
        "config"
    }

    fn protocol(&self) -> Protocol {
        Protocol::Json("1.1")
    }

    fn operations(&self) -> Vec<&'static str> {
        vec![DETAILS]
    }

    fn keys(&self, _operation: &'static str, input: &Value) -> Vec<String> {
        vec![format!("{}/{}", text(input, "ResourceType"), text(input, "ResourceId"))]
    }

    /// Of what it does not know, or does not record, it has no evaluations.
    fn reply(&self, call: &Call, state: &mut State) -> Outcome {
        let stored = state.answers.get(DETAILS, call.key());
        let types = call.texts("ComplianceTypes").unwrap_or_default();
        let results = stored.and_then(|stored| stored["EvaluationResults"].as_array()).into_iter().flatten();
        let results: Vec<&Value> =
            results.filter(|result| types.is_empty() || types.contains(&text(result, "ComplianceType"))).collect();
        let paging = state.paging(call, "NextToken", None, 100, "InvalidNextTokenException");
        let (results, next) = paging.of(call, results.into_iter())?;
        Ok(Reply::Output(json!({"EvaluationResults": results, "NextToken": next})))
    }

    /// The only error that its reference has for this operation: for a type that it does not know.
    fn unknown(&self, call: &Call) -> Refusal {
        Refusal::new(400, "InvalidParameterValueException", format!("{} is not valid", call.key()))
    }

    fn failed(&self) -> (u16, &'static str) {
        (500, "InternalServerError")
    }
}
