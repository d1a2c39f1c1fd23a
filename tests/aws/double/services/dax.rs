//! DAX: clusters by name.

use serde_json::{Value, json};

use super::Service;
use crate::double::{
    call::{Call, Outcome, Refusal, Reply},
    protocol::Protocol,
    state::State,
};

const CLUSTERS: &str = "dax:DescribeClusters";

pub(super) struct Dax;

impl Service for Dax {
    fn name(&self) -> &'static str {
        "dax"
    }

    fn protocol(&self) -> Protocol {
        Protocol::Json("1.1")
    }

    fn operations(&self) -> Vec<&'static str> {
        vec![CLUSTERS]
    }

    fn keys(&self, _operation: &'static str, input: &Value) -> Vec<String> {
        let names = input.get("ClusterNames").and_then(Value::as_array).into_iter().flatten();
        names.filter_map(Value::as_str).map(str::to_owned).collect()
    }

    fn reply(&self, call: &Call, state: &mut State) -> Outcome {
        let known = |name: &String| state.answers.get(CLUSTERS, name).ok_or_else(|| self.unknown(call));
        let clusters: Vec<&Value> = match call.keys.as_slice() {
            [] => state.answers.all(CLUSTERS).map(|(_, cluster)| cluster).collect(),
            names => names.iter().map(known).collect::<Result<_, _>>()?,
        };
        let paging = state.paging(call, "NextToken", Some("MaxResults"), 100, "InvalidParameterValueException");
        let (clusters, next) = paging.of(call, clusters.into_iter())?;
        Ok(Reply::Output(json!({"Clusters": clusters, "NextToken": next})))
    }

    fn unknown(&self, call: &Call) -> Refusal {
        Refusal::new(400, "ClusterNotFoundFault", format!("Cluster not found: {}", call.keys.join(", ")))
    }
}
