//! The keys of the stack by whom they encrypt for: whether services can use them, and how they are kept.

use std::collections::BTreeMap;

use super::{Verdicts, queues, service_grants::Asked};
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    checks::kms,
    facts::{Observed, Properties, Resource, Target, Text, Untyped, Why, iam::PolicyDocument},
    inventory::LogicalId,
    need::Need,
    stack::Stack,
};

pub(super) const LOG_KEY_USABLE: Check = Check {
    id: "log-key-usable",
    title: "A key lets in the service that has to encrypt with it",
    why: "CloudWatch Logs, SNS, EventBridge and S3 encrypt with the key as themselves, and no role helps them: without a \
          statement in the key policy the log group is not created, or messages are dropped without a word.",
    fix: "Allow kms:GenerateDataKey* and kms:Decrypt to the service in KeyPolicy, for logs to \
          logs.REGION.amazonaws.com; for a queue with alias/aws/sqs, take a key of the stack, or SqsManagedSseEnabled.",
    absent: "The default key policy lets in the account's own identities, and no service.",
    reference: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html",
    pillar: Pillar::Reliability,
    severity: Severity::Medium,
    since: "0.1.0",
    default: Default::On,
    needs: &[
        Need::BucketNotification,
        Need::RuleTargets,
        Need::Keys,
        Need::LogGroups,
        Need::Subscriptions,
        Need::Queue,
        Need::Topics,
    ],
    applies: Applies::Stack(&["AWS::KMS::Key"], log_key_usable),
};

pub(super) const USED_KEYS_ROTATE: Check = Check {
    id: "used-keys-rotate",
    title: "A key that data of the stack rests on is enabled and rotates",
    why: "What a disabled key encrypts can be neither read nor written. kms-rotation judges each key by itself; this one \
          says which stores, queues and secrets stand and fall with it.",
    fix: "Remove Enabled: false, and set EnableKeyRotation: true.",
    absent: "The key is enabled, and is not rotated.",
    reference: "https://docs.aws.amazon.com/kms/latest/developerguide/enabling-keys.html",
    pillar: Pillar::Security,
    severity: Severity::Medium,
    since: "0.1.0",
    default: Default::On,
    needs: &[
        Need::BucketEncryption,
        Need::Table,
        Need::Function,
        Need::DatabaseClusters,
        Need::FileSystems,
        Need::Keys,
        Need::LogGroups,
        Need::Secrets,
        Need::Queue,
        Need::Topics,
        Need::Streams,
    ],
    applies: Applies::Stack(&["AWS::KMS::Key"], used_keys_rotate),
};

/// The key that a resource encrypts with, and the property that names it; none of what encrypts with none.
pub(super) fn key_of(resource: &Resource) -> Option<(&'static str, Observed<Text>)> {
    let named = match &resource.properties {
        Properties::Bucket(bucket) => {
            let rules = bucket.bucket_encryption.as_ref();
            let rules = rules.and_then(|it| it.server_side_encryption_configuration.clone());
            let first = rules.and_then(|rules| rules.into_iter().next().unwrap_or_default());
            let key = first.and_then(|rule| rule.server_side_encryption_by_default);
            ("BucketEncryption", key.and_then(|it| it.kms_master_key_id))
        }
        Properties::Table(table) => (
            "SSESpecification.KMSMasterKeyId",
            table.sse_specification.as_ref().and_then(|it| it.kms_master_key_id.clone()),
        ),
        Properties::GlobalTable(table) => (
            "SSESpecification.KMSMasterKeyId",
            table.sse_specification.as_ref().and_then(|it| it.kms_master_key_id.clone()),
        ),
        Properties::Queue(queue) => ("KmsMasterKeyId", queue.kms_master_key_id.clone()),
        Properties::Topic(topic) => ("KmsMasterKeyId", topic.kms_master_key_id.clone()),
        Properties::LogGroup(group) => ("KmsKeyId", group.kms_key_id.clone()),
        Properties::Function(function) => ("KmsKeyArn", function.kms_key_arn.clone()),
        Properties::Untyped(properties) => by_path(resource.reference.r#type.as_str(), properties)?,
        _ => return None,
    };
    (!named.1.is_absent()).then_some(named)
}

fn by_path(r#type: &str, properties: &Untyped) -> Option<(&'static str, Observed<Text>)> {
    let path = match r#type {
        "AWS::SecretsManager::Secret" | "AWS::RDS::DBCluster" | "AWS::RDS::DBInstance" | "AWS::EFS::FileSystem" => {
            "KmsKeyId"
        }
        "AWS::Kinesis::Stream" => "StreamEncryption.KeyId",
        "AWS::KinesisFirehose::DeliveryStream" => "DeliveryStreamEncryptionConfigurationInput.KeyARN",
        _ => return None,
    };
    Some((path, properties.get(path)))
}

const KEY: &str = "AWS::KMS::Key";
const ALIAS: &str = "AWS::KMS::Alias";

/// The keys of a stack, by their aliases too.
pub(super) struct Keys<'s, 'a> {
    stack: &'s Stack<'a>,
    /// Alias name and the key it stands for.
    aliases: Vec<(Observed<Text>, Observed<Text>)>,
}

impl<'s, 'a> Keys<'s, 'a> {
    pub(super) fn of(stack: &'s Stack<'a>) -> Self {
        let resources = stack.facts.resources.iter();
        let aliases = resources
            .filter(|it| it.reference.r#type.as_str() == ALIAS)
            .map(|it| (read(it, "AliasName"), read(it, "TargetKeyId")));
        Self { stack, aliases: aliases.collect() }
    }

    /// The key of this stack that is meant; none where it is known to be another one.
    pub(super) fn meant(&self, named: &Text) -> Result<Option<LogicalId>, Why> {
        match self.stack.directory.resolve(named, &[KEY, ALIAS]) {
            Target::Resource(id) if self.stack.type_of(&id) == KEY => Ok(Some(id)),
            Target::Resource(id) if self.stack.type_of(&id) == ALIAS => {
                let alias = self.stack.resource(&id).map(|alias| read(alias, "TargetKeyId")).unwrap_or_default();
                self.of_alias(&alias)
            }
            Target::Resource(_) => Ok(None),
            Target::Elsewhere => {
                let called = |name: &Observed<Text>| name.present().is_some_and(|name| name == named);
                match self.aliases.iter().find(|(name, _)| called(name)) {
                    Some((_, key)) => self.of_alias(key),
                    None => Ok(None),
                }
            }
            Target::Unknown(why) => Err(why),
        }
    }

    fn of_alias(&self, key: &Observed<Text>) -> Result<Option<LogicalId>, Why> {
        let Some(key) = key.known()? else {
            return Err(Why::NotObserved("the key of an alias was not read".to_owned()));
        };
        match self.stack.directory.resolve(key, &[KEY]) {
            Target::Resource(id) => Ok((self.stack.type_of(&id) == KEY).then_some(id)),
            Target::Elsewhere => Ok(None),
            Target::Unknown(why) => Err(why),
        }
    }
}

/// A property of a type that nothing else reads.
fn read(resource: &Resource, property: &str) -> Observed<Text> {
    match &resource.properties {
        Properties::Other(properties) => properties.get(property).map_or(Observed::Absent, Observed::read),
        Properties::Untyped(properties) => properties.get(property),
        Properties::Unreadable(why) => Observed::Unknown(why.clone()),
        _ => Observed::Absent,
    }
}

fn used_keys_rotate(stack: &Stack<'_>, _: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let keys = Keys::of(stack);
    let mut users: BTreeMap<LogicalId, Vec<String>> = BTreeMap::new();
    for resource in &stack.facts.resources {
        // What uses a key of nobody knows which stack says nothing of the keys of this one.
        let Some((_, Observed::Present(key))) = key_of(resource) else { continue };
        if let Ok(Some(key)) = keys.meant(&key) {
            users.entry(key).or_default().push(resource.reference.logical_id.to_string());
        }
    }
    let mut verdicts = Verdicts::default();
    for (id, users) in &users {
        if let Some(Properties::Untyped(key)) = stack.resource(id).map(|it| &it.properties) {
            verdicts.say(id, kept(key, &users.join(", ")));
        }
    }
    verdicts.0
}

fn kept(key: &Untyped, users: &str) -> Verdict {
    let disabled = || Verdict::fail(format!("the key is disabled, and {users} cannot be read without it"));
    let enabled = key.judge("Enabled", |on: &bool| if *on { Verdict::Pass } else { disabled() }, || Verdict::Pass);
    let still = || Verdict::partial(50, format!("the key is never rotated, and {users} rest on it"));
    let rotates = |on: &bool| if *on { Verdict::Pass } else { still() };
    // Asymmetric keys and imported material cannot be rotated, as kms-rotation says.
    let text = |path: &str| key.get::<String>(path);
    let own = text("Origin").present().is_none_or(|origin| origin == "AWS_KMS")
        && text("KeySpec").present().is_none_or(|spec| spec == "SYMMETRIC_DEFAULT");
    let rotation = if own { key.judge("EnableKeyRotation", rotates, still) } else { Verdict::Pass };
    let kind_unknown = ["Origin", "KeySpec"].iter().find_map(|path| text(path).known().err());
    let rotation = match (rotation, kind_unknown) {
        (Verdict::Partial(..), Some(why)) => Verdict::inconclusive(why),
        (rotation, _) => rotation,
    };
    enabled.worse(rotation)
}

/// A service that encrypts with a key.
struct User {
    /// The queue, topic or log group.
    resource: LogicalId,
    service: &'static str,
    actions: &'static [&'static str],
    source: Option<super::sources::Source>,
}

/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html>
const OF_LOGS: &[&str] = &["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey"];
const OF_SENDERS: &[&str] = &["kms:GenerateDataKey", "kms:Decrypt"];

fn log_key_usable(stack: &Stack<'_>, _: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let keys = Keys::of(stack);
    let mut verdicts = Verdicts::default();
    for user in users(stack) {
        let Some(resource) = stack.resource(&user.resource) else { continue };
        let Some((place, key)) = key_of(resource) else { continue };
        let (subject, verdict) = judge(stack, &keys, &user, &key);
        let verdict = if subject == user.resource { verdict.at(place) } else { verdict.at("KeyPolicy") };
        verdicts.say(&subject, verdict);
    }
    verdicts.0
}

fn users(stack: &Stack<'_>) -> Vec<User> {
    let groups = stack.facts.resources.iter().filter(|it| matches!(it.properties, Properties::LogGroup(_)));
    let groups = groups.map(|group| User {
        resource: group.reference.logical_id.clone(),
        service: "logs.amazonaws.com",
        actions: OF_LOGS,
        source: None,
    });
    let queues = queues::senders(stack).into_iter().map(|sender| User {
        resource: sender.queue,
        service: sender.service,
        actions: OF_SENDERS,
        source: Some(sender.source),
    });
    groups.chain(queues).collect()
}

/// What to change, the key or whoever names one that cannot be used, and what is said of it.
fn judge(stack: &Stack<'_>, keys: &Keys<'_, '_>, user: &User, key: &Observed<Text>) -> (LogicalId, Verdict) {
    let on_user = |verdict: Verdict| (user.resource.clone(), verdict);
    let named = match key {
        Observed::Present(named) => named,
        Observed::Absent => return on_user(Verdict::Pass),
        Observed::Unknown(why) => return on_user(Verdict::inconclusive(why.clone())),
    };
    if kms::is_managed(named, "alias/aws/sqs") == Ok(true) {
        let text = format!(
            "{} cannot send: the policy of alias/aws/sqs lets no service in, and cannot be changed",
            user.service
        );
        return on_user(Verdict::fail(text));
    }
    let id = match keys.meant(named) {
        Ok(Some(id)) => id,
        Ok(None) => {
            let why = Why::NotObserved(format!("the key {named} is not in this stack, nor is its policy"));
            return on_user(Verdict::inconclusive(why));
        }
        Err(why) => return on_user(Verdict::inconclusive(why)),
    };
    let properties = stack.resource(&id).map(|it| &it.properties);
    let policy: Observed<PolicyDocument> = match properties {
        Some(Properties::Untyped(key)) => key.get("KeyPolicy"),
        Some(Properties::Unreadable(why)) => Observed::Unknown(why.clone()),
        _ => Observed::Absent,
    };
    let asked = Asked { service: user.service, actions: user.actions, source: user.source.clone(), subject: None };
    let refused = || {
        let text = format!("the key policy does not let {} encrypt for {}", user.service, user.resource);
        Verdict::fail(text)
    };
    let verdict = policy.judge(|policy| Verdict::of(asked.is_allowed_by(policy, stack), refused), refused);
    (id, verdict)
}
