//! AWS Config: what its rules say of buckets, tables and functions.
//!
//! An evaluation counts only if what it looked at is as new as the resource: AWS Config lags behind a deployment.

use aws_sdk_config::types::EvaluationResult;
use jiff::Timestamp;
use serde_json::Value;

use super::{
    Document, Memo, Session,
    answer::{Page, pages},
};
use crate::{
    aws::moment::moment,
    facts::{Observed, Why},
    inventory::ResourceRef,
    need::Need,
};

/// The types that checks ask about, and the type as AWS Config calls it; its id there is the resource's name, which
/// is the physical id. <https://docs.aws.amazon.com/config/latest/developerguide/resource-config-reference.html>
const RECORDED: &[(&str, &str)] = &[
    ("AWS::S3::Bucket", "AWS::S3::Bucket"),
    ("AWS::DynamoDB::Table", TABLE),
    ("AWS::DynamoDB::GlobalTable", TABLE),
    ("AWS::Lambda::Function", "AWS::Lambda::Function"),
];

const TABLE: &str = "AWS::DynamoDB::Table";

/// A rule without a resource: what it says of the account concerns every table.
/// <https://docs.aws.amazon.com/config/latest/developerguide/dynamodb-throughput-limit-check.html>
const OF_ACCOUNT: (&str, &str) = ("AWS::::Account", "dynamodb-throughput-limit-check");

/// The field of the facts.
pub(super) const FIELD: &str = "$ConfigCompliance";

/// What AWS Config says where it is switched off, or does not record the type. The reference of the operation has
/// none of these; it answers with an empty list.
const OFF: &[&str] = &[
    "NoSuchConfigurationRecorderException",
    "NoAvailableConfigurationRecorderException",
    "NoRunningConfigurationRecorderException",
    "ResourceNotDiscoveredException",
];

/// What observers share of AWS Config.
#[derive(Debug, Default)]
pub(super) struct Shared {
    account: Memo<(), Observed<Vec<EvaluationResult>>>,
}

/// What the rules say of a resource; absent where no check asks, or the type is none that checks ask about.
pub(super) async fn compliance(session: &Session<'_>, resource: &ResourceRef) -> Observed<Vec<Value>> {
    let recorded = RECORDED.iter().find(|(r#type, _)| *r#type == resource.r#type.as_str());
    let Some((_, r#type)) = recorded.filter(|_| session.wants(Need::ConfigCompliance)) else {
        return Observed::Absent;
    };
    let Some(id) = &resource.physical_id else {
        return Observed::not_observed("it is still being created");
    };
    let evaluations = ask(session, r#type, id).await;
    let of_account = if *r#type == TABLE { of_account(session).await } else { Observed::Absent };
    let all = match (evaluations, of_account) {
        (Observed::Unknown(why), _) | (_, Observed::Unknown(why)) => return Observed::Unknown(why),
        (one, other) => [one, other].into_iter().filter_map(|some| some.present().cloned()).flatten(),
    };
    Observed::Present(all.map(|evaluation| document(&evaluation, resource.last_updated)).collect())
}

/// What the rule says that speaks of the whole account; nothing where nobody knows which account that is.
async fn of_account(session: &Session<'_>) -> Observed<Vec<EvaluationResult>> {
    let Some(account) = session.stack().account.present() else { return Observed::Absent };
    let read = || async {
        ask(session, OF_ACCOUNT.0, account).await.map(|evaluations| {
            let of_rule =
                |evaluation: &EvaluationResult| rule(evaluation).is_some_and(|rule| rule.contains(OF_ACCOUNT.1));
            evaluations.into_iter().filter(of_rule).collect()
        })
    };
    session.config.account.get((), read).await
}

async fn ask(session: &Session<'_>, r#type: &str, id: &str) -> Observed<Vec<EvaluationResult>> {
    let page = async |token: Option<String>| {
        let get = || {
            let get = session.clients.config.get_compliance_details_by_resource();
            get.resource_type(r#type).resource_id(id).set_next_token(token).send()
        };
        let answer = session.ask(Need::ConfigCompliance, OFF, get).await;
        answer.map(|answer| Page { items: answer.evaluation_results.unwrap_or_default(), next: answer.next_token })
    };
    match pages(Need::ConfigCompliance, page).await {
        Observed::Absent => Observed::Present(Vec::new()),
        evaluations => evaluations,
    }
}

fn rule(evaluation: &EvaluationResult) -> Option<&str> {
    evaluation.evaluation_result_identifier()?.evaluation_result_qualifier()?.config_rule_name()
}

/// One evaluation; `updated` is when the resource was last changed.
fn document(evaluation: &EvaluationResult, updated: Option<Timestamp>) -> Value {
    let Some(rule) = rule(evaluation) else {
        return Document::unknown(&Why::Malformed("an evaluation of AWS Config names no rule".to_owned()));
    };
    // The state that was looked at is of this time: for a periodic rule that of the evaluation, else that of the
    // configuration item.
    let identifier = evaluation.evaluation_result_identifier();
    let seen = identifier.and_then(|identifier| identifier.ordering_timestamp());
    let seen = seen.or(evaluation.result_recorded_time()).and_then(moment);
    let said = evaluation.compliance_type().map(|kind| kind.as_str().to_owned());
    let compliance = match (seen, updated) {
        (Some(seen), Some(updated)) if seen >= updated => said.map_or(Observed::Absent, Observed::Present),
        (Some(seen), Some(updated)) => Observed::not_observed(format!(
            "AWS Config's rule {rule} looked at it at {seen}, before it was last changed at {updated}"
        )),
        (None, _) => Observed::not_observed(format!("AWS Config does not say when its rule {rule} looked at it")),
        (_, None) => Observed::not_observed(format!(
            "nobody knows whether it was changed after AWS Config's rule {rule} looked at it"
        )),
    };
    let mut document = Document::new();
    document.set("ConfigRuleName", rule);
    document.put("ComplianceType", compliance);
    document.set_some("Annotation", evaluation.annotation());
    document.set_some("Evaluated", seen);
    document.into()
}
