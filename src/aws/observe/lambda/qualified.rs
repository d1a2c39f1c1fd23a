//! The aliases and published versions of a function, those of the stack and those beside it.

use std::rc::Rc;

use aws_sdk_lambda::types::AliasConfiguration;
use futures_util::future::join;

use super::{
    alias::routing,
    lists::{self, Warm},
    roster::{Roster, outside},
};
use crate::{
    aws::observe::{Session, required},
    facts::{
        List, Observed, Text,
        lambda::{AliasOf, VersionOf},
    },
    inventory::LogicalId,
    need::Need,
};

/// What was found of a function's versions.
struct Found {
    roster: Rc<Roster>,
    /// Versions that are no resource of the stack, as far as it matters whether there are any.
    beside: Observed<Rc<Vec<String>>>,
    warm: Observed<Rc<Warm>>,
}

/// The aliases and the versions of a function.
pub(super) async fn of(session: &Session<'_>, function: &str) -> (List<AliasOf>, List<VersionOf>) {
    let aliases = lists::aliases(session, function).await;
    let has_alias = aliases.present().is_some_and(|aliases| !aliases.is_empty());
    let found = if has_alias {
        // An alias says that something is published; which versions there are besides, nobody asks.
        let (warm, roster) = join(lists::warm(session, function), super::roster(session)).await;
        Found { roster, beside: Observed::Present(Rc::default()), warm }
    } else {
        without_alias(session, function).await
    };
    let listed = aliases.map(|aliases| aliases.iter().map(|alias| alias_of(function, alias, &found)).collect());
    (listed, found.versions(function))
}

/// Without an alias the versions decide, and only they can have provisioned concurrency.
async fn without_alias(session: &Session<'_>, function: &str) -> Found {
    let roster = super::roster(session).await;
    let of_stack = roster.versions_of(function).next().is_some();
    let beside = match of_stack {
        true => Observed::Present(Rc::default()),
        false => lists::versions(session, function).await,
    };
    let none = !of_stack && beside.present().is_some_and(|versions| versions.is_empty());
    let warm = match none {
        true => Observed::Present(Rc::default()),
        false => lists::warm(session, function).await,
    };
    Found { roster, beside, warm }
}

fn alias_of(function: &str, alias: &AliasConfiguration, found: &Found) -> Observed<AliasOf> {
    let name = required(alias.name.clone(), Need::FunctionAliases, "Name of an alias");
    name.map(|name| AliasOf {
        logical_id: found.roster.alias(function, &name),
        function_version: super::configuration::written(alias.function_version()),
        weighted: routing(alias).map(|_| true).or_default_of_service(false),
        provisioned_concurrent_executions: warm_of(&found.warm, &name),
        name: Observed::Present(Text::literal(name)),
    })
}

/// The provisioned concurrency of an alias or a version.
pub(super) fn warm_of(warm: &Observed<Rc<Warm>>, qualifier: &str) -> Observed<u32> {
    warm.as_ref().and_then(|warm| warm.get(qualifier).cloned().unwrap_or_default())
}

impl Found {
    /// The versions of the stack, those beside it, and those that only their provisioned concurrency shows.
    fn versions(&self, function: &str) -> List<VersionOf> {
        self.beside.as_ref().map(|beside| {
            let of = |number: &str, logical_id: LogicalId| {
                let provisioned_concurrent_executions = warm_of(&self.warm, number);
                Observed::Present(VersionOf { logical_id, provisioned_concurrent_executions })
            };
            let own: Vec<(&str, &LogicalId)> = self.roster.versions_of(function).collect();
            let is_own = |number: &str| own.iter().any(|(known, _)| *known == number);
            let mut others: Vec<&str> = beside.iter().map(String::as_str).collect();
            let warm = self.warm.present().into_iter().flat_map(|warm| warm.keys());
            others.extend(warm.map(String::as_str).filter(|qualifier| is_number(qualifier)));
            others.sort_unstable();
            others.dedup();
            let others = others.into_iter().filter(|number| !is_own(number));
            let own = own.iter().map(|(number, id)| of(number, (*id).clone()));
            own.chain(others.map(|number| of(number, LogicalId::new(outside(function, number))))).collect()
        })
    }
}

fn is_number(qualifier: &str) -> bool {
    qualifier.bytes().all(|byte| byte.is_ascii_digit())
}
