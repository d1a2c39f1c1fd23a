//! Nested stacks whose templates lie beside the outer one.

#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking")]

use std::collections::BTreeMap;

use fitgate::facts::Branch;
use fitgate::inventory::LogicalId;
use fitgate::template::{Files, Options, Template, TemplateError, read};
use serde_json::{Value, json};

struct Folder(BTreeMap<&'static str, &'static str>);

impl Files for Folder {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        self.0.get(path).map(|text| text.as_bytes().to_vec()).ok_or_else(|| "no such file".to_owned())
    }
}

fn with(text: &str, files: &[(&'static str, &'static str)]) -> Result<Template, TemplateError> {
    let folder = Folder(files.iter().copied().collect());
    read("outer.yaml", text.as_bytes(), &Options { files: Some(&folder), ..Options::default() })
}

fn resources(branch: &Branch) -> BTreeMap<String, Value> {
    let value = |resource: &fitgate::facts::Resource| resource.properties.to_value().expect("JSON");
    branch.facts.resources.iter().map(|resource| (resource.reference.logical_id.to_string(), value(resource))).collect()
}

const OUTER: &str = "
Parameters: {Stage: {Type: String, AllowedValues: [dev, prod]}}
Resources:
  Topic: {Type: AWS::SNS::Topic}
  Data:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: ./nested/data.yaml
      Parameters: {Stage: !Ref Stage, Count: 3, Topic: !Ref Topic, Names: [a, b]}
  User: {Type: Custom::User, Properties: {Table: !GetAtt Data.Outputs.Table, Text: !Sub 'x-${Data.Outputs.Table}', Gone: !GetAtt Data.Outputs.Nothing}}
";
const DATA: &str = "
Parameters:
  Stage: {Type: String, AllowedValues: [dev, prod]}
  Count: {Type: Number}
  Topic: {Type: String}
  Names: {Type: CommaDelimitedList}
Conditions: {Prod: !Equals [!Ref Stage, prod]}
Resources:
  Table: {Type: AWS::SNS::Topic, Condition: Prod}
  Thing: {Type: Custom::Thing, Properties: {C: !Ref Count, T: !Ref Topic, N: !Ref Names, Own: !Ref Table2, Stack: !Ref AWS::StackName}}
  Table2: {Type: Custom::Table}
  Deeper: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: deep/leaf.yaml}}
Outputs: {Table: {Value: !GetAtt Table2.Arn}}
";
const LEAF: &str = "Resources: {Leaf: {Type: Custom::Leaf, Properties: {P: 1}}}";

#[test]
fn nested_stacks_are_part_of_the_stack() {
    let template = with(OUTER, &[("nested/data.yaml", DATA), ("nested/deep/leaf.yaml", LEAF)]).expect("a template");
    assert_eq!(template.warnings, []);
    let assumed: Vec<_> =
        template.branches.iter().flat_map(|b| &b.assumptions).map(|a| (a.condition.as_str(), a.holds)).collect();
    assert_eq!(assumed, [("Data/Prod", false), ("Data/Prod", true)]);
    let found = resources(&template.branches[1]);
    let ids: Vec<&str> = found.keys().map(String::as_str).collect();
    let expected =
        ["Data", "Data/Deeper", "Data/Deeper/Leaf", "Data/Table", "Data/Table2", "Data/Thing", "Topic", "User"];
    assert_eq!(ids, expected);
    assert!(!resources(&template.branches[0]).contains_key("Data/Table"));
    let reference = |resource: &str| json!({"Reference": {"resource": resource}});
    let thing = json!({"C": "3", "T": {"$text": [reference("Topic")]}, "N": ["a", "b"],
        "Own": {"$text": [reference("Data/Table2")]}, "Stack": {"$text": [{"Pseudo": "Data/AWS::StackName"}]}});
    assert_eq!(found["Data/Thing"], thing);
    let arn = json!({"Reference": {"resource": "Data/Table2", "attribute": "Arn"}});
    assert_eq!(found["User"]["Table"], json!({"$text": [arn]}));
    assert_eq!(found["User"]["Text"], json!({"$text": [{"Literal": "x-"}, arn]}));
    let id = LogicalId::new("Data/Deeper/Leaf");
    assert_eq!(template.spans.document(&id), Some("nested/deep/leaf.yaml"));
    assert_eq!(template.spans.locate(&id, Some("P")).map(|at| at.column), Some(53));
}

#[test]
fn what_cannot_be_read_is_warned_of() {
    let stack = |properties: &str| {
        format!(
            "Parameters: {{P: {{Type: String}}}}\nResources:\n  N: {{Type: AWS::CloudFormation::Stack, Properties: {properties}}}\n"
        )
    };
    let cases = [
        ("{TemplateURL: 'https://bucket.s3.amazonaws.com/t.yaml'}", "its template is not a file beside this one"),
        ("{TemplateURL: !Ref P}", "its template is known only at deployment"),
        ("{TemplateURL: gone.yaml}", "gone.yaml cannot be read: no such file"),
        ("{}", "its template is not known"),
        ("{TemplateURL: leaf.yaml, Parameters: !Ref P}", "its parameters are known only at deployment"),
    ];
    for (properties, why) in cases {
        let template = with(&stack(properties), &[("leaf.yaml", LEAF)]).expect("a template");
        let expected = format!("outer.yaml:3:3: what the nested stack N holds is not judged: {why}");
        assert_eq!(template.warnings.iter().map(ToString::to_string).collect::<Vec<_>>(), [expected]);
    }
}

#[test]
fn circles_and_mistakes_in_nested_templates_are_errors() {
    const CIRCLE: &str = "Resources: {A: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: circle.yaml}}}";
    let error = with(CIRCLE, &[("circle.yaml", CIRCLE)]).expect_err("a circle").to_string();
    assert_eq!(error, "circle.yaml:1:13: the nested stack A/A leads to too many others, or to itself");
    let error = with(
        "Resources: {A: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: bad.yaml, Parameters: {X: 1}}}}",
        &[("bad.yaml", "Resources: {A: {Type: X, Properties: {P: !Ref Q}}}")],
    );
    let mistakes: Vec<String> = error.expect_err("mistakes").mistakes().iter().map(ToString::to_string).collect();
    let expected =
        ["bad.yaml: the template has no parameter \"X\"", "bad.yaml:1:42: there is no parameter or resource \"Q\""];
    assert_eq!(mistakes, expected);
}

#[test]
fn too_many_branches_of_a_nested_stack_leave_its_resources_unknown() {
    let mut outer = "Parameters:\n".to_owned();
    (0..5).for_each(|n| outer += &format!("  P{n}: {{Type: String}}\n"));
    outer += "Conditions:\n";
    (0..5).for_each(|n| outer += &format!("  C{n}: !Equals [!Ref P{n}, x]\n"));
    outer += "Resources:\n  N: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: inner.yaml}}\n";
    (0..5).for_each(|n| outer += &format!("  T{n}: {{Type: AWS::SNS::Topic, Condition: C{n}}}\n"));
    const INNER: &str = "
Conditions: {A: !Equals [!Ref AWS::Region, a], B: !Equals [!Ref AWS::Region, b]}
Resources: {X: {Type: AWS::SNS::Topic, Condition: A}, Y: {Type: AWS::SNS::Topic, Condition: B}}
";
    let template = with(&outer, &[("inner.yaml", INNER)]).expect("a template");
    assert_eq!(template.branches.len(), 32);
    let why = "depends on conditions of a nested stack; too many combinations to judge each";
    for branch in &template.branches {
        let found = resources(branch);
        assert_eq!(found["N/X"], json!({"$unknown": {"Unresolved": why}}));
        assert_eq!(found["N/Y"], json!({"$unknown": {"Unresolved": why}}));
    }
}

#[test]
fn a_crowd_of_nested_stacks_is_refused_in_time() {
    let stack = |n| format!("  N{n}: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: inner.yaml}}}}\n");
    let topic = |n| format!("  T{n}: {{Type: AWS::SNS::Topic}}\n");
    let outer = format!("Resources:\n{}", (0..400).map(stack).collect::<String>());
    let inner: &'static str = format!("Resources:\n{}", (0..400).map(topic).collect::<String>()).leak();
    let error = with(&outer, &[("inner.yaml", inner)]).expect_err("a refusal");
    assert!(error.to_string().ends_with("there are more than 64000 resources to judge"), "{error}");
}
