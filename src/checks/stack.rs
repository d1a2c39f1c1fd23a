//! Checks of a stack itself: how CloudFormation handles it, and what it tells everybody.
//!
//! A template shows the outputs only; of the rest it says nothing, and nothing is judged. Of a nested stack
//! CloudFormation goes by the settings of its root.

use super::lambda::{secret_shapes, secrets::named_secret};
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{Facts, Observed, Part, Text, Why, cloudformation::Settings},
    need::Need,
};

/// The table.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "stack-termination-protection",
        title: "Stack is protected against deletion",
        why: "One wrong command deletes every resource of the stack that is not retained.",
        fix: "Call UpdateTerminationProtection, or `sam deploy` and `cdk deploy` with the setting on.",
        absent: "Off. A template does not show it, and is not judged.",
        reference: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-protect-stacks.html",
        pillar: Pillar::Reliability,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::StackSettings],
        applies: Applies::TheStack(termination_protection),
    },
    Check {
        id: "stack-service-role",
        title: "CloudFormation changes the stack by a service role",
        why: "Without one whoever deploys needs every permission that the stack's resources take.",
        fix: "Deploy with --role-arn of a role that may do what the stack needs, and no more.",
        absent: "The permissions of whoever deploys. A template does not show it, and is not judged.",
        reference: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html",
        pillar: Pillar::Security,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::StackSettings],
        applies: Applies::TheStack(service_role),
    },
    Check {
        id: "stack-no-drift",
        title: "Resources are as the stack's template has them",
        why: "What was changed by hand is undone by the next deployment, or makes it fail.",
        fix: "Run DetectStackDrift, bring the differences into the template or undo them.",
        absent: "Drift was never looked for, which leaves it open, so the check is opt-in. A template is not judged.",
        reference: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html",
        pillar: Pillar::Operations,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::StackSettings],
        applies: Applies::TheStack(no_drift),
    },
    Check {
        id: "stack-notifications",
        title: "Stack sends its events to a topic",
        why: "A change of the stack that nobody announced is noticed by nobody.",
        fix: "Deploy with --notification-arns of an SNS topic.",
        absent: "Nobody is told. A template does not show it, and is not judged.",
        reference: "https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html",
        pillar: Pillar::Operations,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::StackSettings],
        applies: Applies::TheStack(notifications),
    },
    Check {
        id: "stack-no-secret-in-outputs",
        title: "No output of the stack holds a credential",
        why: "Outputs are shown in clear to whoever may describe the stack, in the console and in every pipeline's log.",
        fix: "Give out the name or the ARN of the secret instead. Replace the credential: it is known.",
        absent: "Without outputs there is nothing to find.",
        reference: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/outputs-section-structure.html",
        pillar: Pillar::Security,
        severity: Severity::Critical,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::StackSettings],
        applies: Applies::TheStack(no_secret_in_outputs),
    },
];

/// Judges the settings; silent where the source does not show them.
fn of_settings(facts: &Facts, judge: impl Fn(&Settings) -> Verdict) -> Option<Verdict> {
    match &facts.settings {
        Observed::Present(settings) => Some(judge(settings)),
        Observed::Absent => None,
        Observed::Unknown(why) => Some(Verdict::inconclusive(why.clone())),
    }
}

fn termination_protection(facts: &Facts, _: &Yardstick) -> Option<Verdict> {
    let off = || Verdict::fail("termination protection is off");
    of_settings(facts, |settings| {
        let judged = settings.enable_termination_protection.judge(|on| if *on { Verdict::Pass } else { off() }, off);
        judged.at("EnableTerminationProtection")
    })
}

fn service_role(facts: &Facts, _: &Yardstick) -> Option<Verdict> {
    let none = || Verdict::fail("no service role: the stack changes with the permissions of whoever deploys");
    of_settings(facts, |settings| settings.role_arn.judge(|_| Verdict::Pass, none).at("RoleARN"))
}

fn no_drift(facts: &Facts, _: &Yardstick) -> Option<Verdict> {
    let unchecked = || Verdict::inconclusive(Why::NotObserved("drift was not looked for yet".to_owned()));
    let status = |status: &String| match status.as_str() {
        "IN_SYNC" => Verdict::Pass,
        "DRIFTED" => Verdict::fail("the last detection found resources that are not as the template has them"),
        "NOT_CHECKED" | "UNKNOWN" => unchecked(),
        other => Verdict::inconclusive(Why::Malformed(format!("StackDriftStatus {other:?}"))),
    };
    of_settings(facts, |settings| {
        let judged =
            settings.drift_information.judge(|drift| drift.stack_drift_status.judge(status, unchecked), unchecked);
        judged.at("DriftInformation.StackDriftStatus")
    })
}

fn notifications(facts: &Facts, _: &Yardstick) -> Option<Verdict> {
    let nobody = || Verdict::fail("nobody is told of the stack's events");
    of_settings(facts, |settings| {
        let topics = |topics: &Vec<_>| if topics.is_empty() { nobody() } else { Verdict::Pass };
        settings.notification_arns.judge(topics, nobody).at("NotificationARNs")
    })
}

fn no_secret_in_outputs(facts: &Facts, _: &Yardstick) -> Option<Verdict> {
    let judged = facts.outputs.iter().map(|(name, value)| {
        let judged = value.judge(|value| output(name, value), || Verdict::Pass);
        judged.at(format!("Outputs.{name}.Value"))
    });
    judged.reduce(Verdict::worse)
}

/// Never repeats the value: evidence names the output and the kind of credential.
fn output(name: &str, value: &Text) -> Verdict {
    let mut literals = value.parts().iter().filter_map(|part| match part {
        Part::Literal(text) => Some(text.as_str()),
        _ => None,
    });
    if let Some(what) = literals.find_map(secret_shapes::shape) {
        return Verdict::fail(format!("{name} holds {what}"));
    }
    if value.as_str().is_some_and(|value| named_secret(secret_shapes::presents(name), value)) {
        return Verdict::fail(format!("{name} holds a literal value"));
    }
    // References and pseudo parameters are names of resources, no secrets.
    let unknown = value.parts().iter().find_map(|part| match part {
        Part::Unknown(why) => Some(why.clone()),
        _ => None,
    });
    unknown.map_or(Verdict::Pass, Verdict::inconclusive)
}
