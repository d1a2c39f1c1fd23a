//! `S3`: the notification configuration of a bucket of the same template.

use super::super::expansion::Expansion;
use super::super::tree::{mapping_mut, put, referenced, same};
use super::push::{From, one_or_many, permission};
use super::{Event, Invoked};
use crate::source::{Kind, Node};

/// Adds the permission, and the notifications to the bucket.
pub(super) fn generate(expansion: &mut Expansion<'_>, event: &Event<'_>, invoked: &Invoked) {
    event.report_unknown(expansion, &[&["Bucket", "Events", "Filter"]]);
    event.require(expansion, &["Bucket", "Events"]);
    let at = event.at;
    let from = From { source_account: Some(at.reference("AWS::AccountId")), ..From::default() };
    let permission = permission(event, invoked, &event.id, "", "s3.amazonaws.com", from);
    let configurations = configurations(event, invoked);
    let condition = event.owner.condition();
    match event.get("Bucket").and_then(referenced).and_then(|bucket| expansion.written_mut(bucket)) {
        Some(bucket) => {
            if condition.is_none() {
                depend_on(bucket, &permission.id, event);
            }
            add_notifications(bucket, configurations, event);
        }
        None => event.refuse(expansion, "`Bucket` must refer to a bucket of the template"),
    }
    expansion.emit(permission);
}

fn configurations(event: &Event<'_>, invoked: &Invoked) -> Vec<Node> {
    let at = event.at;
    let types: Vec<String> = event.get("Events").map(one_or_many).unwrap_or_default();
    let configuration = |r#type: String| {
        let configuration = at
            .mapping()
            .with("Event", at.text(r#type))
            .with("Function", invoked.arn(at))
            .with_copied(event.properties, &["Filter"])
            .node();
        match event.owner.condition() {
            Some(condition) => at.only_if(condition, configuration),
            None => configuration,
        }
    };
    types.into_iter().map(configuration).collect()
}

fn add_notifications(bucket: &mut Node, configurations: Vec<Node>, event: &Event<'_>) {
    let at = event.at.0;
    let Some(notifications) =
        mapping_mut(bucket, "Properties", at).and_then(|all| mapping_mut(all, "NotificationConfiguration", at))
    else {
        return;
    };
    if !matches!(notifications.get("LambdaConfigurations").map(|list| &list.kind), Some(Kind::Sequence(_))) {
        put(notifications, "LambdaConfigurations", event.at.list([]));
    }
    if let Some(Kind::Sequence(list)) =
        super::super::tree::get_mut(notifications, "LambdaConfigurations").map(|list| &mut list.kind)
    {
        for configuration in configurations {
            if !list.iter().any(|present| same(present, &configuration)) {
                list.push(configuration);
            }
        }
    }
}

/// S3 checks the permission when it takes the configuration, so the bucket comes after it.
fn depend_on(bucket: &mut Node, permission: &str, event: &Event<'_>) {
    if let Some(Kind::Sequence(ids)) = super::super::tree::get_mut(bucket, "DependsOn").map(|ids| &mut ids.kind) {
        ids.push(event.at.text(permission));
        return;
    }
    let first = bucket.get("DependsOn").filter(|id| id.as_str().is_some()).cloned();
    put(bucket, "DependsOn", event.at.list(first.into_iter().chain([event.at.text(permission)])));
}
