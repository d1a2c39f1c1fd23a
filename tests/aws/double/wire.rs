//! Requests and responses, whichever way they come in.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

/// A request, as far as a service looks at it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// The host that was asked, without its port.
    pub(crate) host: String,
    /// As on the wire, percent signs and all.
    pub(crate) path: String,
    /// Decoded; a name without a value has an empty one.
    pub(crate) query: Vec<(String, String)>,
    /// By name in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// `uri` may be whole (`https://host/path?query`) or a path.
    pub(crate) fn new(method: &str, uri: &str, headers: BTreeMap<String, String>, body: Vec<u8>) -> Self {
        let (host, rest) = match uri.split_once("://") {
            Some((_, rest)) => rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len())),
            None => (headers.get("host").map_or("", String::as_str), uri),
        };
        let host = host.rsplit_once(':').map_or(host, |(host, _)| host).to_owned();
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let query = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Self { method: method.to_owned(), host, path: path.to_owned(), query, headers, body }
    }

    /// The parts of the path, decoded.
    pub(crate) fn segments(&self) -> Vec<String> {
        let parts = self.path.split('/').filter(|part| !part.is_empty());
        parts.map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned()).collect()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The service that the request is signed for.
    pub(crate) fn scope(&self) -> Option<&str> {
        self.signed_for(3)
    }

    /// The region that the request is signed for.
    pub(crate) fn region(&self) -> Option<&str> {
        self.signed_for(2)
    }

    /// A part of `Credential=KEY/DATE/REGION/SERVICE/aws4_request`.
    fn signed_for(&self, part: usize) -> Option<&str> {
        let credential = self.header("authorization")?.split("Credential=").nth(1)?;
        credential.split([',', ' ']).next()?.split('/').nth(part)
    }
}

/// A response.
#[derive(Debug, Clone, Default)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}
