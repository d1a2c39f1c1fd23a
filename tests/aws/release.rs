//! A release on the double: a deployment whose hook waits for its answer, and the functions that answer.

use std::time::Duration;

use fitgate::{
    aws::{
        Calls, Rates, Resident,
        function::{FailureAnswerer, Hook, Unanswered},
        policy_source::Kept,
        settings::Settings,
    },
    deployment::{AppSpec, Hooks, Version},
    event::{Answer, DeploymentId, HookEvent, Phase},
    rehearsal::engine::{
        Alias, CreateDeploymentInput, DeploymentCreator, DeploymentGroup, EffectKind, Engine, Invocation,
        LifecycleEventStatus,
    },
};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::double::{Double, Stack};

pub(crate) const APPLICATION: &str = "shop";
pub(crate) const GROUP: &str = "orders";
pub(crate) const FUNCTION: &str = "orders";
pub(crate) const ALIAS: &str = "live";

/// What Lambda gives a hook here.
pub(crate) const TIME: Duration = Duration::from_secs(120);

/// The time of day, in every test.
pub(crate) fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().expect("a time")
}

/// Lambda's deadline.
pub(crate) fn deadline() -> u64 {
    deadline_after(TIME)
}

fn deadline_after(time: Duration) -> u64 {
    u64::try_from(now().as_millisecond()).expect("after 1970") + u64::try_from(time.as_millis()).expect("minutes")
}

/// Deploys the next version of the function, at first version 2, up to the hook of `phase`, which Lambda has taken. The
/// deployment's external id is what CloudFormation puts there.
pub(crate) fn deploy(double: &Double, phase: Phase, external_id: Option<&str>) -> HookEvent {
    double.codedeploy(|engine| {
        let current = engine.alias(FUNCTION, ALIAS).map_or(1, |alias| alias.version.number());
        for number in [current, current + 1] {
            engine.publish_version(FUNCTION, version(number));
        }
        if current == 1 {
            engine.set_alias(FUNCTION, ALIAS, Alias::of(version(1))).expect("a function");
            let group = DeploymentGroup::new(APPLICATION, GROUP, "CodeDeployDefault.LambdaAllAtOnce");
            engine.create_deployment_group(group).expect("a group");
        }
        let creator = if external_id.is_some() { DeploymentCreator::CloudFormation } else { DeploymentCreator::User };
        let order = CreateDeploymentInput::of(APPLICATION, GROUP, &app_spec(current));
        engine.create_deployment_as(creator, external_id.map(str::to_owned), order).expect("a deployment");
        drive(engine, phase)
    })
}

/// Drives the only deployment on to the hook of `phase`; the one before says yes.
fn drive(engine: &mut Engine, phase: Phase) -> HookEvent {
    while let Some(next) = engine.next_wakeup() {
        let mut effects = engine.take_effects();
        if effects.is_empty() {
            engine.advance(next);
            effects = engine.take_effects();
        }
        for effect in effects {
            let EffectKind::InvokeHook { phase: reached, hook_event, .. } = effect.kind else { continue };
            engine.hook_invoked(&hook_event, Invocation::Accepted).expect("a hook that was invoked");
            if reached == phase {
                return hook_event;
            }
            let (id, execution) = (hook_event.deployment_id.as_str(), hook_event.execution_id.as_str());
            engine.put_lifecycle_event_hook_execution_status(id, execution, "Succeeded").expect("an answer");
        }
    }
    panic!("no hook of {phase} was invoked");
}

fn app_spec(current: u64) -> AppSpec {
    let hooks = Hooks {
        before_allow_traffic: Some("CodeDeployHook_pre".to_owned()),
        after_allow_traffic: Some("CodeDeployHook_post".to_owned()),
    };
    let [resource, function, alias] = ["Orders", FUNCTION, ALIAS].map(str::to_owned);
    AppSpec { resource, function, alias, current: version(current), target: version(current + 1), hooks }
}

pub(crate) fn version(number: u64) -> Version {
    Version::new(number).expect("a version")
}

/// The answer that CodeDeploy has of the hook of `phase`; none while it waits.
pub(crate) fn answer(double: &Double, deployment: &DeploymentId, phase: Phase) -> Option<Answer> {
    double.codedeploy(|engine| {
        let id = deployment.as_str();
        let ids = engine.list_deployment_targets(id, &[]).expect("the deployment").target_ids;
        let target = engine.batch_get_deployment_targets(id, &ids).expect("its target").deployment_targets.remove(0);
        let events = target.lambda_target.lifecycle_events;
        let event = events.into_iter().find(|event| event.lifecycle_event_name == phase.name()).expect("the hook");
        match event.status {
            LifecycleEventStatus::Succeeded => Some(Answer::Succeeded),
            LifecycleEventStatus::Failed => Some(Answer::Failed),
            LifecycleEventStatus::InProgress => None,
            other => panic!("the hook is {other}"),
        }
    })
}

/// What lasts over invocations, in front of this double.
pub(crate) fn resident(double: &Double, settings: Settings) -> Resident {
    Resident {
        settings,
        clients: double.clients(),
        calls: Calls::new(Rates::Unlimited),
        kept: Kept::default(),
        clock: now,
    }
}

/// What a function did with an event.
#[derive(Debug)]
pub(crate) struct Invoked {
    /// What Lambda was told.
    pub(crate) reply: Result<Value, Unanswered>,
    /// The line in the log.
    pub(crate) line: Value,
    /// The same as it was written.
    pub(crate) text: String,
}

impl Invoked {
    fn of(reply: Result<Value, Unanswered>, log: Vec<u8>) -> Self {
        let text = String::from_utf8(log).expect("UTF-8");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 1, "exactly one line: {text}");
        assert!(text.ends_with('\n'), "a whole line: {text}");
        Self { reply, line: serde_json::from_str(lines[0]).expect("a line of JSON"), text }
    }

    /// A text of the line, empty where there is none.
    pub(crate) fn says(&self, pointer: &str) -> &str {
        self.line.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }
}

/// Invokes a hook.
pub(crate) async fn invoke(hook: &Hook, event: &Value) -> Invoked {
    invoke_within(hook, event, TIME).await
}

/// Invokes a hook that Lambda gives so much time.
pub(crate) async fn invoke_within(hook: &Hook, event: &Value, time: Duration) -> Invoked {
    let mut log = Vec::new();
    let reply = hook.handle(event, deadline_after(time), &mut log).await;
    Invoked::of(reply, log)
}

/// Invokes what answers for a dead hook.
pub(crate) async fn invoke_answerer(answerer: &FailureAnswerer, record: &Value) -> Invoked {
    let mut log = Vec::new();
    let reply = answerer.handle(record, deadline(), &mut log).await;
    Invoked::of(reply, log)
}

/// An event as Lambda hands it over.
pub(crate) fn payload(event: &HookEvent) -> Value {
    serde_json::to_value(event).expect("JSON")
}

/// Lambda's record of a hook that died:
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>.
pub(crate) fn record(event: &Value) -> Value {
    json!({
        "version": "1.0",
        "timestamp": "2026-03-01T12:00:00.000Z",
        "requestContext": {
            "requestId": "00000000-0000-4000-8000-000000000000",
            "functionArn": "arn:aws:lambda:us-east-1:123456789012:function:CodeDeployHook_fitgate_pre_traffic:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": 1,
        },
        "requestPayload": event,
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "responsePayload": {"errorType": "Sandbox.Timedout", "errorMessage": "Task timed out after 120.00 seconds"},
    })
}

/// The stack `shop`, which passes: one bucket, as it should be.
pub(crate) fn shop(double: &Double) -> Stack {
    let documents = [
        (
            "Encryption",
            json!({"Rule": [{
                "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/shop"},
                "BucketKeyEnabled": true,
            }]}),
        ),
        ("OwnershipControls", json!({"Rule": [{"ObjectOwnership": "BucketOwnerEnforced"}]})),
        (
            "Policy",
            json!({"Version": "2012-10-17", "Statement": [{
                "Effect": "Deny", "Principal": "*", "Action": "s3:*",
                "Resource": ["arn:aws:s3:::shop-data", "arn:aws:s3:::shop-data/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }]}),
        ),
        ("Versioning", json!({"Status": "Enabled"})),
        ("Tagging", json!({"TagSet": {"Tag": [{"Key": "team", "Value": "shop"}]}})),
    ];
    for (name, document) in documents {
        double.set(&format!("s3:GetBucket{name}"), "shop-data", document);
    }
    let closed = json!({
        "BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true,
    });
    double.set("s3:GetPublicAccessBlock", "shop-data", closed);
    let stack = Stack::named("shop").with("Data", "AWS::S3::Bucket", "shop-data");
    double.stack(stack.clone());
    stack
}

/// The same stack, which must halt: anybody may read the bucket.
pub(crate) fn open_shop(double: &Double) -> Stack {
    let stack = shop(double);
    double.unset("s3:GetPublicAccessBlock", "shop-data");
    double.change("s3:GetBucketPolicy", "shop-data", |policy| {
        policy["Statement"] = json!([{
            "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::shop-data/*",
        }]);
    });
    stack
}

/// Lets the only deployment that waits end well: its hooks say yes, its traffic shifts.
pub(crate) fn finish(double: &Double) {
    double.codedeploy(|engine| {
        while let Some(next) = engine.next_wakeup() {
            let mut effects = engine.take_effects();
            if effects.is_empty() {
                engine.advance(next);
                effects = engine.take_effects();
            }
            for effect in effects {
                let EffectKind::InvokeHook { hook_event, .. } = effect.kind else { continue };
                engine.hook_invoked(&hook_event, Invocation::Accepted).expect("a hook that was invoked");
                let (id, execution) = (hook_event.deployment_id.as_str(), hook_event.execution_id.as_str());
                engine.put_lifecycle_event_hook_execution_status(id, execution, "Succeeded").expect("an answer");
            }
        }
    });
}

/// The report that a line of the log encloses.
pub(crate) fn unpacked(report: &str) -> Value {
    let packed = aws_smithy_types::base64::decode(report).expect("base64");
    serde_json::from_reader(flate2::read::GzDecoder::new(packed.as_slice())).expect("gzip of JSON")
}
