//! AWS JSON 1.0 and 1.1.

use serde_json::Value;

use super::REQUEST_ID;
use crate::double::{
    call::Refusal,
    wire::{Request, Response},
};

/// The operation's name and its input.
pub(super) fn read(request: &Request) -> Result<(String, Value), Refusal> {
    let target = request.header("x-amz-target").unwrap_or_default();
    let operation = target.rsplit_once('.').map_or(target, |(_, operation)| operation);
    let input = match request.body.as_slice() {
        [] => Value::Object(serde_json::Map::new()),
        body => serde_json::from_slice(body)
            .map_err(|error| Refusal::new(400, "SerializationException", error.to_string()))?,
    };
    Ok((operation.to_owned(), input))
}

pub(super) fn response(version: &str, status: u16, body: Vec<u8>) -> Response {
    let media = format!("application/x-amz-json-{version}");
    Response { status, headers: vec![("content-type", media), ("x-amzn-requestid", REQUEST_ID.to_owned())], body }
}
