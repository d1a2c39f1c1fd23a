//! What only a stack's template shows: attributes laid onto what services say, nested stacks, exports, parameters.

use fitgate::need::Need;
use serde_json::{Value, json};

use crate::{
    double::{Double, Fault, Stack, Which},
    looking::{FAULTS, is_for_reason, look, look_at},
};

const GET: &str = "cloudformation:GetTemplate";
const TEMPLATE: &str = "
Parameters:
  Stage: {Type: String, Default: dev}
  Secret: {Type: String, NoEcho: true, Default: changeme}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsChanged: !Not [!Equals [!Ref Secret, changeme]]
Resources:
  Kept: {Type: 'AWS::S3::Bucket', DeletionPolicy: Retain, UpdateReplacePolicy: Retain}
  Plain: {Type: 'AWS::S3::Bucket'}
  Table: {Type: 'AWS::DynamoDB::Table', DeletionPolicy: Snapshot, Properties: {KeySchema: []}}
  ByStage: {Type: 'AWS::S3::Bucket', Condition: IsProd, DeletionPolicy: Retain}
  ByHidden: {Type: 'AWS::S3::Bucket', Condition: IsChanged, DeletionPolicy: Retain}
";

fn shop() -> Stack {
    Stack::named("shop")
        .with_template(TEMPLATE)
        .with_parameter("Stage", "prod")
        .with_parameter("Secret", "****")
        .with("Kept", "AWS::S3::Bucket", "kept")
        .with("Plain", "AWS::S3::Bucket", "plain")
        .with("Table", "AWS::DynamoDB::Table", "table")
        .with("ByStage", "AWS::S3::Bucket", "by-stage")
        .with("ByHidden", "AWS::S3::Bucket", "by-hidden")
        .with("Unheard", "AWS::S3::Bucket", "unheard")
}

#[tokio::test(start_paused = true)]
async fn attributes_are_laid_onto_what_is_observed() {
    let double = Double::new();
    double.stack(shop());
    double.set("s3:GetBucketVersioning", "kept", json!({"Status": "Enabled"}));
    let looked = look_at(&double, "shop", [Need::StackTemplate, Need::BucketVersioning]).await;
    assert_eq!(looked.fact("Kept", "DeletionPolicy"), "Retain");
    assert_eq!(looked.fact("Kept", "UpdateReplacePolicy"), "Retain");
    assert_eq!(looked.fact("Kept", "VersioningConfiguration/Status"), "Enabled");
    assert_eq!(looked.fact("Plain", "DeletionPolicy"), Value::Null);
    assert_eq!(looked.fact("Table", "DeletionPolicy"), "Snapshot");
    assert_eq!(looked.fact("ByStage", "DeletionPolicy"), "Retain", "the parameter settles the condition");
    assert_eq!(looked.fact("ByHidden", "DeletionPolicy"), "Retain", "it exists, so its condition holds");
    let unheard = "Unheard is not in the template of its stack";
    assert_eq!(looked.fact("Unheard", "DeletionPolicy/$unknown/NotObserved"), unheard);
    assert_eq!((looked.counts[GET], looked.counts["cloudformation:DescribeStacks"]), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn nobody_is_asked_what_no_check_asks_for() {
    let double = Double::new();
    double.stack(shop());
    let looked = look_at(&double, "shop", [Need::BucketVersioning]).await;
    assert_eq!(looked.counts.get(GET), None);
    assert!(looked.fact("Kept", "DeletionPolicy/$unknown/NotObserved").is_string());
}

#[tokio::test(start_paused = true)]
async fn every_fault_stays_with_the_attributes() {
    for fault in FAULTS {
        let double = Double::new();
        double.stack(shop());
        double.fail(GET, Which::Always, fault.clone());
        let looked = look_at(&double, "shop", [Need::StackTemplate, Need::BucketVersioning]).await;
        let found = looked.fact("Kept", "DeletionPolicy");
        assert!(is_for_reason(&found, &fault, Need::StackTemplate), "{fault:?}: {found}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_template_that_cannot_be_read_is_unknown_and_nothing_else_is() {
    for template in
        ["Resources: [", "nonsense", "Resources: {Kept: {Type: 'AWS::S3::Bucket', Properties: !Ref Nobody}}"]
    {
        let double = Double::new();
        double.stack(shop().with_template(template));
        double.set("s3:GetBucketVersioning", "kept", json!({"Status": "Enabled"}));
        let looked = look_at(&double, "shop", [Need::StackTemplate, Need::BucketVersioning]).await;
        let why = looked.fact("Kept", "DeletionPolicy/$unknown/Malformed");
        assert!(why.as_str().is_some_and(|why| why.contains("the template of the stack shop")), "{template}: {why}");
        assert_eq!(looked.fact("Kept", "VersioningConfiguration/Status"), "Enabled");
    }
}

#[tokio::test(start_paused = true)]
async fn templates_are_those_after_their_transforms() {
    let double = Double::new();
    let mut stack = shop();
    stack.processed = Some("Resources: {Kept: {Type: 'AWS::S3::Bucket', DeletionPolicy: Delete}}".to_owned());
    double.stack(stack);
    let looked = look_at(&double, "shop", [Need::StackTemplate]).await;
    assert_eq!(looked.fact("Kept", "DeletionPolicy"), "Delete");
}

#[tokio::test(start_paused = true)]
async fn nested_stacks_have_templates_and_parameters_of_their_own() {
    let double = Double::new();
    let template = "
Parameters: {Keep: {Type: String}}
Resources:
  Data: {Type: 'AWS::S3::Bucket', DeletionPolicy: !Ref Keep}
  More: {Type: 'AWS::S3::Bucket', DeletionPolicy: Retain}
";
    let mut inner = Stack::named("shop-inner")
        .with_template(template)
        .with_parameter("Keep", "Retain")
        .with("Data", "AWS::S3::Bucket", "inner-data")
        .with("More", "AWS::S3::Bucket", "inner-more");
    let outer = "Resources: {Data: {Type: 'AWS::S3::Bucket', DeletionPolicy: Delete}, Nested: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: x}}}";
    let stack = Stack::named("shop").with_template(outer).with("Data", "AWS::S3::Bucket", "data");
    double.stack(stack.with_nested("Nested", &mut inner));
    double.stack(inner);
    let looked = look_at(&double, "shop", [Need::StackTemplate]).await;
    assert_eq!(looked.fact("Data", "DeletionPolicy"), "Delete");
    assert_eq!(looked.fact("Nested/Data", "DeletionPolicy"), "Retain");
    assert_eq!(looked.fact("Nested/More", "DeletionPolicy"), "Retain");
    assert_eq!((looked.counts[GET], looked.counts["cloudformation:DescribeStacks"]), (2, 2));
    // One that fails leaves the other alone.
    double.fail(GET, Which::of("shop-inner"), Fault::Denied);
    let looked = look_at(&double, "shop", [Need::StackTemplate]).await;
    assert_eq!(looked.fact("Data", "DeletionPolicy"), "Delete");
    assert_eq!(looked.fact("Nested/Data", "DeletionPolicy/$unknown/Denied/action"), GET);
}

#[tokio::test(start_paused = true)]
async fn templates_exempt_and_one_that_is_not_seen_is_told() {
    let exempting = |id: &str| {
        let exemption = "{check: s3-versioning, owner: a, reason: r, expires: 2027-01-31}";
        let mistake = "{check: s3-versionin, owner: a, reason: r, expires: 2027-01-31}";
        format!(
            "Resources: {{{id}: {{Type: 'AWS::S3::Bucket', Metadata: {{fitgate: {{exempt: [{exemption}, {mistake}]}}}}}}}}"
        )
    };
    let double = Double::new();
    let mut inner =
        Stack::named("shop-inner").with_template(&exempting("Data")).with("Data", "AWS::S3::Bucket", "inner-data");
    let stack = Stack::named("shop").with_template(&exempting("Kept")).with("Kept", "AWS::S3::Bucket", "kept");
    double.stack(stack.with_nested("Nested", &mut inner));
    double.stack(inner);
    let looked = look_at(&double, "shop", [Need::StackTemplate]).await;
    let exemptions = looked.facts.exemptions;
    let stated: Vec<&str> = exemptions.stated.iter().map(|stated| stated.resource.as_str()).collect();
    assert_eq!(stated, ["Kept", "Nested/Data"]);
    assert!(exemptions.stated[0].stated_in.starts_with("the template of the stack shop:1:"), "{exemptions:?}");
    assert_eq!(exemptions.unknown.len(), 2, "{exemptions:?}");
    assert!(exemptions.unknown[1].contains("shop-inner") && exemptions.unknown[1].contains("s3-versionin"));
    assert_eq!(looked.counts[GET], 2, "each template is fetched once");

    let looked = look_at(&double, "shop", [Need::BucketVersioning]).await;
    let told = "what the stack's template exempts is not known: no enabled check asks for cloudformation:GetTemplate";
    assert_eq!((looked.facts.exemptions.unknown, looked.counts.get(GET)), (vec![told.to_owned()], None));

    double.fail(GET, Which::of("shop-inner"), Fault::Denied);
    let exemptions = look_at(&double, "shop", [Need::StackTemplate]).await.facts.exemptions;
    assert_eq!(exemptions.stated.len(), 1);
    let told = format!("what the template of the nested stack Nested exempts is not known: access denied; grant {GET}");
    assert_eq!(exemptions.unknown[1], told);
}

#[tokio::test(start_paused = true)]
async fn a_function_of_no_stack_has_no_template() {
    let double = Double::new();
    double.know("s3", "kept");
    let looked = look(&double, [Need::StackTemplate], &[("Kept", "AWS::S3::Bucket", "kept")]).await;
    let why = "the function belongs to no stack: no template says it";
    assert_eq!(looked.fact("Kept", "DeletionPolicy/$unknown/NotObserved"), why);
    assert_eq!(looked.counts.get(GET), None);
}

const IMPORTING: &str = "
Resources:
  Kept: {Type: 'AWS::S3::Bucket', DeletionPolicy: !ImportValue keeping}
";

#[tokio::test(start_paused = true)]
async fn exports_are_listed_where_a_template_imports_and_a_check_asks() {
    let double = Double::new();
    double.page_size(1);
    double.stack(Stack::named("shop").with_template(IMPORTING).with("Kept", "AWS::S3::Bucket", "kept"));
    for (name, value) in [("another", "x"), ("keeping", "Retain"), ("more", "y")] {
        double.set("cloudformation:ListExports", name, json!({"Value": value}));
    }
    let looked = look_at(&double, "shop", [Need::StackTemplate, Need::StackExports]).await;
    assert_eq!(looked.fact("Kept", "DeletionPolicy"), "Retain");
    assert_eq!(looked.counts["cloudformation:ListExports"], 3);
    let looked = look_at(&double, "shop", [Need::StackTemplate]).await;
    assert_eq!(looked.counts.get("cloudformation:ListExports"), None);
    assert!(looked.fact("Kept", "DeletionPolicy/$unknown/Unresolved").is_string());
    double.fail("cloudformation:ListExports", Which::After(1), Fault::Denied);
    let looked = look_at(&double, "shop", [Need::StackTemplate, Need::StackExports]).await;
    assert_eq!(looked.fact("Kept", "DeletionPolicy/$unknown/Denied/action"), "cloudformation:ListExports");
}

#[tokio::test(start_paused = true)]
async fn a_template_without_imports_lists_no_exports() {
    let double = Double::new();
    double.stack(shop());
    let looked = look_at(&double, "shop", [Need::StackTemplate, Need::StackExports]).await;
    assert_eq!(looked.counts.get("cloudformation:ListExports"), None);
}
