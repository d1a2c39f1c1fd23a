//! Cloud Control: the properties of a resource, stored under `AWS::SQS::Queue/identifier`.

use serde_json::{Value, json};

use super::Service;
use crate::double::{
    call::{Call, Outcome, Refusal, Reply, text},
    protocol::Protocol,
    state::State,
};

const GET: &str = "cloudcontrol:GetResource";

pub(super) struct CloudControl;

impl Service for CloudControl {
    fn name(&self) -> &'static str {
        "cloudcontrol"
    }

    fn scope(&self) -> &'static str {
        "cloudcontrolapi"
    }

    fn protocol(&self) -> Protocol {
        Protocol::Json("1.0")
    }

    fn operations(&self) -> Vec<&'static str> {
        vec![GET]
    }

    fn keys(&self, _operation: &'static str, input: &Value) -> Vec<String> {
        vec![format!("{}/{}", text(input, "TypeName"), text(input, "Identifier"))]
    }

    /// Stored are the properties themselves; on the wire they are a text.
    fn reply(&self, call: &Call, state: &mut State) -> Outcome {
        let properties = state.answers.get(GET, call.key()).ok_or_else(|| self.unknown(call))?;
        let description = json!({"Identifier": call.text("Identifier"), "Properties": properties.to_string()});
        Ok(Reply::Output(json!({"TypeName": call.text("TypeName"), "ResourceDescription": description})))
    }

    fn unknown(&self, call: &Call) -> Refusal {
        let (r#type, identifier) = (call.text("TypeName"), call.text("Identifier"));
        let message = format!("Resource of type '{type}' with identifier '{identifier}' was not found.");
        Refusal::new(400, "ResourceNotFoundException", message)
    }

    fn failed(&self) -> (u16, &'static str) {
        (500, "ServiceInternalErrorException")
    }
}
