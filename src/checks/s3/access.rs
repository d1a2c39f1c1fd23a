//! Who may reach a bucket, policies aside: public access blocks, ACLs, CORS, websites.

use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{
        Observed, Text, Why,
        iam::{Known, Texts, all_known, any_known},
        s3::{AccessPoint, Bucket, CorsRule, Grant, PublicAccessBlock},
    },
    need::Need,
};

/// The table.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "s3-public-access-block",
        title: "Bucket blocks public access in all four ways",
        why: "One public ACL or policy opens the bucket to everybody; the block refuses them whoever writes them.",
        fix: "Set PublicAccessBlockConfiguration with BlockPublicAcls, BlockPublicPolicy, IgnorePublicAcls and RestrictPublicBuckets true.",
        absent: "All four are on for buckets created since April 2023, by CloudFormation too; an older bucket keeps what it had. In a configuration that is written, a flag left out is off.",
        reference: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
        pillar: Pillar::Security,
        severity: Severity::High,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::BucketPublicAccessBlock],
        applies: Applies::EachBucket(public_access_block),
    },
    Check {
        id: "s3-account-public-access-block",
        title: "Account blocks public access to all of its buckets",
        why: "A block on the account holds for every bucket, those that somebody creates tomorrow included.",
        fix: "Call s3control PutPublicAccessBlock with all four flags true; CloudFormation has no type for it.",
        absent: "An account without a block blocks nothing beyond what each bucket blocks; a template never shows it, so the check is opt-in.",
        reference: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/configuring-block-public-access-account.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::AccountPublicAccessBlock],
        applies: Applies::EachBucket(account_public_access_block),
    },
    Check {
        id: "s3-access-point-block",
        title: "Access point blocks public access in all four ways",
        why: "The block of an access point is fixed when it is created; a public policy through it reaches the bucket's data.",
        fix: "Leave PublicAccessBlockConfiguration out, or set all four flags true.",
        absent: "All four are on for an access point; in a configuration that is written, a flag left out is off.",
        reference: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-bpa-settings.html",
        pillar: Pillar::Security,
        severity: Severity::Critical,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::AccessPoint],
        applies: Applies::EachAccessPoint(access_point_block),
    },
    Check {
        id: "s3-acl-not-public-read",
        title: "Bucket ACL lets neither everybody nor every AWS user read",
        why: "A public ACL lets strangers list the bucket and read what is in it.",
        fix: "Remove AccessControl, or set it to Private.",
        absent: "Private.",
        reference: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html",
        pillar: Pillar::Security,
        severity: Severity::Critical,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::BucketAcl],
        applies: Applies::EachBucket(acl_not_public_read),
    },
    Check {
        id: "s3-acl-not-public-write",
        title: "Bucket ACL lets neither everybody nor every AWS user write",
        why: "Strangers who may write fill the bucket at its owner's cost, and replace what others trust.",
        fix: "Remove AccessControl, or set it to Private.",
        absent: "Private.",
        reference: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html",
        pillar: Pillar::Security,
        severity: Severity::Critical,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::BucketAcl],
        applies: Applies::EachBucket(acl_not_public_write),
    },
    Check {
        id: "s3-acls-disabled",
        title: "Bucket ignores ACLs: its owner owns every object",
        why: "With ACLs access is decided object by object, by whoever uploads; with policies alone it is decided in one place.",
        fix: "Set OwnershipControls with one rule whose ObjectOwnership is BucketOwnerEnforced.",
        absent: "BucketOwnerEnforced for buckets created since April 2023, by CloudFormation too; an older bucket keeps what it had.",
        reference: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::BucketOwnershipControls],
        applies: Applies::EachBucket(acls_disabled),
    },
    Check {
        id: "s3-cors-not-wildcard",
        title: "Bucket lets no page of any origin write",
        why: "A page of any site can then make its visitors' browsers write to the bucket or delete from it.",
        fix: "Name the origins in CorsConfiguration.CorsRules[].AllowedOrigins, or allow GET and HEAD only.",
        absent: "No cross-origin request is allowed.",
        reference: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::BucketCors],
        applies: Applies::EachBucket(cors_not_wildcard),
    },
    Check {
        id: "s3-no-static-website",
        title: "Bucket is no public website",
        why: "A website endpoint knows no TLS and serves what is public only; CloudFront serves a private bucket over TLS.",
        fix: "Remove WebsiteConfiguration; serve the bucket through CloudFront with origin access control.",
        absent: "The bucket has no website endpoint.",
        reference: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteEndpoints.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::BucketWebsite],
        applies: Applies::EachBucket(no_static_website),
    },
];

const BLOCK: &str = "PublicAccessBlockConfiguration";
const EVERYBODY: &[&str] =
    &["http://acs.amazonaws.com/groups/global/AllUsers", "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"];

fn public_access_block(bucket: &Bucket, _: &Yardstick) -> Option<Verdict> {
    let undeclared = || {
        Verdict::partial(
            80,
            format!("{BLOCK} is absent: on for buckets created since April 2023, unknown for older ones"),
        )
    };
    Some(bucket.public_access_block_configuration.judge(blocked, undeclared).at(BLOCK))
}

fn account_public_access_block(bucket: &Bucket, _: &Yardstick) -> Option<Verdict> {
    let absent = || Verdict::fail("the account has no public access block");
    Some(bucket.account_public_access_block.judge(blocked, absent))
}

fn access_point_block(point: &AccessPoint, _: &Yardstick) -> Option<Verdict> {
    Some(point.public_access_block_configuration.judge(blocked, || Verdict::Pass).at(BLOCK))
}

/// Each of the four flags counts for itself: blocking new ACLs without ignoring old ones leaves a way in.
fn blocked(block: &PublicAccessBlock) -> Verdict {
    let flags = block.flags();
    let off: Vec<&str> = flags
        .iter()
        .filter(|(_, flag)| matches!(flag, Observed::Absent | Observed::Present(false)))
        .map(|(name, _)| *name)
        .collect();
    if !off.is_empty() {
        return Verdict::fail(format!("{} {} off", off.join(", "), if off.len() == 1 { "is" } else { "are" }));
    }
    Verdict::of(all_known(flags.iter().map(|(_, flag)| flag.known().map(|flag| flag == Some(&true)))), || {
        Verdict::fail("not all flags are on")
    })
}

fn acl_not_public_read(bucket: &Bucket, _: &Yardstick) -> Option<Verdict> {
    let canned = &["PublicRead", "PublicReadWrite", "AuthenticatedRead"];
    Some(acl(bucket, canned, &["READ", "READ_ACP", "FULL_CONTROL"]))
}

fn acl_not_public_write(bucket: &Bucket, _: &Yardstick) -> Option<Verdict> {
    Some(acl(bucket, &["PublicReadWrite"], &["WRITE", "WRITE_ACP", "FULL_CONTROL"]))
}

/// The canned ACL of a template, and the grants of a live bucket.
fn acl(bucket: &Bucket, canned: &[&str], permissions: &[&str]) -> Verdict {
    let written = bucket.access_control.judge(
        |acl| Verdict::pass_if(!canned.contains(&acl.as_str()), format!("AccessControl is {acl}")),
        || Verdict::Pass,
    );
    let granted = bucket.acl.judge(
        |grants| {
            let public = any_known(grants.iter().map(|grant| to_everybody(grant, permissions)));
            Verdict::of(public.map(|public| !public), || Verdict::fail("the ACL grants it to a group of all users"))
        },
        || Verdict::Pass,
    );
    written.at("AccessControl").worse(granted)
}

fn to_everybody(grant: &Observed<Grant>, permissions: &[&str]) -> Known {
    let Some(grant) = grant.known()? else { return Ok(false) };
    let group = grant.grantee_uri.known()?.is_some_and(|uri| EVERYBODY.contains(&uri.as_str()));
    Ok(group && grant.permission.known()?.is_some_and(|permission| permissions.contains(&permission.as_str())))
}

fn acls_disabled(bucket: &Bucket, _: &Yardstick) -> Option<Verdict> {
    let undeclared = || {
        let text =
            "OwnershipControls is absent: ACLs are off for buckets created since April 2023, unknown for older ones";
        Verdict::partial(80, text)
    };
    let verdict = bucket.ownership_controls.judge(
        |controls| match ownership(&controls.rules) {
            Ok(Some("BucketOwnerEnforced")) => Verdict::Pass,
            Ok(Some("BucketOwnerPreferred")) => {
                Verdict::partial(30, "ObjectOwnership is BucketOwnerPreferred: ACLs still count")
            }
            Ok(Some(other)) => Verdict::fail(format!("ObjectOwnership is {other}: ACLs count")),
            Ok(None) => Verdict::fail("OwnershipControls has no rule with ObjectOwnership"),
            Err(why) => Verdict::inconclusive(why),
        },
        undeclared,
    );
    Some(verdict.at("OwnershipControls"))
}

fn ownership(rules: &crate::facts::List<crate::facts::s3::OwnershipRule>) -> Result<Option<&str>, Why> {
    let Some(rule) = rules.known()?.and_then(|rules| rules.first()) else { return Ok(None) };
    let Some(rule) = rule.known()? else { return Ok(None) };
    Ok(rule.object_ownership.known()?.map(String::as_str))
}

fn cors_not_wildcard(bucket: &Bucket, _: &Yardstick) -> Option<Verdict> {
    let open = |rules: &Vec<Observed<CorsRule>>| {
        let open = any_known(rules.iter().map(lets_any_page_write));
        Verdict::of(open.map(|open| !open), || Verdict::fail("a CORS rule lets every origin write"))
    };
    let verdict =
        bucket.cors_configuration.judge(|cors| cors.cors_rules.judge(open, || Verdict::Pass), || Verdict::Pass);
    Some(verdict.at("CorsConfiguration.CorsRules"))
}

fn lets_any_page_write(rule: &Observed<CorsRule>) -> Known {
    let Some(rule) = rule.known()? else { return Ok(false) };
    // `https://*` is every site as well.
    let origins = any_of(&rule.allowed_origins, &["*", "http://*", "https://*"]);
    let methods = any_of(&rule.allowed_methods, &["PUT", "POST", "DELETE"]);
    all_known([origins, methods])
}

fn any_of(texts: &Observed<Texts>, wanted: &[&str]) -> Known {
    let Some(texts) = texts.known()? else { return Ok(false) };
    any_known(texts.iter().map(|text: &Text| any_equal(text, wanted)))
}

fn any_equal(text: &Text, wanted: &[&str]) -> Known {
    any_known(wanted.iter().map(|wanted| text.is(wanted)))
}

fn no_static_website(bucket: &Bucket, _: &Yardstick) -> Option<Verdict> {
    let verdict = bucket.website_configuration.judge(
        |website| match website.get("RedirectAllRequestsTo") {
            Some(_) => Verdict::partial(50, "the bucket only redirects, over plain HTTP"),
            None => Verdict::fail("the bucket is a static website"),
        },
        || Verdict::Pass,
    );
    Some(verdict.at("WebsiteConfiguration"))
}
