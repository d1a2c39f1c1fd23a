//! Application Auto Scaling: scalable targets and policies, each stored under a key of the test's own choice.

use serde_json::{Value, json};

use super::Service;
use crate::double::{
    call::{Call, Outcome, Refusal, Reply, text},
    protocol::Protocol,
    state::State,
};

const TARGETS: &str = "application-autoscaling:DescribeScalableTargets";
const POLICIES: &str = "application-autoscaling:DescribeScalingPolicies";

/// "You can specify a maximum of 50" (`ResourceIds`), and a page has at most as many.
const MOST: usize = 50;

pub(super) struct AutoScaling;

impl Service for AutoScaling {
    fn name(&self) -> &'static str {
        "application-autoscaling"
    }

    fn protocol(&self) -> Protocol {
        Protocol::Json("1.1")
    }

    fn operations(&self) -> Vec<&'static str> {
        vec![TARGETS, POLICIES]
    }

    /// The resource ids, `table/orders`.
    fn keys(&self, _operation: &'static str, input: &Value) -> Vec<String> {
        let ids = input.get("ResourceIds").and_then(Value::as_array).into_iter().flatten();
        ids.chain(input.get("ResourceId")).filter_map(Value::as_str).map(str::to_owned).collect()
    }

    fn reply(&self, call: &Call, state: &mut State) -> Outcome {
        let namespace = call.text("ServiceNamespace");
        if namespace.is_empty() {
            return Err(Refusal::new(400, "ValidationException", "ServiceNamespace is missing"));
        }
        if call.keys.len() > MOST {
            let message = format!("{} resource ids; at most {MOST} are taken", call.keys.len());
            return Err(Refusal::new(400, "ValidationException", message));
        }
        let (dimension, names) = (call.text("ScalableDimension"), call.texts("PolicyNames"));
        let fits = |item: &&Value| {
            text(item, "ServiceNamespace") == namespace
                && (call.keys.is_empty() || call.keys.iter().any(|id| id == text(item, "ResourceId")))
                && (dimension.is_empty() || text(item, "ScalableDimension") == dimension)
                && names.as_ref().is_none_or(|names| names.contains(&text(item, "PolicyName")))
        };
        let items: Vec<&Value> = state.answers.all(call.operation).map(|(_, item)| item).filter(fits).collect();
        let paging = state.paging(call, "NextToken", Some("MaxResults"), MOST, "InvalidNextTokenException");
        let (items, next) = paging.of(call, items.into_iter())?;
        let member = if call.operation == TARGETS { "ScalableTargets" } else { "ScalingPolicies" };
        Ok(Reply::Output(json!({member: items, "NextToken": next})))
    }

    /// It never says so of its own: an unknown resource has no targets.
    fn unknown(&self, _call: &Call) -> Refusal {
        Refusal::new(400, "ObjectNotFoundException", "No scalable target found")
    }

    fn failed(&self) -> (u16, &'static str) {
        (500, "InternalServiceException")
    }
}
