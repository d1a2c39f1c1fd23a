//! Where Checkov has the same rule, it says the same of the same template, or `known.yaml` says why not.
//!
//! Compared is what both are sure of: a pass or a failure of ours, on resources that the rule speaks of.

use std::{collections::BTreeSet, fmt::Write as _};

use fitgate::{
    check::{Verdict, Yardstick},
    checks::equivalents::{self, Catalogue},
    evaluate::judge,
    template::{Options, read},
};

use super::{
    cases::{Case, cases},
    checkov::{Said, ask, file, with_defaults},
    environment::Workshop,
    known::{Difference, known},
};

#[test]
fn checkov_says_the_same_or_it_is_known_why_not() {
    let cases: Vec<(Case, Vec<&str>)> = cases()
        .into_iter()
        .map(|case| {
            let rules = equivalents::of(case.check.id).filter(|(catalogue, _)| *catalogue == Catalogue::Checkov);
            let rules: Vec<&str> = rules.map(|(_, rule)| rule).collect();
            (case, rules)
        })
        .filter(|(_, rules)| !rules.is_empty())
        .collect();
    let workshop = Workshop::open("checkov");
    for (number, (case, _)) in cases.iter().enumerate() {
        workshop.write(&file(number), &with_defaults(&case.template, &case.parameters));
    }
    let rules: BTreeSet<&str> = cases.iter().flat_map(|(_, rules)| rules.iter().copied()).collect();
    let said = ask(&workshop, &rules.iter().copied().collect::<Vec<_>>().join(","));
    let (mut compared, mut found, mut heard) = (0, BTreeSet::new(), BTreeSet::new());
    for (number, (case, rules)) in cases.iter().enumerate() {
        for rule in rules {
            let differences = differences(case, rule, &file(number), &said);
            compared += differences.len();
            heard.extend((!differences.is_empty()).then_some(*rule));
            found.extend(differences.into_iter().flatten());
        }
    }
    eprintln!(
        "{} cases, {} rules of {} heard of, {compared} verdicts compared, {} differ",
        cases.len(),
        heard.len(),
        rules.len(),
        found.len()
    );
    explained(&found);
    workshop.close();
}

/// One entry a verdict that can be compared: a difference or none.
fn differences(case: &Case, rule: &str, file: &str, said: &Said) -> Vec<Option<Difference>> {
    let bytes = serde_json::to_vec(&case.template).expect("JSON");
    let options = Options { parameters: case.parameters.clone(), ..Options::default() };
    let template = read("template.json", &bytes, &options).unwrap_or_else(|error| panic!("{}: {error}", case.name));
    let verdicts = judge(case.check, &template.branches, &Yardstick::on(jiff::civil::date(2026, 6, 1)));
    let single = verdicts.len() == 1;
    let compare = |(resource, _, verdict): &(fitgate::inventory::LogicalId, _, Verdict)| {
        let ours = match verdict {
            Verdict::Pass => true,
            Verdict::Fail(_) => false,
            Verdict::Partial(..) | Verdict::Inconclusive(..) => return None,
        };
        let theirs = *said.get(&(file.to_owned(), rule.to_owned(), resource.to_string()))?;
        if ours == theirs {
            return Some(None);
        }
        let (_, case_name) = case.name.split_once(": ")?;
        let mut name = case_name.to_owned();
        if !single {
            write!(name, " ({resource})").expect("a text");
        }
        let theirs = if theirs { "passed" } else { "failed" };
        Some(Some(Difference {
            check: case.check.id.to_owned(),
            rule: rule.to_owned(),
            theirs: theirs.to_owned(),
            case: name,
        }))
    };
    verdicts.iter().filter_map(compare).collect()
}

/// Fails where a difference is not listed, or one that is listed is gone.
fn explained(found: &BTreeSet<Difference>) {
    let known = known();
    let list = |differences: Vec<&Difference>| {
        let line = |it: &Difference| format!("{} {} {}: {}", it.check, it.rule, it.theirs, it.case);
        differences.into_iter().map(line).collect::<Vec<_>>().join("\n")
    };
    let open = list(found.difference(&known).collect());
    let stale = list(known.difference(found).collect());
    assert!(open.is_empty(), "Checkov differs, and tests/other_tools/known.yaml does not say why:\n{open}");
    assert!(stale.is_empty(), "tests/other_tools/known.yaml lists what is no difference any more:\n{stale}");
}
