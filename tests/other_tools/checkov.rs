//! Checkov's verdicts on templates of ours.

use std::collections::BTreeMap;

use serde_json::Value;

use super::environment::Workshop;

/// By file, rule and resource: whether it passed.
pub(crate) type Said = BTreeMap<(String, String, String), bool>;

/// Asks Checkov for these rules, once for all templates.
pub(crate) fn ask(workshop: &Workshop, rules: &str) -> Said {
    let mut arguments = vec!["--directory", "templates", "--framework", "cloudformation", "--check", rules];
    arguments.extend(["--output", "json", "--output-file-path", ".", "--soft-fail", "--skip-download", "--compact"]);
    workshop.run("checkov", "import sys; from checkov.main import Checkov; sys.exit(Checkov().run())", &arguments);
    let report = workshop.read("results_json.json");
    let results = &report["results"];
    let list = |name: &str| results[name].as_array().cloned().unwrap_or_default();
    assert!(
        !list("passed_checks").is_empty() && !list("failed_checks").is_empty(),
        "Checkov said nothing: {report:.400}"
    );
    let passed = list("passed_checks").into_iter().map(|one| (one, true));
    let all = passed.chain(list("failed_checks").into_iter().map(|one| (one, false)));
    let mut said = Said::new();
    for (one, passed) in all {
        let text = |key: &str| one[key].as_str().unwrap_or_default().to_owned();
        let file = text("file_path").trim_start_matches('/').to_owned();
        // `AWS::S3::Bucket.Bucket`
        let resource = text("resource").rsplit('.').next().unwrap_or_default().to_owned();
        // A resource with several findings of one rule fails if one does.
        let verdict = said.entry((file, text("check_id"), resource)).or_insert(true);
        *verdict &= passed;
    }
    said
}

/// The file that a case is written to.
pub(crate) fn file(number: usize) -> String {
    format!("{number:04}.json")
}

/// A template in which what is given from outside is the default.
pub(crate) fn with_defaults(template: &Value, parameters: &BTreeMap<String, String>) -> Value {
    let mut template = template.clone();
    for (name, value) in parameters.iter().filter(|(name, _)| !name.contains("::")) {
        template["Parameters"][name.as_str()]["Default"] = Value::String(value.clone());
    }
    template
}
