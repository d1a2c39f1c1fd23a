//! What a probe calls: a Lambda function or an HTTP endpoint.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Number, Value};

use super::read::words;
use crate::source::{
    Kind, Node,
    read::{Errors, Fields, choice},
};

/// What is called.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub enum ProbeCall {
    /// A synchronous invocation of a Lambda function.
    Invoke(Invocation),
    /// An HTTP request.
    Http(HttpRequest),
}

/// A synchronous invocation of a Lambda function.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub struct Invocation {
    /// A function's name or ARN; the version that is being deployed where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "cli", schemars(default, with = "String", length(min = 1, max = 170)))]
    pub function: Option<String>,
    /// The event, any JSON; `{}` where nothing is said.
    #[cfg_attr(feature = "cli", schemars(default = "empty"))]
    pub payload: Value,
}

/// An HTTP request.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub struct HttpRequest {
    /// Where to, beginning with `https://` or `http://`.
    #[cfg_attr(feature = "cli", schemars(length(max = 2048), regex(pattern = r"^https?://[^\s/]")))]
    pub url: String,
    /// The method.
    #[cfg_attr(feature = "cli", schemars(default))]
    pub method: HttpMethod,
    /// Headers by name.
    #[cfg_attr(feature = "cli", schemars(default))]
    pub headers: BTreeMap<String, String>,
    /// The body as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "cli", schemars(default, with = "String", length(min = 1, max = 65536)))]
    pub body: Option<String>,
}

/// The method of an HTTP request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "UPPERCASE")]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[expect(missing_docs, reason = "the names are those of HTTP")]
pub enum HttpMethod {
    #[default]
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
    Options,
}

const METHODS: [(&str, HttpMethod); 7] = [
    ("GET", HttpMethod::Get),
    ("HEAD", HttpMethod::Head),
    ("POST", HttpMethod::Post),
    ("PUT", HttpMethod::Put),
    ("PATCH", HttpMethod::Patch),
    ("DELETE", HttpMethod::Delete),
    ("OPTIONS", HttpMethod::Options),
];

fn empty() -> Value {
    Value::Object(Map::new())
}

impl ProbeCall {
    /// Takes `invoke` and `http` out of a probe's fields; there must be exactly one of them.
    pub(super) fn read(fields: &mut Fields<'_, '_>, node: &Node) -> Option<Self> {
        let written = ["invoke", "http"].iter().filter(|key| node.get(key).is_some()).count();
        let invoke = fields.optional("invoke", Invocation::read).map(Self::Invoke);
        let http = fields.optional("http", HttpRequest::read).map(Self::Http);
        if written != 1 && matches!(node.kind, Kind::Mapping(_)) {
            let found = if written == 0 { "neither" } else { "both" };
            let message = format!("a probe has exactly one of \"invoke\" and \"http\", this one has {found}");
            fields.errors().add(node.at, message, Some("write one probe for each call".to_owned()));
        }
        invoke.or(http)
    }
}

impl Invocation {
    fn read(node: &Node, errors: &mut Errors) -> Option<Self> {
        let mut fields = Fields::of(node, errors, "an invocation");
        // The longest name that the Invoke operation takes has 170 characters.
        let function = fields.optional("function", |node, errors| words(node, errors, 170));
        let payload = fields.optional("payload", json).unwrap_or_else(empty);
        fields.finish();
        Some(Self { function, payload })
    }
}

impl HttpRequest {
    fn read(node: &Node, errors: &mut Errors) -> Option<Self> {
        let mut fields = Fields::of(node, errors, "a request");
        let url = fields.required("url", url);
        let method = fields.optional("method", |node, errors| choice(node, errors, "method", &METHODS));
        let headers = fields.optional("headers", headers).unwrap_or_default();
        let body = fields.optional("body", |node, errors| words(node, errors, 65_536));
        fields.finish();
        Some(Self { url: url?, method: method.unwrap_or_default(), headers, body })
    }
}

fn url(node: &Node, errors: &mut Errors) -> Option<String> {
    let url = words(node, errors, 2_048)?;
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let host = rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'));
    if host && !url.chars().any(|character| character.is_whitespace() || character.is_control()) {
        return Some(url);
    }
    let remedy = "write https://, the host and the path".to_owned();
    errors.add(node.at, format_args!("{url:?} is no address of a request"), Some(remedy));
    None
}

fn headers(node: &Node, errors: &mut Errors) -> Option<BTreeMap<String, String>> {
    if !matches!(node.kind, Kind::Mapping(_)) {
        errors.expected(node, "a mapping from names to values");
        return None;
    }
    let mut headers = BTreeMap::new();
    for entry in node.entries() {
        // RFC 9110, section 5.1: a name is a token.
        let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if entry.key.is_empty() || !entry.key.bytes().all(token) {
            errors.add(entry.key_at, format_args!("{:?} is no name of a header", entry.key), None);
        }
        let value = errors.within(&entry.key, |errors| header_value(&entry.value, errors));
        headers.extend(value.map(|value| (entry.key.clone(), value)));
    }
    Some(headers)
}

/// A line break in a value would begin another header.
fn header_value(node: &Node, errors: &mut Errors) -> Option<String> {
    let value = words(node, errors, 8_192)?;
    if value.chars().any(char::is_control) {
        errors.add(node.at, "the value of a header has no control characters", None);
        return None;
    }
    Some(value)
}

/// Any value, as JSON.
pub(super) fn json(node: &Node, errors: &mut Errors) -> Option<Value> {
    match &node.kind {
        Kind::Null => Some(Value::Null),
        Kind::Bool(flag) => Some(Value::Bool(*flag)),
        Kind::String(text) => Some(Value::String(text.clone())),
        Kind::Number(written) => number(node, written, errors),
        Kind::Sequence(items) => items.iter().map(|item| json(item, errors)).collect::<Option<_>>().map(Value::Array),
        Kind::Mapping(entries) => entries
            .iter()
            .map(|entry| Some((entry.key.clone(), json(&entry.value, errors)?)))
            .collect::<Option<_>>()
            .map(Value::Object),
    }
}

/// JSON knows fewer ways to write a number than YAML.
fn number(node: &Node, written: &str, errors: &mut Errors) -> Option<Value> {
    let as_float = || written.parse().ok().and_then(Number::from_f64);
    let number = serde_json::from_str::<Number>(written).ok().or_else(as_float);
    if number.is_none() {
        errors.add(
            node.at,
            format_args!("{written} is too large a number for JSON"),
            Some("write it in quotes".to_owned()),
        );
    }
    number.map(Value::Number)
}
