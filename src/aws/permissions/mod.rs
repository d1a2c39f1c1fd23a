//! What the hooks may do: least-privilege IAM statements that follow from what the enabled checks need.
//!
//! Values in, values out: nothing here calls AWS. The statements of [`template.yaml`] are written by this module,
//! and a test compares them.
//!
//! [`template.yaml`]: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html

mod render;
mod table;

use std::collections::BTreeSet;

pub use render::{json, yaml};
use table::{HISTORY, POLICY, ROWS, Row, Scope};

use crate::{checks, need::Need};

/// To find out which deployment an event belongs to; and the version that a dry run is for.
const DEPLOYMENT: &[&str] = &[
    "codedeploy:BatchGetDeploymentTargets",
    "codedeploy:GetApplicationRevision",
    "codedeploy:GetDeployment",
    "codedeploy:ListDeploymentTargets",
    "lambda:GetAlias",
    "lambda:GetFunctionConfiguration",
];

/// To answer it.
const ANSWER: &[&str] = &["codedeploy:PutLifecycleEventHookExecutionStatus"];

/// To find the stack of a function, and what it holds. `GetFunction` shows the tags only to who may list them:
/// <https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html>.
const STACK: &[&str] = &[
    "cloudformation:DescribeStackResources",
    "cloudformation:DescribeStacks",
    "cloudformation:ListStackResources",
    "lambda:GetFunction",
    "lambda:ListTags",
];

/// To read the owner's policy.
const OWNER: &[&str] = &["appconfig:GetLatestConfiguration", "appconfig:StartConfigurationSession"];

/// To say what was seen.
const METRICS: &[&str] = &["cloudwatch:PutMetricData"];

/// To remember, and to compare with the last good release.
const RELEASES: &[&str] = &["codedeploy:BatchGetDeployments", "dynamodb:PutItem", "dynamodb:Query"];

/// Where fitgate is installed: the parts of ARNs that differ from one account to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    /// `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: String,
    /// The region of the hooks, which is that of the stacks they judge.
    pub region: String,
    /// The account of the hooks.
    pub account: String,
    /// The ARN of the history's table; `None` where no history is kept.
    pub history_table: Option<String>,
    /// The ARN of the configuration in AppConfig that holds the policy; `None` where a file does.
    pub policy: Option<String>,
}

impl Default for Installation {
    /// As CloudFormation fills it in inside of template.yaml, by `Fn::Sub`.
    fn default() -> Self {
        Self {
            partition: "${AWS::Partition}".to_owned(),
            region: "${AWS::Region}".to_owned(),
            account: "${AWS::AccountId}".to_owned(),
            history_table: Some("${History.Arn}".to_owned()),
            policy: None,
        }
        .with_policy(["${PolicyApplication}", "${PolicyEnvironment}", "${PolicyProfile}"])
    }
}

impl Installation {
    /// With the table of the history in the same account and region.
    #[must_use]
    pub fn with_history(self, table: &str) -> Self {
        let table = format!("arn:{}:dynamodb:{}:{}:table/{table}", self.partition, self.region, self.account);
        Self { history_table: Some(table), ..self }
    }

    /// With the policy in AppConfig, by the ids of its application, environment and profile.
    #[must_use]
    pub fn with_policy(self, [application, environment, profile]: [&str; 3]) -> Self {
        let configuration = format!(
            "arn:{}:appconfig:{}:{}:application/{application}/environment/{environment}/configuration/{profile}",
            self.partition, self.region, self.account
        );
        Self { policy: Some(configuration), ..self }
    }

    /// `text` with what is known of the installation; `None` where it speaks of something that there is not.
    fn fill(&self, text: &str) -> Option<String> {
        match text {
            HISTORY => self.history_table.clone(),
            POLICY => self.policy.clone(),
            text => Some(
                text.replace("${AWS::Partition}", &self.partition)
                    .replace("${AWS::Region}", &self.region)
                    .replace("${AWS::AccountId}", &self.account),
            ),
        }
    }
}

/// One statement of a policy, always an `Allow`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Letters only, and one of its kind in the document.
    pub sid: &'static str,
    /// IAM actions, sorted.
    pub actions: Vec<String>,
    /// ARNs, or `*` alone.
    pub resources: Vec<String>,
    /// Operator, key and value.
    pub condition: Option<(&'static str, &'static str, String)>,
    /// Why the statement is for everything, where it is.
    pub reason: Option<&'static str>,
}

/// Every need of the catalogue, of opt-in checks too: a policy in AppConfig may turn one on at any time, and the
/// role of the hook should not have to change for that.
pub fn every_need() -> BTreeSet<Need> {
    checks::all().flat_map(|check| check.needs).copied().collect()
}

/// The actions of a hook that observes `needs`.
pub fn of_hook(needs: &BTreeSet<Need>) -> BTreeSet<&'static str> {
    let own = [DEPLOYMENT, ANSWER, STACK, OWNER, METRICS, RELEASES].concat();
    needs.iter().flat_map(|need| need.actions()).chain(own).collect()
}

/// The actions of the function that answers for a hook that died: it looks at nothing but the policy.
pub fn of_failure_answerer() -> BTreeSet<&'static str> {
    [ANSWER, OWNER, METRICS].concat().into_iter().collect()
}

/// The statements that allow `actions` and nothing else.
///
/// The same actions give the same statements in the same order. What the installation does not have (a history, a
/// policy in AppConfig) needs no permission. An action that no row of the table has is allowed
/// on everything, in a statement of its own that says so.
pub fn statements(actions: &BTreeSet<&str>, installation: &Installation) -> Vec<Statement> {
    let mut statements: Vec<_> = ROWS.iter().filter_map(|row| statement(row, actions, installation)).collect();
    let unlisted: Vec<_> = actions.iter().filter(|action| row_of(action).is_none()).map(ToString::to_string).collect();
    if !unlisted.is_empty() {
        statements.push(Statement {
            sid: "Unlisted",
            actions: unlisted,
            resources: vec!["*".to_owned()],
            condition: None,
            reason: Some("fitgate does not know what these actions can be limited to"),
        });
    }
    statements
}

/// The characters that a managed policy has room for, white space not counted.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
pub const MOST_CHARACTERS: usize = 6_144;

/// The same statements over as many documents as a managed policy each is needed for, in their order.
pub fn in_documents(statements: Vec<Statement>) -> Vec<Vec<Statement>> {
    let mut documents: Vec<Vec<Statement>> = Vec::new();
    for statement in statements {
        match documents.last_mut() {
            Some(last) if fits(last, &statement) => last.push(statement),
            _ => documents.push(vec![statement]),
        }
    }
    documents
}

fn fits(document: &[Statement], further: &Statement) -> bool {
    let all: Vec<Statement> = document.iter().chain([further]).cloned().collect();
    json(&all).to_string().len() <= MOST_CHARACTERS
}

/// Whether the table says what this action can be limited to.
pub fn is_listed(action: &str) -> bool {
    row_of(action).is_some()
}

/// Every action of the table, in its order.
pub fn listed() -> impl Iterator<Item = &'static str> {
    ROWS.iter().flat_map(|row| row.actions).copied()
}

fn row_of(action: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.actions.contains(&action))
}

fn statement(row: &'static Row, actions: &BTreeSet<&str>, installation: &Installation) -> Option<Statement> {
    let mut asked: Vec<_> = row.actions.iter().filter(|action| actions.contains(*action)).collect();
    if asked.is_empty() {
        return None;
    }
    asked.sort();
    let (resources, reason) = match row.scope {
        Scope::Only(arns) => (arns.iter().filter_map(|arn| installation.fill(arn)).collect(), None),
        Scope::Everything(why) => (vec!["*".to_owned()], Some(why)),
    };
    let condition = match row.condition {
        Some((operator, key, value)) => Some((operator, key, installation.fill(value)?)),
        None => None,
    };
    let actions = asked.into_iter().map(ToString::to_string).collect();
    let allows = !Vec::is_empty(&resources);
    allows.then_some(Statement { sid: row.sid, actions, resources, condition, reason })
}
