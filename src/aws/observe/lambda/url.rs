//! `AWS::Lambda::Url`.

use std::sync::Arc;

use aws_sdk_lambda::types::{Cors as CorsAnswer, FunctionUrlConfig};
use serde_json::Value;

use super::{
    called::Called,
    configuration::{some, word},
    lists, strange,
};
use crate::{
    aws::observe::{Document, Session, answer::failed, not_created, required, written},
    facts::{
        Observed, Properties, Text,
        lambda::{Cors, Url},
    },
    inventory::ResourceRef,
    need::Need,
};

const NEED: Need = Need::FunctionUrl;

/// What the SDK puts where an answer lacks the type of authentication.
const NO_AUTH_TYPE: &str = "no value was set";

/// Looks at one URL.
pub(in super::super) async fn url(session: &Session<'_>, resource: &ResourceRef) -> Value {
    let Some(physical) = resource.physical_id.as_deref() else { return not_created(resource) };
    let Some(called) = Called::read(physical) else {
        return Document::unknown(&strange("AWS::Lambda::Url", physical));
    };
    let urls = lists::urls(session, called.name).await;
    let found = urls.and_then(|urls| chosen(&urls, called));
    let arn = called.qualifier.and_then(|qualifier| physical.strip_suffix(qualifier)?.strip_suffix(':'));
    written(&Properties::FunctionUrl(Arc::new(Url {
        auth_type: found.as_ref().and_then(|url| {
            let written = Some(url.auth_type().as_str().to_owned()).filter(|kind| kind != NO_AUTH_TYPE);
            required(written, NEED, "AuthType")
        }),
        cors: found.as_ref().and_then(|url| url.cors().map_or(Observed::Absent, cors)),
        invoke_mode: found.as_ref().and_then(|url| word(url.invoke_mode().map(|mode| mode.as_str()))),
        qualifier: found.as_ref().and_then(|url| {
            Observed::from(Called::read(url.function_arn()).and_then(|called| called.qualifier).map(Text::literal))
        }),
        target_function_arn: Observed::Present(Text::literal(arn.unwrap_or(physical))),
    })))
}

/// The URL that a physical id means. CloudFormation documents the function's ARN, and not whether the alias is in it:
/// where it is not, a single URL is the one that is meant, and of several that of the bare function.
fn chosen(urls: &[FunctionUrlConfig], called: Called<'_>) -> Observed<FunctionUrlConfig> {
    let of = |qualifier: Option<&str>| {
        let mut urls = urls.iter().filter(move |url| match Called::read(url.function_arn()) {
            Some(found) => found.name == called.name && found.qualifier == qualifier,
            None => false,
        });
        urls.next().cloned()
    };
    let found = match (called.qualifier, urls) {
        (None, [one]) => Some(one.clone()),
        (qualifier, _) => of(qualifier),
    };
    found.map_or_else(
        || failed(NEED.into(), format!("{} has no such URL; was it removed?", called.name)),
        Observed::Present,
    )
}

fn cors(answer: &CorsAnswer) -> Observed<Cors> {
    let texts = |values: &[String]| some(values.iter().map(|value| Observed::Present(Text::literal(value))));
    Observed::Present(Cors {
        allow_credentials: Observed::from(answer.allow_credentials()),
        allow_headers: texts(answer.allow_headers()),
        allow_methods: some(answer.allow_methods().iter().map(|method| Observed::Present(method.clone()))),
        allow_origins: texts(answer.allow_origins()),
    })
}
