//! The way in without sockets: an HTTP client for the SDK. Works with a paused clock.

use std::{collections::BTreeMap, fmt, io};

use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
    },
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};

use super::{
    Double,
    answering::Seen,
    wire::{Request, Response},
};

impl fmt::Debug for Double {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Double")
    }
}

impl Double {
    /// What to give to [`aws_config::SdkConfig`] as its HTTP client.
    pub(crate) fn http_client(&self) -> SharedHttpClient {
        SharedHttpClient::new(self.clone())
    }
}

impl HttpClient for Double {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Double {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let double = self.clone();
        HttpConnectorFuture::new(async move {
            match double.see(&read(request).await?).await {
                Seen::Response(response) => Ok(written(response)),
                Seen::Broken => {
                    let reset = io::Error::new(io::ErrorKind::ConnectionReset, "connection reset by the double");
                    Err(ConnectorError::io(reset.into()))
                }
            }
        })
    }
}

async fn read(request: HttpRequest) -> Result<Request, ConnectorError> {
    let headers: BTreeMap<String, String> =
        request.headers().iter().map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
    let (method, uri) = (request.method().to_owned(), request.uri().to_owned());
    let body = match request.body().bytes() {
        Some(bytes) => bytes.to_vec(),
        None => {
            let body = ByteStream::new(request.into_body()).collect().await;
            body.map_err(|error| ConnectorError::user(error.into()))?.to_vec()
        }
    };
    Ok(Request::new(&method, &uri, headers, body))
}

fn written(response: Response) -> HttpResponse {
    let status = response.status.try_into().expect("the double's own status");
    let mut http = HttpResponse::new(status, SdkBody::from(response.body));
    for (name, value) in response.headers {
        http.headers_mut().insert(name, value);
    }
    http
}
