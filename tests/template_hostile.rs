//! Templates made to break the reader: it answers, in bounded time, and never panics.

#[path = "templates/large.rs"]
mod large;

use fitgate::template::{Options, read};
use proptest::prelude::*;

const SAMPLE: &str = "
Transform: AWS::LanguageExtensions
Parameters:
  Stage: {Type: String, AllowedValues: [dev, prod]}
  Names: {Type: CommaDelimitedList, Default: 'a,b'}
Mappings: {Sizes: {prod: {Size: 10}, dev: {Size: 1}}}
Conditions:
  Prod: !Equals [!Ref Stage, prod]
  Both: !And [{Condition: Prod}, !Not [!Equals [!Ref AWS::Region, us-east-1]]]
Resources:
  'Fn::ForEach::Topics': [Name, !Ref Names, {'Topic${Name}': {Type: AWS::SNS::Topic, Properties: {TopicName: !Sub '${Name}-x'}}}]
  Bucket:
    Type: AWS::S3::Bucket
    Condition: Both
    DeletionPolicy: Retain
    Properties:
      BucketName: !Join ['-', [!Ref AWS::StackName, !FindInMap [Sizes, !Ref Stage, Size], é]]
      Tags: [{Key: a, Value: !Select [0, !Split [',', 'x,y']]}]
  Function:
    Type: AWS::Lambda::Function
    Properties:
      MemorySize: !If [Prod, 512, !Ref AWS::NoValue]
      Environment: {Variables: {A: !GetAtt Bucket.Arn, B: '{{resolve:ssm:/a}}', C: !Base64 abc}}
      Layers: [!ImportValue layer, !Sub ['${X}${Bucket}', {X: !Cidr ['10.0.0.0/16', 2, 8]}]]
Outputs: {O: {Value: {'Fn::ToJsonString': {a: !Ref Bucket}}}}
";

fn survives(text: &[u8]) {
    if let Ok(template) = read("t.yaml", text, &Options::default()) {
        assert!(!template.branches.is_empty() && template.branches.len() <= 64);
    }
}

#[test]
fn the_sample_is_a_template() {
    let template = read("t.yaml", SAMPLE.as_bytes(), &Options::default()).expect("a template");
    assert_eq!(template.branches.len(), 3);
    assert_eq!(template.branches.iter().map(|branch| branch.facts.resources.len()).max(), Some(4));
}

#[test]
fn five_thousand_conditions_in_a_chain() {
    let mut text = "Parameters: {P: {Type: String}}\nConditions:\n  C0: !Equals [!Ref P, x]\n".to_owned();
    (1..5000).for_each(|n| text += &format!("  C{n}: !Not [{{Condition: C{}}}]\n", n - 1));
    text += "Resources:\n";
    (0..5000).for_each(|n| text += &format!("  R{n}: {{Type: AWS::SNS::Topic, Condition: C{n}}}\n"));
    let template = read("t.yaml", text.as_bytes(), &Options::default()).expect("a template");
    assert_eq!(template.branches.len(), 2);
    assert_eq!(template.branches[0].facts.resources.len(), 2500);
}

#[test]
fn a_thousand_independent_conditions() {
    let mut text = "Parameters:\n".to_owned();
    (0..1000).for_each(|n| text += &format!("  P{n}: {{Type: String}}\n"));
    text += "Conditions:\n";
    (0..1000).for_each(|n| text += &format!("  C{n}: !Equals [!Ref P{n}, x]\n"));
    text += "Resources:\n";
    (0..1000).for_each(|n| text += &format!("  R{n}: {{Type: AWS::SNS::Topic, Condition: C{n}}}\n"));
    let template = read("t.yaml", text.as_bytes(), &Options::default()).expect("a template");
    // Twice as many resources as CloudFormation takes are judged in half as many branches.
    assert_eq!(template.branches.len(), 32);
}

#[test]
fn a_thousand_values_of_one_parameter_and_opaque_comparisons() {
    let mut text = "Parameters: {P: {Type: String}, L: {Type: CommaDelimitedList}}\nConditions:\n".to_owned();
    (0..500).for_each(|n| text += &format!("  C{n}: !Equals [!Ref P, v{n}]\n"));
    (0..500).for_each(|n| text += &format!("  D{n}: !Equals [!Join ['{n}', !Ref L], !Sub '${{P}}-{n}']\n"));
    let all: Vec<String> = (0..10).map(|n| format!("{{Condition: D{n}}}")).collect();
    text += &format!("  All: !And [{}]\nResources:\n  A: {{Type: AWS::SNS::Topic, Condition: All}}\n", all.join(","));
    (0..500).for_each(|n| text += &format!("  R{n}: {{Type: AWS::SNS::Topic, Condition: C{n}}}\n"));
    (0..500).for_each(|n| text += &format!("  S{n}: {{Type: AWS::SNS::Topic, Condition: D{n}}}\n"));
    survives(text.as_bytes());
}

#[test]
fn deep_functions_are_refused_or_read() {
    for depth in [10, 30, 60, 100, 10_000] {
        let nested = "{'Fn::Sub': ['${A}', {A: ".repeat(depth) + "x" + &"}]}".repeat(depth);
        survives(format!("Resources: {{A: {{Type: X, Properties: {{P: {nested}}}}}}}").as_bytes());
        let joins = "!Join ['', [".repeat(depth) + "x" + &"]]".repeat(depth);
        survives(format!("Resources: {{A: {{Type: X, Properties: {{P: {joins}}}}}}}").as_bytes());
        let nots = "!Not [".repeat(depth) + "!Equals [1, 2]" + &"]".repeat(depth);
        survives(format!("Conditions: {{C: {nots}}}\nResources: {{A: {{Type: X, Condition: C}}}}").as_bytes());
    }
}

#[test]
fn many_mistakes_are_listed_up_to_a_bound() {
    let mut text = "Resources:\n".to_owned();
    (0..3000).for_each(|n| text += &format!("  R{n}: {{Type: X, Properties: {{P: !Ref Missing{n}}}}}\n"));
    let error = read("t.yaml", text.as_bytes(), &Options::default()).expect_err("mistakes");
    assert_eq!(error.mistakes().len(), 1000);
}

#[test]
fn the_large_template_is_read_whole() {
    for resources in [500, 5000] {
        let text = large::template(resources);
        let template = read("large.yaml", text.as_bytes(), &Options::default()).expect("a template");
        let most = template.branches.iter().map(|branch| branch.facts.resources.len()).max();
        assert_eq!(most, Some(resources), "{} branches", template.branches.len());
        let warnings: Vec<String> = template.warnings.iter().map(ToString::to_string).collect();
        let crowded = "large.yaml:22:1: Resources has 5000 entries; CloudFormation takes at most 500";
        assert_eq!(warnings, if resources > 500 { vec![crowded] } else { Vec::new() });
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn mutations_never_panic(edits in proptest::collection::vec((any::<prop::sample::Index>(), 0..8_usize, "[-a:{}\\[\\]!&*'\",\\n $0é]{0,4}"), 1..6)) {
        let mut characters: Vec<char> = SAMPLE.chars().collect();
        for (place, removed, put) in edits {
            let start = place.index(characters.len());
            let end = (start + removed).min(characters.len());
            characters.splice(start..end, put.chars());
        }
        survives(characters.into_iter().collect::<String>().as_bytes());
    }

    #[test]
    fn values_in_strange_places_never_panic(lines in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..5)) {
        let mut all: Vec<String> = SAMPLE.lines().map(str::to_owned).collect();
        for (from, to) in lines {
            let value = from.get(&all).split_once(": ").map(|(_, value)| value.to_owned());
            let index = to.index(all.len());
            if let (Some(value), Some((key, _))) = (value, all[index].clone().split_once(": ")) {
                all[index] = format!("{key}: {value}");
            }
        }
        survives(all.join("\n").as_bytes());
    }
}
