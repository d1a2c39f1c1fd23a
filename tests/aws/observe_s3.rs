//! Buckets, their policies and access points: what S3 answers, as facts.

use std::time::Duration;

use fitgate::{
    facts::{Observed, StackIdentity, Why},
    need::Need,
};
use serde_json::{Value, json};

use crate::{
    double::{ACCOUNT, Double, Fault, Which},
    looking::{FAULTS, Named, differences, is_for_reason, look, look_in, template_facts, without},
};

const DATA: Named = ("Data", "AWS::S3::Bucket", "shop-data");
const OWNER: &str = "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a";

/// One call for a bucket: what S3 stores, and what the facts say then and without it.
struct Case {
    need: Need,
    /// Stored under the need's own operation.
    document: Value,
    /// Facts, by name: with the document, and where nothing is configured.
    facts: Vec<(&'static str, Value, Value)>,
}

fn case(need: Need, document: Value, facts: &[(&'static str, Value, Value)]) -> Case {
    Case { need, document, facts: facts.to_vec() }
}

/// Every need of a bucket that S3 answers.
fn cases() -> Vec<Case> {
    let flags = |[acls, policy, ignore, restrict]: [bool; 4]| {
        json!({
            "BlockPublicAcls": acls, "BlockPublicPolicy": policy,
            "IgnorePublicAcls": ignore, "RestrictPublicBuckets": restrict,
        })
    };
    let owned = |who: &str| json!({ "Rules": [{ "ObjectOwnership": who }] });
    vec![
        case(
            Need::BucketPublicAccessBlock,
            flags([true, true, true, false]),
            &[("PublicAccessBlockConfiguration", flags([true, true, true, false]), flags([false; 4]))],
        ),
        case(
            Need::BucketEncryption,
            json!({ "Rule": [{
                "ApplyServerSideEncryptionByDefault": { "SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/shop" },
                "BucketKeyEnabled": true,
            }] }),
            &[(
                "BucketEncryption",
                json!({ "ServerSideEncryptionConfiguration": [{
                    "ServerSideEncryptionByDefault": { "SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/shop" },
                    "BucketKeyEnabled": true,
                }] }),
                Value::Null,
            )],
        ),
        case(
            Need::BucketVersioning,
            json!({ "Status": "Enabled", "MfaDelete": "Enabled" }),
            &[
                ("VersioningConfiguration", json!({ "Status": "Enabled" }), Value::Null),
                ("$MfaDelete", json!("Enabled"), json!("Disabled")),
            ],
        ),
        case(
            Need::BucketLogging,
            json!({ "LoggingEnabled": { "TargetBucket": "shop-logs", "TargetPrefix": "data/" } }),
            &[("LoggingConfiguration", json!({ "DestinationBucketName": "shop-logs" }), Value::Null)],
        ),
        case(
            Need::BucketAcl,
            acl(&[("http://acs.amazonaws.com/groups/global/AllUsers", "READ")]),
            &[
                ("AccessControl", json!("PublicRead"), json!("Private")),
                (
                    "$Acl",
                    json!([
                        { "Permission": "FULL_CONTROL" },
                        { "GranteeUri": "http://acs.amazonaws.com/groups/global/AllUsers", "Permission": "READ" },
                    ]),
                    json!([{ "Permission": "FULL_CONTROL" }]),
                ),
            ],
        ),
        case(
            Need::BucketOwnershipControls,
            json!({ "Rule": [{ "ObjectOwnership": "BucketOwnerPreferred" }] }),
            &[("OwnershipControls", owned("BucketOwnerPreferred"), owned("ObjectWriter"))],
        ),
        case(
            Need::BucketLifecycle,
            json!({ "Rule": [
                { "ID": "old", "Status": "Enabled", "Filter": { "Prefix": "" },
                  "NoncurrentVersionExpiration": { "NoncurrentDays": 30, "NewerNoncurrentVersions": 2 } },
                { "ID": "cold", "Status": "Disabled", "Filter": { "Prefix": "" },
                  "NoncurrentVersionTransition": [{ "NoncurrentDays": 7, "StorageClass": "GLACIER" }] },
            ] }),
            &[(
                "LifecycleConfiguration",
                json!({ "Rules": [
                    { "Status": "Enabled",
                      "NoncurrentVersionExpiration": { "NoncurrentDays": 30, "NewerNoncurrentVersions": 2 } },
                    { "Status": "Disabled",
                      "NoncurrentVersionTransitions": [{ "TransitionInDays": 7, "StorageClass": "GLACIER" }] },
                ] }),
                Value::Null,
            )],
        ),
        case(
            Need::BucketObjectLock,
            json!({ "ObjectLockEnabled": "Enabled", "Rule": { "DefaultRetention": { "Mode": "GOVERNANCE", "Days": 1 } } }),
            &[
                ("ObjectLockEnabled", json!(true), json!(false)),
                (
                    "ObjectLockConfiguration",
                    json!({ "ObjectLockEnabled": "Enabled", "Rule": { "DefaultRetention": { "Mode": "GOVERNANCE" } } }),
                    Value::Null,
                ),
            ],
        ),
        case(
            Need::BucketReplication,
            json!({ "Role": "role", "Rule": [{ "Status": "Enabled", "Destination": { "Bucket": "arn:aws:s3:::copy" } }] }),
            &[("ReplicationConfiguration", json!({ "Rules": [{ "Status": "Enabled" }] }), Value::Null)],
        ),
        case(
            Need::BucketNotification,
            json!({
                "CloudFunctionConfiguration": [{ "CloudFunction": "arn:f", "Event": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"] }],
                "QueueConfiguration": [{
                    "Queue": "arn:q", "Event": ["s3:ObjectCreated:Put"],
                    "Filter": { "S3Key": { "FilterRule": [{ "Name": "prefix", "Value": "in/" }] } },
                }],
                "EventBridgeConfiguration": {},
            }),
            &[(
                "NotificationConfiguration",
                json!({
                    "LambdaConfigurations": [{ "Function": "arn:f" }, { "Function": "arn:f" }],
                    "QueueConfigurations": [{
                        "Queue": "arn:q", "Event": "s3:ObjectCreated:Put",
                        "Filter": { "S3Key": { "Rules": [{ "Name": "prefix", "Value": "in/" }] } },
                    }],
                    "EventBridgeConfiguration": { "EventBridgeEnabled": true },
                }),
                Value::Null,
            )],
        ),
        case(
            Need::BucketCors,
            json!({ "CORSRule": [{ "AllowedMethod": ["GET", "PUT"], "AllowedOrigin": ["*"] }] }),
            &[(
                "CorsConfiguration",
                json!({ "CorsRules": [{ "AllowedMethods": ["GET", "PUT"], "AllowedOrigins": ["*"] }] }),
                Value::Null,
            )],
        ),
        case(
            Need::BucketWebsite,
            json!({
                "IndexDocument": { "Suffix": "index.html" },
                "ErrorDocument": { "Key": "error.html" },
                "RoutingRules": { "RoutingRule": [{
                    "Condition": { "KeyPrefixEquals": "old/" }, "Redirect": { "ReplaceKeyPrefixWith": "new/" },
                }] },
            }),
            &[(
                "WebsiteConfiguration",
                json!({
                    "IndexDocument": "index.html",
                    "ErrorDocument": "error.html",
                    "RoutingRules": [{
                        "RedirectRule": { "ReplaceKeyPrefixWith": "new/" },
                        "RoutingRuleCondition": { "KeyPrefixEquals": "old/" },
                    }],
                }),
                Value::Null,
            )],
        ),
        case(
            Need::BucketTagging,
            json!({ "TagSet": { "Tag": [
                { "Key": "aws:cloudformation:stack-name", "Value": "shop" },
                { "Key": "team", "Value": "orders & co" },
            ] } }),
            &[("Tags", json!([{ "Key": "team", "Value": "orders & co" }]), Value::Null)],
        ),
        case(
            Need::BucketPolicy,
            json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*" }] }),
            &[(
                "$BucketPolicy",
                json!({ "PolicyDocument": { "Version": "2012-10-17", "Statement": [
                    { "Effect": "Deny", "Principal": "*", "Action": ["s3:*"], "Resource": ["*"] },
                ] } }),
                Value::Null,
            )],
        ),
    ]
}

/// An ACL with grants to groups beside that of the owner.
fn acl(groups: &[(&str, &str)]) -> Value {
    let grantee = |kind: &str, name: &str, value: &str| json!({ "@xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance", "@xsi:type": kind, name: value });
    let own = json!({ "Grantee": grantee("CanonicalUser", "ID", OWNER), "Permission": "FULL_CONTROL" });
    let groups = groups
        .iter()
        .map(|(uri, permission)| json!({ "Grantee": grantee("Group", "URI", uri), "Permission": permission }));
    let grants: Vec<Value> = [own].into_iter().chain(groups).collect();
    json!({ "Owner": { "ID": OWNER }, "AccessControlList": { "Grant": grants } })
}

/// A double with a bucket of which everything is configured.
fn configured() -> Double {
    let double = Double::new();
    for case in cases() {
        double.set(case.need.operation(), DATA.2, case.document);
    }
    double
}

fn needs() -> Vec<Need> {
    cases().into_iter().map(|case| case.need).collect()
}

#[tokio::test(start_paused = true)]
async fn a_bucket_shows_what_is_configured_with_one_call_each() {
    let double = configured();
    double.latency(Duration::from_millis(30));
    let looked = look(&double, needs(), &[DATA]).await;
    assert_eq!(looked.took, Duration::from_millis(60), "none waits for another but the ACL, for whether it counts");
    for case in cases() {
        for (name, present, _) in case.facts {
            assert_eq!(looked.fact("Data", name), present, "{name}");
        }
        assert_eq!(looked.counts.get(case.need.operation()), Some(&1), "{:?}", case.need);
    }
    assert_eq!(double.calls().len(), cases().len(), "and no other call: {:?}", looked.counts);
    assert_eq!(looked.fact("Data", "BucketName"), json!("shop-data"));
}

/// What ownership lets the ACL say is what S3 would answer: it is not asked.
#[tokio::test(start_paused = true)]
async fn the_acl_of_a_bucket_that_ignores_acls_is_its_owners_alone() {
    let double = configured();
    double.latency(Duration::from_millis(30));
    let enforced = json!({ "Rule": [{ "ObjectOwnership": "BucketOwnerEnforced" }] });
    double.set(Need::BucketOwnershipControls.operation(), DATA.2, enforced);
    let looked = look(&double, needs(), &[DATA]).await;
    assert_eq!(double.count(Need::BucketAcl.operation()), 0);
    assert_eq!(looked.took, Duration::from_millis(30));
    assert_eq!(looked.fact("Data", "AccessControl"), json!("Private"));
    assert_eq!(looked.fact("Data", "$Acl"), json!([{ "Permission": "FULL_CONTROL" }]));

    let nobody_asks = needs().into_iter().filter(|need| *need != Need::BucketAcl);
    let looked = look(&double, nobody_asks, &[DATA]).await;
    assert!(looked.fact("Data", "$Acl").pointer("/$unknown/NotObserved").is_some());
}

#[tokio::test(start_paused = true)]
async fn a_bucket_without_any_of_it_says_what_holds_then() {
    let double = Double::new();
    double.know("s3", DATA.2);
    let looked = look(&double, needs(), &[DATA]).await;
    for case in cases() {
        for (name, _, absent) in case.facts {
            assert_eq!(looked.fact("Data", name), absent, "{name}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_fails_leaves_its_own_fact_unknown_and_no_other() {
    let whole = look(&configured(), needs(), &[DATA]).await.saved("Data");
    for fault in FAULTS {
        for case in cases() {
            let double = configured();
            double.fail(case.need.operation(), Which::Always, fault.clone());
            let looked = look(&double, needs(), &[DATA]).await;
            let mut names: Vec<_> = case.facts.iter().map(|(name, ..)| *name).collect();
            for name in &names {
                let fact = looked.fact("Data", name);
                // The body of a policy is any text; one that is no policy is an unknown document.
                if case.need == Need::BucketPolicy && fault == Fault::WrongShape {
                    assert!(fact.pointer("/PolicyDocument/$unknown/Malformed").is_some(), "{fact}");
                } else {
                    assert!(is_for_reason(&fact, &fault, case.need), "{name} with {fault:?} is {fact}");
                }
            }
            // A bucket whose logs go nobody knows where may send them to any other.
            names.extend((case.need == Need::BucketLogging).then_some("$LogTarget"));
            assert_eq!(
                without(looked.saved("Data"), &names),
                without(whole.clone(), &names),
                "{:?} {fault:?}",
                case.need
            );
            assert_eq!(looked.counts.get(case.need.operation()), Some(&1));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_passes_is_asked_again_and_seen() {
    let whole = look(&configured(), needs(), &[DATA]).await.saved("Data");
    for fault in [Fault::Throttled, Fault::Status500, Fault::Reset, Fault::Hang] {
        let double = configured();
        double.fail("s3:*", Which::Times(1), fault.clone());
        assert_eq!(look(&double, needs(), &[DATA]).await.saved("Data"), whole, "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_no_check_asks_for_is_not_called() {
    for case in cases() {
        let double = configured();
        let looked = look(&double, needs().into_iter().filter(|need| *need != case.need), &[DATA]).await;
        assert_eq!(double.count(case.need.operation()), 0);
        for (name, ..) in case.facts {
            let fact = looked.fact("Data", name);
            assert!(fact.pointer("/$unknown/NotObserved").is_some(), "{name} is {fact}");
        }
    }
    let double = configured();
    let all = [DATA, ("Policy", "AWS::S3::BucketPolicy", "shop-data"), ("Door", "AWS::S3::AccessPoint", "door")];
    look(&double, [], &all).await;
    assert_eq!(double.calls(), [], "nobody asks for anything");
}

#[tokio::test(start_paused = true)]
async fn the_account_is_asked_once_for_all_buckets() {
    let double = Double::new();
    let buckets: Vec<Named> = ["a", "b", "c"].map(|name| (name, "AWS::S3::Bucket", name)).into();
    buckets.iter().for_each(|bucket| double.know("s3", bucket.2));
    double.set("s3control:GetPublicAccessBlock", ACCOUNT, json!({ "BlockPublicAcls": true, "IgnorePublicAcls": true }));
    let block = json!({
        "BlockPublicAcls": true, "BlockPublicPolicy": false, "IgnorePublicAcls": true, "RestrictPublicBuckets": false,
    });
    let looked = look(&double, [Need::AccountPublicAccessBlock], &buckets).await;
    assert_eq!(double.calls().len(), 1);
    for (id, ..) in &buckets {
        assert_eq!(looked.fact(id, "$AccountPublicAccessBlock"), block);
    }
    double.unset("s3control:GetPublicAccessBlock", ACCOUNT);
    let looked = look(&double, [Need::AccountPublicAccessBlock], &buckets).await;
    assert_eq!(looked.fact("b", "$AccountPublicAccessBlock/RestrictPublicBuckets"), json!(false), "no block: all off");
    for fault in FAULTS {
        let double = Double::new();
        double.fail("s3control:GetPublicAccessBlock", Which::Always, fault.clone());
        let looked = look(&double, [Need::AccountPublicAccessBlock], &buckets).await;
        let fact = looked.fact("a", "$AccountPublicAccessBlock");
        if fault == Fault::NotFound {
            assert_eq!(fact.pointer("/BlockPublicAcls"), Some(&json!(false)), "what is not found is the block");
        } else {
            assert!(is_for_reason(&fact, &fault, Need::AccountPublicAccessBlock), "{fault:?}: {fact}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn without_the_account_nothing_that_is_addressed_by_it_is_asked() {
    let double = Double::new();
    let why = Why::NotObserved("nobody said".to_owned());
    let identity = StackIdentity { account: Observed::Unknown(why.clone()), ..StackIdentity::default() };
    double.know("s3", DATA.2);
    let needs = [Need::AccountPublicAccessBlock, Need::AccessPoint];
    let looked = look_in(identity, &double, needs, &[DATA, ("Door", "AWS::S3::AccessPoint", "door")]).await;
    let unknown = json!({ "$unknown": why });
    assert_eq!(looked.fact("Data", "$AccountPublicAccessBlock"), unknown);
    assert_eq!(looked.fact("Door", "PublicAccessBlockConfiguration"), unknown);
    assert_eq!(double.calls(), []);
}

#[tokio::test(start_paused = true)]
async fn an_access_point_shows_its_bucket_and_its_block() {
    const DOOR: Named = ("Door", "AWS::S3::AccessPoint", "door");
    let stored = || {
        let double = Double::new();
        let block = json!({ "BlockPublicAcls": true, "BlockPublicPolicy": false, "IgnorePublicAcls": true, "RestrictPublicBuckets": true });
        double.set(
            "s3control:GetAccessPoint",
            "door",
            json!({ "Name": "door", "Bucket": "shop-data", "PublicAccessBlockConfiguration": block }),
        );
        double
    };
    let looked = look(&stored(), [Need::AccessPoint], &[DOOR]).await;
    assert_eq!(looked.fact("Door", "Bucket"), json!("shop-data"));
    assert_eq!(looked.fact("Door", "PublicAccessBlockConfiguration/BlockPublicPolicy"), json!(false));
    for fault in FAULTS {
        let double = stored();
        double.fail("s3control:GetAccessPoint", Which::Always, fault.clone());
        let looked = look(&double, [Need::AccessPoint], &[DOOR]).await;
        for name in ["Bucket", "PublicAccessBlockConfiguration"] {
            let fact = looked.fact("Door", name);
            assert!(is_for_reason(&fact, &fault, Need::AccessPoint), "{name} with {fault:?} is {fact}");
        }
        assert_eq!(looked.fact("Door", "Name"), json!("door"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_canned_acl_is_known_by_its_grants() {
    const ALL: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
    const USERS: &str = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
    const LOGS: &str = "http://acs.amazonaws.com/groups/s3/LogDelivery";
    let cases: [(&[(&str, &str)], Value); 7] = [
        (&[], json!("Private")),
        (&[(ALL, "READ")], json!("PublicRead")),
        (&[(ALL, "WRITE"), (ALL, "READ")], json!("PublicReadWrite")),
        (&[(USERS, "READ")], json!("AuthenticatedRead")),
        (&[(LOGS, "WRITE"), (LOGS, "READ_ACP")], json!("LogDeliveryWrite")),
        (&[(LOGS, "WRITE")], Value::Null),
        (&[(ALL, "READ"), (USERS, "READ")], Value::Null),
    ];
    for (groups, canned) in cases {
        let double = Double::new();
        double.set("s3:GetBucketAcl", DATA.2, acl(groups));
        let looked = look(&double, [Need::BucketAcl], &[DATA]).await;
        assert_eq!(looked.fact("Data", "AccessControl"), canned, "{groups:?}");
    }
    let double = Double::new();
    let mut taken = acl(&[]);
    taken["AccessControlList"]["Grant"][0]["Permission"] = json!("READ");
    double.set("s3:GetBucketAcl", DATA.2, taken);
    let looked = look(&double, [Need::BucketAcl], &[DATA]).await;
    assert_eq!(looked.fact("Data", "AccessControl"), Value::Null, "the owner gave up full control");
    assert_eq!(looked.fact("Data", "$Acl"), json!([{ "Permission": "READ" }]));
}

const POLICY: Named = ("Policy", "AWS::S3::BucketPolicy", "shop-data");

fn tls_only(bucket: &str) -> Value {
    json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Deny", "Principal": "*", "Action": "s3:*",
        "Resource": [format!("arn:aws:s3:::{bucket}"), format!("arn:aws:s3:::{bucket}/*")],
        "Condition": { "Bool": { "aws:SecureTransport": "false" } },
    }] })
}

#[tokio::test(start_paused = true)]
async fn a_policy_of_the_stack_is_asked_for_once_and_joined() {
    let double = Double::new();
    double.set("s3:GetBucketPolicy", DATA.2, tls_only(DATA.2));
    let looked = look(&double, [Need::BucketPolicy], &[POLICY, DATA]).await;
    assert_eq!(looked.counts.get("s3:GetBucketPolicy"), Some(&1), "bucket and policy share the answer");
    assert_eq!(looked.fact("Data", "$BucketPolicy/Resource"), json!("Policy"));
    assert_eq!(looked.fact("Data", "$BucketPolicy/PolicyDocument"), looked.fact("Policy", "PolicyDocument"));
    assert_eq!(looked.fact("Policy", "Bucket"), json!("shop-data"));
    assert_eq!(looked.fact("Policy", "$BucketInStack"), json!(true));
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_somebody_took_away_grants_and_refuses_nothing() {
    let double = Double::new();
    double.know("s3", DATA.2);
    let looked = look(&double, [Need::BucketPolicy], &[DATA, POLICY]).await;
    assert_eq!(
        looked.fact("Data", "$BucketPolicy"),
        json!({ "Resource": "Policy", "PolicyDocument": { "Statement": [] } })
    );
    let denied = || {
        let double = Double::new();
        double.know("s3", DATA.2);
        double.fail("s3:GetBucketPolicy", Which::Always, Fault::Denied);
        double
    };
    let looked = look(&denied(), [Need::BucketPolicy], &[DATA, POLICY]).await;
    let unknown = json!({ "$unknown": { "Denied": { "action": "s3:GetBucketPolicy" } } });
    assert_eq!(looked.fact("Data", "$BucketPolicy"), unknown);
    assert_eq!(looked.fact("Policy", "PolicyDocument"), unknown);
    assert_eq!(looked.fact("Policy", "Bucket"), json!("shop-data"), "whose it is stays known");
}

#[tokio::test(start_paused = true)]
async fn a_policy_with_a_name_of_old_says_nothing_of_other_buckets() {
    const OLD: Named = ("Policy", "AWS::S3::BucketPolicy", "shop-Policy-1K2J3H4G5F6D");
    let double = Double::new();
    double.know("s3", "bare");
    double.set("s3:GetBucketPolicy", DATA.2, tls_only(DATA.2));
    let looked = look(&double, [Need::BucketPolicy], &[DATA, OLD, ("Bare", "AWS::S3::Bucket", "bare")]).await;
    assert_eq!(looked.counts.get("s3:GetBucketPolicy"), Some(&2), "the buckets alone are asked about");
    assert!(looked.fact("Data", "$BucketPolicy/PolicyDocument/Statement/0").is_object());
    assert_eq!(looked.fact("Bare", "$BucketPolicy"), Value::Null, "S3 says that it has none");
    let reason = looked.fact("Policy", "PolicyDocument/$unknown/NotObserved");
    assert!(reason.as_str().is_some_and(|reason| reason.contains("shop-Policy-1K2J3H4G5F6D")), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn a_policy_of_a_bucket_elsewhere_is_observed_by_itself() {
    let double = Double::new();
    double.set("s3:GetBucketPolicy", "other", tls_only("other"));
    let looked = look(&double, [Need::BucketPolicy], &[("Policy", "AWS::S3::BucketPolicy", "other")]).await;
    assert_eq!(looked.fact("Policy", "$BucketInStack"), json!(false));
    assert_eq!(looked.fact("Policy", "PolicyDocument/Statement/0/Effect"), json!("Deny"));
}

#[tokio::test(start_paused = true)]
async fn a_bucket_that_is_still_being_created_is_unknown_as_a_whole() {
    let double = Double::new();
    let looked = look(&double, needs(), &[("Data", "AWS::S3::Bucket", "")]).await;
    assert!(looked.fact("Data", "$unknown/NotObserved").is_string());
    assert_eq!(double.calls(), []);
}

#[tokio::test(start_paused = true)]
async fn what_a_template_says_of_buckets_is_what_is_observed_of_them() {
    let double = configured();
    double.set("s3:GetBucketAcl", DATA.2, acl(&[]));
    double.set("s3:GetBucketPolicy", DATA.2, tls_only(DATA.2));
    double.set(
        "s3:GetBucketAcl",
        "shop-logs",
        acl(&[
            ("http://acs.amazonaws.com/groups/s3/LogDelivery", "WRITE"),
            ("http://acs.amazonaws.com/groups/s3/LogDelivery", "READ_ACP"),
        ]),
    );
    double.set(
        "s3:GetBucketWebsite",
        "shop-pages",
        json!({ "RedirectAllRequestsTo": { "HostName": "example.com", "Protocol": "https" } }),
    );
    double.set("s3:GetBucketVersioning", "shop-pages", json!({ "Status": "Suspended" }));
    double.set(
        "s3:GetBucketEncryption",
        "shop-pages",
        json!({ "Rule": [{ "ApplyServerSideEncryptionByDefault": { "SSEAlgorithm": "AES256" } }] }),
    );
    double.set(
        "s3:GetBucketNotificationConfiguration",
        "shop-pages",
        json!({ "TopicConfiguration": [{ "Topic": "arn:t", "Event": ["s3:ObjectRestore:*"] }] }),
    );
    let template = template_facts(&json!({ "Resources": {
        "Data": { "Type": "AWS::S3::Bucket", "Properties": {
            "BucketName": "shop-data",
            "AccessControl": "Private",
            "PublicAccessBlockConfiguration": { "BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": "true", "RestrictPublicBuckets": false },
            "BucketEncryption": { "ServerSideEncryptionConfiguration": [{ "ServerSideEncryptionByDefault": { "SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/shop" }, "BucketKeyEnabled": true }] },
            "VersioningConfiguration": { "Status": "Enabled" },
            "LoggingConfiguration": { "DestinationBucketName": { "Fn::Sub": "shop-logs" }, "LogFilePrefix": "data/" },
            "OwnershipControls": { "Rules": [{ "ObjectOwnership": "BucketOwnerPreferred" }] },
            "LifecycleConfiguration": { "Rules": [
                { "Id": "old", "Status": "Enabled", "NoncurrentVersionExpiration": { "NoncurrentDays": 30, "NewerNoncurrentVersions": 2 } },
                { "Id": "cold", "Status": "Disabled", "NoncurrentVersionTransitions": [{ "TransitionInDays": 7, "StorageClass": "GLACIER" }] },
            ] },
            "ObjectLockEnabled": true,
            "ObjectLockConfiguration": { "ObjectLockEnabled": "Enabled", "Rule": { "DefaultRetention": { "Mode": "GOVERNANCE", "Days": 1 } } },
            "ReplicationConfiguration": { "Role": "role", "Rules": [{ "Status": "Enabled", "Destination": { "Bucket": "arn:aws:s3:::copy" } }] },
            "NotificationConfiguration": {
                "LambdaConfigurations": [{ "Event": "s3:ObjectCreated:*", "Function": "arn:f" }, { "Event": "s3:ObjectRemoved:*", "Function": "arn:f" }],
                "QueueConfigurations": [{ "Event": "s3:ObjectCreated:Put", "Queue": "arn:q", "Filter": { "S3Key": { "Rules": [{ "Name": "prefix", "Value": "in/" }] } } }],
                "EventBridgeConfiguration": { "EventBridgeEnabled": true },
            },
            "CorsConfiguration": { "CorsRules": [{ "AllowedMethods": ["GET", "PUT"], "AllowedOrigins": ["*"] }] },
            "WebsiteConfiguration": {
                "IndexDocument": "index.html", "ErrorDocument": "error.html",
                "RoutingRules": [{ "RedirectRule": { "ReplaceKeyPrefixWith": "new/" }, "RoutingRuleCondition": { "KeyPrefixEquals": "old/" } }],
            },
            "Tags": [{ "Key": "team", "Value": "orders & co" }],
        } },
        "Policy": { "Type": "AWS::S3::BucketPolicy", "Properties": { "Bucket": "shop-data", "PolicyDocument": tls_only("shop-data") } },
        "Logs": { "Type": "AWS::S3::Bucket", "Properties": { "BucketName": "shop-logs", "AccessControl": "LogDeliveryWrite" } },
        "Pages": { "Type": "AWS::S3::Bucket", "Properties": {
            "BucketName": "shop-pages",
            "VersioningConfiguration": { "Status": "Suspended" },
            "BucketEncryption": { "ServerSideEncryptionConfiguration": [{ "ServerSideEncryptionByDefault": { "SSEAlgorithm": "AES256" } }] },
            "WebsiteConfiguration": { "RedirectAllRequestsTo": { "HostName": "example.com", "Protocol": "https" } },
            "NotificationConfiguration": { "TopicConfigurations": [{ "Event": "s3:ObjectRestore:*", "Topic": "arn:t" }] },
            "ObjectLockEnabled": false,
        } },
    } }));
    let stack = [DATA, POLICY, ("Logs", "AWS::S3::Bucket", "shop-logs"), ("Pages", "AWS::S3::Bucket", "shop-pages")];
    let looked = look(&double, Need::ALL.iter().copied().filter(|need| needs().contains(need)), &stack).await;
    assert_eq!(differences(&template, &looked.facts), Vec::<String>::new());
    // And the comparison sees differences where there are any.
    double.set("s3:GetBucketVersioning", "shop-pages", json!({ "Status": "Enabled" }));
    double.unset("s3:GetBucketEncryption", "shop-pages");
    let looked = look(&double, needs(), &stack).await;
    let found = differences(&template, &looked.facts);
    assert_eq!(found.len(), 2, "{found:?}");
}
