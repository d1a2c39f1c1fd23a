//! What must come of a case, by rules that know nothing of how a hook works: what AWS was made to say, and what the
//! same hook said when nothing went wrong.

use fitgate::{
    event::Answer::{self, Failed, Succeeded},
    policy::Mode,
};

use super::{
    PUT,
    case::{Case, Run, Setting},
    course::Course,
};
use crate::double::Fault;

/// Calls that make known what was answered.
const PUBLISH: &[&str] = &["cloudwatch:PutMetricData", "dynamodb:PutItem"];

/// Calls without which nobody knows what is deployed, by which policy, in which stack, or what there was before.
const NEEDED: &[&str] = &[
    "appconfigdata:GetLatestConfiguration",
    "appconfigdata:StartConfigurationSession",
    "cloudformation:DescribeStackResources",
    "cloudformation:DescribeStacks",
    "cloudformation:ListStackResources",
    "codedeploy:GetApplicationRevision",
    "codedeploy:GetDeployment",
    "dynamodb:Query",
];

/// The rules that a case broke, judged by the answer and by what the same setting came to without a fault.
pub(super) fn judge(case: &Case, run: &Run, plain: &Run) -> Vec<String> {
    let mut broken = Vec::new();
    if case.operation == PUT {
        broken.extend(delivered(case, run));
    } else if run.answer.is_none() {
        broken.push("no answer".to_owned());
    }
    if let Some(answer) = run.answer {
        broken.extend(answered(case, run, plain, answer));
    }
    broken.extend(invented(run, plain));
    broken.iter().map(|rule| format!("{case:?}: {rule}: {}", run.invoked.says("/message"))).collect()
}

fn answered(case: &Case, run: &Run, plain: &Run, answer: Answer) -> Vec<String> {
    let mut broken = Vec::new();
    if run.invoked.says("/answer") != answer.name() {
        broken.push(format!("CodeDeploy was told {answer}, the log says something else"));
    }
    if is_false(case.setting, answer) {
        broken.push("a false Succeeded".to_owned());
    }
    if let Some(expected) = expected(case, plain).filter(|expected| *expected != answer) {
        broken.push(format!("{answer} where only {expected} is right"));
    }
    if answer == Succeeded && case.setting.mode == Mode::Enforce {
        broken.extend(run.open().iter().map(|open| format!("proceeds with a door that may be open, {open}")));
        if run.invoked.line["judgement"].is_null() {
            broken.push("proceeds without a judgement".to_owned());
        }
    }
    broken
}

/// Whether a release goes on that policy wants to halt.
pub(super) fn is_false(setting: Setting, answer: Answer) -> bool {
    answer == Succeeded && setting.mode == Mode::Enforce && !setting.good
}

/// The only answer there may be, where there is one.
fn expected(case: &Case, plain: &Run) -> Option<Answer> {
    if case.setting.mode == Mode::Observe {
        return Some(Succeeded);
    }
    if !case.setting.good {
        return Some(Failed);
    }
    let undone = matches!(case.course, Course::Once(_)) || PUBLISH.contains(&case.operation) || case.operation == PUT;
    let lost = NEEDED.contains(&case.operation) && !is_news(case);
    match (undone, lost) {
        (true, _) => plain.answer,
        (false, true) => Some(Failed),
        (false, false) => None,
    }
}

/// What the service says of itself is believed: where it knows no stack that holds the function, there is none.
fn is_news(case: &Case) -> bool {
    case.operation == "cloudformation:DescribeStackResources" && *case.course.fault() == Fault::NotFound
}

/// An answer that never arrives is an error for Lambda, so that somebody else answers; but where CodeDeploy itself
/// knows no such deployment, nobody would be heard.
fn delivered(case: &Case, run: &Run) -> Option<String> {
    let (arrived, error) = (run.answer.is_some(), run.invoked.reply.is_err());
    let holds = match (&case.course, case.course.fault()) {
        (Course::Once(_), _) => arrived && !error,
        (Course::Always(_), Fault::AnswerLost) => arrived,
        (Course::Always(_), fault) => !arrived && error != (*fault == Fault::NotFound),
    };
    (!holds).then(|| format!("the answer arrived: {arrived}, and Lambda was told an error: {error}"))
}

/// A fault makes facts unknown, and never better: what passes in spite of it passed without it.
fn invented(run: &Run, plain: &Run) -> Vec<String> {
    let (Some(found), Some(plain)) = (&run.findings, &plain.findings) else { return Vec::new() };
    let passes = found.iter().filter(|(_, (verdict, _))| verdict == "pass").map(|(subject, _)| subject);
    let before = passes.filter_map(|subject| Some((subject, &plain.get(subject)?.0)));
    let better = before.filter(|(_, before)| *before != "pass");
    better.map(|((check, resource), before)| format!("{check} on {resource} passes, and was {before}")).collect()
}
