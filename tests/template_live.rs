//! Templates that are deployed: resolved parameters, hidden ones, exports of other stacks, names of nested stacks.

#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking")]

use std::collections::BTreeMap;

use fitgate::facts::{Observed, Why};
use fitgate::inventory::LogicalId;
use fitgate::template::{Live, Options, read};
use serde_json::{Value, json};

const TEMPLATE: &str = "
Parameters:
  Image: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /image, AllowedValues: [/image]}
  Zones: {Type: 'AWS::SSM::Parameter::Value<List<String>>', Default: /zones}
  Secret: {Type: String, NoEcho: true, Default: changeme}
  Shown: {Type: String, NoEcho: false, Default: x}
  Stage: {Type: String, Default: dev}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsChanged: !Not [!Equals [!Ref Secret, changeme]]
Resources:
  Other:
    Type: Custom::Thing
    Properties:
      Image: !Ref Image
      Zones: !Ref Zones
      Secret: !Ref Secret
      Shown: !Ref Shown
      Hook: !ImportValue pre-traffic
      Composed: !ImportValue {'Fn::Sub': '${Stage}-name'}
      Missing: !ImportValue missing
      Bucket: !GetAtt Bucket.Arn
      Stack: !Sub '${AWS::StackName}/${AWS::Region}'
  Bucket: {Type: 'AWS::S3::Bucket', Condition: IsProd}
  Maybe: {Type: 'AWS::S3::Bucket', Condition: IsChanged}
";

/// The properties of a resource in every branch that has it.
fn properties(live: Option<Live>, parameters: &[(&str, &str)], id: &str) -> Vec<Value> {
    let parameters: BTreeMap<_, _> =
        parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let template =
        read("t", TEMPLATE.as_bytes(), &Options { parameters, live, ..Options::default() }).expect("a template");
    let resources = template.branches.iter().filter_map(|branch| branch.facts.get(&LogicalId::new(id)));
    resources.map(|resource| resource.properties.to_value().expect("JSON")).collect()
}

fn live(exports: Observed<BTreeMap<String, String>>) -> Option<Live> {
    Some(Live { prefix: "Nested/".to_owned(), exports })
}

fn exports(pairs: &[(&str, &str)]) -> Observed<BTreeMap<String, String>> {
    Observed::Present(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
}

const DEPLOYED: &[(&str, &str)] = &[
    ("Image", "ami-1"),
    ("Zones", "a, b"),
    ("Secret", "****"),
    ("Shown", "****"),
    ("Stage", "prod"),
    ("AWS::StackName", "shop"),
    ("AWS::Region", "eu-west-1"),
];

fn unresolved(why: &str) -> Value {
    json!({"$unknown": {"Unresolved": why}})
}

#[test]
fn parameters_are_what_cloudformation_made_of_them() {
    let all = properties(
        live(exports(&[("pre-traffic", "CodeDeployHook_pre"), ("prod-name", "n")])),
        DEPLOYED,
        "Nested/Other",
    );
    let hidden = "parameter Secret has NoEcho: CloudFormation shows its value to nobody";
    for other in &all {
        assert_eq!(other["Image"], "ami-1");
        assert_eq!(other["Zones"], json!(["a", "b"]));
        assert_eq!(other["Secret"], unresolved(hidden));
        assert_eq!(other["Shown"], "****", "asterisks that somebody wrote");
        assert_eq!(other["Stack"], "shop/eu-west-1");
    }
}

#[test]
fn what_is_given_outside_of_a_live_stack_is_the_name_in_parameter_store() {
    let [other] = properties(None, &[("Image", "/image")], "Other").try_into().expect("one branch");
    assert_eq!(other["Image"], unresolved("parameter Image is read from Parameter Store at deployment"));
}

#[test]
fn a_hidden_parameter_leaves_conditions_open_and_never_falls_back_to_the_default() {
    assert_eq!(properties(live(Observed::Absent), DEPLOYED, "Nested/Bucket").len(), 2, "in both branches");
    assert_eq!(properties(live(Observed::Absent), DEPLOYED, "Nested/Maybe").len(), 1, "in one of two");
}

#[test]
fn exports_are_what_other_stacks_give_out() {
    let given = exports(&[("pre-traffic", "CodeDeployHook_pre"), ("prod-name", "n")]);
    for other in properties(live(given), DEPLOYED, "Nested/Other") {
        assert_eq!(other["Hook"], "CodeDeployHook_pre");
        assert_eq!(other["Composed"], "n");
        assert_eq!(other["Missing"], unresolved("the export missing of another stack does not exist"));
    }
}

#[test]
fn exports_that_nobody_could_list_are_unknown_for_that_reason() {
    let why = Why::Denied { action: "cloudformation:ListExports".to_owned() };
    for other in properties(live(Observed::Unknown(why.clone())), DEPLOYED, "Nested/Other") {
        assert_eq!(other["Hook"], json!({ "$unknown": why }));
    }
    for other in properties(live(Observed::Absent), DEPLOYED, "Nested/Other") {
        let text = "the export pre-traffic of another stack is known only at deployment";
        assert_eq!(other["Hook"], unresolved(text));
    }
}

#[test]
fn names_are_those_of_the_inventory() {
    for other in properties(live(Observed::Absent), DEPLOYED, "Nested/Other") {
        let arn = json!([{"Reference": {"resource": "Nested/Bucket", "attribute": "Arn"}}]);
        assert_eq!(other["Bucket"]["$text"], arn);
    }
}
