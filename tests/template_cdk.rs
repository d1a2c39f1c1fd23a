//! What the CDK writes: its manifest, and templates as no person writes them.

#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking")]

use std::path::PathBuf;

use fitgate::inventory::LogicalId;
use fitgate::source::Limits;
use fitgate::template::cdk::{StackTemplate, stacks};
use fitgate::template::{Files, Options, read};

struct Written(Vec<(&'static str, &'static str)>);

impl Files for Written {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        let found = self.0.iter().find(|(name, _)| *name == path);
        found.map(|(_, text)| text.as_bytes().to_vec()).ok_or_else(|| "no such file".to_owned())
    }
}

fn example(file: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/templates/cdk/cdk.out");
    std::fs::read(folder.join(file)).expect("the example")
}

fn listed(manifest: &str, files: &[(&'static str, &'static str)]) -> Result<Vec<StackTemplate>, String> {
    let files = Written(files.to_vec());
    stacks("cdk.out/manifest.json", manifest.as_bytes(), &files, &Limits::default()).map_err(|error| error.to_string())
}

#[test]
fn the_stacks_of_the_example() {
    let found = stacks("manifest.json", &example("manifest.json"), &Written(Vec::new()), &Limits::default());
    let found = found.expect("the manifest");
    let names: Vec<_> = found.iter().map(|stack| (stack.name.as_str(), stack.path.as_str())).collect();
    assert_eq!(names, [("Catalogue", "Catalogue.template.json"), ("Orders", "Orders.template.json")]);
    assert!(found.iter().all(|stack| stack.account.is_none() && stack.region.is_none()));
}

#[test]
fn assemblies_inside_assemblies() {
    let outer =
        r#"{"artifacts": {"Prod": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Prod"}}}}"#;
    let inner = r#"{"artifacts": {"P": {"type": "aws:cloudformation:stack", "environment": "aws://123456789012/eu-west-1",
        "properties": {"templateFile": "P.template.json"}, "displayName": "Prod/P"}, "Tree": {"type": "cdk:tree"}}}"#;
    let expected = StackTemplate {
        name: "Prod/P".to_owned(),
        path: "assembly-Prod/P.template.json".to_owned(),
        account: Some("123456789012".to_owned()),
        region: Some("eu-west-1".to_owned()),
    };
    assert_eq!(listed(outer, &[("assembly-Prod/manifest.json", inner)]), Ok(vec![expected]));
}

#[test]
fn what_is_wrong_with_a_manifest() {
    let endless = r#"{"artifacts": {"A": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "."}}}}"#;
    let cases = [
        ("{}", "cdk.out/manifest.json:1:1: this is not the manifest of a CDK application: it has no artifacts"),
        (r#"{"artifacts": {}}"#, "cdk.out/manifest.json: the manifest lists no stack"),
        (
            r#"{"artifacts": {"A": {"type": "aws:cloudformation:stack"}}}"#,
            "cdk.out/manifest.json:1:16: the stack has no templateFile",
        ),
        (
            r#"{"artifacts": {"A": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "a"}}}}"#,
            "cdk.out/manifest.json:1:21: cdk.out/a/manifest.json cannot be read: no such file",
        ),
        (endless, "cdk.out/manifest.json:1:21: assemblies are nested deeper than 8 levels"),
    ];
    for (manifest, message) in cases {
        assert_eq!(listed(manifest, &[("manifest.json", endless)]), Err(message.to_owned()));
    }
}

#[test]
fn the_templates_have_one_branch_and_no_warnings() {
    for file in ["Catalogue.template.json", "Orders.template.json"] {
        let template = read(file, &example(file), &Options::default()).expect("a template");
        assert_eq!(template.branches.len(), 1, "{file}");
        assert_eq!(template.warnings, [], "{file}");
        assert!(
            template.branches[0]
                .facts
                .resources
                .iter()
                .all(|resource| { template.spans.locate(&resource.reference.logical_id, Some("Type")).is_some() })
        );
        assert!(template.spans.locate(&LogicalId::new("CDKMetadata"), None).is_some(), "{file}");
    }
}
