//! One judgement of a real hook, as its traces tell it: the line in the log, the item in the history with its report,
//! the values in CloudWatch. All of them say the same, and what CodeDeploy was told.

use fitgate::{
    event::{Answer, DeploymentId, Phase},
    rehearsal::engine::DeploymentInfo,
};
use serde_json::{Value, json};

use super::{
    hooks::{POST_TRAFFIC, PRE_TRAFFIC},
    left::{Item, Metrics, Series, called, text, texts},
    site::{SAMPLE, Site},
};

/// What one hook left of one deployment.
pub(crate) struct Traces {
    pub(crate) answer: Answer,
    pub(crate) line: Value,
    pub(crate) item: Item,
    pub(crate) report: Value,
}

/// The attributes of an item of something that was judged.
const ATTRIBUTES: [&str; 26] = [
    "Alias",
    "Answer",
    "ApiCalls",
    "Application",
    "Baseline",
    "Config",
    "Counts",
    "CurrentVersion",
    "Decision",
    "Deployment",
    "Fitness",
    "Format",
    "Function",
    "Group",
    "Milliseconds",
    "Mode",
    "Pillars",
    "PointsEarned",
    "PointsPossible",
    "Reasons",
    "Remarks",
    "Report",
    "ReportHolds",
    "Stack",
    "TargetVersion",
    "WouldHalt",
];

impl Site {
    /// What the hook of a phase left of its `count`th judgement.
    pub(crate) async fn traces(&self, deployment: &DeploymentInfo, phase: Phase, count: usize) -> Traces {
        let binary = if phase == Phase::BeforeAllowTraffic { PRE_TRAFFIC } else { POST_TRAFFIC };
        // The line comes last: what there is to read is there then.
        let line = self.lines(binary, count).await.pop().expect("a line");
        let id = &deployment.deployment_id;
        let key = format!("{}#{id}#{}", moment(deployment), phase.name());
        let item = self.items().await.into_iter().find(|item| text(item, "Deployment") == key);
        let item = item.unwrap_or_else(|| panic!("no item {key}; the line is {line:#}"));
        let report = self.report(id, phase).await;
        let answer = Answer::named(line["answer"].as_str().expect("an answer")).expect("an answer");
        let traces = Traces { answer, line, item, report };
        self.agree(&traces, id, phase);
        traces
    }

    fn agree(&self, traces: &Traces, id: &DeploymentId, phase: Phase) {
        let Traces { answer, line, item, report } = traces;
        assert_eq!((&line["delivery"], &line["stack"]), (&json!("delivered"), &json!(SAMPLE)), "{line:#}");
        assert_eq!((&line["function"], &line["deployment_id"]), (&json!(phase.word()), &json!(id.as_str())));
        let judged = &line["judgement"];
        assert_eq!(judged["resources"], self.sample.resources.len(), "every resource of the stack, once");
        assert_eq!((&report["resources"], &report["input"]), (&judged["resources"], &json!(SAMPLE)));
        assert_eq!((&judged["fitness"], &judged["counts"]), (&report["fitness"]["total"], &report["counts"]));
        assert_eq!((&judged["pillars"], &judged["decision"]), (&report["fitness"]["pillars"], &report["decision"]));
        let (decided, word) = if *answer == Answer::Succeeded { ("Proceed", "proceed") } else { ("Halt", "halt") };
        let said = format!("{answer} {id}: {word}, fitness {}", judged["fitness"]);
        assert!(line["message"].as_str().is_some_and(|message| message.starts_with(&said)), "{said} is not {line:#}");

        let mut names: Vec<_> = item.keys().map(String::as_str).filter(|name| *name != "WrittenAt").collect();
        names.sort_unstable();
        assert_eq!(names, ATTRIBUTES);
        let texts_of_item = [
            ("Alias", "live"),
            ("Answer", answer.name()),
            ("Application", "shop"),
            ("Decision", decided),
            ("Format", "1"),
            ("Function", self.function()),
            ("Group", "first"),
            ("Mode", "enforce"),
            ("ReportHolds", "everything"),
            ("Stack", SAMPLE),
        ];
        for (name, expected) in texts_of_item {
            assert_eq!(text(item, name), expected, "{name}");
        }
        assert_eq!(text(item, "Fitness"), judged["fitness"].to_string());
        let reasons = report["reasons"].as_array().expect("reasons").iter().map(|it| it["text"].clone());
        assert_eq!(json!(texts(item, "Reasons")), reasons.collect::<Value>());
    }
}

/// When it was created, as keys of the history have it.
fn moment(deployment: &DeploymentInfo) -> String {
    let created = jiff::Timestamp::from_millisecond(deployment.create_time.0).expect("a moment");
    created.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

impl Traces {
    /// What a check said of a resource.
    pub(crate) fn verdict(&self, check: &str, resource: &str) -> &str {
        let mut findings = self.report["findings"].as_array().expect("findings").iter();
        let found = findings.find(|it| it["check"] == check && it["resource"] == resource);
        found.unwrap_or_else(|| panic!("{check} says nothing of {resource}"))["verdict"].as_str().expect("a verdict")
    }

    /// The metrics that these judgements leave, but for how long they took.
    pub(crate) fn metrics(all: &[&Self]) -> Metrics {
        let mut metrics = Metrics::new();
        for (name, value) in all.iter().flat_map(|traces| traces.values()) {
            let series = Series::of(value);
            metrics.entry(name).and_modify(|known| *known = known.and(series)).or_insert(series);
        }
        metrics
    }

    fn values(&self) -> Vec<(String, f64)> {
        let Self { answer, item, report, .. } = self;
        let number = |value: &Value| value.as_f64().unwrap_or_else(|| panic!("{value} is no number"));
        let of_stack = |name: &str, other: Option<(&str, &str)>| {
            called(name, [Some(("Stack", SAMPLE)), other].into_iter().flatten())
        };
        let (fitness, counts) = (&report["fitness"], &report["counts"]);
        let by_answer = ("Answer", answer.name());
        let mut values = vec![
            (called("Answers", [by_answer]), 1.0),
            (of_stack("Answers", Some(by_answer)), 1.0),
            (of_stack("ApiCalls", None), text(item, "ApiCalls").parse().expect("a number")),
            (of_stack("Fitness", None), number(&fitness["total"])),
            (of_stack("Fitness", Some(("Function", text(item, "Function")))), number(&fitness["total"])),
            (of_stack("FitnessPoints", None), number(&fitness["points"]["earned"])),
        ];
        for (name, count) in [
            ("Passed", "pass"),
            ("Partial", "partial"),
            ("Failed", "fail"),
            ("Inconclusive", "inconclusive"),
            ("Exempted", "exempted"),
        ] {
            values.push((of_stack(name, None), number(&counts[count])));
        }
        for (pillar, score) in fitness["pillars"].as_object().expect("pillars") {
            let by_pillar = Some(("Pillar", pillar.as_str()));
            values.push((of_stack("Fitness", by_pillar), number(score)));
            values.push((of_stack("Failed", by_pillar), self.failures(pillar) as f64));
        }
        values
    }

    fn failures(&self, pillar: &str) -> usize {
        let findings = self.report["findings"].as_array().expect("findings").iter();
        findings.filter(|it| it["pillar"] == pillar && it["verdict"] == "fail" && it["exemption"].is_null()).count()
    }
}
