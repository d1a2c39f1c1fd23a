//! KMS: keys by whatever they are asked for, an alias for example.

use serde_json::Value;

use super::Service;
use crate::double::{
    call::{Call, Outcome, Refusal, Reply, text},
    protocol::Protocol,
    state::State,
};

const KEY: &str = "kms:DescribeKey";

pub(super) struct Kms;

impl Service for Kms {
    fn name(&self) -> &'static str {
        "kms"
    }

    fn protocol(&self) -> Protocol {
        Protocol::Json("1.1")
    }

    fn operations(&self) -> Vec<&'static str> {
        vec![KEY]
    }

    fn keys(&self, _operation: &'static str, input: &Value) -> Vec<String> {
        vec![text(input, "KeyId").to_owned()]
    }

    fn reply(&self, call: &Call, state: &mut State) -> Outcome {
        state.answers.get(KEY, call.key()).cloned().map(Reply::Output).ok_or_else(|| self.unknown(call))
    }

    fn unknown(&self, call: &Call) -> Refusal {
        Refusal::new(400, "NotFoundException", format!("{} is not found", call.key()))
    }

    fn failed(&self) -> (u16, &'static str) {
        (500, "KMSInternalException")
    }
}
