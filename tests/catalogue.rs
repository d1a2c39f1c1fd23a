//! The invariants of the catalogue's tables.

use std::collections::BTreeSet;

use fitgate::{
    check::{Applies, Check, Default},
    checks,
    facts::untyped,
    need::Need,
};

/// The services an id may begin with; `esm` is Lambda's event source mapping.
const SERVICES: &[&str] = &[
    "alarm",
    "apigw",
    "apigwv2",
    "appconfig",
    "appsync",
    "aurora",
    "backup",
    "cloudfront",
    "codedeploy",
    "cognito",
    "config",
    "dax",
    "dynamodb",
    "ecr",
    "efs",
    "esm",
    "eventbridge",
    "firehose",
    "iam",
    "kinesis",
    "kms",
    "lambda",
    "log",
    "opensearch",
    "opensearchserverless",
    "pipes",
    "rds",
    "s3",
    "scheduler",
    "secret",
    "sfn",
    "sns",
    "sqs",
    "ssm",
    "stack",
    "wafv2",
];

/// Every check that does not hold what it should, with the words for it.
fn wrong(what: &str, holds: impl Fn(&Check) -> bool) -> Vec<String> {
    checks::all().filter(|check| !holds(check)).map(|check| format!("{}: {what}", check.id)).collect()
}

fn is_kebab_case(id: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty() && word.chars().all(|character| character.is_ascii_lowercase() || character.is_ascii_digit())
    };
    id.split('-').count() > 1 && id.split('-').all(word)
}

/// One line without a full stop.
fn is_phrase(text: &str) -> bool {
    is_tidy(text) && !text.ends_with('.')
}

/// One or more sentences.
fn is_sentence(text: &str) -> bool {
    is_tidy(text) && text.ends_with('.')
}

fn is_tidy(text: &str) -> bool {
    !text.is_empty() && text.trim() == text && !text.contains("  ") && !text.contains('\n')
}

#[test]
fn ids_are_unique() {
    let mut seen = BTreeSet::new();
    let twice: Vec<&str> = checks::all().map(|check| check.id).filter(|id| !seen.insert(*id)).collect();
    assert!(twice.is_empty(), "{twice:?}");
    assert!(checks::all().all(|check| checks::by_id(check.id) == Some(check)));
}

#[test]
fn every_row_is_written_out() {
    let mut failures = wrong("id is not kebab-case", |check| is_kebab_case(check.id));
    failures.extend(wrong("title is no phrase", |check| is_phrase(check.title)));
    failures.extend(wrong("title is longer than a line", |check| check.title.chars().count() <= 90));
    failures.extend(wrong("why is no sentence", |check| is_sentence(check.why)));
    failures.extend(wrong("fix is no sentence", |check| is_sentence(check.fix)));
    failures.extend(wrong("absent is no sentence", |check| is_sentence(check.absent)));
    failures.extend(wrong("reference is not AWS's documentation", |check| {
        check.reference.starts_with("https://docs.aws.amazon.com/") && !check.reference.contains(char::is_whitespace)
    }));
    failures.extend(wrong("since is no release", |check| {
        let numbers: Vec<_> = check.since.split('.').map(str::parse::<u32>).collect();
        numbers.len() == 3 && numbers.iter().all(Result::is_ok)
    }));
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn titles_are_unique() {
    let mut seen = BTreeSet::new();
    let twice: Vec<&str> = checks::all().filter(|check| !seen.insert(check.title)).map(|check| check.id).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

#[test]
fn an_atomic_check_is_named_after_its_service() {
    let failures = wrong("begins with no service", |check| {
        check.applies.scope() == "holistic"
            || SERVICES.iter().any(|service| check.id.starts_with(&format!("{service}-")))
    });
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_check_applies_to_types_that_exist() {
    let failures = wrong("a type that is none", |check| {
        let types = check.applies.types();
        !types.is_empty() && types.iter().all(|r#type| r#type.split("::").count() == 3 && r#type.starts_with("AWS::"))
    });
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn what_is_read_by_path_is_kept_to_be_read() {
    let failures = wrong("a type that is not in facts::untyped::TYPES", |check| match check.applies {
        Applies::Each(types, _) => types.iter().all(|r#type| untyped::TYPES.contains(r#type)),
        _ => true,
    });
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_check_says_what_it_needs_once() {
    let failures = wrong("needs nothing, or a thing twice", |check| {
        let needs: BTreeSet<_> = check.needs.iter().collect();
        !needs.is_empty() && needs.len() == check.needs.len()
    });
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn needs_are_listed_once_in_order_and_each_is_used() {
    let mut sorted = Need::ALL.to_vec();
    sorted.sort();
    sorted.dedup();
    assert_eq!(Need::ALL, sorted.as_slice(), "ALL repeats one, or is not in the order of the enum");
    let used: BTreeSet<Need> = checks::all().flat_map(|check| check.needs.iter().copied()).collect();
    let listed: BTreeSet<Need> = Need::ALL.iter().copied().collect();
    assert_eq!(listed.difference(&used).collect::<Vec<_>>(), Vec::<&Need>::new(), "used by no check");
    assert_eq!(used.difference(&listed).collect::<Vec<_>>(), Vec::<&Need>::new(), "not in ALL");
}

#[test]
fn needs_have_operations_of_their_own_and_the_actions_iam_knows() {
    // These two read things of many kinds.
    let general = ["cloudcontrol:GetResource", "cloudformation:GetTemplate"];
    let own = Need::ALL.iter().filter(|need| !general.contains(&need.operation()));
    let operations: BTreeSet<&str> = own.clone().map(|need| need.operation()).collect();
    assert_eq!(operations.len(), own.count(), "two needs for one operation");
    for need in Need::ALL {
        let actions: BTreeSet<&str> = need.actions().collect();
        assert_eq!(actions.len(), need.actions().count(), "{need:?} asks for an action twice");
        assert_eq!(need.actions().next(), Some(need.action()));
        for name in actions.into_iter().chain([need.operation()]) {
            let (service, action) = name.split_once(':').unwrap_or_default();
            let lower =
                |character: char| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '-';
            assert!(!service.is_empty() && service.chars().all(lower), "{name}");
            assert!(action.starts_with(|first: char| first.is_ascii_uppercase()), "{name}");
            assert!(action.chars().all(|character| character.is_ascii_alphanumeric()), "{name}");
        }
    }
    // s3control shares the actions of s3.
    assert!(Need::ALL.iter().all(|need| need.actions().all(|action| !action.starts_with("s3control:"))));
    // Whoever reads by Cloud Control needs the permission of the service behind it as well.
    let by_cloud_control = |need: &&Need| need.operation() == general[0];
    assert!(Need::ALL.iter().filter(by_cloud_control).all(|need| need.actions().count() > 1));
}

#[test]
fn what_a_template_cannot_settle_is_opt_in() {
    let opt_in: Vec<&str> =
        checks::all().filter(|check| check.default == Default::OptIn).map(|check| check.id).collect();
    for id in [
        "s3-account-public-access-block",
        "s3-mfa-delete",
        "s3-object-lock",
        "s3-replication",
        "s3-event-notifications",
        "s3-in-backup-plan",
        "dynamodb-in-backup-plan",
        "dynamodb-ttl-or-retention",
    ] {
        assert!(opt_in.contains(&id), "{id} is on by default");
    }
}
