//! The drawings: what each format says, and that no name breaks out of it.

use fitgate::{
    report::graph::{FEW, Picture, dot, json, mermaid},
    stack::{Graph, Stack},
    template::{Options, read},
};

use super::{facts, graph};

const SHOP: &str = "  Fn: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt Role.Arn}}
  Role: {Type: AWS::IAM::Role, Properties: {Policies: [{PolicyName: p, PolicyDocument: {Statement: [{Effect: Allow, Action: ['dynamodb:GetItem', 'dynamodb:PutItem'], Resource: !GetAtt Orders.Arn}, {Effect: Allow, Action: 's3:*', Resource: '*'}]}}]}}
  Orders: {Type: AWS::DynamoDB::Table}
  Files: {Type: AWS::S3::Bucket}
  Rule: {Type: AWS::Events::Rule, Properties: {Targets: [{Id: t, Arn: !GetAtt Fn.Arn}, {Id: u, Arn: !ImportValue x}]}}
";

fn shop() -> Picture {
    Picture::of("shop.yaml", &[&graph(SHOP)])
}

#[test]
fn dot_has_a_shape_a_kind_and_a_style_a_relation() {
    let dot = dot(&shop());
    for line in [
        r#"  "Fn" [label="Fn\nFunction", shape=box];"#,
        r#"  "Orders" [label="Orders\nTable", shape=cylinder];"#,
        r#"  "Fn" -> "Orders" [label="reads, writes", style=solid];"#,
        r#"  "Fn" -> "Files" [label="reads, writes (*)", style=dotted];"#,
        r#"  "Rule" -> "Fn" [label="invokes", style=bold];"#,
        r#"  label="2 more that nobody can tell";"#,
    ] {
        assert!(dot.lines().any(|it| it == line), "no {line} in {dot}");
    }
}

#[test]
fn mermaid_has_safe_ids_and_classes() {
    let mermaid = mermaid(&shop());
    for line in ["flowchart LR", r#"  n0["Fn<br/>Function"]:::compute"#, r#"  n3 ==>|"invokes"| n0"#] {
        assert!(mermaid.lines().any(|it| it == line), "no {line} in {mermaid}");
    }
}

#[test]
fn json_is_a_contract() {
    let picture = Picture::of(
        "t",
        &[&graph(
            "  Fn: {Type: AWS::Lambda::Function}\n  Rule: {Type: AWS::Events::Rule, Properties: {Targets: [{Id: t, Arn: !GetAtt Fn.Arn}]}}\n",
        )],
    );
    let expected = serde_json::json!({
        "input": "t",
        "branches": 1,
        "nodes": [{ "id": "Fn", "type": "AWS::Lambda::Function" }, { "id": "Rule", "type": "AWS::Events::Rule" }],
        "edges": [{
            "from": "Rule", "to": "Fn", "relation": "invokes", "saidBy": "Rule", "place": "Targets[0].Arn",
            "byWildcard": false, "onlyInSomeBranches": false,
        }],
        "unsettled": [],
    });
    assert_eq!(serde_json::to_value(json(&picture)).expect("JSON"), expected);
}

#[test]
fn what_only_some_branches_have_is_marked() {
    let text = "Conditions: {Open: !Equals [!Ref P, a]}\nParameters: {P: {Type: String}}\nResources:
  Fn: {Type: AWS::Lambda::Function}
  Always: {Type: AWS::Events::Rule, Properties: {Targets: [{Id: t, Arn: !GetAtt Fn.Arn}]}}
  Sometimes: {Type: AWS::Events::Rule, Condition: Open, Properties: {Targets: [{Id: t, Arn: !GetAtt Fn.Arn}]}}\n";
    let template = read("t.yaml", text.as_bytes(), &Options::default()).expect("a template");
    let graphs: Vec<Graph> = template.branches.iter().map(|branch| Graph::of(&Stack::of(&branch.facts))).collect();
    let picture = Picture::of("t", &graphs.iter().collect::<Vec<_>>());
    let marks: Vec<(&str, bool)> =
        picture.lines.iter().map(|line| (line.edge.from.as_str(), line.only_in_some_branches)).collect();
    assert_eq!((picture.branches, picture.nodes.len()), (2, 3));
    assert!(marks.contains(&("Always", false)) && marks.contains(&("Sometimes", true)), "{marks:?}");
    assert!(dot(&picture).contains("invokes (if)"));
}

#[test]
fn more_than_a_few_by_wildcard_are_one_line() {
    let stack = |buckets: usize| {
        let buckets: String = (0..buckets).map(|n| format!("  B{n}: {{Type: AWS::S3::Bucket}}\n")).collect();
        format!("  Fn: {{Type: AWS::Lambda::Function, Properties: {{Role: !GetAtt Role.Arn}}}}
  Role: {{Type: AWS::IAM::Role, Properties: {{Policies: [{{PolicyName: p, PolicyDocument: {{Statement: [{{Effect: Allow, Action: 's3:Get*', Resource: '*'}}]}}}}]}}}}
{buckets}")
    };
    let few = Picture::of("t", &[&graph(&stack(FEW))]);
    assert_eq!((few.arrows().0.len(), few.arrows().1.len()), (FEW, 0));
    let many = Picture::of("t", &[&graph(&stack(FEW + 1))]);
    let (arrows, crowds) = many.arrows();
    assert!(arrows.is_empty());
    let words: Vec<String> = crowds.iter().map(|crowd| crowd.words()).collect();
    assert_eq!(words, ["Fn reads 4 resources by a wildcard (Role Policies[0].PolicyDocument.Statement[0])"]);
}

/// Names made to leave their place in a format.
const HOSTILE: &[&str] = &[
    "a\"b",
    "a]b",
    "a--> b",
    "a\nb",
    "</script><script>x</script>",
    "a|b",
    "a\\",
    "a%%b",
    "`x`",
    "a\"]:::x",
    "#quot;",
    "\u{1b}[31m",
    "${x}",
    "<!--",
    "]]>",
    "é\u{202e}",
];

fn hostile() -> Picture {
    let mut value = serde_json::to_value(facts(SHOP)).expect("facts");
    let first = value["Resources"].as_array().or(value["resources"].as_array()).expect("resources").clone();
    let rule = first.iter().find(|it| it["LogicalId"] == "Rule").expect("the rule").clone();
    let mut all = first;
    for name in HOSTILE {
        let mut hostile = rule.clone();
        hostile["LogicalId"] = serde_json::json!(name);
        all.push(hostile);
    }
    let key = if value["Resources"].is_array() { "Resources" } else { "resources" };
    value[key] = serde_json::json!(all);
    let facts: fitgate::facts::Facts = serde_json::from_value(value).expect("facts");
    Picture::of(HOSTILE.join(" "), &[&Graph::of(&Stack::of(&facts))])
}

#[test]
fn no_name_breaks_out_of_dot_or_mermaid() {
    let picture = hostile();
    assert!(picture.nodes.len() >= HOSTILE.len());
    for line in dot(&picture).lines() {
        let quotes = line.replace("\\\\", "").replace("\\\"", "").matches('"').count();
        assert!(quotes % 2 == 0 && !line.chars().any(char::is_control), "{line:?}");
    }
    for line in mermaid(&picture).lines().filter(|line| line.starts_with("  n")) {
        assert_eq!(line.matches('"').count(), 2, "{line}");
        let label = line.split('"').nth(1).expect("a label").replace("<br/>", "");
        assert!(!label.contains(['[', ']', '|', '<', '>', '`', '%', '{', '}', '\\', '-']), "{line}");
    }
}

#[cfg(feature = "pages")]
mod pages {
    use super::*;
    use fitgate::report::graph::{figure, page, svg, text};

    #[test]
    fn no_name_breaks_out_of_a_page() {
        let picture = hostile();
        for page in [page(&picture), figure(&picture)] {
            assert!(!page.contains("<script") && !page.contains("</script") && !page.contains('\u{1b}'));
            assert!(
                !page.contains("http://")
                    || page.matches("http://").count() == page.matches("http://www.w3.org/2000/svg").count()
            );
            assert!(!page.contains("<!--") && !page.contains("]]>"));
        }
        assert!(text(&picture).lines().all(|line| !line.chars().any(char::is_control)));
    }

    #[test]
    fn a_page_has_the_drawing_what_is_open_and_every_edge() {
        let page = page(&shop());
        assert!(page.contains("What nobody can tell") && page.contains("<caption>Every relation</caption>"));
        assert!(
            page.contains("Fn reads Orders: Role Policies[0].PolicyDocument.Statement[0]"),
            "tooltips say who says so"
        );
        let svg = svg(&graph(SHOP));
        assert!(svg.starts_with("<svg") && svg.ends_with("</svg>"));
        let empty = Picture::of("t", &[&graph("  B: {Type: AWS::S3::Bucket}\n")]);
        assert!(figure(&empty).starts_with("<p>No resource"));
    }

    #[test]
    fn people_read_a_list() {
        let expected = "\
shop.yaml: 4 resources, 5 relations, 2 that nobody can tell

Fn (Function)
  reads        Orders
               Files (by a wildcard)
  writes       Orders
               Files (by a wildcard)

Rule (Event rule)
  invokes      Fn

What nobody can tell
  - whether Rule invokes something is not known: the export x of another stack
    is known only at deployment
  - whether Rule publishes to something is not known: the export x of another
    stack is known only at deployment
";
        assert_eq!(text(&shop()), expected);
    }
}
