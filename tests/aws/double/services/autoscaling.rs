//! Application Auto Scaling: scalable targets and policies, each stored under a key of the test's own choice, which
//! begins with the region where that is another one: `eu-west-1/orders-read`.

use serde_json::{Value, json};

use super::Service;
use crate::double::{
    call::{Call, Outcome, Refusal, Reply, text},
    protocol::Protocol,
    state::State,
};

const TARGETS: &str = "application-autoscaling:DescribeScalableTargets";
const POLICIES: &str = "application-autoscaling:DescribeScalingPolicies";

/// "You can specify a maximum of 50" (`ResourceIds`), and a page of targets has at most as many.
const MOST: usize = 50;

/// "This value can be between 1 and 10" (`MaxResults` of policies).
const MOST_POLICIES: usize = 10;

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
        let here = |key: &str| match call.elsewhere.as_str() {
            "" => !key.split_once('/').is_some_and(|(region, _)| region.contains('-')),
            elsewhere => key.starts_with(elsewhere),
        };
        let id = |item: &Value| format!("{}{}", call.elsewhere, text(item, "ResourceId"));
        let fits = |item: &Value| {
            text(item, "ServiceNamespace") == namespace
                && (call.keys.is_empty() || call.keys.contains(&id(item)))
                && (dimension.is_empty() || text(item, "ScalableDimension") == dimension)
                && names.as_ref().is_none_or(|names| names.contains(&text(item, "PolicyName")))
        };
        let stored = state.answers.all(call.operation).filter(|(key, item)| here(key) && fits(item));
        let items: Vec<&Value> = stored.map(|(_, item)| item).collect();
        let most = if call.operation == TARGETS { MOST } else { MOST_POLICIES };
        let paging = state.paging(call, "NextToken", Some("MaxResults"), most, "InvalidNextTokenException");
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
