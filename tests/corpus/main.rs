//! All templates at hand, and each again with one value unknown. Four laws:
//!
//! - no judge panics, and what is said twice is the same;
//! - every finding points at a place in the document, on the resource it speaks of;
//! - who knows less says the same or that nobody can tell: unknown is never a pass, nor a failure;
//! - a condition with the same value in both branches changes nothing.
//!
//! What is tried is a sample that is the same in every run; `FITGATE_CORPUS=8` tries eight times as many.
#![expect(clippy::expect_used, reason = "a test fails by panicking, its own functions too")]
#![expect(clippy::disallowed_methods, reason = "the size of the sample comes from the environment")]

#[path = "../fixtures/cases.rs"]
mod cases;
mod documents;
mod exceptions;
mod judged;
#[path = "../templates/large.rs"]
mod large;
mod law;
mod mutation;
mod places;
#[path = "../fixtures/plain.rs"]
mod plain;

use std::collections::BTreeMap;

use fitgate::{
    check::Check,
    source::Limits,
    template::{Options, read},
};
use serde_json::Value;

use judged::{all_checks, refusals, understood, verdicts};
use law::{Broken, Trial, summary};
use mutation::{Unknown, mutated, sites};

/// One in how many mutations is tried, where the environment does not say: of the documents with every check, of the
/// cases with the check they are made for, and of the cases with every check.
const OF_DOCUMENTS: usize = 200;
const OF_CASES: usize = 8;
const OF_ALL: usize = 150;

/// Numbers that look drawn and are always the same.
fn drawn(number: usize, one_in: usize) -> bool {
    let times = std::env::var("FITGATE_CORPUS").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    (number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 33).is_multiple_of((one_in / times).max(1))
}

/// What is to be mutated, and who looks at it.
struct Tried<'a> {
    name: &'a str,
    template: &'a Value,
    parameters: &'a BTreeMap<String, String>,
    check: Option<&'static Check>,
}

impl Tried<'_> {
    fn checks(&self) -> Vec<&'static Check> {
        self.check.map_or_else(|| all_checks().collect(), |check| vec![check])
    }

    /// Tries one in `one_in` mutations, counted on from `count`.
    fn law(&self, one_in: usize, count: &mut Count) -> Vec<Broken> {
        let Some(original) = understood(self.template, self.parameters) else { return Vec::new() };
        let before = verdicts(&original, self.checks().into_iter());
        let mut broken = Vec::new();
        for path in sites(self.template) {
            for unknown in Unknown::ALL {
                count.possible += 1;
                if !drawn(count.possible, one_in) {
                    continue;
                }
                let Some(mutant) = mutated(self.template, &path, unknown) else { continue };
                // CloudFormation would refuse some values, and SAM what it cannot expand: nothing of that is deployed.
                let Some(mutant) = understood(&mutant, self.parameters) else { continue };
                if refusals(&mutant) > refusals(&original) {
                    continue;
                }
                count.tried += 1;
                let after = verdicts(&mutant, self.checks().into_iter());
                let trial = Trial { name: self.name, template: self.template, path: &path, unknown };
                broken.extend(trial.broken(&before, &after));
            }
        }
        broken
    }
}

#[derive(Debug, Default)]
struct Count {
    possible: usize,
    tried: usize,
}

#[test]
fn every_template_is_judged_in_the_same_words_at_the_right_place() {
    let mut wrong = Vec::new();
    let documents = documents::documents();
    assert!(documents.len() > 12, "{}", documents.len());
    for document in &documents {
        let read = || read(&document.name, &document.bytes, &Options::default());
        let template = read().unwrap_or_else(|error| panic!("{}: {error}", document.name));
        let said = verdicts(&template, all_checks());
        wrong.extend(places::misplaced(document, &template, &said));
        let again = read().expect("it was read once");
        assert_eq!(said, verdicts(&again, all_checks()), "{}", document.name);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_template_with_an_unknown_value_gets_no_other_verdict() {
    let (mut broken, mut count) = (Vec::new(), Count::default());
    for document in documents::documents() {
        let template = plain::plain(&document.root);
        let name = &document.name;
        let tried = Tried { name, template: &template, parameters: &BTreeMap::new(), check: None };
        broken.extend(tried.law(OF_DOCUMENTS, &mut count));
    }
    eprintln!("templates: {count:?}");
    holds(broken);
}

#[test]
fn a_case_with_an_unknown_value_gets_no_other_verdict() {
    let (mut broken, mut own, mut all) = (Vec::new(), Count::default(), Count::default());
    for case in cases::cases() {
        let cases::Case { check, name, parameters, template } = &case;
        for (check, one_in, count) in [(Some(*check), OF_CASES, &mut own), (None, OF_ALL, &mut all)] {
            broken.extend(Tried { name, template, parameters, check }.law(one_in, count));
        }
    }
    eprintln!("cases: with their check {own:?}, with all {all:?}");
    holds(broken);
}

/// Fails with all that no exception explains.
fn holds(broken: Vec<Broken>) {
    let exceptions = exceptions::exceptions();
    let open: Vec<Broken> = broken.into_iter().filter(|one| !exceptions.iter().any(|it| it.covers(one))).collect();
    assert!(open.is_empty(), "{} breaches\n{}", open.len(), summary(&open));
}

/// A fixture is read as YAML, whatever it is called.
#[test]
fn the_corpus_is_worth_its_name() {
    let cases = cases::cases();
    assert!(cases.len() > 1500, "{}", cases.len());
    assert!(cases.iter().map(|case| sites(&case.template).len()).sum::<usize>() > 10_000);
    assert!(Limits::default().depth > 8);
}
