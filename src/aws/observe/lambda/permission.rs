//! `AWS::Lambda::Permission`, and what a function's policies grant beside the permissions of the stack.
//!
//! CloudFormation knows a permission by the id of its statement and not by its function, so the statement is looked for
//! in the policies of the stack's functions and aliases. Each of them is asked for its policy anyway: what nobody wrote
//! into the template, a grant to everybody for example, is found there and nowhere else.

use std::{collections::BTreeMap, rc::Rc, sync::Arc};

use futures_util::future::{join, join_all};
use serde_json::Value;

use super::{
    called::Called,
    lists::{self, Grants},
    roster::{self, outside},
};
use crate::{
    aws::observe::{Document, Session, answer::failed, not_created, written},
    facts::{
        List, Observed, Part, Properties, Text, Why,
        lambda::{OtherPermission, Permission},
    },
    inventory::ResourceRef,
    need::Need,
};

const NEED: Need = Need::FunctionPolicy;

/// The statements of the policies of all functions of the stack.
#[derive(Debug, Default)]
pub(super) struct Statements {
    by_id: BTreeMap<String, Vec<Permission>>,
    /// Which of the policies are not known, or not wholly, and why.
    unread: Vec<(Owner, Why)>,
}

/// Whose policy it is: a function, and the qualifier.
type Owner = (String, Option<String>);

impl Statements {
    fn enter(&mut self, owner: &Owner, grants: &Grants) {
        match grants {
            Observed::Present(grants) => grants.iter().for_each(|grant| self.enter_grant(owner, grant)),
            Observed::Absent => {}
            Observed::Unknown(why) => self.unread.push((owner.clone(), why.clone())),
        }
    }

    fn enter_grant(&mut self, owner: &Owner, grant: &Observed<OtherPermission>) {
        match grant {
            Observed::Present(OtherPermission { statement_id, permission }) => {
                self.by_id.entry(statement_id.clone()).or_default().push(permission.clone());
            }
            Observed::Absent => {}
            Observed::Unknown(why) => self.unread.push((owner.clone(), why.clone())),
        }
    }

    /// The permission that a statement is; absent, where every policy is known and none has it.
    fn find(&self, statement: &str) -> Observed<Permission> {
        match self.by_id.get(statement).map(Vec::as_slice) {
            Some([one]) => Observed::Present(one.clone()),
            Some(_) => {
                let what = format!("the statement {statement} grants several things at once, as no permission does");
                Observed::Unknown(Why::Malformed(what))
            }
            None => self.doubtful(),
        }
    }

    /// A statement that is in none of the policies that are known, so in one that is not. Where those are of one function,
    /// that is known of it, and of no other function anything is in doubt.
    fn doubtful(&self) -> Observed<Permission> {
        let Some(((function, qualifier), why)) = self.unread.first() else { return Observed::Absent };
        if self.unread.iter().any(|((other, _), _)| other != function) {
            return Observed::Unknown(why.clone());
        }
        let same = self.unread.iter().all(|((_, other), _)| other == qualifier);
        let name = match qualifier {
            _ if !same => Text::new([Part::Literal(format!("{function}:")), Part::Unknown(why.clone())]),
            Some(qualifier) => Text::literal(outside(function, qualifier)),
            None => Text::literal(function),
        };
        Observed::Present(of_nobody_knows(name, why))
    }
}

/// A permission on a function of which nothing else is known.
fn of_nobody_knows(function: Text, why: &Why) -> Permission {
    let text = || Observed::Unknown(why.clone());
    Permission {
        action: Observed::Unknown(why.clone()),
        function_name: Observed::Present(function),
        principal: text(),
        principal_org_id: text(),
        source_arn: text(),
        source_account: text(),
        function_url_auth_type: Observed::Unknown(why.clone()),
        invoked_via_function_url: Observed::Unknown(why.clone()),
        event_source_token: text(),
        function_has_url: Observed::Absent,
    }
}

/// Looks for the statement of one permission: where its physical id or the template says, else in every policy.
pub(in super::super) async fn permission(session: &Session<'_>, resource: &ResourceRef) -> Value {
    let Some(physical) = resource.physical_id.as_deref() else { return not_created(resource) };
    let (function, statement) = roster::statement(physical);
    let owner = match function {
        Some(called) => Some(owner(called)),
        None => owner_in_template(session, resource).await,
    };
    let found = match &owner {
        Some(owner) => of_one(session, owner).await.find(statement),
        None => Observed::Absent,
    };
    let found = if found.is_absent() { anywhere(session, statement).await } else { found };
    let gone = || format!("no policy of the stack's functions has the statement {statement}; was it removed?");
    let found = if found.is_absent() { failed(NEED.into(), gone()) } else { found };
    match (found, owner) {
        (Observed::Present(permission), _) => written(&Properties::Permission(Arc::new(permission))),
        (Observed::Unknown(why), Some((function, qualifier))) => {
            let name = qualifier.map_or_else(|| function.clone(), |qualifier| outside(&function, &qualifier));
            written(&Properties::Permission(Arc::new(of_nobody_knows(Text::literal(name), &why))))
        }
        (Observed::Unknown(why), None) => Document::unknown(&why),
        (Observed::Absent, _) => Document::unknown(&Why::NotObserved(gone())),
    }
}

fn owner(called: Called<'_>) -> Owner {
    (called.name.to_owned(), called.qualifier.map(str::to_owned))
}

/// The function that the permission is on, by the template.
async fn owner_in_template(session: &Session<'_>, resource: &ResourceRef) -> Option<Owner> {
    let function = super::templated(session, resource, "FunctionName").await;
    let spelled = super::spelled(session, function.present()?).await?;
    Called::read(&spelled).map(owner)
}

/// The statements of the policy of one function, alias or version.
async fn of_one(session: &Session<'_>, owner: &Owner) -> Statements {
    let (function, qualifier) = owner;
    let mut statements = Statements::default();
    statements.enter(owner, &lists::policy(session, function, qualifier.as_deref()).await);
    statements
}

/// The statement, whosever it is.
async fn anywhere(session: &Session<'_>, statement: &str) -> Observed<Permission> {
    match of_the_stack(session).await.find(statement) {
        Observed::Absent => of_versions(session).await.find(statement),
        found => found,
    }
}

/// The statements of the functions and aliases of the stack, gathered once.
async fn of_the_stack(session: &Session<'_>) -> Rc<Statements> {
    let gather = async || {
        let roster = super::roster(session).await;
        let policies = join_all(roster.functions().map(|function| policies(session, function))).await;
        let mut statements = Statements::default();
        policies.iter().flatten().for_each(|(owner, grants)| statements.enter(owner, grants));
        Rc::new(statements)
    };
    session.lambda.statements.get((), gather).await
}

/// A permission on a version is seldom, and its policy nobody else asks for.
async fn of_versions(session: &Session<'_>) -> Statements {
    let roster = super::roster(session).await;
    let versions = roster.functions().flat_map(|function| {
        roster.versions_of(function).map(move |(version, _)| of(session, function, Some(version)))
    });
    let mut statements = Statements::default();
    join_all(versions).await.iter().for_each(|(owner, grants)| statements.enter(owner, grants));
    statements
}

/// One policy, and whose it is.
async fn of(session: &Session<'_>, function: &str, qualifier: Option<&str>) -> (Owner, Grants) {
    let grants = lists::policy(session, function, qualifier).await;
    ((function.to_owned(), qualifier.map(str::to_owned)), grants)
}

/// The policies of a function and of each of its aliases, which are those of the stack where nobody could list them.
async fn policies(session: &Session<'_>, function: &str) -> Vec<(Owner, Grants)> {
    let of_aliases = async {
        let aliases: Vec<String> = match lists::aliases(session, function).await {
            Observed::Present(aliases) => aliases.iter().filter_map(|alias| alias.name.clone()).collect(),
            Observed::Absent | Observed::Unknown(_) => {
                super::roster(session).await.aliases_of(function).map(str::to_owned).collect()
            }
        };
        join_all(aliases.iter().map(|alias| of(session, function, Some(alias)))).await
    };
    let (own, of_aliases) = join(of(session, function, None), of_aliases).await;
    [own].into_iter().chain(of_aliases).collect()
}

/// What the policies of a function and its aliases grant that no permission of the stack does.
pub(super) async fn others(session: &Session<'_>, function: &str) -> List<OtherPermission> {
    if !session.wants(NEED) {
        return Observed::Absent;
    }
    let (policies, roster) = join(policies(session, function), super::roster(session)).await;
    let mut others = Vec::new();
    for (_, grants) in policies {
        match grants {
            Observed::Present(grants) => others.extend(grants.iter().filter(|grant| is_other(&roster, grant)).cloned()),
            Observed::Absent => {}
            Observed::Unknown(why) => others.push(Observed::Unknown(why)),
        }
    }
    Observed::Present(others)
}

fn is_other(roster: &roster::Roster, grant: &Observed<OtherPermission>) -> bool {
    grant.present().is_none_or(|grant| !roster.has_statement(&grant.statement_id))
}
