//! AppConfig's data plane: configurations, stored as `{"Content": "…", "ContentType": "…", "VersionLabel": "…"}` under
//! `application/environment/profile`. A token is good for one poll; a poll that finds nothing new has an empty body.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Service;
use crate::double::{
    call::{Call, Outcome, Refusal, Reply, text},
    protocol::Protocol,
    state::State,
    wire::Request,
};

const START: &str = "appconfigdata:StartConfigurationSession";
const LATEST: &str = "appconfigdata:GetLatestConfiguration";

/// Tokens that nobody has used yet, with what their session has seen last.
#[derive(Debug, Default)]
pub(crate) struct Polls {
    given: u64,
    open: BTreeMap<String, Option<Value>>,
}

impl Polls {
    fn token(&mut self, profile: &str, seen: Option<Value>) -> String {
        self.given += 1;
        let token = format!("{profile}|{}+/==", self.given);
        self.open.insert(token.clone(), seen);
        token
    }
}

pub(super) struct AppConfigData;

impl Service for AppConfigData {
    fn name(&self) -> &'static str {
        "appconfigdata"
    }

    fn scope(&self) -> &'static str {
        "appconfig"
    }

    fn protocol(&self) -> Protocol {
        Protocol::RestJson
    }

    fn operations(&self) -> Vec<&'static str> {
        vec![LATEST, START]
    }

    fn route(&self, request: &Request) -> Option<(&'static str, Value)> {
        match (request.method.as_str(), request.path.trim_matches('/')) {
            ("POST", "configurationsessions") => Some((START, serde_json::from_slice(&request.body).ok()?)),
            ("GET", "configuration") => {
                Some((LATEST, json!({"ConfigurationToken": request.parameter("configuration_token")})))
            }
            _ => None,
        }
    }

    fn keys(&self, operation: &'static str, input: &Value) -> Vec<String> {
        let of = |name: &str| text(input, name);
        let (application, environment) = (of("ApplicationIdentifier"), of("EnvironmentIdentifier"));
        vec![match operation {
            START => format!("{application}/{environment}/{}", of("ConfigurationProfileIdentifier")),
            _ => of("ConfigurationToken").rsplit_once('|').map_or("", |(profile, _)| profile).to_owned(),
        }]
    }

    fn reply(&self, call: &Call, state: &mut State) -> Outcome {
        let stored = state.answers.get(LATEST, call.key()).cloned();
        if call.operation == START {
            stored.ok_or_else(|| self.unknown(call))?;
            let token = state.polls.token(call.key(), None);
            return Ok(Reply::Output(json!({"InitialConfigurationToken": token})));
        }
        let Some(seen) = state.polls.open.remove(call.text("ConfigurationToken")) else {
            let message = "Request parameters are invalid: the token is corrupted or was used";
            return Err(Refusal::new(400, "BadRequestException", message));
        };
        let stored = stored.ok_or_else(|| self.unknown(call))?;
        let body = if seen.as_ref() == Some(&stored) { "" } else { text(&stored, "Content") };
        let mut headers = vec![
            ("next-poll-interval-in-seconds", "60".to_owned()),
            ("content-type", stored["ContentType"].as_str().unwrap_or("application/octet-stream").to_owned()),
        ];
        if let Some(label) = stored["VersionLabel"].as_str() {
            headers.push(("version-label", label.to_owned()));
        }
        let body = body.as_bytes().to_vec();
        headers.push(("next-poll-configuration-token", state.polls.token(call.key(), Some(stored))));
        Ok(Reply::Bytes { headers, body })
    }

    fn unknown(&self, call: &Call) -> Refusal {
        Refusal::new(404, "ResourceNotFoundException", format!("{} could not be found", call.key()))
    }

    fn throttled(&self) -> (u16, &'static str) {
        (429, "ThrottlingException")
    }

    fn denied(&self) -> (u16, &'static str) {
        (403, "AccessDeniedException")
    }

    fn failed(&self) -> (u16, &'static str) {
        (500, "InternalServerException")
    }
}
