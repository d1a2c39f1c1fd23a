//! Policy documents: what is read, and what is matched for certain.

use fitgate::facts::{
    Observed, Part, Text, Why,
    iam::{Account, Operator, PolicyDocument, account_of, all_known, any_known, matches_action, matches_pattern},
};
use serde_json::{Value, json};

fn document(value: Value) -> Observed<PolicyDocument> {
    Observed::read(&value)
}

fn why() -> Why {
    Why::Unresolved("parameter P has no default".to_owned())
}

fn open(before: &str, after: &str) -> Text {
    Text::new([Part::Literal(before.to_owned()), Part::Unknown(why()), Part::Literal(after.to_owned())])
}

fn pseudo(before: &str, name: &str, after: &str) -> Text {
    Text::new([Part::Literal(before.to_owned()), Part::Pseudo(name.to_owned()), Part::Literal(after.to_owned())])
}

#[test]
fn one_statement_reads_like_a_list_of_one_and_a_string_like_the_document_in_it() {
    let statement = json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": ["a", "b"]});
    let list = document(json!({"Statement": [statement]}));
    assert!(list.present().is_some());
    assert_eq!(document(json!({"Statement": statement})), list);
    assert_eq!(document(json!(json!({"Statement": statement}).to_string())), list);
}

#[test]
fn what_was_read_is_written_back_the_same() {
    let read = document(json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Deny", "Principal": {"AWS": ["*", {"$unknown": {"Unresolved": "x"}}], "Service": "a.amazonaws.com"},
        "NotAction": "s3:Get*", "Resource": {"$text": [{"Literal": "arn:"}, {"Reference": {"resource": "B"}}]},
        "Condition": {"Bool": {"aws:SecureTransport": false}, "StringEquals": {"$unknown": {"Unresolved": "y"}}},
    }}));
    let written = serde_json::to_value(&read).unwrap();
    assert_eq!(document(written), read);
}

#[test]
fn a_bad_part_is_unknown_and_hides_no_other_part() {
    let read = document(json!({"Statement": [
        "nonsense",
        {"Effect": ["Allow"], "Principal": 7, "Action": [{"a": 1}, "s3:GetObject"], "Condition": "none"},
    ]}));
    let statements: Vec<_> = read.present().unwrap().statements().unwrap().map(|(_, statement)| statement).collect();
    assert!(matches!(statements[0], Observed::Unknown(Why::Malformed(_))));
    let second = statements[1].present().unwrap();
    assert!(second.allows().is_err());
    assert!(matches!(second.principal, Observed::Unknown(Why::Malformed(_))));
    assert!(matches!(second.condition, Observed::Unknown(Why::Malformed(_))));
    let actions: Vec<_> =
        second.action.present().unwrap().iter().map(|text| matches_action(text, "s3:GetObject")).collect();
    assert!(actions[0].is_err());
    assert_eq!(actions[1], Ok(true));
}

#[test]
fn a_document_that_is_none_is_malformed() {
    for value in [json!("not json"), json!([]), json!(7)] {
        assert!(matches!(document(value.clone()), Observed::Unknown(Why::Malformed(_))), "{value}");
    }
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(matches!(document(json!(deep)), Observed::Unknown(Why::Malformed(_))));
    assert!(document(json!({})).present().unwrap().statements().is_err());
}

#[test]
fn actions_match_in_any_case_and_resources_letter_for_letter() {
    let holds = |text: &str, action| matches_action(&Text::literal(text), action).unwrap();
    assert!(holds("S3:get*", "s3:GetObject"));
    assert!(holds("*", "s3:GetObject"));
    assert!(holds("s3:?etObject", "s3:GetObject"));
    assert!(!holds("s3:Put*", "s3:GetObject"));
    assert_eq!(matches_pattern(&Text::literal("arn:aws:s3:::B/*"), "arn:aws:s3:::b/x"), Ok(false));
}

#[test]
fn a_pattern_with_an_open_part_denies_only_what_it_never_matches() {
    assert_eq!(matches_action(&open("s3:", ""), "sqs:SendMessage"), Ok(false));
    assert_eq!(matches_action(&open("s3:", ""), "s3:GetObject"), Err(why()));
    assert_eq!(matches_pattern(&open("arn:aws:s3:::", "/*"), "arn:aws:s3:::b"), Ok(false));
}

#[test]
fn ignorance_yields_to_a_settled_answer_only() {
    assert_eq!(any_known([Err(why()), Ok(true)]), Ok(true));
    assert_eq!(any_known([Err(why()), Ok(false)]), Err(why()));
    assert_eq!(any_known([]), Ok(false));
    assert_eq!(all_known([Err(why()), Ok(false)]), Ok(false));
    assert_eq!(all_known([Err(why()), Ok(true)]), Err(why()));
    assert_eq!(all_known([]), Ok(true));
}

#[test]
fn everyone_is_a_star_under_any_kind() {
    let everyone = |value: Value| {
        let read = document(json!({"Statement": {"Principal": value}}));
        let statement = read.present().unwrap().statements().unwrap().next().unwrap().1.present().unwrap().clone();
        statement.principal.present().unwrap().is_everyone()
    };
    assert_eq!(everyone(json!("*")), Ok(true));
    assert_eq!(everyone(json!({"AWS": "*"})), Ok(true));
    assert_eq!(everyone(json!({"AWS": ["111122223333", "*"]})), Ok(true));
    assert_eq!(everyone(json!({"AWS": "111122223333", "Service": "sns.amazonaws.com"})), Ok(false));
    assert_eq!(
        everyone(json!({"AWS": {"$text": [{"Reference": {"resource": "Role", "attribute": "Arn"}}]}})),
        Ok(false)
    );
    assert!(everyone(json!({"AWS": {"$unknown": {"Unresolved": "P"}}})).is_err());
}

#[test]
fn operators_are_taken_apart() {
    for (written, name, for_all, if_exists) in [
        ("Bool", "Bool", false, false),
        ("BoolIfExists", "Bool", false, true),
        ("ForAllValues:StringLike", "StringLike", true, false),
        ("ForAnyValue:StringEqualsIfExists", "StringEquals", false, true),
        ("IfExists", "", false, true),
        ("ßool", "ßool", false, false),
    ] {
        assert_eq!(Operator::parse(written), Operator { name, for_all, if_exists }, "{written}");
    }
}

#[test]
fn accounts_are_found_in_ids_arns_and_references() {
    let written = |text: &str| account_of(&Text::literal(text)).unwrap();
    assert_eq!(written("111122223333"), Account::Written("111122223333".to_owned()));
    assert_eq!(written("arn:aws:iam::111122223333:role/r"), Account::Written("111122223333".to_owned()));
    for other in ["*", "arn:aws:iam::cloudfront:user/x", "AIDAEXAMPLE", "", "arn:", "1111222233334"] {
        assert_eq!(written(other), Account::None, "{other}");
    }
    assert_eq!(account_of(&pseudo("", "AWS::AccountId", "")), Ok(Account::Own));
    assert_eq!(account_of(&pseudo("arn:aws:iam::", "AWS::AccountId", ":root")), Ok(Account::Own));
    let partition = pseudo("arn:", "AWS::Partition", ":iam::111122223333:root");
    assert_eq!(account_of(&partition), Ok(Account::Written("111122223333".to_owned())));
    assert!(account_of(&open("arn:aws:iam::", ":root")).is_err());
    assert!(account_of(&open("", "")).is_err());
}
