//! What Lambda lists of one function, each asked for once, whoever wants it.

use std::{collections::BTreeMap, rc::Rc};

use aws_sdk_lambda::types::{
    AliasConfiguration, FunctionEventInvokeConfig, FunctionUrlConfig, ProvisionedConcurrencyConfigListItem,
};

use super::{called::Called, configuration::number, policy, roster::outside};
use crate::{
    aws::observe::{
        Memo, Session,
        answer::{Page, failed, pages},
        required,
    },
    facts::{Observed, lambda::OtherPermission},
    need::Need,
};

/// A list of one function, as whoever asks first gets it.
type List<T> = Memo<String, Observed<Rc<Vec<T>>>>;

/// What the policy of a function or of one of its aliases grants.
pub(super) type Grants = Observed<Rc<Vec<Observed<OtherPermission>>>>;

/// Provisioned concurrency that was asked for, by alias or version.
pub(super) type Warm = BTreeMap<String, Observed<u32>>;

/// The answers so far.
#[derive(Debug, Default)]
pub(super) struct Lists {
    aliases: List<AliasConfiguration>,
    versions: List<String>,
    warm: Memo<String, Observed<Rc<Warm>>>,
    invoke_configs: List<FunctionEventInvokeConfig>,
    urls: List<FunctionUrlConfig>,
    /// By `orders` or `orders:live`.
    policies: Memo<String, Grants>,
}

/// The aliases of a function.
pub(super) async fn aliases(session: &Session<'_>, function: &str) -> Observed<Rc<Vec<AliasConfiguration>>> {
    const NEED: Need = Need::FunctionAliases;
    let list = &session.lambda.lists.aliases;
    let ask = async || {
        let all = pages(NEED, async |marker| {
            let list = || session.clients.lambda.list_aliases().function_name(function).set_marker(marker).send();
            let page = session.ask(NEED, &[], list).await;
            page.and_then(|page| {
                required(page.aliases, NEED, "Aliases").map(|items| Page { items, next: page.next_marker })
            })
        });
        all.await.map(Rc::new)
    };
    list.get(function.to_owned(), ask).await
}

/// The numbers of the published versions of a function.
pub(super) async fn versions(session: &Session<'_>, function: &str) -> Observed<Rc<Vec<String>>> {
    const NEED: Need = Need::FunctionVersions;
    let ask = async || {
        let all = pages(NEED, async |marker| {
            let list = session.clients.lambda.list_versions_by_function().function_name(function);
            let page = session.ask(NEED, &[], || list.set_marker(marker).send()).await;
            page.and_then(|page| {
                required(page.versions, NEED, "Versions").map(|items| Page { items, next: page.next_marker })
            })
        });
        // `$LATEST` stands among them and is none.
        let number = |version: Option<String>| version.filter(|version| version != "$LATEST");
        all.await.map(|all| Rc::new(all.into_iter().filter_map(|found| number(found.version)).collect()))
    };
    session.lambda.lists.versions.get(function.to_owned(), ask).await
}

/// The provisioned concurrency of a function's aliases and versions.
pub(super) async fn warm(session: &Session<'_>, function: &str) -> Observed<Rc<Warm>> {
    const NEED: Need = Need::ProvisionedConcurrency;
    let ask = async || {
        let all = pages(NEED, async |marker| {
            let list = session.clients.lambda.list_provisioned_concurrency_configs().function_name(function);
            let page = session.ask(NEED, &[], || list.set_marker(marker).send()).await;
            page.and_then(|page| {
                let items = required(page.provisioned_concurrency_configs, NEED, "ProvisionedConcurrencyConfigs");
                items.map(|items| Page { items, next: page.next_marker })
            })
        });
        all.await.and_then(|all| by_qualifier(&all).map(Rc::new))
    };
    session.lambda.lists.warm.get(function.to_owned(), ask).await
}

fn by_qualifier(items: &[ProvisionedConcurrencyConfigListItem]) -> Observed<Warm> {
    let mut warm = Warm::new();
    for item in items {
        let called = item.function_arn().and_then(Called::read);
        let Some(qualifier) = called.and_then(|called| called.qualifier) else {
            let message = "provisioned concurrency of neither an alias nor a version".to_owned();
            return failed(Need::ProvisionedConcurrency.into(), message);
        };
        let asked = number(item.requested_provisioned_concurrent_executions());
        warm.insert(qualifier.to_owned(), asked);
    }
    Observed::Present(warm)
}

/// The invoke configurations of a function, of each qualifier.
pub(super) async fn invoke_configs(
    session: &Session<'_>,
    function: &str,
) -> Observed<Rc<Vec<FunctionEventInvokeConfig>>> {
    const NEED: Need = Need::FunctionInvokeConfigs;
    let ask = async || {
        let all = pages(NEED, async |marker| {
            let list = session.clients.lambda.list_function_event_invoke_configs().function_name(function);
            let page = session.ask(NEED, &[], || list.set_marker(marker).send()).await;
            page.and_then(|page| {
                let items = required(page.function_event_invoke_configs, NEED, "FunctionEventInvokeConfigs");
                items.map(|items| Page { items, next: page.next_marker })
            })
        });
        all.await.map(Rc::new)
    };
    session.lambda.lists.invoke_configs.get(function.to_owned(), ask).await
}

/// The URLs of a function and of its aliases.
pub(super) async fn urls(session: &Session<'_>, function: &str) -> Observed<Rc<Vec<FunctionUrlConfig>>> {
    const NEED: Need = Need::FunctionUrl;
    let ask = async || {
        let all = pages(NEED, async |marker| {
            let list = session.clients.lambda.list_function_url_configs().function_name(function);
            let page = session.ask(NEED, &[], || list.set_marker(marker).send()).await;
            page.map(|page| Page { items: page.function_url_configs, next: page.next_marker })
        });
        all.await.map(Rc::new)
    };
    session.lambda.lists.urls.get(function.to_owned(), ask).await
}

/// What the policy of a function, or of one of its aliases or versions, grants. Each has a policy of its own, and one that
/// nobody ever added a permission to has none.
pub(super) async fn policy(session: &Session<'_>, function: &str, qualifier: Option<&str>) -> Grants {
    let name = qualifier.map_or_else(|| function.to_owned(), |qualifier| outside(function, qualifier));
    let ask = async || {
        let get = session.clients.lambda.get_policy().function_name(function);
        let get = get.set_qualifier(qualifier.map(str::to_owned));
        let answer = session.ask(Need::FunctionPolicy, &["ResourceNotFoundException"], || get.send()).await;
        let policy = match answer {
            Observed::Present(answer) => required(answer.policy, Need::FunctionPolicy, "Policy"),
            Observed::Absent => return Observed::Present(Rc::default()),
            Observed::Unknown(why) => Observed::Unknown(why),
        };
        policy.and_then(|policy| match policy::granted(&policy, &name) {
            Ok(granted) => Observed::Present(Rc::new(granted)),
            Err(why) => failed(Need::FunctionPolicy.into(), format!("the policy of {name} cannot be read: {why}")),
        })
    };
    session.lambda.lists.policies.get(name.clone(), ask).await
}
