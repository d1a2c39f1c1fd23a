//! One case: a stack, a mode, an operation, what goes wrong with it; and what the hook made of it.

use std::collections::{BTreeMap, BTreeSet};

use fitgate::{
    aws::function::Hook,
    event::{Answer, HookEvent},
    policy::Mode,
};
use serde_json::Value;
use tokio::time::Instant;

use super::{HISTORY, PHASE, PROFILE, course::Course, piece::Piece};
use crate::{
    double::Double,
    invocation::settings,
    release::{self, Invoked, TIME, invoke, payload, resident, unpacked},
};

/// What is the same for many cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Setting {
    pub(super) piece: Piece,
    /// Whether the stack is in good order; the shipped policy halts the other.
    pub(super) good: bool,
    pub(super) mode: Mode,
}

/// A setting in which something goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Case {
    pub(super) setting: Setting,
    pub(super) operation: &'static str,
    pub(super) course: Course,
}

/// What came of it.
pub(super) struct Run {
    pub(super) double: Double,
    pub(super) event: HookEvent,
    pub(super) invoked: Invoked,
    /// What CodeDeploy has been told.
    pub(super) answer: Option<Answer>,
    /// Verdict and severity by check and resource, of the report that was kept; none where none was.
    pub(super) findings: Option<Findings>,
}

/// Verdict and severity of each finding, by check and resource.
pub(super) type Findings = BTreeMap<(String, String), (String, String)>;

impl Setting {
    /// A double with all of it, and a deployment whose first hook waits.
    pub(super) fn waiting(self) -> (Double, HookEvent) {
        self.piece.waiting(self.good, self.mode)
    }

    /// The hook's environment: whoever observes says so in both places.
    pub(super) fn variables(self) -> [(&'static str, &'static str); 3] {
        let mode = if self.mode == Mode::Observe { "observe" } else { "enforce" };
        [("FITGATE_MODE", mode), ("FITGATE_HISTORY_TABLE", HISTORY), ("FITGATE_POLICY_APPCONFIG", PROFILE)]
    }

    pub(super) fn hook(self, double: &Double) -> Hook {
        Hook::new(PHASE, resident(double, settings(&self.variables())))
    }

    /// Invokes the hook after something was made to go wrong.
    pub(super) async fn run(self, break_it: impl FnOnce(&Double)) -> Run {
        let (double, event) = self.waiting();
        break_it(&double);
        self.piece.mislead(&double);
        let (hook, began) = (self.hook(&double), Instant::now());
        let invoked = invoke(&hook, &payload(&event)).await;
        assert!(began.elapsed() < TIME, "{self:?} took {:?}", began.elapsed());
        assert_eq!(double.strangers(), Vec::<String>::new(), "{self:?}");
        let answer = answered(&double, &event);
        let findings = kept(&double).map(|report| findings(&report));
        Run { double, event, invoked, answer, findings }
    }
}

impl Case {
    pub(super) async fn run(&self) -> Run {
        self.setting.run(|double| self.course.plan(double, self.operation)).await
    }
}

impl Run {
    /// The operations that were called.
    pub(super) fn operations(&self) -> BTreeSet<&'static str> {
        self.double.calls().iter().map(|call| call.operation).collect()
    }

    /// Findings of critical checks that did not pass.
    pub(super) fn open(&self) -> Vec<String> {
        let findings = self.findings.iter().flatten();
        let open = findings.filter(|(_, (verdict, severity))| severity == "critical" && verdict != "pass");
        open.map(|((check, resource), (verdict, _))| format!("{check} on {resource}: {verdict}")).collect()
    }
}

/// What CodeDeploy has been told.
pub(super) fn answered(double: &Double, event: &HookEvent) -> Option<Answer> {
    release::answer(double, &event.deployment_id, PHASE)
}

/// The report that was kept.
fn kept(double: &Double) -> Option<Value> {
    let item = double.items(HISTORY).into_iter().next()?;
    Some(unpacked(item.pointer("/Report/B")?.as_str()?))
}

fn findings(report: &Value) -> Findings {
    let text = |finding: &Value, name: &str| finding[name].as_str().expect("a text").to_owned();
    let findings = report["findings"].as_array().expect("findings").iter();
    findings
        .map(|finding| {
            let [check, resource, verdict, severity] =
                ["check", "resource", "verdict", "severity"].map(|name| text(finding, name));
            ((check, resource), (verdict, severity))
        })
        .collect()
}
