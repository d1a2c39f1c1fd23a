//! What the definition of a state machine says: no credential, and what becomes of a task that fails or hangs.

use super::tasks::Tally;
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    checks::{lambda::secrets, secret_documents},
    facts::{Observed, Why, stepfunctions::StateMachine},
    need::Need,
    stack::state_machine,
};

/// The table.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "sfn-no-secret-in-definition",
        title: "No definition of a state machine holds a credential",
        why: "A definition is shown in clear to whoever may read the state machine or the history of an execution, and \
              stays in templates and revisions for ever.",
        fix: "Let the task that needs the credential read it from Secrets Manager at run time. Replace the credential: \
              it is known.",
        absent: "A definition that lies in S3 is not looked into, and nobody can tell.",
        reference: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/best-practices.html",
        pillar: Pillar::Security,
        severity: Severity::Critical,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::StateMachines],
        applies: Applies::EachStateMachine(no_secret),
    },
    Check {
        id: "sfn-task-has-retry-catch",
        title: "Each task of a state machine is retried or caught, and does not wait for ever",
        why: "A task without Retry or Catch ends the whole execution at the first hiccup of the service it calls; one \
              without a timeout waits for an answer that may never come, for a year.",
        fix: "Give each Task state Retry or Catch, and TimeoutSeconds or HeartbeatSeconds; TimeoutSeconds of the whole \
              definition bounds all of them.",
        absent: "A failed task fails the execution, and nothing bounds its time. Executions of an express workflow end \
                 after five minutes.",
        reference: "https://docs.aws.amazon.com/step-functions/latest/dg/sfn-stuck-execution.html",
        pillar: Pillar::Reliability,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::StateMachines],
        applies: Applies::EachStateMachine(retry_catch),
    },
];

fn no_secret(machine: &StateMachine, _: &Yardstick) -> Option<Verdict> {
    let (place, definition) = state_machine::definition(machine);
    Some(match definition {
        Ok(definition) => secret_documents::without_secret(&definition, place),
        Err(why) => unread(machine, why).at(place),
    })
}

/// A text that is no definition can hold a credential all the same.
fn unread(machine: &StateMachine, why: Why) -> Verdict {
    let found = match &machine.definition_string {
        Observed::Present(text) if machine.definition.is_absent() => secrets::source(text, "the text"),
        _ => return Verdict::inconclusive(why),
    };
    match found {
        Ok(found @ Verdict::Fail(_)) => found,
        _ => Verdict::inconclusive(why),
    }
}

fn retry_catch(machine: &StateMachine, _: &Yardstick) -> Option<Verdict> {
    let (place, definition) = state_machine::definition(machine);
    let express = machine.state_machine_type.known().map(|kind| kind.is_some_and(|kind| kind == "EXPRESS"));
    match (definition, express) {
        (Err(why), _) => Some(Verdict::inconclusive(why).at(place)),
        (_, Err(why)) => Some(Verdict::inconclusive(why).at("StateMachineType")),
        (Ok(definition), Ok(express)) => Tally::of(&definition, place, express).verdict(place),
    }
}
