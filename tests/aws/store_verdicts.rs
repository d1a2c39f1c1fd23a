//! What the checks of stores say of a live stack: with exactly what they ask for, and the same as of its template.

use fitgate::{
    check::{Check, Verdict, Yardstick},
    checks,
    evaluate::judge,
    facts::{Branch, Facts},
    need::Need,
};
use serde_json::{Value, json};

use crate::{
    double::{ACCOUNT, Double},
    looking::{Named, look, template_facts},
};

/// Checks of stores that live observation answers: not those that read the template or AWS Config.
fn of_stores() -> impl Iterator<Item = &'static Check> {
    let store = |check: &&Check| ["s3-", "dynamodb-", "dax-"].iter().any(|service| check.id.starts_with(service));
    checks::all().filter(store).filter(|check| !check.needs.contains(&Need::StackTemplate))
}

fn yardstick() -> Yardstick {
    let today = jiff::civil::date(2026, 1, 1);
    Yardstick { required_tags: vec!["team".to_owned()], ..Yardstick::on(today) }
}

/// What a check says of each resource.
fn said(check: &'static Check, facts: &Facts) -> Vec<(String, Verdict)> {
    let branch = Branch { assumptions: Vec::new(), facts: facts.clone() };
    let said = judge(check, &[branch], &yardstick());
    said.into_iter().map(|(id, _, verdict)| (id.to_string(), verdict)).collect()
}

/// One of everything; most of it in the same words as in [`template`].
const STACK: &[Named] = &[
    ("Cache", "AWS::DAX::Cluster", "shop-cache"),
    ("Data", "AWS::S3::Bucket", "shop-data-1a2b"),
    ("Door", "AWS::S3::AccessPoint", "door"),
    ("Everywhere", "AWS::DynamoDB::GlobalTable", "everywhere"),
    ("Logs", "AWS::S3::Bucket", "shop-logs-3c4d"),
    ("MoveReads", "AWS::ApplicationAutoScaling::ScalingPolicy", READS_ARN),
    ("Orders", "AWS::DynamoDB::Table", "shop-Orders-5E6F"),
    ("Pages", "AWS::S3::Bucket", "shop-pages-7g8h"),
    ("Policy", "AWS::S3::BucketPolicy", "shop-data-1a2b"),
    ("Reads", "AWS::ApplicationAutoScaling::ScalableTarget", READS),
];
const READS: &str = "table/shop-Orders-5E6F|dynamodb:table:ReadCapacityUnits|dynamodb";
const READS_ARN: &str = "arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:1:resource/dynamodb/table/shop-Orders-5E6F:policyName/move";
const KEY: &str = "arn:aws:kms:us-east-1:123456789012:key/own";
const MANAGED: &str = "arn:aws:kms:us-east-1:123456789012:key/managed";

/// The stack of [`template`] after its deployment.
fn deployed() -> Double {
    let double = Double::new();
    buckets(&double);
    tables(&double);
    double
}

fn buckets(double: &Double) {
    let [_, data, _, _, logs, _, _, pages, ..] = STACK else { panic!("the stack has ten resources") };
    [data.2, logs.2, pages.2].iter().for_each(|bucket| double.know("s3", bucket));
    let blocked = json!({
        "BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true,
    });
    for bucket in [data.2, logs.2, pages.2] {
        double.set("s3:GetPublicAccessBlock", bucket, blocked.clone());
        double.set(
            "s3:GetBucketOwnershipControls",
            bucket,
            json!({ "Rule": [{ "ObjectOwnership": "BucketOwnerEnforced" }] }),
        );
        double.set(
            "s3:GetBucketEncryption",
            bucket,
            json!({ "Rule": [{ "ApplyServerSideEncryptionByDefault": { "SSEAlgorithm": "AES256" } }] }),
        );
    }
    double.set("s3:GetBucketEncryption", data.2, json!({ "Rule": [{ "ApplyServerSideEncryptionByDefault": { "SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY } }] }));
    double.set("s3:GetBucketVersioning", data.2, json!({ "Status": "Enabled" }));
    double.set(
        "s3:GetBucketLogging",
        data.2,
        json!({ "LoggingEnabled": { "TargetBucket": logs.2, "TargetPrefix": "" } }),
    );
    double.set("s3:GetBucketTagging", data.2, json!({ "TagSet": { "Tag": [{ "Key": "team", "Value": "shop" }] } }));
    let policy = |resources: [String; 2]| {
        json!({ "Statement": [
            { "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": resources, "Condition": { "Bool": { "aws:SecureTransport": "false" } } },
            { "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::444455556666:root" }, "Action": "s3:PutBucketPolicy", "Resource": resources[0] },
        ] })
    };
    double.set(
        "s3:GetBucketPolicy",
        data.2,
        policy([format!("arn:aws:s3:::{}", data.2), format!("arn:aws:s3:::{}/*", data.2)]),
    );
    double.set(
        "s3:GetBucketLifecycleConfiguration",
        pages.2,
        json!({ "Rule": [{ "Status": "Enabled", "Filter": { "Prefix": "" }, "Expiration": { "Days": 9 } }] }),
    );
    double.set("s3:GetBucketWebsite", pages.2, json!({ "IndexDocument": { "Suffix": "index.html" } }));
    double.set(
        "s3:GetBucketCors",
        pages.2,
        json!({ "CORSRule": [{ "AllowedMethod": ["PUT"], "AllowedOrigin": ["*"] }] }),
    );
    double.set("s3:GetBucketVersioning", pages.2, json!({ "Status": "Enabled" }));
    double.set(
        "s3control:GetAccessPoint",
        "door",
        json!({ "Name": "door", "Bucket": data.2, "PublicAccessBlockConfiguration": blocked }),
    );
    double.set("s3control:GetPublicAccessBlock", ACCOUNT, blocked);
    double.set(
        "dax:DescribeClusters",
        "shop-cache",
        json!({ "ClusterName": "shop-cache", "SSEDescription": { "Status": "ENABLED" } }),
    );
    double.set("backup:ListProtectedResources", &format!("arn:aws:s3:::{}", data.2), json!({ "ResourceType": "S3" }));
}

fn tables(double: &Double) {
    let orders = "shop-Orders-5E6F";
    double.set(
        "dynamodb:DescribeTable",
        orders,
        json!({ "Table": {
        "TableName": orders,
        "ProvisionedThroughput": { "ReadCapacityUnits": 39_000, "WriteCapacityUnits": 5 },
        "SSEDescription": { "Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": MANAGED },
        "DeletionProtectionEnabled": true,
    } }),
    );
    let foreign = json!({ "Statement": [{ "Effect": "Allow", "Principal": { "AWS": "444455556666" }, "Action": "dynamodb:GetItem", "Resource": "*" }] });
    double.set("dynamodb:GetResourcePolicy", orders, json!({ "Policy": foreign, "RevisionId": "1" }));
    let expiry = json!({ "TimeToLiveStatus": "ENABLED", "AttributeName": "expires" });
    double.set("dynamodb:DescribeTimeToLive", orders, json!({ "TimeToLiveDescription": expiry }));
    double.set(
        "dynamodb:DescribeTable",
        "everywhere",
        json!({ "Table": {
        "TableName": "everywhere",
        "BillingModeSummary": { "BillingMode": "PAY_PER_REQUEST" },
        "Replicas": [{ "RegionName": "eu-west-1" }],
    } }),
    );
    double.set(
        "dynamodb:DescribeTable",
        "eu-west-1/everywhere",
        json!({ "Table": {
        "TableName": "everywhere",
        "BillingModeSummary": { "BillingMode": "PAY_PER_REQUEST" },
        "DeletionProtectionEnabled": true,
    } }),
    );
    let recovery = json!({ "PointInTimeRecoveryStatus": "ENABLED" });
    let recovery = json!({ "ContinuousBackupsDescription": {
        "ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": recovery,
    } });
    for replica in ["everywhere", "eu-west-1/everywhere"] {
        double.set("dynamodb:DescribeContinuousBackups", replica, recovery.clone());
    }
    let expiry = json!({ "TimeToLiveStatus": "ENABLED", "AttributeName": "expires" });
    double.set("dynamodb:DescribeTimeToLive", "everywhere", json!({ "TimeToLiveDescription": expiry }));
    let arn = "arn:aws:dynamodb:us-east-1:123456789012:table/everywhere";
    double.set("backup:ListProtectedResources", arn, json!({ "ResourceType": "DynamoDB" }));
    double.set(
        "kms:DescribeKey",
        "alias/aws/dynamodb",
        json!({ "KeyMetadata": { "KeyId": "managed", "Arn": MANAGED } }),
    );
    let scaled = json!({
        "ServiceNamespace": "dynamodb", "ResourceId": format!("table/{orders}"),
        "ScalableDimension": "dynamodb:table:ReadCapacityUnits", "MinCapacity": 5, "MaxCapacity": 50,
        "CreationTime": 946_684_800, "PolicyName": "move", "PolicyARN": READS_ARN, "PolicyType": "TargetTrackingScaling",
    });
    double.set("application-autoscaling:DescribeScalableTargets", "reads", scaled.clone());
    double.set("application-autoscaling:DescribeScalingPolicies", "reads", scaled);
}

/// As an author writes it: no names, everything by reference.
fn template() -> Value {
    let blocked = json!({
        "BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true,
    });
    let owned = json!({ "Rules": [{ "ObjectOwnership": "BucketOwnerEnforced" }] });
    let arn = json!({ "Fn::GetAtt": ["Data", "Arn"] });
    json!({ "Resources": {
        "Cache": { "Type": "AWS::DAX::Cluster", "Properties": { "SSESpecification": { "SSEEnabled": true } } },
        "Data": { "Type": "AWS::S3::Bucket", "Properties": {
            "PublicAccessBlockConfiguration": blocked, "OwnershipControls": owned,
            "BucketEncryption": { "ServerSideEncryptionConfiguration": [{ "ServerSideEncryptionByDefault": { "SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY } }] },
            "VersioningConfiguration": { "Status": "Enabled" },
            "LoggingConfiguration": { "DestinationBucketName": { "Ref": "Logs" } },
            "Tags": [{ "Key": "team", "Value": "shop" }],
        } },
        "Door": { "Type": "AWS::S3::AccessPoint", "Properties": { "Bucket": { "Ref": "Data" } } },
        "Everywhere": { "Type": "AWS::DynamoDB::GlobalTable", "Properties": {
            "TableName": "everywhere", "BillingMode": "PAY_PER_REQUEST",
            "TimeToLiveSpecification": { "AttributeName": "expires", "Enabled": true },
            "Replicas": [
                { "Region": "us-east-1", "PointInTimeRecoverySpecification": { "PointInTimeRecoveryEnabled": true } },
                { "Region": "eu-west-1", "PointInTimeRecoverySpecification": { "PointInTimeRecoveryEnabled": true }, "DeletionProtectionEnabled": true },
            ],
        } },
        "Logs": { "Type": "AWS::S3::Bucket", "Properties": { "PublicAccessBlockConfiguration": blocked, "OwnershipControls": owned } },
        "MoveReads": { "Type": "AWS::ApplicationAutoScaling::ScalingPolicy", "Properties": { "PolicyName": "move", "PolicyType": "TargetTrackingScaling", "ScalingTargetId": { "Ref": "Reads" } } },
        "Orders": { "Type": "AWS::DynamoDB::Table", "Properties": {
            "ProvisionedThroughput": { "ReadCapacityUnits": 39_000, "WriteCapacityUnits": 5 },
            "SSESpecification": { "SSEEnabled": true },
            "DeletionProtectionEnabled": true,
            "ResourcePolicy": { "PolicyDocument": { "Statement": [{ "Effect": "Allow", "Principal": { "AWS": "444455556666" }, "Action": "dynamodb:GetItem", "Resource": "*" }] } },
            "TimeToLiveSpecification": { "AttributeName": "expires", "Enabled": true },
        } },
        "Pages": { "Type": "AWS::S3::Bucket", "Properties": {
            "PublicAccessBlockConfiguration": blocked, "OwnershipControls": owned,
            "LifecycleConfiguration": { "Rules": [{ "Status": "Enabled", "ExpirationInDays": 9 }] },
            "WebsiteConfiguration": { "IndexDocument": "index.html" },
            "CorsConfiguration": { "CorsRules": [{ "AllowedMethods": ["PUT"], "AllowedOrigins": ["*"] }] },
            "VersioningConfiguration": { "Status": "Enabled" },
        } },
        "Policy": { "Type": "AWS::S3::BucketPolicy", "Properties": { "Bucket": { "Ref": "Data" }, "PolicyDocument": { "Statement": [
            { "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [arn, { "Fn::Sub": "${Data.Arn}/*" }], "Condition": { "Bool": { "aws:SecureTransport": "false" } } },
            { "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::444455556666:root" }, "Action": "s3:PutBucketPolicy", "Resource": arn },
        ] } } },
        "Reads": { "Type": "AWS::ApplicationAutoScaling::ScalableTarget", "Properties": {
            "ServiceNamespace": "dynamodb", "ResourceId": { "Fn::Sub": "table/${Orders}" },
            "ScalableDimension": "dynamodb:table:ReadCapacityUnits", "MinCapacity": 5, "MaxCapacity": 50,
        } },
    } })
}

/// A verdict without the words that name things.
fn kind(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Pass => "pass".to_owned(),
        Verdict::Partial(share, _) => format!("partial {share:?}"),
        Verdict::Fail(_) => "fail".to_owned(),
        Verdict::Inconclusive(..) => "inconclusive".to_owned(),
    }
}

#[tokio::test(start_paused = true)]
async fn a_live_stack_is_judged_as_its_template_is() {
    let template = template_facts(&template());
    let needs = Need::ALL.iter().copied().filter(|need| of_stores().any(|check| check.needs.contains(need)));
    let live = look(&deployed(), needs, STACK).await.facts;
    let (mut compared, mut kinds) = (0, std::collections::BTreeSet::new());
    for check in of_stores() {
        let (written, seen) = (said(check, &template), said(check, &live));
        // What only a live stack shows is no difference.
        let open: Vec<&String> = written
            .iter()
            .filter(|(_, verdict)| matches!(verdict, Verdict::Inconclusive(..)))
            .map(|(id, _)| id)
            .collect();
        let settled = |said: &[(String, Verdict)]| -> Vec<(String, String)> {
            let settled = said.iter().filter(|(id, _)| !open.contains(&id));
            settled.map(|(id, verdict)| (id.clone(), kind(verdict))).collect()
        };
        assert_eq!(settled(&written), settled(&seen), "{}: {written:#?} {seen:#?}", check.id);
        compared += settled(&written).len();
        kinds.extend(settled(&written).into_iter().map(|(_, kind)| kind));
        for (id, verdict) in &seen {
            assert!(!matches!(verdict, Verdict::Inconclusive(..)), "{} of {id}: {verdict:?}", check.id);
        }
    }
    assert!(compared > 50, "only {compared} verdicts were compared");
    assert!(kinds.len() >= 3, "{kinds:?}");
}

#[tokio::test(start_paused = true)]
async fn a_check_is_given_what_it_asks_for_and_needs_all_of_it() {
    let bare = || {
        let double = deployed();
        let forgotten = ["s3:GetBucketLogging", "s3:GetBucketLifecycleConfiguration", "s3:GetBucketVersioning"];
        for (operation, bucket) in [(forgotten[0], "shop-data-1a2b"), (forgotten[1], "shop-pages-7g8h")] {
            double.unset(operation, bucket);
        }
        double
    };
    for check in of_stores() {
        let mut by_need = Vec::new();
        for double in [deployed(), bare()] {
            let whole = said(check, &look(&double, check.needs.iter().copied(), STACK).await.facts);
            assert!(!whole.is_empty(), "{} judges nothing of the stack", check.id);
            for (id, verdict) in &whole {
                assert!(!matches!(verdict, Verdict::Inconclusive(..)), "{} of {id}: {verdict:?}", check.id);
            }
            for need in check.needs {
                let others = check.needs.iter().copied().filter(|other| other != need);
                let without = said(check, &look(&double, others, STACK).await.facts);
                by_need.push((need, without != whole));
            }
        }
        for need in check.needs {
            // A stack without selections asks neither for them nor for tags.
            let of_selections = [Need::BackupSelections, Need::TableTags, Need::BucketTagging].contains(need);
            let matters = by_need.iter().any(|(asked, matters)| asked == &need && *matters);
            assert!(
                matters || of_selections && check.id.ends_with("-in-backup-plan"),
                "{} needs no {need:?}",
                check.id
            );
        }
    }
}
