//! Who may reach a bucket, policies aside. Public access follows from policy, block and ACL: that S3 computes it
//! too (`GetBucketPolicyStatus`) would be one more call to say what a reader can no longer check.

use aws_sdk_s3::{
    operation::{get_bucket_acl::GetBucketAclOutput, get_bucket_website::GetBucketWebsiteOutput},
    types::{self, CorsRule as Rule, RoutingRule},
};
use aws_sdk_s3control::types::PublicAccessBlockConfiguration as AccountBlock;
use serde_json::{Map, Value, json};

use super::{account, unknown_point};
use crate::{
    aws::observe::{Session, required},
    facts::{
        List, Observed, Text,
        iam::Texts,
        s3::{AccessPoint, Cors, CorsRule, Grant, OwnershipControls, OwnershipRule, PublicAccessBlock},
    },
    need::Need,
};

/// What S3 and S3 Control answer where neither a bucket nor an account has a block.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetPublicAccessBlock.html>
const NO_BLOCK: &[&str] = &["NoSuchPublicAccessBlockConfiguration"];

/// The block of a bucket; four false flags where it has none.
pub(super) async fn block(session: &Session<'_>, bucket: &str) -> Observed<PublicAccessBlock> {
    let need = Need::BucketPublicAccessBlock;
    let send = || session.clients.s3.get_public_access_block().bucket(bucket).send();
    let answer = session.ask(need, NO_BLOCK, send).await;
    let answer = answer.and_then(|answer| required(answer.public_access_block_configuration, need, "configuration"));
    answer.map(|block| of_bucket(&block)).or_default_of_service(flags(None, None, None, None))
}

/// The block of the whole account, asked for once; four false flags where it has none.
pub(super) async fn account_block(session: &Session<'_>) -> Observed<PublicAccessBlock> {
    let need = Need::AccountPublicAccessBlock;
    let ask = async || {
        let account = match account(session) {
            Ok(account) => account,
            Err(why) => return Observed::Unknown(why),
        };
        let send = || session.clients.s3control.get_public_access_block().account_id(&account).send();
        let answer = session.ask(need, NO_BLOCK, send).await;
        let answer =
            answer.and_then(|answer| required(answer.public_access_block_configuration, need, "configuration"));
        answer.map(|block| of_account(&block)).or_default_of_service(flags(None, None, None, None))
    };
    session.s3.account_block.get((), ask).await
}

/// An access point, with its bucket and its block.
pub(super) async fn point(session: &Session<'_>, name: &str) -> AccessPoint {
    let need = Need::AccessPoint;
    let account = match account(session) {
        Ok(account) => account,
        Err(why) => return unknown_point(&why),
    };
    let send = || session.clients.s3control.get_access_point().account_id(&account).name(name).send();
    match session.ask(need, &[], send).await {
        Observed::Present(answer) => AccessPoint {
            name: Observed::Absent,
            bucket: required(answer.bucket, need, "Bucket").map(Text::literal),
            public_access_block_configuration: required(answer.public_access_block_configuration, need, "block")
                .map(|block| of_account(&block)),
        },
        Observed::Absent => AccessPoint::default(),
        Observed::Unknown(why) => unknown_point(&why),
    }
}

fn of_bucket(block: &types::PublicAccessBlockConfiguration) -> PublicAccessBlock {
    flags(block.block_public_acls, block.block_public_policy, block.ignore_public_acls, block.restrict_public_buckets)
}

fn of_account(block: &AccountBlock) -> PublicAccessBlock {
    flags(block.block_public_acls, block.block_public_policy, block.ignore_public_acls, block.restrict_public_buckets)
}

/// In the order of [`PublicAccessBlock::flags`]; S3 takes a flag that is left out for false.
fn flags(acls: Option<bool>, policy: Option<bool>, ignore: Option<bool>, restrict: Option<bool>) -> PublicAccessBlock {
    let flag = |flag: Option<bool>| Observed::Present(flag.unwrap_or(false));
    PublicAccessBlock {
        block_public_acls: flag(acls),
        block_public_policy: flag(policy),
        ignore_public_acls: flag(ignore),
        restrict_public_buckets: flag(restrict),
    }
}

/// Who owns what others upload. A bucket without ownership controls has `ObjectWriter`, the default before April
/// 2023: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html>.
async fn ownership(session: &Session<'_>, bucket: &str) -> Observed<OwnershipControls> {
    let need = Need::BucketOwnershipControls;
    let send = || session.clients.s3.get_bucket_ownership_controls().bucket(bucket).send();
    let answer = session.ask(need, &["OwnershipControlsNotFoundError"], send).await;
    let controls = answer.and_then(|answer| required(answer.ownership_controls, need, "OwnershipControls"));
    let owners = controls.map(|controls| {
        controls.rules.into_iter().map(|rule| rule.object_ownership.as_str().to_owned()).collect::<Vec<_>>()
    });
    owners.or_default_of_service(vec!["ObjectWriter".to_owned()]).map(|owners| OwnershipControls {
        rules: Observed::Present(
            owners
                .into_iter()
                .map(|owner| Observed::Present(OwnershipRule { object_ownership: Observed::Present(owner) }))
                .collect(),
        ),
    })
}

/// The ACL of a bucket, as it is and by the name of the canned ACL that it equals.
pub(super) struct Acl {
    /// The name in CloudFormation, `LogDeliveryWrite` for example; absent where it equals none.
    pub(super) canned: Observed<String>,
    /// Every grant.
    pub(super) grants: List<Grant>,
}

/// Who owns what others upload, and whom the ACL lets in.
///
/// Of a bucket that ignores ACLs S3 shows one that gives its owner full control, and nobody else anything:
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAcl.html>. Since April 2023 that is what most buckets
/// are, and each saves a call.
pub(super) async fn ownership_and_acl(session: &Session<'_>, bucket: &str) -> (Observed<OwnershipControls>, Acl) {
    let ownership = ownership(session, bucket).await;
    let acl = match session.wants(Need::BucketAcl) && ignores_acls(&ownership) {
        true => Acl { canned: Observed::Present("Private".to_owned()), grants: Observed::Present(vec![of_owner()]) },
        false => acl(session, bucket).await,
    };
    (ownership, acl)
}

fn ignores_acls(ownership: &Observed<OwnershipControls>) -> bool {
    let rules = ownership.present().and_then(|controls| controls.rules.present());
    let owners = rules.into_iter().flatten().filter_map(Observed::present);
    owners.filter_map(|rule| rule.object_ownership.present()).any(|owner| owner == "BucketOwnerEnforced")
}

fn of_owner() -> Observed<Grant> {
    Observed::Present(Grant { grantee_uri: Observed::Absent, permission: Observed::Present("FULL_CONTROL".to_owned()) })
}

/// Who the ACL lets in.
async fn acl(session: &Session<'_>, bucket: &str) -> Acl {
    let need = Need::BucketAcl;
    let send = || session.clients.s3.get_bucket_acl().bucket(bucket).send();
    match session.ask(need, &[], send).await {
        // An ACL has an owner always, and no grant when its owner took all of them away.
        Observed::Present(answer) => match required(answer.owner.clone(), need, "Owner") {
            Observed::Present(owner) => read_acl(answer, owner.id()),
            _ => Acl { canned: Observed::Absent, grants: required(None, need, "Owner") },
        },
        Observed::Absent => Acl { canned: Observed::Absent, grants: Observed::Absent },
        Observed::Unknown(why) => Acl { canned: Observed::Unknown(why.clone()), grants: Observed::Unknown(why) },
    }
}

fn read_acl(answer: GetBucketAclOutput, owner: Option<&str>) -> Acl {
    let grants = answer.grants.unwrap_or_default();
    let canned = Observed::from(canned(&grants, owner).map(str::to_owned));
    let grant = |grant: types::Grant| {
        Observed::Present(Grant {
            grantee_uri: Observed::from(grant.grantee.and_then(|grantee| grantee.uri)),
            permission: Observed::from(grant.permission.map(|permission| permission.as_str().to_owned())),
        })
    };
    Acl { canned, grants: Observed::Present(grants.into_iter().map(grant).collect()) }
}

const EVERYBODY: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
const EVERY_USER: &str = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
const LOG_DELIVERY: &str = "http://acs.amazonaws.com/groups/s3/LogDelivery";

/// What each canned ACL grants besides `FULL_CONTROL` to the owner, in the order of the alphabet. Those that speak of
/// the owner of an object mean nothing on a bucket.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl>
const CANNED: &[(&str, &[(&str, &str)])] = &[
    ("Private", &[]),
    ("PublicRead", &[(EVERYBODY, "READ")]),
    ("PublicReadWrite", &[(EVERYBODY, "READ"), (EVERYBODY, "WRITE")]),
    ("AuthenticatedRead", &[(EVERY_USER, "READ")]),
    ("LogDeliveryWrite", &[(LOG_DELIVERY, "READ_ACP"), (LOG_DELIVERY, "WRITE")]),
];

/// The canned ACL that the grants equal.
fn canned(grants: &[types::Grant], owner: Option<&str>) -> Option<&'static str> {
    let of_owner = |grant: &&types::Grant| {
        let grantee = grant.grantee().and_then(types::Grantee::id);
        grantee.is_some() && grantee == owner && grant.permission() == Some(&types::Permission::FullControl)
    };
    let (own, others): (Vec<_>, Vec<_>) = grants.iter().partition(of_owner);
    if own.is_empty() {
        return None;
    }
    let mut others = others
        .iter()
        .map(|grant| Some((grant.grantee()?.uri()?, grant.permission()?.as_str())))
        .collect::<Option<Vec<_>>>()?;
    others.sort_unstable();
    CANNED.iter().find(|(_, grants)| **grants == others).map(|(name, _)| *name)
}

/// What pages of other origins may do.
pub(super) async fn cors(session: &Session<'_>, bucket: &str) -> Observed<Cors> {
    let send = || session.clients.s3.get_bucket_cors().bucket(bucket).send();
    let answer = session.ask(Need::BucketCors, &["NoSuchCORSConfiguration"], send).await;
    let texts = |texts: Vec<String>| Observed::Present(Texts(texts.into_iter().map(Text::literal).collect()));
    let rule = |rule: Rule| {
        let (allowed_origins, allowed_methods) = (texts(rule.allowed_origins), texts(rule.allowed_methods));
        Observed::Present(CorsRule { allowed_origins, allowed_methods })
    };
    answer.map(|answer| Cors {
        cors_rules: Observed::Present(answer.cors_rules.unwrap_or_default().into_iter().map(rule).collect()),
    })
}

/// The bucket as a website, with the names of CloudFormation.
pub(super) async fn website(session: &Session<'_>, bucket: &str) -> Observed<Value> {
    let send = || session.clients.s3.get_bucket_website().bucket(bucket).send();
    let answer = session.ask(Need::BucketWebsite, &["NoSuchWebsiteConfiguration"], send).await;
    answer.map(|answer| read_website(&answer))
}

fn read_website(answer: &GetBucketWebsiteOutput) -> Value {
    let redirect = answer.redirect_all_requests_to.as_ref().map(|redirect| {
        object([
            ("HostName", Some(json!(redirect.host_name))),
            ("Protocol", redirect.protocol.as_ref().map(|protocol| json!(protocol.as_str()))),
        ])
    });
    let rules = answer.routing_rules.as_ref().map(|rules| rules.iter().map(routing_rule).collect::<Value>());
    object([
        ("IndexDocument", answer.index_document.as_ref().map(|document| json!(document.suffix))),
        ("ErrorDocument", answer.error_document.as_ref().map(|document| json!(document.key))),
        ("RedirectAllRequestsTo", redirect),
        ("RoutingRules", rules),
    ])
}

fn routing_rule(rule: &RoutingRule) -> Value {
    let text = |text: &Option<String>| text.as_ref().map(|text| json!(text));
    let condition = rule.condition.as_ref().map(|condition| {
        object([
            ("HttpErrorCodeReturnedEquals", text(&condition.http_error_code_returned_equals)),
            ("KeyPrefixEquals", text(&condition.key_prefix_equals)),
        ])
    });
    let redirect = rule.redirect.as_ref().map(|redirect| {
        object([
            ("HostName", text(&redirect.host_name)),
            ("HttpRedirectCode", text(&redirect.http_redirect_code)),
            ("Protocol", redirect.protocol.as_ref().map(|protocol| json!(protocol.as_str()))),
            ("ReplaceKeyPrefixWith", text(&redirect.replace_key_prefix_with)),
            ("ReplaceKeyWith", text(&redirect.replace_key_with)),
        ])
    });
    object([("RedirectRule", redirect), ("RoutingRuleCondition", condition)])
}

/// An object of the entries that are there.
pub(super) fn object<const N: usize>(entries: [(&str, Option<Value>); N]) -> Value {
    let there = entries.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(there.collect::<Map<_, _>>())
}
