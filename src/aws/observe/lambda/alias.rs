//! `AWS::Lambda::Alias` and `AWS::Lambda::Version`.

use std::{rc::Rc, sync::Arc};

use aws_sdk_lambda::types::AliasConfiguration;
use futures_util::future::join;
use serde_json::Value;

use super::{
    configuration,
    lists::{self, Warm},
    qualified::warm_of,
    roster, strange,
};
use crate::{
    aws::observe::{Document, Session, answer::failed, not_created, written},
    facts::{
        Observed, Properties, Text,
        lambda::{Alias, ProvisionedConcurrencyConfig, RoutingConfig, Version, VersionWeight},
    },
    inventory::ResourceRef,
    need::Need,
};

/// Looks at one alias. How CodeDeploy updates it stands in the template alone, and is added from there.
pub(in super::super) async fn alias(session: &Session<'_>, resource: &ResourceRef) -> Value {
    let Some(physical) = resource.physical_id.as_deref() else { return not_created(resource) };
    let Some((function, name)) = roster::qualified(physical) else {
        return Document::unknown(&strange("AWS::Lambda::Alias", physical));
    };
    let (aliases, warm) = join(lists::aliases(session, &function), lists::warm(session, &function)).await;
    let found = aliases.and_then(|aliases| {
        let found = aliases.iter().find(|alias| alias.name() == Some(&name)).cloned();
        found.map_or_else(
            || failed(Need::FunctionAliases.into(), format!("{function} has no alias {name}; was it removed?")),
            Observed::Present,
        )
    });
    written(&Properties::Alias(Arc::new(Alias {
        function_version: found.as_ref().and_then(|alias| configuration::written(alias.function_version())),
        routing_config: found.as_ref().and_then(routing),
        provisioned_concurrency_config: provisioned(&warm, &name),
        function_name: Observed::Present(Text::literal(function)),
        name: Observed::Present(Text::literal(name)),
        update_policy: Observed::Absent,
        function: Observed::Absent,
    })))
}

/// The second version of an alias with its share; the API says `{}` where there is none.
pub(super) fn routing(alias: &AliasConfiguration) -> Observed<RoutingConfig> {
    let weights = alias.routing_config().and_then(|routing| routing.additional_version_weights());
    let mut weights: Vec<(&String, &f64)> = weights.into_iter().flatten().collect();
    weights.sort_by_key(|(version, _)| *version);
    let weight = |(version, share): (&String, &f64)| {
        Observed::Present(VersionWeight {
            function_version: Observed::Present(Text::literal(version)),
            function_weight: Observed::Present(*share),
        })
    };
    let weights = configuration::some(weights.into_iter().map(weight));
    if weights.is_absent() {
        return Observed::Absent;
    }
    Observed::Present(RoutingConfig { additional_version_weights: weights })
}

fn provisioned(warm: &Observed<Rc<Warm>>, qualifier: &str) -> Observed<ProvisionedConcurrencyConfig> {
    let executions = |executions| ProvisionedConcurrencyConfig { provisioned_concurrent_executions: executions };
    match warm_of(warm, qualifier) {
        Observed::Absent => Observed::Absent,
        Observed::Present(count) => Observed::Present(executions(Observed::Present(count))),
        Observed::Unknown(why) => Observed::Unknown(why),
    }
}

/// Looks at one published version. Its configuration is that of a moment gone by, which no check reads.
pub(in super::super) async fn version(session: &Session<'_>, resource: &ResourceRef) -> Value {
    let Some(physical) = resource.physical_id.as_deref() else { return not_created(resource) };
    let Some((function, number)) = roster::qualified(physical) else {
        return Document::unknown(&strange("AWS::Lambda::Version", physical));
    };
    let warm = lists::warm(session, &function).await;
    written(&Properties::Version(Arc::new(Version {
        provisioned_concurrency_config: provisioned(&warm, &number),
        function_name: Observed::Present(Text::literal(function)),
        code_sha256: Observed::not_observed("fitgate does not look at the package of a version"),
    })))
}
