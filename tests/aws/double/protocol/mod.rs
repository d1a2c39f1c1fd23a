//! The protocols of AWS: how a call is read from a request, and how an answer is written.

mod cbor;
mod json;
mod query;
mod xml;

use serde_json::{Value, json};

use super::{
    call::{Outcome, Refusal, Reply},
    wire::{Request, Response},
};

/// What a service speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// JSON both ways, the operation in `X-Amz-Target`, with the version of its media type.
    Json(&'static str),
    /// A form in, XML out, the operation in `Action`.
    Query,
    /// Smithy RPC v2 with CBOR, the operation in the path.
    Cbor,
    /// Path and query in, XML out; errors have no element around them.
    S3,
    /// Path and query in, XML out; errors are wrapped.
    RestXml,
    /// Path and query in, JSON out, the error code in a header.
    RestJson,
}

impl Protocol {
    /// The operation's name and its input. REST services know by themselves which path is which operation.
    pub(crate) fn read(self, request: &Request) -> Result<(String, Value), Refusal> {
        match self {
            Self::Json(_) => json::read(request),
            Self::Query => Ok(query::read(request)),
            Self::Cbor => cbor::read(request),
            Self::S3 | Self::RestXml | Self::RestJson => {
                let what = format!("{} {}", request.method, request.path);
                Err(Refusal::new(501, "NotImplemented", format!("the double has no operation for {what}")))
            }
        }
    }

    /// Writes what a call came to.
    pub(crate) fn write(self, operation: &str, outcome: Outcome) -> Response {
        match outcome {
            Ok(Reply::Output(mut output)) => {
                // The token of a page that is the last.
                if let Some(members) = output.as_object_mut() {
                    members.retain(|_, value| !value.is_null());
                }
                self.response(200, self.body(operation, &output))
            }
            Ok(Reply::Bytes { headers, body }) => Response { status: 200, headers, body },
            Err(refusal) => self.refused(&refusal),
        }
    }

    /// A response of this protocol with any body.
    pub(crate) fn response(self, status: u16, body: Vec<u8>) -> Response {
        let media = match self {
            Self::Json(version) => return json::response(version, status, body),
            Self::RestJson => "application/json",
            Self::Query => "text/xml",
            Self::S3 | Self::RestXml => "application/xml",
            Self::Cbor => "application/cbor",
        };
        let mut headers = vec![("content-type", media.to_owned()), ("x-amzn-requestid", REQUEST_ID.to_owned())];
        if self == Self::Cbor {
            headers.push(("smithy-protocol", "rpc-v2-cbor".to_owned()));
        }
        Response { status, headers, body }
    }

    /// Well-formed, and not what any operation gives.
    pub(crate) fn wrong_shape(self) -> Response {
        let body = match self {
            Self::Json(_) | Self::RestJson => b"[true]".to_vec(),
            Self::Query | Self::S3 | Self::RestXml => b"<Unexpected><Thing>1</Thing></Unexpected>".to_vec(),
            Self::Cbor => cbor::encode(&json!([true])),
        };
        self.response(200, body)
    }

    fn body(self, operation: &str, output: &Value) -> Vec<u8> {
        match self {
            Self::Json(_) | Self::RestJson => output.to_string().into_bytes(),
            Self::Query => query::write(operation, output),
            Self::S3 | Self::RestXml => xml::document(output, xml::Lists::Repeated),
            Self::Cbor => cbor::encode(output),
        }
    }

    fn refused(self, refusal: &Refusal) -> Response {
        let Refusal { status, code, message, member } = refusal;
        let inner = json!({"Code": code, "Message": message, "RequestId": REQUEST_ID});
        let wrapped = json!({"ErrorResponse": {
            "Error": {"Type": if *status < 500 { "Sender" } else { "Receiver" }, "Code": code, "Message": message},
            "RequestId": REQUEST_ID,
        }});
        let body = match self {
            Self::Json(_) => {
                let mut body = json!({"__type": format!("com.amazonaws#{code}"), "message": message});
                if let Some((name, value)) = member {
                    body[name] = value.clone();
                }
                body.to_string().into_bytes()
            }
            Self::RestJson => json!({"Type": "User", "message": message}).to_string().into_bytes(),
            Self::Query | Self::RestXml => xml::document(&wrapped, xml::Lists::Repeated),
            Self::S3 => xml::document(&json!({"Error": inner}), xml::Lists::Repeated),
            Self::Cbor => cbor::encode(&json!({"__type": format!("com.amazonaws#{code}"), "message": message})),
        };
        let mut response = self.response(*status, body);
        if self == Self::RestJson {
            response.headers.push(("x-amzn-errortype", code.clone()));
        }
        response
    }
}

/// The double's requests are told apart by its record, not by their ids.
pub(crate) const REQUEST_ID: &str = "00000000-0000-4000-8000-000000000000";
