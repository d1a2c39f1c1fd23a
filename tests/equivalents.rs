//! The second table: what other tools call a check.

use std::collections::BTreeSet;

use fitgate::checks::{
    self,
    equivalents::{self, Catalogue, Row},
};

/// Every row that does not hold what it should, with the words for it.
fn wrong(what: &str, holds: impl Fn(&Row) -> bool) -> Vec<String> {
    equivalents::table().filter(|row| !holds(row)).map(|row| format!("{}: {what}", row.id)).collect()
}

/// Whether the text is `words` and nothing else: at least one each, of these characters, between separators.
fn is_made_of(text: &str, separator: char, allowed: impl Fn(char) -> bool) -> bool {
    text.split(separator).all(|word| !word.is_empty() && word.chars().all(&allowed))
}

fn is_lower(character: char) -> bool {
    character.is_ascii_lowercase() || character.is_ascii_digit()
}

fn is_upper(character: char) -> bool {
    character.is_ascii_uppercase() || character.is_ascii_digit()
}

/// Whether the text is one of these prefixes and a number behind it, of so many digits where that is said.
fn is_numbered(text: &str, prefixes: &[&str], digits: Option<usize>) -> bool {
    let number = prefixes.iter().find_map(|prefix| text.strip_prefix(prefix));
    number.is_some_and(|number| {
        !number.is_empty()
            && number.chars().all(|character| character.is_ascii_digit())
            && digits.is_none_or(|digits| number.len() == digits)
    })
}

fn has_shape(catalogue: Catalogue, name: &str) -> bool {
    let camel = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_uppercase())
            && name.chars().all(|character| character.is_ascii_alphanumeric())
    };
    match catalogue {
        Catalogue::ConfigRule => name.contains('-') && is_made_of(name, '-', is_lower),
        Catalogue::SecurityHub => {
            name.split_once('.').is_some_and(|(service, number)| camel(service) && is_numbered(number, &[""], None))
        }
        Catalogue::Prowler => name.contains('_') && is_made_of(name, '_', is_lower),
        Catalogue::Checkov => is_numbered(name, &["CKV_AWS_", "CKV2_AWS_"], None),
        Catalogue::CdkNag => match name.strip_prefix("AwsSolutions-") {
            Some(rule) => is_made_of(rule, '-', is_upper),
            None => camel(name),
        },
        Catalogue::Guard => name.contains('_') && is_made_of(name, '_', is_upper),
        // A few directories have `x-ray` or `tls_1.2` in them.
        Catalogue::Kics => is_made_of(name, '_', |character| is_lower(character) || "-.".contains(character)),
        Catalogue::Trivy => is_numbered(name, &["AWS-"], Some(4)),
        Catalogue::CfnLint => is_numbered(name, &["E", "I", "W"], Some(4)),
        Catalogue::ServerlessRules => is_numbered(name, &["ES", "WS"], Some(4)),
        Catalogue::WellArchitected => is_numbered(name, &["COST ", "OPS ", "PERF ", "REL ", "SEC "], None),
    }
}

fn found(name: &str) -> Vec<&'static str> {
    equivalents::find(name).iter().map(|check| check.id).collect()
}

#[test]
fn every_row_is_of_a_check() {
    let failures = wrong("is no check", |row| checks::by_id(row.id).is_some());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_atomic_check_has_a_row() {
    let rows: BTreeSet<&str> = equivalents::table().map(|row| row.id).collect();
    let atomic = checks::all().filter(|check| check.applies.scope() == "atomic").map(|check| check.id);
    let missing: Vec<&str> = atomic.filter(|id| !rows.contains(id)).collect();
    assert!(missing.is_empty(), "no row in src/checks/equivalents: {missing:?}");
}

#[test]
fn rows_are_unique_and_each_table_is_sorted() {
    let ids: Vec<&str> = equivalents::table().map(|row| row.id).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "two rows of one check");
    for rows in equivalents::tables() {
        assert!(rows.is_sorted_by_key(|row| row.id), "not sorted: the table that begins with {:?}", rows.first());
    }
}

#[test]
fn names_are_in_the_order_of_catalogues_and_said_once() {
    let mut failures =
        wrong("a name is listed twice", |row| row.names.iter().collect::<BTreeSet<_>>().len() == row.names.len());
    failures.extend(wrong("the catalogues are not in their order", |row| {
        row.names.is_sorted_by_key(|(catalogue, _)| *catalogue)
    }));
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_name_has_the_shape_of_its_catalogue() {
    let failures: Vec<String> = equivalents::table()
        .flat_map(|row| row.names.iter().map(move |(catalogue, name)| (row.id, *catalogue, *name)))
        .filter(|(_, catalogue, name)| !has_shape(*catalogue, name))
        .map(|(id, catalogue, name)| format!("{id}: {catalogue} calls nothing {name:?}"))
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn catalogues_are_listed_once_and_each_is_used() {
    let listed: BTreeSet<Catalogue> = Catalogue::ALL.into_iter().collect();
    assert!(Catalogue::ALL.is_sorted());
    assert_eq!(listed.len(), Catalogue::ALL.len());
    let used: BTreeSet<Catalogue> =
        equivalents::table().flat_map(|row| row.names.iter().map(|(catalogue, _)| *catalogue)).collect();
    assert_eq!(listed, used);
    let names: BTreeSet<&str> = Catalogue::ALL.iter().map(|catalogue| catalogue.name()).collect();
    assert_eq!(names.len(), listed.len(), "two catalogues of one name");
}

#[test]
fn a_check_is_found_by_what_others_call_it() {
    assert_eq!(found("CKV_AWS_18"), ["s3-access-logging"]);
    assert_eq!(found("ckv_aws_18"), ["s3-access-logging"]);
    assert_eq!(found("s3.9"), ["s3-access-logging"]);
    assert_eq!(found("AwsSolutions-DDB3"), ["dynamodb-pitr"]);
    let by_rule = ["s3-access-logging", "config-s3-bucket-logging-enabled"];
    assert_eq!(found("s3-bucket-logging-enabled"), by_rule);
    assert_eq!(found("S3_BUCKET_LOGGING_ENABLED"), by_rule, "by the identifier of the rule");
    assert_eq!(found("DAX_TLS_ENDPOINT_ENCRYPTION"), ["dax-tls"], "an identifier that the registry does not share");
    assert_eq!(found("Serverless-LambdaTracing"), ["lambda-xray"], "behind the name of a pack");
    assert_eq!(found("AVD-AWS-0089"), found("AWS-0089"));
    assert_eq!(found("AWS-0089"), ["s3-access-logging"]);
}

#[test]
fn what_is_nobodys_name_finds_nothing() {
    for name in ["", "-", "AVD-", "CKV_AWS_", "CKV_AWS_1", "s3-access-logging", "bucket-logging-enabled", "é-§"] {
        assert_eq!(found(name), Vec::<&str>::new(), "{name:?}");
    }
    assert_eq!(equivalents::of("nothing").count(), 0);
    assert_eq!(equivalents::of("lambda-code-signing").count(), 0, "nobody else has it");
}

#[test]
fn every_name_that_is_offered_finds_its_check() {
    for check in checks::catalogue() {
        for (_, name) in equivalents::of(check.id) {
            assert!(found(name).contains(&check.id), "{name} does not find {}", check.id);
        }
    }
    assert!(equivalents::names().all(|name| !found(name).is_empty()));
}
