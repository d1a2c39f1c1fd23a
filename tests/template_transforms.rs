//! What transforms do before a template is resolved: loops, includes, definitions in files of their own.

#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests fail by panicking")]

use std::collections::BTreeMap;

use fitgate::facts::Branch;
use fitgate::source::Limits;
use fitgate::template::{Files, Options, Template, TemplateError, read};
use serde_json::{Value, json};

#[derive(Default)]
struct Folder(BTreeMap<&'static str, String>);

impl Files for Folder {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        self.0.get(path).map(|text| text.clone().into_bytes()).ok_or_else(|| "no such file".to_owned())
    }
}

fn try_with(
    text: &str,
    files: &[(&'static str, &str)],
    parameters: &[(&str, &str)],
) -> Result<Template, TemplateError> {
    let folder = Folder(files.iter().map(|(path, text)| (*path, (*text).to_owned())).collect());
    let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    read("t.yaml", text.as_bytes(), &Options { parameters, files: Some(&folder), ..Options::default() })
}

fn with(text: &str, files: &[(&'static str, &str)]) -> Template {
    try_with(text, files, &[]).unwrap_or_else(|error| panic!("{error}"))
}

fn resources(branch: &Branch) -> BTreeMap<String, Value> {
    let value = |resource: &fitgate::facts::Resource| resource.properties.to_value().expect("JSON");
    branch.facts.resources.iter().map(|resource| (resource.reference.logical_id.to_string(), value(resource))).collect()
}

fn warnings(template: &Template) -> Vec<String> {
    template.warnings.iter().map(ToString::to_string).collect()
}

const LOOP: &str = "
Transform: [AWS::LanguageExtensions]
Parameters: {Names: {Type: CommaDelimitedList, Default: 'a,b-c'}}
Conditions: {'Fn::ForEach::Flags': [Flag, [X, Y], {'Is${Flag}': !Equals [1, 1]}]}
Resources:
  'Fn::ForEach::Outer':
    - Name
    - !Ref Names
    - 'Topic&{Name}':
        Type: Custom::Topic
        Condition: IsX
        Properties:
          Name: !Ref Name
          Text: !Sub 'x-${Name}-${AWS::Region}'
          'Fn::ForEach::Inner': [Key, ['1', 2], {'K${Key}': '${Name}${Key}'}]
";

#[test]
fn loops_are_written_out() {
    let template = with(LOOP, &[]);
    let region = json!({"Pseudo": "AWS::Region"});
    let topic = |name: &str| {
        let text = json!({"$text": [{"Literal": format!("x-{name}-")}, region]});
        json!({"Name": name, "Text": text, "K1": format!("{name}1"), "K2": format!("{name}2")})
    };
    let expected = BTreeMap::from([("Topica".to_owned(), topic("a")), ("Topicbc".to_owned(), topic("b-c"))]);
    assert_eq!(resources(&template.branches[0]), expected);
    let place = template.spans.locate(&fitgate::inventory::LogicalId::new("Topica"), Some("Name"));
    assert_eq!(place.map(|at| (at.line, at.column)), Some((13, 11)));
}

#[test]
fn loops_over_what_nobody_knows_leave_resources_that_nobody_knows() {
    let template = with(&LOOP.replace(", Default: 'a,b-c'", ""), &[]);
    let unknown = json!({"$unknown": {"Unresolved": "a loop writes this at deployment"}});
    assert_eq!(resources(&template.branches[0]), BTreeMap::from([("Topic&{Name}".to_owned(), unknown)]));
    assert_eq!(
        warnings(&template),
        ["t.yaml:6:3: nobody knows what Fn::ForEach::Outer loops over; what it writes is unknown"]
    );
}

#[test]
fn malformed_loops_are_refused() {
    let cases = [
        (LOOP.replace("AWS::LanguageExtensions", "AWS::SecretsManager-2020-07-23"), "needs the language extensions"),
        (LOOP.replace("Topic&{Name}", "Topic"), "t.yaml:9:7: the loop writes the key \"Topic\" twice"),
        (LOOP.replace("    - !Ref Names\n", ""), "t.yaml:6:3: Fn::ForEach::Outer is malformed"),
    ];
    for (text, message) in cases {
        let error = try_with(&text, &[], &[]).expect_err("a refusal").to_string();
        assert!(error.contains(message), "{error}");
    }
}

#[test]
fn giant_loops_end() {
    let values: Vec<String> = (0..1000).map(|n| format!("v{n}")).collect();
    let mut body = "{'R${A}${B}${C}': {Type: X}}".to_owned();
    for variable in ["A", "B", "C"] {
        body = format!("{{'Fn::ForEach::L{variable}': [{variable}, [{}], {body}]}}", values.join(","));
    }
    let text = format!("Transform: AWS::LanguageExtensions\nResources: {body}\n");
    let limits = Limits { nodes: 20_000, ..Limits::default() };
    let options = Options { limits, ..Options::default() };
    let error = read("t.yaml", text.as_bytes(), &options).expect_err("a refusal").to_string();
    assert!(error.contains("writes too much"), "{error}");
}

#[test]
fn local_includes_are_put_in() {
    let text = "
Mappings: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: ./parts/maps.json}}}
Resources:
  A:
    Type: Custom::A
    Properties:
      Own: 1
      Fn::Transform: {Name: AWS::Include, Parameters: {Location: parts/a.yaml}}
  B: {Type: Custom::B, Properties: {P: !Transform {Name: AWS::Include, Parameters: {Location: 's3://bucket/b.yaml'}}}}
  C: {Type: Custom::C, Properties: {P: 1, Fn::Transform: {Name: AWS::Include, Parameters: {Location: gone.yaml}}}}
";
    let files = [
        ("parts/maps.json", "{\"M\": {\"k\": {\"v\": \"found\"}}}"),
        ("parts/a.yaml", "Own: 2\nMore: {Fn::FindInMap: [M, k, v]}\n"),
    ];
    let template = with(text, &files);
    let found = resources(&template.branches[0]);
    assert_eq!(found["A"], json!({"Own": 1, "More": "found"}));
    assert_eq!(found["B"], json!({"P": {"$unknown": {"Unresolved": "a macro writes this at deployment"}}}));
    assert_eq!(found["C"], json!({"$unknown": {"Unresolved": "a macro writes into this at deployment"}}));
    assert_eq!(warnings(&template), ["t.yaml:10:102: gone.yaml cannot be read: no such file"]);
}

#[test]
fn definitions_in_files_are_read() {
    let text = "
Transform: AWS::Serverless-2016-10-31
Resources:
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties: {DefinitionUri: statemachine/m.asl.json, Role: arn:aws:iam::123456789012:role/r}
";
    let files =
        [("statemachine/m.asl.json", "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Pass\", \"End\": true}}}")];
    let template = with(text, &files);
    let machine = resources(&template.branches[0])["Machine"].to_string();
    assert!(machine.contains("StartAt"), "{machine}");
    let place = template.spans.locate(&fitgate::inventory::LogicalId::new("Machine"), Some("DefinitionString.StartAt"));
    assert!(place.is_some());
    assert_eq!(warnings(&template), Vec::<String>::new());
}

#[test]
fn a_macro_is_warned_of_and_may_make_names() {
    let text = "
Transform: [MyMacro]
Resources: {A: {Type: Custom::A, Properties: {P: !Ref Made}}}
";
    let template = with(text, &[]);
    assert_eq!(
        warnings(&template),
        [
            "t.yaml:2:13: a macro may change anything here; it is judged as written",
            "t.yaml:3:50: there is no parameter or resource \"Made\""
        ]
    );
    let unknown = json!({"$unknown": {"Unresolved": "nothing is called Made in this template"}});
    assert_eq!(resources(&template.branches[0])["A"], json!({"P": unknown}));
}
