//! The APIs of a stack: what a REST API has, and which kind another one is.

use super::document::{Document, Operation, Unread};
use crate::{
    facts::{
        Observed, Properties, Target, Text, Why,
        apigateway::Method,
        iam::{Known, any_known},
    },
    inventory::LogicalId,
    stack::Stack,
};

const REST_API: &str = "AWS::ApiGateway::RestApi";
const METHOD: &str = "AWS::ApiGateway::Method";

/// A REST API with its methods.
pub(super) struct Api<'a> {
    methods: Vec<Result<&'a Method, Why>>,
    document: Option<Result<Document<'a>, Unread>>,
}

impl<'a> Api<'a> {
    /// The API of this id, where it is in the stack.
    ///
    /// # Errors
    /// With the reason, where it is not, or could not be read.
    pub(super) fn of(stack: &Stack<'a>, api: &Observed<Text>) -> Result<Self, Why> {
        let id = resource(stack, api, REST_API)?;
        let document = match stack.resource(&id).map(|resource| &resource.properties) {
            Some(Properties::RestApi(api)) => Document::of(&api.body, &api.body_s3_location),
            Some(Properties::Unreadable(why)) => return Err(why.clone()),
            _ => return Err(Why::Malformed(format!("{id} is no {REST_API}"))),
        };
        let methods = stack.facts.resources.iter().filter_map(|resource| match &resource.properties {
            Properties::Method(method) => match method.rest_api_id.as_text() {
                Ok(api) => match stack.directory.resolve(api.as_deref()?, &[REST_API]) {
                    Target::Resource(other) => (other == id).then_some(Ok(&**method)),
                    Target::Elsewhere => None,
                    Target::Unknown(why) => Some(Err(why)),
                },
                Err(why) => Some(Err(why)),
            },
            Properties::Unreadable(why) if resource.reference.r#type.as_str() == METHOD => Some(Err(why.clone())),
            _ => None,
        });
        Ok(Self { methods: methods.collect(), document })
    }

    /// Whether one of its methods holds something, wherever it is written.
    ///
    /// # Errors
    /// With the first reason, where none is known to and one is not known.
    pub(super) fn any(
        &self,
        method: impl Fn(&Method) -> Known,
        operation: impl Fn(&Document<'_>, &Operation<'_>) -> Known,
    ) -> Known {
        let of_resources = self.methods.iter().map(|it| it.clone().and_then(&method));
        let of_document: Vec<Known> = match &self.document {
            None => Vec::new(),
            Some(Err(unread)) => vec![Err(unread.why.clone())],
            Some(Ok(document)) => {
                let operations = document.operations().into_iter();
                operations.map(|it| it.map_err(|unread| unread.why).and_then(|it| operation(document, &it))).collect()
            }
        };
        any_known(of_resources.chain(of_document))
    }
}

/// What an API of `AWS::ApiGatewayV2` speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    /// Requests and answers.
    Http,
    /// Messages both ways.
    WebSocket,
}

/// What the API of this id speaks.
///
/// # Errors
/// With the reason, where it is not in the stack, or does not say.
pub(super) fn protocol(stack: &Stack<'_>, api: &Observed<Text>) -> Result<Protocol, Why> {
    const HTTP_API: &str = "AWS::ApiGatewayV2::Api";
    let id = resource(stack, api, HTTP_API)?;
    let api = match stack.resource(&id).map(|resource| &resource.properties) {
        Some(Properties::HttpApi(api)) => api,
        Some(Properties::Unreadable(why)) => return Err(why.clone()),
        _ => return Err(Why::Malformed(format!("{id} is no {HTTP_API}"))),
    };
    // Left out only where a document says what there is, and only HTTP APIs have one.
    let Some(written) = api.protocol_type.known()? else { return Ok(Protocol::Http) };
    match written.as_str() {
        Some("HTTP") => Ok(Protocol::Http),
        Some("WEBSOCKET") => Ok(Protocol::WebSocket),
        Some(other) => Err(Why::Malformed(format!("ProtocolType {other:?} is neither HTTP nor WEBSOCKET"))),
        None => Err(written.why_unresolved()),
    }
}

fn resource(stack: &Stack<'_>, api: &Observed<Text>, r#type: &str) -> Result<LogicalId, Why> {
    let text = api.as_text()?.ok_or_else(|| Why::Malformed("no API is named".to_owned()))?;
    match stack.directory.resolve(&text, &[r#type]) {
        Target::Resource(id) => Ok(id),
        Target::Elsewhere => Err(Why::NotObserved("the API is not in this stack".to_owned())),
        Target::Unknown(why) => Err(why),
    }
}
