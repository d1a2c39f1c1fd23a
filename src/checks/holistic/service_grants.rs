//! Whether a resource policy lets a service of AWS in, for the source that it acts for.
//!
//! A `Deny` is not looked at: those of honest policies speak of plain HTTP or of strangers.

use super::sources::Source;
use crate::{
    checks::grants,
    facts::{
        Observed, Text, Why,
        iam::{Known, Operator, PolicyDocument, Statement, Subject, Texts, all_known, any_known},
    },
    stack::Stack,
};

/// What a service asks of a policy.
#[derive(Debug, Clone)]
pub(super) struct Asked<'a> {
    /// `sns.amazonaws.com`; some are written with their region, `logs.eu-west-1.amazonaws.com`.
    pub(super) service: &'static str,
    /// The actions that it takes, all of them.
    pub(super) actions: &'static [&'static str],
    /// For whom it acts, where policies may limit that.
    pub(super) source: Option<Source>,
    /// On which resource; a key policy speaks of its own key only.
    pub(super) subject: Option<Subject<'a>>,
}

/// Keys that a service fills in for its own account, or that say for which resource it encrypts.
const OF_OWN_ACCOUNT: &[&str] =
    &["aws:SourceAccount", "aws:SourceOwner", "aws:SourceOrgID", "aws:SourceOrgPaths", "aws:PrincipalOrgID"];
const ENCRYPTION_CONTEXT: &str = "kms:EncryptionContext";
const POSITIVE: &[&str] =
    &["StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike", "Null", "Bool"];

impl Asked<'_> {
    /// Whether the statements allow every one of the actions.
    pub(super) fn is_allowed_by(&self, document: &PolicyDocument, stack: &Stack<'_>) -> Known {
        let statements: Vec<&Observed<Statement>> = document.statements()?.map(|(_, statement)| statement).collect();
        all_known(self.actions.iter().map(|action| {
            any_known(statements.iter().map(|statement| {
                let Some(statement) = statement.known()? else { return Ok(false) };
                self.by_statement(statement, action, stack)
            }))
        }))
    }

    fn by_statement(&self, statement: &Statement, action: &'static str, stack: &Stack<'_>) -> Known {
        all_known([
            statement.allows(),
            self.names_service(statement),
            grants::grants_any(statement, &[action]),
            self.covers_subject(statement),
            self.conditions_hold(statement, stack),
        ])
    }

    fn names_service(&self, statement: &Statement) -> Known {
        let everybody = grants::speaks_of_everybody(statement);
        let Some(principal) = statement.principal.known()? else { return everybody };
        let services = principal.of_kind("Service").iter().map(|named| self.is_service(named));
        any_known([everybody].into_iter().chain(services))
    }

    fn is_service(&self, named: &Text) -> Known {
        let label = |name: &str| name.split_once('.').map(|(label, _)| label.to_owned());
        match label(named.literal_prefix()) {
            Some(named) => Ok(Some(named) == label(self.service)),
            None if named.as_str().is_some() => Ok(false),
            None => Err(named.why_unresolved()),
        }
    }

    fn covers_subject(&self, statement: &Statement) -> Known {
        let Some(subject) = self.subject else { return Ok(true) };
        match statement.resource.known()? {
            Some(patterns) => any_known(patterns.iter().map(|pattern| subject.covered_by(pattern, ""))),
            None => Err(Why::Malformed("a statement without Resource".to_owned())),
        }
    }

    fn conditions_hold(&self, statement: &Statement, stack: &Stack<'_>) -> Known {
        let Some(condition) = statement.condition.known()? else { return Ok(true) };
        let entries = condition.entries()?;
        all_known(entries.into_iter().map(|(operator, key, values)| self.holds(operator, key, values, stack)))
    }

    fn holds(&self, operator: Operator<'_>, key: &str, values: &Texts, stack: &Stack<'_>) -> Known {
        let unknown = || Err(Why::NotObserved(format!("whether the condition on {key} holds for {}", self.service)));
        if !operator.is_one_of(POSITIVE) {
            return unknown();
        }
        if key.eq_ignore_ascii_case("aws:SourceArn") {
            let Some(source) = &self.source else { return unknown() };
            return any_known(values.iter().map(|value| source.is_meant_by(value, stack)));
        }
        if key.eq_ignore_ascii_case("aws:SecureTransport") {
            return any_known(values.iter().map(|value| value.is("true")));
        }
        let is_own = OF_OWN_ACCOUNT.iter().any(|own| own.eq_ignore_ascii_case(key));
        let begins = key.get(..ENCRYPTION_CONTEXT.len()).is_some_and(|it| it.eq_ignore_ascii_case(ENCRYPTION_CONTEXT));
        if is_own || begins { Ok(true) } else { unknown() }
    }
}
