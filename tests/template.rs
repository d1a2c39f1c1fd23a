//! The template reader: values, branches, names that must exist, places.

#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests fail by panicking")]

use std::collections::BTreeMap;

use fitgate::facts::{Branch, Observed};
use fitgate::inventory::LogicalId;
use fitgate::source::Position;
use fitgate::template::{Options, Template, TemplateError, read};
use serde_json::{Value, json};

fn options(parameters: &[(&str, &str)]) -> Options<'static> {
    let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Options { parameters: parameters.collect(), ..Options::default() }
}

fn template_with(text: &str, parameters: &[(&str, &str)]) -> Template {
    read("t.yaml", text.as_bytes(), &options(parameters)).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn template(text: &str) -> Template {
    template_with(text, &[])
}

fn refused(text: &str) -> TemplateError {
    read("t.yaml", text.as_bytes(), &Options::default()).expect_err("a refusal")
}

/// The properties of a resource in a branch, markers and all; none where it does not exist.
fn properties(branch: &Branch, id: &str) -> Option<Value> {
    branch.facts.get(&LogicalId::new(id)).map(|resource| resource.properties.to_value().expect("JSON"))
}

fn unresolved(why: &str) -> Value {
    json!({"$unknown": {"Unresolved": why}})
}

fn reference(resource: &str, attribute: Option<&str>) -> Value {
    match attribute {
        Some(attribute) => json!({"Reference": {"resource": resource, "attribute": attribute}}),
        None => json!({"Reference": {"resource": resource}}),
    }
}

const AROUND: &str = "
Parameters:
  Known: {Type: String, Default: prod}
  Open: {Type: String}
  Secret: {Type: String, NoEcho: true}
  Count: {Type: Number, Default: 5}
  Names: {Type: CommaDelimitedList, Default: 'a, b ,c'}
  OpenNames: {Type: List<String>}
  Image: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /image}
Mappings:
  ByStage:
    prod: {Size: 10, Names: [x, y], Same: s}
    dev: {Size: 1, Names: [z], Same: s}
Resources:
  Bucket: {Type: 'AWS::S3::Bucket', Properties: {BucketName: literal-name}}
  Function: {Type: 'AWS::Lambda::Function'}
  Live: {Type: 'AWS::Lambda::Alias', Properties: {FunctionName: !Ref Function}}
  Circle: {Type: 'AWS::Lambda::Alias', Properties: {FunctionName: !Select [6, !Split [':', !Ref Circle]]}}
  Thing:
    Type: Custom::Thing
    Properties:
      P: ";

/// What the property `P` becomes when it is written so; `null` where it is removed.
fn value(written: &str) -> Value {
    let template = template(&format!("{AROUND}{written}\n"));
    let branch = template.branches.first().expect("a branch");
    properties(branch, "Thing").expect("the thing").get("P").cloned().unwrap_or_default()
}

#[test]
fn every_intrinsic_function() {
    let open = "parameter Open has no default; give --parameter Open=…";
    let cases = [
        ("plain", json!("plain")),
        ("!Ref Known", json!("prod")),
        ("!Ref Count", json!("5")),
        ("!Ref Names", json!(["a", "b", "c"])),
        ("!Ref Open", unresolved(open)),
        ("!Ref Secret", unresolved("parameter Secret has no default; give --parameter Secret=…")),
        ("!Ref Image", unresolved("parameter Image is read from Parameter Store at deployment")),
        ("!Ref Bucket", json!({"$text": [reference("Bucket", None)]})),
        ("!Ref AWS::NoValue", Value::Null),
        ("!Ref AWS::Region", json!({"$text": [{"Pseudo": "AWS::Region"}]})),
        ("!GetAtt Bucket.Arn", json!({"$text": [reference("Bucket", Some("Arn"))]})),
        ("{'Fn::GetAtt': 'Bucket.Outputs.X'}", json!({"$text": [reference("Bucket", Some("Outputs.X"))]})),
        ("{'Fn::GetAtt': [Bucket, Arn]}", json!({"$text": [reference("Bucket", Some("Arn"))]})),
        ("!Sub 'a-${Known}-${!Raw}-$x'", json!("a-prod-${Raw}-$x")),
        ("!Sub ['${a}/${Count}', {a: !Ref Known}]", json!("prod/5")),
        (
            "!Sub 'arn:${AWS::Partition}:s3:::${Bucket}/${Bucket.Arn}'",
            json!({"$text": [{"Literal": "arn:"}, {"Pseudo": "AWS::Partition"}, {"Literal": ":s3:::"},
                reference("Bucket", None), {"Literal": "/"}, reference("Bucket", Some("Arn"))]}),
        ),
        ("!Sub 'a-${Open}'", json!({"$text": [{"Literal": "a-"}, {"Unknown": {"Unresolved": open}}]})),
        ("!Sub '${Open}'", unresolved(open)),
        ("!Sub '${unclosed'", json!("${unclosed")),
        ("!Join ['-', [a, !Ref Known, 5, true]]", json!("a-prod-5-true")),
        ("!Join ['', [a, !Ref AWS::NoValue, b]]", json!("ab")),
        ("!Join [',', !Ref Names]", json!("a,b,c")),
        ("!Join ['', [!Ref Bucket, -x]]", json!({"$text": [reference("Bucket", None), {"Literal": "-x"}]})),
        ("!Join [',', !Ref OpenNames]", unresolved("parameter OpenNames has no default; give --parameter OpenNames=…")),
        ("!Select [1, !Ref Names]", json!("b")),
        ("!Select ['0', !Split ['/', 'a/b']]", json!("a")),
        ("!Select [!Ref Open, [a]]", unresolved(open)),
        ("!Split [',', 'a,b']", json!(["a", "b"])),
        (
            "!Select [6, !Split [':', !Sub 'arn:${AWS::Partition}:lambda:${AWS::Region}:1:function:Hook']]",
            json!("Hook"),
        ),
        (
            "!Select [3, !Split [':', !Sub 'arn:aws:lambda:${AWS::Region}']]",
            json!({"$text": [{"Pseudo": "AWS::Region"}]}),
        ),
        ("!Split ['-', !Ref AWS::Region]", unresolved("${AWS::Region} is known only after deployment")),
        ("!Select [6, !Split [':', !Ref Live]]", json!({"$text": [reference("Function", None)]})),
        ("!Select [6, !Split [':', !GetAtt Function.Arn]]", json!({"$text": [reference("Function", None)]})),
        (
            "!Select [6, !Split [':', !Ref Bucket]]",
            unresolved("item 6 of a list: ${Bucket} is known only after deployment"),
        ),
        (
            "!Select [6, !Split [':', !Ref Circle]]",
            unresolved("item 6 of a list: ${Circle} is known only after deployment"),
        ),
        ("!FindInMap [ByStage, !Ref Known, Size]", json!(10)),
        ("!FindInMap [ByStage, prod, Names]", json!(["x", "y"])),
        ("!FindInMap [ByStage, !Ref Open, Size]", unresolved(&format!("Size of the mapping ByStage: {open}"))),
        ("!FindInMap [ByStage, !Ref Open, Same]", json!("s")),
        ("!FindInMap [ByStage, test, Size, {DefaultValue: 7}]", json!(7)),
        ("!ImportValue x", unresolved("the export x of another stack is known only at deployment")),
        ("!Base64 abc", json!("YWJj")),
        ("!Cidr ['10.0.0.0/16', 2, 8]", json!(["10.0.0.0/24", "10.0.1.0/24"])),
        ("!GetAZs ''", unresolved("which availability zones there are is known only at deployment")),
        ("{'Fn::ToJsonString': {b: [1, x]}}", json!("{\"b\":[1,\"x\"]}")),
        ("{'Fn::Length': !Ref Names}", json!(3)),
        ("'{{resolve:ssm:/a:1}}'", unresolved("{{resolve:ssm:/a:1}} is read at deployment")),
        (
            "!Sub 'x{{resolve:secretsmanager:${Bucket}:s}}'",
            json!({"$text": [{"Literal": "x"},
                {"Unknown": {"Unresolved": "{{resolve:secretsmanager:${Bucket}:s}} is read at deployment"}}]}),
        ),
        ("{a: 1, b: [true, !Ref AWS::NoValue], c: !Ref AWS::NoValue}", json!({"a": 1, "b": [true]})),
        ("012345678901", json!("012345678901")),
        ("0.10", json!("0.10")),
        ("2012-10-17", json!("2012-10-17")),
    ];
    for (written, expected) in cases {
        assert_eq!(value(written), expected, "{written}");
    }
}

#[test]
fn what_is_malformed_is_unknown_and_warned_of() {
    let cases = [
        ("!Select [9, [a]]", "Fn::Select: there is no item 9 in a list of 1"),
        ("!Select [x, [a]]", "Fn::Select: needs a whole number as index"),
        ("!Join [a]", "Fn::Join: needs a delimiter and a list"),
        ("!Join ['', abc]", "Fn::Join: a list is needed"),
        ("!Sub [1, 2, 3]", "Fn::Sub: needs a text, or a text and a mapping"),
        ("!FindInMap [ByStage, test, Size]", "Fn::FindInMap: the mapping \"ByStage\" has no \"Size\" under \"test\""),
        ("!Cidr ['x', 1, 8]", "Fn::Cidr: \"x\" is not an address block"),
        ("{'Fn::Sbu': x}", "Fn::Sbu: there is no such function; did you mean Fn::Sub?"),
        ("{'Fn::Sub': x, a: 1}", "Fn::Sub must stand alone in its mapping"),
        ("!Equals [a, b]", "Fn::Equals: needs a place in Conditions; elsewhere use Fn::If"),
        ("{'$text': []}", "$text must stand alone in its mapping"),
        ("null", "CloudFormation does not allow null values"),
        ("!GetAtt Bucket", "Fn::GetAtt: needs a resource and an attribute"),
        ("!Base64 [a]", "Fn::Base64: a text is needed, found a list or a mapping"),
        ("!If [OneTwo, a]", "Fn::If: needs a condition and two values"),
    ];
    for (written, warning) in cases {
        let text = format!("Conditions: {{OneTwo: !Equals [1, 2]}}{AROUND}{written}\n");
        let template = template(&text);
        let thing = properties(&template.branches[0], "Thing").expect("the thing");
        assert!(thing["P"].get("$unknown").is_some_and(|why| why.get("Malformed").is_some()), "{written}: {thing}");
        let warnings: Vec<String> = template.warnings.iter().map(|warning| warning.fault.to_string()).collect();
        assert_eq!(warnings, [warning.replace("\"ByStage\"", "ByStage")], "{written}");
        assert_eq!(template.warnings[0].at.map(|at| at.line), Some(22), "{written}");
    }
}

/// The ten ways of writing one property.
#[test]
fn one_property_written_ten_ways() {
    let around = "
Parameters:
  Default: {Type: String, Default: Enabled}
  None: {Type: String}
Mappings: {M: {k: {v: Enabled}}}
Conditions:
  Open: !Equals [!Ref None, x]
  Never: !Equals [a, b]
Resources:
  B:
    Type: Custom::B
    Properties: {P: PROPERTY}
  Judged: {Type: AWS::S3::Bucket, Condition: Open}
  Gone: {Type: AWS::S3::Bucket, Condition: Never}
";
    let none = unresolved("parameter None has no default; give --parameter None=…");
    let import = unresolved("the export x of another stack is known only at deployment");
    let (enabled, suspended) = (json!("Enabled"), json!("Suspended"));
    let cases = [
        ("Enabled", [&enabled, &enabled]),
        ("!Ref Default", [&enabled, &enabled]),
        ("!Ref None", [&none, &none]),
        ("!FindInMap [M, k, v]", [&enabled, &enabled]),
        ("!If [Open, Enabled, Enabled]", [&enabled, &enabled]),
        ("!If [Open, Enabled, Suspended]", [&enabled, &suspended]),
        ("!Sub '${Default}'", [&enabled, &enabled]),
        ("!ImportValue x", [&import, &import]),
        ("!If [Never, Enabled, !Ref AWS::NoValue]", [&Value::Null, &Value::Null]),
        ("!Ref AWS::NoValue", [&Value::Null, &Value::Null]),
    ];
    for (written, expected) in cases {
        let template = template(&around.replace("PROPERTY", written));
        assert_eq!(template.branches.len(), 2, "{written}");
        for (branch, expected) in template.branches.iter().zip(expected) {
            let found = properties(branch, "B").expect("B").get("P").cloned().unwrap_or_default();
            assert_eq!(&found, expected, "{written} under {:?}", branch.assumptions);
            assert_eq!(properties(branch, "Gone"), None);
            assert_eq!(properties(branch, "Judged").is_some(), branch.assumptions[0].holds);
        }
    }
}

/// The assumptions of every branch, as `+Holds -Fails`.
fn assumptions(template: &Template) -> Vec<String> {
    let one = |branch: &Branch| {
        let signs = branch.assumptions.iter().map(|a| format!("{}{}", if a.holds { '+' } else { '-' }, a.condition));
        signs.collect::<Vec<_>>().join(" ")
    };
    template.branches.iter().map(one).collect()
}

fn branches_of(parameters: &str, conditions: &str, used: &[&str]) -> Vec<String> {
    let mut text = format!("Parameters: {{{parameters}}}\nConditions:\n");
    for condition in conditions.lines() {
        text += &format!("  {condition}\n");
    }
    text += "Resources:\n  Always: {Type: AWS::SNS::Topic}\n";
    for (index, condition) in used.iter().enumerate() {
        text += &format!("  R{index}: {{Type: AWS::SNS::Topic, Condition: {condition}}}\n");
    }
    let mut found = assumptions(&template(&text));
    found.sort();
    found
}

#[test]
fn branches_are_the_ways_in_which_conditions_can_be_answered_together() {
    let stage = "Stage: {Type: String}";
    let cases: &[(&str, &str, &[&str], &[&str])] = &[
        (stage, "A: !Equals [1, 1]", &["A"], &[""]),
        (stage, "A: !Equals [!Ref Stage, a]", &[], &[""]),
        (stage, "A: !Equals [!Ref Stage, a]", &["A"], &["+A", "-A"]),
        (stage, "A: !Equals [!Ref Stage, a]\nB: !Equals [b, !Ref Stage]", &["A", "B"], &["+A -B", "-A +B", "-A -B"]),
        (stage, "A: !Equals [!Ref Stage, a]\nB: !Not [{Condition: A}]", &["A", "B"], &["+A -B", "-A +B"]),
        (stage, "A: !Equals [!Ref Stage, a]\nB: !Not [{Condition: A}]", &["B"], &["+B", "-B"]),
        (
            stage,
            "A: !Equals [!Sub '${Stage}', a]\nB: !Equals [!Ref Stage, b]",
            &["A", "B"],
            &["+A -B", "-A +B", "-A -B"],
        ),
        (
            "Stage: {Type: String, AllowedValues: [a, b]}",
            "A: !Equals [!Ref Stage, a]\nB: !Equals [!Ref Stage, b]",
            &["A", "B"],
            &["+A -B", "-A +B"],
        ),
        ("Stage: {Type: String, AllowedValues: [a, b]}", "C: !Equals [!Ref Stage, c]", &["C"], &[""]),
        ("Stage: {Type: String, Default: a}", "A: !Equals [!Ref Stage, a]", &["A"], &[""]),
        ("F: {Type: String, Default: true}", "A: !Equals [!Ref F, true]", &["A"], &[""]),
        (
            "S: {Type: String}, T: {Type: String}",
            "A: !Equals [!Ref S, a]\nB: !Equals [!Ref T, a]",
            &["A", "B"],
            &["+A +B", "+A -B", "-A +B", "-A -B"],
        ),
        (
            "S: {Type: String}",
            "A: !Or [!Equals [!Ref S, a], !Equals [!Ref S, b]]\nB: !And [!Equals [!Ref S, a], !Equals [!Ref S, b]]",
            &["A", "B"],
            &["+A", "-A"],
        ),
        ("", "A: !Equals [!Ref AWS::Region, cn-north-1]", &["A"], &["+A", "-A"]),
        (
            "L: {Type: CommaDelimitedList}",
            "A: !Equals [!Join ['', !Ref L], '']\nB: !Not [!Equals ['', !Join ['', !Ref L]]]",
            &["A", "B"],
            &["+A -B", "-A +B"],
        ),
        (
            "S: {Type: String}",
            "A: !Equals [!Sub 'x-${S}', x-a]\nB: !Equals [!Ref S, a]\nC: !Equals [!Sub 'y-${S}', 'x-b']",
            &["A", "B", "C"],
            &["+A +B", "-A -B", "+A -B"],
        ),
        (
            "S: {Type: String, AllowedValues: [a, b]}, T: {Type: String, AllowedValues: [b, c]}",
            "A: !Equals [!Ref S, !Ref T]\nB: !Equals [!Ref S, a]",
            &["A", "B"],
            &["+A -B", "-A +B", "-A -B"],
        ),
    ];
    for (parameters, conditions, used, expected) in cases {
        let mut expected: Vec<&str> = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(branches_of(parameters, conditions, used), expected, "{parameters} {conditions}");
    }
}

#[test]
fn a_mapping_looked_up_by_an_open_parameter_gives_its_keys() {
    let text = "
Parameters: {Stage: {Type: String, AllowedValues: [prod, dev]}}
Mappings: {M: {prod: {Big: 'true'}, dev: {Big: 'false'}}}
Conditions:
  Big: !Equals [!FindInMap [M, !Ref Stage, Big], 'true']
  Prod: !Equals [!Ref Stage, prod]
Resources:
  A: {Type: AWS::SNS::Topic, Condition: Big}
  B: {Type: AWS::SNS::Topic, Condition: Prod}
";
    assert_eq!(assumptions(&template(text)), ["+Big +Prod", "-Big -Prod"]);
}

#[test]
fn conditions_of_what_no_check_reads_make_no_branches() {
    let text = "
Conditions: {Analytics: !Equals [!Ref AWS::Region, eu-west-1]}
Resources:
  Meta: {Type: AWS::CDK::Metadata, Condition: Analytics, Properties: {Analytics: x}}
  Topic: {Type: AWS::SNS::Topic}
";
    let template = template(text);
    assert_eq!(assumptions(&template), [""]);
    let why = "whether it exists depends on condition Analytics, which nothing settles";
    assert_eq!(properties(&template.branches[0], "Meta"), Some(unresolved(why)));
    let given = template_with(text, &[("AWS::Region", "us-east-1")]);
    assert_eq!(properties(&given.branches[0], "Meta"), None);
    assert_eq!(given.branches[0].facts.stack.region, Observed::Present("us-east-1".to_owned()));
}

#[test]
fn more_than_64_branches_settle_what_is_used_most() {
    let mut text = "Parameters:\n".to_owned();
    (0..9).for_each(|n| text += &format!("  P{n}: {{Type: String}}\n"));
    text += "Conditions:\n";
    (0..9).for_each(|n| text += &format!("  C{n}: !Equals [!Ref P{n}, x]\n"));
    text += "  Both: !And [{Condition: C0}, {Condition: C8}]\nResources:\n";
    for n in 0..9 {
        for copy in 0..=n {
            text += &format!("  R{n}x{copy}: {{Type: AWS::SNS::Topic, Condition: C{n}}}\n");
        }
    }
    text += "  Open: {Type: Custom::Open, Properties: {P: !If [C0, a, b], Q: !If [C1, a, a]}}\n";
    let template = template(&text);
    assert_eq!(template.branches.len(), 64);
    let named: Vec<&str> = template.branches[0].assumptions.iter().map(|a| a.condition.as_str()).collect();
    assert_eq!(named, ["C3", "C4", "C5", "C6", "C7", "C8"]);
    for branch in &template.branches {
        let why = "depends on condition C0; too many combinations to judge each";
        assert_eq!(properties(branch, "R0x0"), Some(unresolved(&format!("whether it exists {why}"))));
        assert_eq!(properties(branch, "Open"), Some(json!({"P": unresolved(why), "Q": "a"})));
    }
}

#[test]
fn names_that_do_not_exist_are_errors_with_place_and_suggestion() {
    let text = "
Parameters: {Stage: {Type: String}}
Mappings: {Sizes: {a: {b: c}}}
Conditions:
  IsProd: !Equals [!Ref Stag, prod]
  Other: {Condition: IsProdd}
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Condition: IsPro
    DependsOn: Buckt
    Properties:
      A: !Ref Buckett
      B: !GetAtt Bukket.Arn
      C: !Sub ['${Own}-${Bucke}-${Bucke.Arn}', {Own: x}]
      D: !If [isProd, a, b]
      E: !FindInMap [Size, a, b]
      F: !Ref AWS::Regio
Outputs: {X: {Value: !Ref Nothing}}
";
    let error = refused(text);
    let mistakes: Vec<String> = error
        .mistakes()
        .iter()
        .map(|error| format!("{}: {} {}", error.at.expect("a place"), error.fault, error.hint().unwrap_or_default()))
        .collect();
    let expected = [
        "5:20: there is no parameter or resource \"Stag\" did you mean \"Stage\"?",
        "6:22: the condition \"IsProdd\" is not defined did you mean \"IsProd\"?",
        "10:16: the condition \"IsPro\" is not defined did you mean \"IsProd\"?",
        "11:16: there is no resource \"Buckt\" did you mean \"Bucket\"?",
        "13:10: there is no parameter or resource \"Buckett\" did you mean \"Bucket\"?",
        "14:10: there is no resource \"Bukket\" did you mean \"Bucket\"?",
        "15:10: there is no parameter or resource \"Bucke\" did you mean \"Bucket\"?",
        "15:10: there is no resource \"Bucke\" did you mean \"Bucket\"?",
        "16:10: the condition \"isProd\" is not defined did you mean \"IsProd\"?",
        "17:10: there is no mapping \"Size\" did you mean \"Sizes\"?",
        "18:10: there is no parameter or resource \"AWS::Regio\" did you mean \"AWS::Region\"?",
        "19:22: there is no parameter or resource \"Nothing\" ",
    ];
    assert_eq!(mistakes, expected);
    assert!(error.mistakes().iter().all(|error| error.excerpt.is_some()));
}

#[test]
fn parameters_are_checked() {
    let text = "
Parameters:
  Stage: {Type: String, AllowedValues: [dev, prod]}
  Count: {Type: Number, Default: 1}
Resources: {T: {Type: Custom::T, Properties: {S: !Ref Stage, C: !Ref Count}}}
";
    let given = template_with(text, &[("Stage", "prod"), ("Count", "2")]);
    assert_eq!(properties(&given.branches[0], "T"), Some(json!({"S": "prod", "C": "2"})));
    // Another template may have the others: whoever gives them can tell.
    let other = template_with(text, &[("Stage", "prod"), ("Stagee", "dev")]);
    assert_eq!(properties(&other.branches[0], "T"), Some(json!({"S": "prod", "C": "1"})));
    assert_eq!(other.parameters, ["Count", "Stage"]);
    let cases = [
        (("Stage", "test"), "t.yaml:3:3: parameter Stage does not allow \"test\""),
        (("Count", "two"), "t.yaml:4:3: parameter Count is a number, not \"two\""),
    ];
    for (given, message) in cases {
        let error = read("t.yaml", text.as_bytes(), &options(&[given])).expect_err("a refusal");
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn what_is_no_template_is_said_to_be_none() {
    let cases = [
        ("name: x\nversion: 1\n", "its keys are name, version; name a template"),
        ("[1, 2]", "it is a list; name a template"),
        ("Resources: {}\n", "its keys are Resources; name a template"),
        ("{\"version\": \"1\", \"artifacts\": {}}", "this is the manifest of a cdk.out folder; name the folder"),
    ];
    for (text, hint) in cases {
        let error = refused(text);
        assert_eq!(error.to_string(), "t.yaml:1:1: this is not a CloudFormation template: it has no Resources");
        assert_eq!(error.mistakes()[0].hint().as_deref(), Some(hint));
    }
    let cases = [
        ("Resources: {A: {Properties: {}}}", "t.yaml:1:13: the resource \"A\" has no Type"),
        ("Resources: {A: 5}", "t.yaml:1:13: the resource \"A\" has no Type"),
        ("Resources: {A: {Type: X, P: !Rf a}}", "t.yaml:1:29: unknown function \"!Rf\""),
        ("Conditions: {A: yes}\nResources: {A: {Type: X}}", "t.yaml:1:17: this is not a condition"),
    ];
    for (text, message) in cases {
        assert_eq!(refused(text).to_string(), message);
    }
}

#[test]
fn circles_of_conditions_end() {
    let text = "
Conditions: {A: !Not [{Condition: B}], B: !Not [{Condition: A}], C: {Condition: C}, D: !Equals [1, 1]}
Resources: {T: {Type: X, Condition: A}}
";
    let error = refused(text);
    let messages: Vec<String> = error.mistakes().iter().map(|error| error.fault.to_string()).collect();
    assert_eq!(messages, ["A", "B", "C"].map(|name| format!("the condition {name:?} depends on itself")));
}

#[test]
fn attributes_stand_among_the_properties_and_metadata_does_not() {
    let text = "
Resources:
  T:
    Type: Custom::T
    DeletionPolicy: Retain
    UpdateReplacePolicy: !If [Never, Delete, Retain]
    UpdatePolicy: {CodeDeployLambdaAliasUpdate: {ApplicationName: x}}
    Metadata: {Note: !Ref Nothing}
    Propertys: {}
    Properties: {A: 1}
  Bare: {Type: Custom::Bare}
Conditions: {Never: !Equals [1, 2]}
";
    let template = template(text);
    let expected = json!({"A": 1, "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain",
        "UpdatePolicy": {"CodeDeployLambdaAliasUpdate": {"ApplicationName": "x"}}});
    assert_eq!(properties(&template.branches[0], "T"), Some(expected));
    assert_eq!(properties(&template.branches[0], "Bare"), Some(json!({})));
    let warnings: Vec<String> = template.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings, ["t.yaml:9:5: a resource has no attribute \"Propertys\""]);
}

#[test]
fn a_reference_to_what_a_branch_lacks_is_unknown() {
    let text = "
Parameters: {P: {Type: String}}
Conditions: {C: !Equals [!Ref P, x]}
Resources:
  Topic: {Type: AWS::SNS::Topic, Condition: C}
  T: {Type: Custom::T, Properties: {A: !Ref Topic}}
";
    let template = template(text);
    let found: BTreeMap<bool, Value> = template
        .branches
        .iter()
        .map(|branch| (branch.assumptions[0].holds, properties(branch, "T").expect("T")["A"].clone()))
        .collect();
    assert_eq!(found[&true], json!({"$text": [reference("Topic", None)]}));
    assert_eq!(found[&false], unresolved("Topic does not exist, because condition C does not hold"));
}

#[test]
fn places_are_those_of_the_longest_part_written() {
    let text = "
Resources:
  B:
    Type: AWS::S3::Bucket
    DeletionPolicy: Retain
    Properties:
      BucketEncryption:
        ServerSideEncryptionConfiguration:
          - ServerSideEncryptionByDefault:
              SSEAlgorithm: AES256
      Tags: !If [C, [], []]
Conditions: {C: !Equals [1, 1]}
";
    let template = template(text);
    let id = LogicalId::new("B");
    let at = |line, column| Some(Position { line, column });
    let deep = "BucketEncryption.ServerSideEncryptionConfiguration";
    let cases = [
        (None, at(3, 3)),
        (Some("VersioningConfiguration.Status"), at(3, 3)),
        (Some("BucketEncryption"), at(7, 7)),
        (Some(format!("{deep}[0].ServerSideEncryptionByDefault.SSEAlgorithm").leak()), at(10, 15)),
        (Some(format!("{deep}[0].ServerSideEncryptionByDefault.KMSMasterKeyID").leak()), at(9, 13)),
        (Some(format!("{deep}[1]").leak()), at(8, 9)),
        (Some(format!("{deep}[x]").leak()), at(8, 9)),
        (Some("Tags[0].Key"), at(11, 7)),
        (Some("DeletionPolicy"), at(5, 5)),
        (Some("[0"), at(3, 3)),
    ];
    for (path, expected) in cases {
        assert_eq!(template.spans.locate(&id, path), expected, "{path:?}");
    }
    assert_eq!(template.spans.document(&id), Some("t.yaml"));
    assert_eq!(template.spans.locate(&LogicalId::new("C"), None), None);
}

/// Whatever CloudFormation would refuse is refused too, or warned of: never a report as if all were well.
#[test]
fn what_cloudformation_would_refuse_is_never_silent() {
    const BUCKET: &str = "Resources: {B: {Type: AWS::S3::Bucket}}";
    let refused = [
        (format!("Parameters: [a]\n{BUCKET}"), "1:13: Parameters must be a mapping, found a list"),
        (format!("Mappings: text\n{BUCKET}"), "1:11: Mappings must be a mapping, found text"),
        (format!("Conditions: [a]\n{BUCKET}"), "1:13: Conditions must be a mapping, found a list"),
        ("Resources: [a]".to_owned(), "1:1: this is not a CloudFormation template: Resources is a list, not a mapping"),
        (
            format!("Conditions: {{C: !Equals [!Ref B, x]}}\n{BUCKET}"),
            "1:26: a condition cannot refer to the resource \"B\"",
        ),
        (
            format!("Conditions: {{C: !Equals [!Sub '${{B.Arn}}', x]}}\n{BUCKET}"),
            "1:26: a condition cannot refer to the resource \"B\"",
        ),
        (
            format!("Outputs: {{O: {{Condition: Nope, Value: x}}}}\n{BUCKET}"),
            "1:26: the condition \"Nope\" is not defined",
        ),
        (
            "Resources: {B: {Type: AWS::S3::Bucket, DependsOn: {a: b}}}".to_owned(),
            "1:51: expected the name of a resource, found a mapping",
        ),
    ];
    for (text, message) in refused {
        let error = read("t.yaml", text.as_bytes(), &Options::default()).expect_err(message);
        assert_eq!(error.to_string(), format!("t.yaml:{message}"), "{text}");
    }
    let warned = [
        (format!("Outputs: {{O: {{Description: x}}}}\n{BUCKET}"), "1:11: the output \"O\" has no Value"),
        (format!("Parameters:\n{BUCKET}"), "1:1: Parameters is empty, which CloudFormation refuses"),
        (
            format!("AWSTemplateFormatVersion: 2011-01-01\n{BUCKET}"),
            "1:27: CloudFormation knows one AWSTemplateFormatVersion",
        ),
        (format!("Parameters: {{P: {{Type: Strng}}}}\n{BUCKET}"), "1:14: a parameter cannot be of type \"Strng\""),
        (
            format!("Parameters: {{B: {{Type: String}}}}\n{BUCKET}"),
            "2:16: \"B\" names a parameter and a resource; CloudFormation takes one of them",
        ),
        (
            "Resources: {a-b: {Type: AWS::S3::Bucket}}".to_owned(),
            "1:13: CloudFormation takes letters and digits only in a name, not \"a-b\"",
        ),
        (
            "Resources: {B: {Type: Aws::S3::Bucket}}".to_owned(),
            "1:23: \"Aws::S3::Bucket\" is no type that CloudFormation has",
        ),
        ("Resources: {B: {Type: 'AWS::S3'}}".to_owned(), "1:23: \"AWS::S3\" is no type that CloudFormation has"),
    ];
    for (text, message) in warned {
        let template = read("t.yaml", text.as_bytes(), &Options::default()).expect(message);
        let warnings: Vec<String> = template.warnings.iter().map(ToString::to_string).collect();
        assert_eq!(warnings, [format!("t.yaml:{message}")], "{text}");
    }
}
