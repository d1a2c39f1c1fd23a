//! AWS Lambda: functions, aliases, versions, permissions, URLs, event source mappings, invoke configurations.
//!
//! Lambda takes 100 `GetFunction` a second, 15 `GetPolicy`, and 15 of all other reads together
//! (<https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>), so calls are saved where they can be:
//!
//! | what | calls |
//! |---|---|
//! | configuration, concurrency, tags of a function | one `GetFunction` |
//! | aliases, of the stack and beside it | one `ListAliases` a function, none an alias |
//! | provisioned concurrency | one list a function, where it has an alias or a version |
//! | published versions | one list a function, where it has neither alias nor version in the stack |
//! | invoke configurations | one list a function |
//! | URLs | one list a function with a URL in the stack |
//! | permissions | one `GetPolicy` a function and one an alias, none a permission |
//! | event source mappings | one each, or pages of the account's where they are fewer |
//!
//! A function's properties are those of `$LATEST`, as a template writes them. An alias may point to a version of
//! long ago; what such a version was configured with is nobody's plan any more, and is not looked at. Of the function
//! that is being released the version is looked at that will run ([`Session::deploying`]).

mod alias;
mod called;
mod configuration;
mod event_source;
mod function;
mod invoke_config;
mod lists;
mod permission;
mod policy;
mod qualified;
mod roster;
mod url;

use std::{cell::RefCell, rc::Rc};

pub(super) use alias::{alias, version};
pub(super) use event_source::event_source_mapping;
pub(super) use function::function;
pub(super) use invoke_config::invoke_config;
pub(super) use permission::permission;
pub(super) use url::url;

use self::{called::Called, lists::Lists, permission::Statements, roster::Roster};
use super::{Memo, Session};
use crate::{
    deployment::Deployment,
    facts::{
        Observed, Part, Text, Why,
        lambda::{Destination, DestinationConfig},
    },
    inventory::ResourceRef,
};

/// What several resources share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    lists: Lists,
    roster: Memo<(), Rc<Roster>>,
    statements: Memo<(), Rc<Statements>>,
    mappings: event_source::Listed,
    /// Function and version of the deployment that is judged.
    release: RefCell<Option<(String, String)>>,
}

impl Shared {
    pub(super) fn deploying(&self, deployment: &Deployment) {
        *self.release.borrow_mut() = Some((deployment.function.clone(), deployment.target.to_string()));
    }
}

/// What the stack itself holds of Lambda. Waits for the whole inventory.
async fn roster(session: &Session<'_>) -> Rc<Roster> {
    session.lambda.roster.get((), async || Rc::new(Roster::of(session.inventory().await))).await
}

/// What a property is in the stack's template; absent, where it has none or nobody looks at the template.
async fn templated(session: &Session<'_>, resource: &ResourceRef, property: &str) -> Observed<Text> {
    let written = session.templated(resource).await;
    written.and_then(|mut written| written.remove(property).map_or(Observed::Absent, |value| Observed::read(&value)))
}

/// The function that a text of the template calls, with the qualifier, as Lambda knows them: `orders:live`.
async fn spelled(session: &Session<'_>, text: &Text) -> Option<String> {
    let inventory = session.inventory().await;
    let mut spelled = String::new();
    for part in text.parts() {
        match part {
            Part::Literal(literal) => spelled.push_str(literal),
            Part::Reference { resource, attribute } => {
                let found = inventory.iter().find(|known| known.logical_id.as_str() == resource)?;
                let physical = found.physical_id.as_deref()?;
                match attribute.as_deref() {
                    None | Some("Arn" | "AliasArn" | "FunctionArn") => spelled.push_str(physical),
                    Some("Version") => spelled.push_str(Called::read(physical)?.qualifier?),
                    Some(_) => return None,
                }
            }
            Part::Pseudo(_) | Part::Unknown(_) => return None,
        }
    }
    Some(spelled)
}

/// A physical id that is not what CloudFormation documents for the type.
fn strange(r#type: &str, physical: &str) -> Why {
    Why::Malformed(format!("{physical} is no physical id of {type}"))
}

/// Where outcomes go. The API says `{"OnFailure": {}}` where they go nowhere.
fn destinations(config: Option<&aws_sdk_lambda::types::DestinationConfig>) -> Observed<DestinationConfig> {
    let to = |target: Option<&str>| {
        configuration::written(target).map(|target: Text| Destination { destination: Observed::Present(target) })
    };
    let Some(config) = config else { return Observed::Absent };
    let on_failure = to(config.on_failure().and_then(|to| to.destination()));
    let on_success = to(config.on_success().and_then(|to| to.destination()));
    if on_failure.is_absent() && on_success.is_absent() {
        return Observed::Absent;
    }
    Observed::Present(DestinationConfig { on_failure, on_success })
}
