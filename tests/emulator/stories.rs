//! Deployments from their beginning to their end, with the real hooks: what they see, what CodeDeploy hears, and what
//! they leave behind.

use aws_sdk_s3::types::{BucketVersioningStatus, VersioningConfiguration};
use fitgate::{
    checks,
    event::{Answer, Phase},
    rehearsal::engine::{DeploymentInfo, DeploymentStatus, ErrorCode},
};
use serde_json::{Value, json};

use super::{
    left::{Series, called, text, texts},
    site::{SAMPLE, Site},
    traces::Traces,
};

const PRE: Phase = Phase::BeforeAllowTraffic;
const POST: Phase = Phase::AfterAllowTraffic;
const ANSWER: &str = "codedeploy:PutLifecycleEventHookExecutionStatus";

/// The policy as it is shipped.
const SHIPPED: &str = "version: 1\n";

/// A site whose hooks go by this policy.
async fn under(policy: &str) -> Site {
    Site::open(|hooks| hooks.policy(policy)).await
}

fn succeeded(deployment: &DeploymentInfo) {
    assert_eq!(deployment.status, DeploymentStatus::Succeeded, "{deployment:#?}");
    assert_eq!(deployment.error_information, None);
}

fn halted(deployment: &DeploymentInfo) {
    assert_eq!(deployment.status, DeploymentStatus::Failed, "{deployment:#?}");
    let error = deployment.error_information.as_ref().expect("a reason");
    assert_eq!(error.code, ErrorCode::HookExecutionFailure);
}

/// The metrics are these judgements', nobody else's, and each took as long as its item says.
async fn measured(site: &Site, all: &[&Traces]) {
    let mut metrics = site.metrics().await;
    let took = metrics.remove(&called("Duration", [("Stack", SAMPLE)])).expect("a duration");
    let kept = all.iter().map(|it| text(&it.item, "Milliseconds").parse().expect("milliseconds")).map(Series::of);
    let kept = kept.reduce(Series::and).expect("one");
    assert_eq!(took.count, kept.count);
    assert_eq!((took.least.floor(), took.greatest.floor()), (kept.least, kept.greatest));
    assert_eq!(metrics, Traces::metrics(all));
}

#[tokio::test]
async fn a_good_release_passes_both_hooks_and_is_kept_and_measured() {
    let site = under(SHIPPED).await;
    let deployment = site.release().await;
    succeeded(&deployment);
    assert_eq!(site.version().await, "2", "all traffic is the new version's");
    assert_eq!(site.double.count(ANSWER), 2, "{:#?}", site.double.calls());

    let (pre, post) = (site.traces(&deployment, PRE, 1).await, site.traces(&deployment, POST, 1).await);
    for traces in [&pre, &post] {
        assert_eq!((traces.answer, &traces.line["level"]), (Answer::Succeeded, &json!("INFO")));
        assert_eq!(traces.line["judgement"]["would_halt"], json!(false));
        for call in ["dynamodb:DescribeTable", "lambda:GetFunction", "s3:GetBucketEncryption"] {
            assert!(traces.line["calls"][call].as_u64() >= Some(2), "{call} of two in {:#}", traces.line);
        }
        // The sample has one of each with a key of its own, and one without.
        for (check, sort) in [("dynamodb-encryption-kms", "Table"), ("s3-encryption-kms", "Bucket")] {
            assert_eq!(traces.verdict(check, &format!("Encrypted{sort}")), "pass", "{check}");
            assert_eq!(traces.verdict(check, &format!("Unencrypted{sort}")), "fail", "{check}");
        }
        assert_eq!((text(&traces.item, "CurrentVersion"), text(&traces.item, "TargetVersion")), ("1", "2"));
    }
    assert_eq!(site.items().await.len(), 2);
    measured(&site, &[&pre, &post]).await;
}

/// Two checks, so that the fitness is known: of the sample's two buckets and two tables, at 1 and 2 points.
fn two_checks() -> String {
    let asked = ["dynamodb-deletion-protection", "s3-versioning"];
    let others = checks::all().filter(|check| !asked.contains(&check.id));
    let off: String = others.map(|check| format!("  {}: off\n", check.id)).collect();
    format!("version: 1\nchecks:\n{off}")
}

/// Somebody turns the versions of both buckets off. Nothing of that is bad enough to halt a release by itself.
async fn forget_versions(site: &Site) {
    for bucket in ["EncryptedBucket", "UnencryptedBucket"] {
        let suspended = VersioningConfiguration::builder().status(BucketVersioningStatus::Suspended).build();
        let put = site.account.clients().s3.put_bucket_versioning().bucket(&site.sample.resources[bucket].physical_id);
        put.versioning_configuration(suspended).send().await.expect("versioning suspended");
    }
}

#[tokio::test]
async fn a_release_of_a_stack_that_got_worse_than_the_last_good_one_is_halted() {
    let site = under(&two_checks()).await;
    let good = site.release().await;
    succeeded(&good);
    let (pre, post) = (site.traces(&good, PRE, 1).await, site.traces(&good, POST, 1).await);
    assert_eq!((text(&pre.item, "Fitness"), text(&post.item, "Fitness")), ("100", "100"));

    forget_versions(&site).await;
    let worse = site.release().await;
    halted(&worse);
    assert_eq!(site.version().await, "2", "the traffic stays where the good release left it");
    let fallen = site.traces(&worse, PRE, 2).await;
    assert_eq!((fallen.answer, &fallen.line["level"]), (Answer::Failed, &json!("WARN")));
    let reason = "the fitness fell from 100 to 66.6, by more than the 5 that policy allows; most is lost by \
                  s3-versioning on EncryptedBucket, s3-versioning on UnencryptedBucket";
    assert_eq!(texts(&fallen.item, "Reasons"), [reason]);
    assert_eq!(fallen.report["reasons"][0]["kind"], "dropped");
    let compared = format!("compared with deployment {}, the last that succeeded", good.deployment_id);
    assert_eq!(texts(&fallen.item, "Remarks").last(), Some(&compared));
    assert_eq!(text(&fallen.item, "Fitness"), "66.6");
    assert_eq!((site.items().await.len(), site.double.count(ANSWER)), (3, 3));
    measured(&site, &[&pre, &post, &fallen]).await;

    // What was halted is no baseline: the same stack is as bad at its next try.
    let again = site.release().await;
    halted(&again);
    let again = site.traces(&again, PRE, 3).await;
    assert_eq!(texts(&again.item, "Reasons"), [reason]);
}

/// Opens a bucket to everybody, besides what its policy says already. S3 refuses that as long as the bucket blocks it.
async fn open(site: &Site, bucket: &str) {
    let s3 = site.account.clients().s3;
    let name = &site.sample.resources[bucket].physical_id;
    let policy = s3.get_bucket_policy().bucket(name).send().await.expect("a policy").policy.expect("its text");
    let mut policy: Value = serde_json::from_str(&policy).expect("JSON");
    policy["Statement"].as_array_mut().expect("statements").push(json!({
        "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{name}/*"),
    }));
    // The emulator has the policy of a bucket under two names: see the gaps.
    for name in [name, &site.sample.resources[&format!("{bucket}Policy")].physical_id] {
        s3.delete_public_access_block().bucket(name).send().await.expect("no block");
        let put = s3.put_bucket_policy().bucket(name).policy(policy.to_string());
        put.send().await.expect("a policy");
    }
}

#[tokio::test]
async fn a_release_of_a_stack_with_a_door_open_to_everybody_is_halted_whatever_its_fitness() {
    let site = under(SHIPPED).await;
    open(&site, "UnencryptedBucket").await;
    let deployment = site.release().await;
    halted(&deployment);
    assert_eq!(site.version().await, "1", "no traffic was shifted");

    let pre = site.traces(&deployment, PRE, 1).await;
    assert_eq!((pre.answer, &pre.line["level"]), (Answer::Failed, &json!("WARN")));
    assert!(pre.line["judgement"]["fitness"].as_f64() > Some(50.0), "the fitness alone is enough: {:#}", pre.line);
    let halting: Vec<_> =
        pre.report["reasons"].as_array().expect("it").iter().filter(|it| it["halts"] == true).collect();
    let [halting] = halting[..] else { panic!("one reason halts: {halting:#?}") };
    assert_eq!(halting["kind"], "failures");
    let text = "2 critical checks fail: s3-policy-no-public-principal on UnencryptedBucket, \
                s3-policy-no-public-principal on UnencryptedBucketPolicy";
    assert_eq!(halting["text"], text, "of the bucket, and of its policy as the emulator calls it");
    assert_eq!(texts(&pre.item, "Reasons")[0], halting["text"]);
    assert_eq!((site.items().await.len(), site.double.count(ANSWER)), (1, 1), "the other hook is never called");
    measured(&site, &[&pre]).await;
}
