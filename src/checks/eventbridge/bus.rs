//! Event buses and global endpoints: who may send, what is encrypted, what is replicated.
//!
//! Opt-in: `eventbridge-bus-policy-attached`, for a bus without policy is closed to other accounts, and
//! `eventbridge-bus-kms`, for a key costs money.

use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    checks::{
        grants,
        sinks::named_in,
        statements::{self, Words},
    },
    facts::{
        Observed, Part, Properties, Resource, Target, Text, Untyped, Why,
        iam::{Known, PolicyDocument, Statement, any_known},
    },
    need::Need,
    stack::Stack,
};

/// The table.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "eventbridge-bus-policy-not-open",
        title: "Event bus takes events of known senders only",
        why: "Where everybody may put events, a stranger decides what the rules of the bus do.",
        fix: "Name the accounts, or limit everybody with StringEquals on aws:PrincipalOrgID or aws:SourceAccount.",
        absent: "Without a policy the bus takes events of its own account alone; the check does not apply.",
        reference: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-perms.html",
        pillar: Pillar::Security,
        severity: Severity::High,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::StackTemplate, Need::EventBuses],
        applies: Applies::Each(&["AWS::Events::EventBus", "AWS::Events::EventBusPolicy"], not_open),
    },
    Check {
        id: "eventbridge-bus-policy-attached",
        title: "Custom event bus has a policy",
        why: "A policy on the bus says who may send to it, also to those of the account whom IAM would let.",
        fix: "Add an AWS::Events::EventBusPolicy for the bus, or its Policy property.",
        absent: "No policy: the bus is closed to other accounts, so the check is opt-in. Buses of partners are not judged.",
        reference: "https://docs.aws.amazon.com/securityhub/latest/userguide/eventbridge-controls.html",
        pillar: Pillar::Security,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::StackTemplate, Need::EventBuses],
        applies: Applies::EachInStack(&["AWS::Events::EventBus"], policy_attached),
    },
    Check {
        id: "eventbridge-bus-kms",
        title: "Event bus encrypts with a key of the customer, and keeps what cannot be encrypted",
        why: "A key policy is a second lock on the events, and the key can be withdrawn; what it then fails on is lost without a queue.",
        fix: "Set KmsKeyIdentifier and DeadLetterConfig.Arn.",
        absent: "A key that AWS owns. With a key and no queue it holds in part.",
        reference: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-encryption-event-bus-cmkey.html",
        pillar: Pillar::Security,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::EventBuses],
        applies: Applies::Each(&["AWS::Events::EventBus"], kms),
    },
    Check {
        id: "eventbridge-endpoint-replication",
        title: "Global endpoint replicates events to its second region",
        why: "Without replication events that wait in the region that fails are late, and going back after a failure is not automatic.",
        fix: "Set ReplicationConfig.State to ENABLED, or leave ReplicationConfig out, and set RoleArn.",
        absent: "Events are replicated.",
        reference: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-global-endpoints.html",
        pillar: Pillar::Reliability,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::EventEndpoints],
        applies: Applies::Each(&["AWS::Events::Endpoint"], replication),
    },
];

const OPEN: Words =
    Words { text: "it allows everybody, and no condition limits them to known callers", element: ".Principal" };
/// How the name of a bus begins that a partner of AWS sends to.
const PARTNER: &str = "aws.partner/";

/// A bus has `Policy`; an `EventBusPolicy` has `Statement`, or the older `Principal` and `Condition`.
fn not_open(resource: &Untyped, _: &Yardstick) -> Option<Verdict> {
    let absent = |path: &str| resource.written(path) == Ok(None);
    match (absent("Policy"), absent("Statement"), absent("Principal")) {
        (false, ..) => Some(document(resource)),
        (true, false, _) => Some(statement(&resource.get("Statement"))),
        (true, true, false) => Some(by_principal(resource)),
        (true, true, true) => None,
    }
}

/// The policy of a bus is a document, or, as CloudFormation has it, a single statement.
fn document(bus: &Untyped) -> Verdict {
    match bus.get::<Statement>("Policy") {
        single @ Observed::Present(_) if bus.get::<Untyped>("Policy.Statement").is_absent() => {
            statement(&single).at("Policy.Principal")
        }
        _ => statements::observed(&bus.get::<PolicyDocument>("Policy"), "Policy", OPEN, grants::to_everybody),
    }
}

fn statement(statement: &Observed<Statement>) -> Verdict {
    let open = |statement: &Statement| {
        Verdict::of(grants::to_everybody(statement).map(|open| !open), || {
            Verdict::fail(format!("the statement: {}", OPEN.text))
        })
    };
    let missing = || Verdict::inconclusive(Why::Malformed("the policy has no Statement".to_owned()));
    statement.judge(open, missing).at("Statement.Principal")
}

fn by_principal(policy: &Untyped) -> Verdict {
    let everybody = |principal: &Text| {
        let everybody = principal.is("*");
        let open = everybody.and_then(|everybody| Ok(everybody && !limited(policy)?));
        Verdict::of(open.map(|open| !open), || {
            Verdict::fail("Principal is * and no Condition limits it to an organization")
        })
    };
    policy.judge("Principal", everybody, || Verdict::Pass)
}

/// Whether `Condition` names one organization; EventBridge takes no other.
fn limited(policy: &Untyped) -> Known {
    let value = policy.get::<Text>("Condition.Value");
    let fixed = value.known()?.map(|value| match value.parts().iter().find(|part| matches!(part, Part::Unknown(_))) {
        Some(_) => Err(value.why_unresolved()),
        None => Ok(!value.as_str().is_some_and(|value| value.trim().is_empty() || value.contains(['*', '?']))),
    });
    fixed.unwrap_or(Ok(false))
}

fn policy_attached(resource: &Resource, stack: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    let bus = resource.properties.untyped()?;
    let name = bus.get::<Text>("Name");
    if name.present().is_some_and(|name| name.literal_prefix().starts_with(PARTNER)) {
        return None;
    }
    let own = bus.written("Policy").map(|policy| policy.is_some());
    let policies = stack.facts.resources.iter().map(|policy| attached(policy, resource, &name, stack));
    let none = || Verdict::fail("neither the bus nor an EventBusPolicy of the stack has a policy for it");
    Some(Verdict::of(any_known([own].into_iter().chain(policies)), none).at("Policy"))
}

/// Whether a resource is a policy of the bus.
fn attached(policy: &Resource, bus: &Resource, name: &Observed<Text>, stack: &Stack<'_>) -> Known {
    if policy.reference.r#type.as_str() != "AWS::Events::EventBusPolicy" {
        return Ok(false);
    }
    let named = match &policy.properties {
        Properties::Untyped(policy) => policy.get::<Text>("EventBusName"),
        Properties::Unreadable(why) => return Err(why.clone()),
        _ => return Ok(false),
    };
    // Without a name it is a policy of the default bus.
    let Some(named) = named.as_text()? else { return Ok(false) };
    match stack.directory.resolve(&named, &["AWS::Events::EventBus"]) {
        Target::Resource(id) => Ok(id == bus.reference.logical_id),
        Target::Elsewhere => Ok(false),
        Target::Unknown(why) => match name.as_text()? {
            Some(name) if named.same(&name) == Ok(false) => Ok(false),
            _ => Err(why),
        },
    }
}

fn kms(bus: &Untyped, _: &Yardstick) -> Option<Verdict> {
    let key = bus.must_be_there("KmsKeyIdentifier", "events are encrypted with a key that AWS owns");
    if key != Verdict::Pass {
        return Some(key);
    }
    let lost = || Verdict::partial(70, "events that cannot be encrypted or decrypted are lost: no DeadLetterConfig");
    let queue = named_in(&bus.get::<Untyped>("DeadLetterConfig"), |config| config.get("Arn"));
    Some(Verdict::of(queue, lost).at("DeadLetterConfig.Arn"))
}

fn replication(endpoint: &Untyped, _: &Yardstick) -> Option<Verdict> {
    let enabled = |state: &String| Verdict::pass_if(state == "ENABLED", format!("ReplicationConfig.State is {state}"));
    Some(endpoint.judge("ReplicationConfig.State", enabled, || Verdict::Pass))
}
