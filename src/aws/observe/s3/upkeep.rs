//! How a bucket is run: logs, lifecycle, notifications, tags.

use aws_sdk_s3::{
    operation::get_bucket_notification_configuration::GetBucketNotificationConfigurationOutput,
    types::{
        Event, LifecycleRule as Rule, NoncurrentVersionExpiration, NoncurrentVersionTransition,
        NotificationConfigurationFilter as Filter,
    },
};
use serde_json::{Value, json};

use super::access::object;
use crate::{
    aws::observe::Session,
    facts::{
        List, Observed, Tag, Text,
        s3::{LambdaConfiguration, Lifecycle, LifecycleRule, Logging, NotificationConfiguration},
    },
    need::Need,
};

/// Where access logs go; absent where requests are not logged.
pub(super) async fn logging(session: &Session<'_>, bucket: &str) -> Observed<Logging> {
    let send = || session.clients.s3.get_bucket_logging().bucket(bucket).send();
    let answer = session.ask(Need::BucketLogging, &[], send).await;
    answer
        .and_then(|answer| Observed::from(answer.logging_enabled))
        .map(|logging| Logging { destination_bucket_name: Observed::Present(Text::literal(logging.target_bucket)) })
}

/// What becomes of objects in time.
pub(super) async fn lifecycle(session: &Session<'_>, bucket: &str) -> Observed<Lifecycle> {
    let send = || session.clients.s3.get_bucket_lifecycle_configuration().bucket(bucket).send();
    let answer = session.ask(Need::BucketLifecycle, &["NoSuchLifecycleConfiguration"], send).await;
    let rules = |rules: Vec<Rule>| rules.into_iter().map(|rule| Observed::Present(lifecycle_rule(rule))).collect();
    answer.map(|answer| Lifecycle { rules: Observed::Present(rules(answer.rules.unwrap_or_default())) })
}

/// S3 knows the current forms only, whichever form the template has.
fn lifecycle_rule(rule: Rule) -> LifecycleRule {
    let moves = rule.noncurrent_version_transitions.filter(|moves| !moves.is_empty());
    let moves = moves.map(|moves| moves.iter().map(|moved| Observed::Present(transition(moved))).collect());
    LifecycleRule {
        status: Observed::Present(rule.status.as_str().to_owned()),
        noncurrent_version_expiration: Observed::from(rule.noncurrent_version_expiration.as_ref().map(expiration)),
        noncurrent_version_expiration_in_days: Observed::Absent,
        noncurrent_version_transitions: Observed::from(moves),
        noncurrent_version_transition: Observed::Absent,
    }
}

fn expiration(expiration: &NoncurrentVersionExpiration) -> Value {
    object([
        ("NoncurrentDays", expiration.noncurrent_days.map(|days| json!(days))),
        ("NewerNoncurrentVersions", expiration.newer_noncurrent_versions.map(|versions| json!(versions))),
    ])
}

fn transition(moved: &NoncurrentVersionTransition) -> Value {
    object([
        ("StorageClass", moved.storage_class.as_ref().map(|class| json!(class.as_str()))),
        ("TransitionInDays", moved.noncurrent_days.map(|days| json!(days))),
        ("NewerNoncurrentVersions", moved.newer_noncurrent_versions.map(|versions| json!(versions))),
    ])
}

/// Who is told of changes; absent where nobody is.
pub(super) async fn notification(session: &Session<'_>, bucket: &str) -> Observed<NotificationConfiguration> {
    let send = || session.clients.s3.get_bucket_notification_configuration().bucket(bucket).send();
    let answer = session.ask(Need::BucketNotification, &[], send).await;
    answer.and_then(read_notification)
}

/// CloudFormation writes one entry for each event, S3 one for each set of events.
fn read_notification(answer: GetBucketNotificationConfigurationOutput) -> Observed<NotificationConfiguration> {
    let functions = answer.lambda_function_configurations.unwrap_or_default().into_iter().flat_map(|told| {
        let function = Observed::Present(Text::literal(told.lambda_function_arn));
        told.events.into_iter().map(move |_| Observed::Present(LambdaConfiguration { function: function.clone() }))
    });
    let queues = answer.queue_configurations.unwrap_or_default().into_iter();
    let queues = queues.flat_map(|told| entries("Queue", &told.queue_arn, &told.events, told.filter.as_ref()));
    let topics = answer.topic_configurations.unwrap_or_default().into_iter();
    let topics = topics.flat_map(|told| entries("Topic", &told.topic_arn, &told.events, told.filter.as_ref()));
    let told = NotificationConfiguration {
        lambda_configurations: filled(functions.collect()),
        queue_configurations: filled(queues.collect()),
        topic_configurations: filled(topics.collect()),
        event_bridge_configuration: Observed::from(
            answer.event_bridge_configuration.map(|_| json!({ "EventBridgeEnabled": true })),
        ),
    };
    if told == NotificationConfiguration::default() { Observed::Absent } else { Observed::Present(told) }
}

fn filled<T>(items: Vec<T>) -> Observed<Vec<T>> {
    Observed::from(Some(items).filter(|items| !items.is_empty()))
}

fn entries(kind: &str, arn: &str, events: &[Event], filter: Option<&Filter>) -> Vec<Observed<Value>> {
    let rules = filter.and_then(|filter| filter.key.as_ref()).and_then(|key| key.filter_rules.as_ref());
    let rules = rules.map(|rules| {
        let rule = |name: Option<&str>, value: Option<&str>| {
            object([("Name", name.map(|name| json!(name))), ("Value", value.map(|value| json!(value)))])
        };
        let rules = rules.iter().map(|each| rule(each.name().map(|name| name.as_str()), each.value()));
        json!({ "S3Key": { "Rules": rules.collect::<Vec<_>>() } })
    });
    let entry = |event: &Event| {
        object([("Event", Some(json!(event.as_str()))), ("Filter", rules.clone()), (kind, Some(json!(arn)))])
    };
    events.iter().map(|event| Observed::Present(entry(event))).collect()
}

/// Tags, but for those that AWS itself sets: CloudFormation marks every bucket with `aws:cloudformation:` ones, which
/// are nobody's decision and stand in no template.
pub(super) async fn tags(session: &Session<'_>, bucket: &str) -> List<Tag> {
    let send = || session.clients.s3.get_bucket_tagging().bucket(bucket).send();
    let answer = session.ask(Need::BucketTagging, &["NoSuchTagSet"], send).await;
    answer.and_then(|answer| {
        let own = answer.tag_set.into_iter().filter(|tag| !tag.key.starts_with("aws:"));
        filled(own.map(|own| Observed::Present(tag(own.key, own.value))).collect())
    })
}

fn tag(key: String, value: String) -> Tag {
    Tag { key: Observed::Present(Text::literal(key)), value: Observed::Present(Text::literal(value)) }
}
