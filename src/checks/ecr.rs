//! Checks of Amazon ECR: what is in a repository of images, and who may get at it.

use super::{grants, kms};
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{
        Properties, Resource, Text, Untyped, Why,
        iam::{Known, PolicyDocument, any_known, matches_pattern},
    },
    need::Need,
    stack::Stack,
};

const REPOSITORY: &[&str] = &["AWS::ECR::Repository"];

/// The table.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "ecr-scan-on-push",
        title: "Images are scanned for known vulnerabilities when they are pushed",
        why: "An image with a known hole is deployed because nobody looked.",
        fix: "Set ImageScanningConfiguration.ScanOnPush: true, or cover the repository by the rules of an \
              AWS::ECR::RegistryScanningConfiguration.",
        absent: "Images are scanned only when somebody asks, unless the account's registry scans them; that is seen \
                 where it is part of the stack.",
        reference: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html",
        pillar: Pillar::Security,
        severity: Severity::High,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Repositories],
        applies: Applies::EachInStack(REPOSITORY, scan_on_push),
    },
    Check {
        id: "ecr-immutable-tags",
        title: "Image tags cannot be moved to another image",
        why: "A tag that can be overwritten runs other code tomorrow than it was tested with, and a rollback to it \
              rolls back to nothing.",
        fix: "Set ImageTagMutability: IMMUTABLE.",
        absent: "MUTABLE.",
        reference: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Repositories],
        applies: Applies::Each(REPOSITORY, immutable_tags),
    },
    Check {
        id: "ecr-lifecycle",
        title: "Old images expire",
        why: "Every push adds an image that is paid for, and that an old deployment could bring back with its holes.",
        fix: "Set LifecyclePolicy.LifecyclePolicyText.",
        absent: "Images are kept for ever.",
        reference: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html",
        pillar: Pillar::Cost,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Repositories],
        applies: Applies::Each(REPOSITORY, lifecycle),
    },
    Check {
        id: "ecr-cmk",
        title: "Images are encrypted with a KMS key of the customer",
        why: "A key policy is a second lock on the images, its use is logged, and the key can be withdrawn.",
        fix: "Set EncryptionConfiguration with EncryptionType KMS and KmsKey; the repository is replaced.",
        absent: "AES256, with keys that S3 manages; with KMS and no KmsKey the managed key aws/ecr.",
        reference: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html",
        pillar: Pillar::Security,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Repositories],
        applies: Applies::Each(REPOSITORY, customer_key),
    },
    Check {
        id: "ecr-policy-not-public",
        title: "Repository policy admits no stranger",
        why: "Whoever may pull has the code and what is baked into it; whoever may push decides what runs.",
        fix: "Name accounts or roles as Principal in RepositoryPolicyText, or limit everybody by a Condition on \
              aws:PrincipalOrgID.",
        absent: "Without a policy only the own account gets at the repository, and nothing is judged.",
        reference: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html",
        pillar: Pillar::Security,
        severity: Severity::Critical,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Repositories],
        applies: Applies::Each(REPOSITORY, policy_not_public),
    },
];

const SCAN: &str = "ImageScanningConfiguration.ScanOnPush";
const REGISTRY: &str = "AWS::ECR::RegistryScanningConfiguration";

fn scan_on_push(resource: &Resource, stack: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    let repository = resource.properties.untyped()?;
    let by_itself = repository.get::<bool>(SCAN).known().map(|on| on == Some(&true));
    let by_registry = stack.facts.resources.iter().filter(|other| other.reference.r#type.as_str() == REGISTRY);
    let by_registry = by_registry.map(|registry| match &registry.properties {
        Properties::Unreadable(why) => Err(why.clone()),
        properties => properties.untyped().map_or(Ok(false), |registry| scanned_by(registry, repository)),
    });
    let scanned = any_known([by_itself].into_iter().chain(by_registry));
    Some(Verdict::of(scanned, || Verdict::fail("images are not scanned when they are pushed")).at(SCAN))
}

/// Whether a rule of the registry covers the repository. Either frequency includes the push.
/// <https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-filters.html>
fn scanned_by(registry: &Untyped, repository: &Untyped) -> Known {
    let rules = registry.list::<Untyped>("Rules");
    let rules = rules.known()?.map_or(&[][..], Vec::as_slice);
    any_known(rules.iter().map(|rule| {
        let Some(rule) = rule.known()? else { return Ok(false) };
        let filters = rule.list::<Untyped>("RepositoryFilters");
        let filters = filters.known()?.map_or(&[][..], Vec::as_slice);
        any_known(filters.iter().map(|filter| {
            let Some(filter) = filter.known()? else { return Ok(false) };
            filter.get::<Text>("Filter").known()?.map_or(Ok(false), |filter| covers(filter, repository))
        }))
    }))
}

/// A filter without a wildcard means every name that holds it.
fn covers(filter: &Text, repository: &Untyped) -> Known {
    let Some(written) = filter.as_str() else { return Err(filter.why_unresolved()) };
    if written == "*" {
        return Ok(true);
    }
    let pattern = if written.contains('*') { written.to_owned() } else { format!("*{written}*") };
    let unknown =
        || Why::NotObserved(format!("the name of the repository, for which the registry's {written} decides"));
    match repository.get::<Text>("RepositoryName").known()? {
        Some(name) => match name.as_str() {
            Some(name) => matches_pattern(&Text::literal(pattern), name),
            None => Err(unknown()),
        },
        None => Err(unknown()),
    }
}

fn immutable_tags(repository: &Untyped, _: &Yardstick) -> Option<Verdict> {
    let judged = |mode: &String| match mode.as_str() {
        "IMMUTABLE" => Verdict::Pass,
        "IMMUTABLE_WITH_EXCLUSION" => Verdict::partial(70, "some tags can be overwritten: IMMUTABLE_WITH_EXCLUSION"),
        "MUTABLE_WITH_EXCLUSION" => Verdict::partial(30, "most tags can be overwritten: MUTABLE_WITH_EXCLUSION"),
        "MUTABLE" => Verdict::fail("tags can be overwritten"),
        other => Verdict::inconclusive(Why::Malformed(format!("ImageTagMutability {other:?} is none that ECR has"))),
    };
    Some(repository.judge("ImageTagMutability", judged, || Verdict::fail("tags can be overwritten")))
}

fn lifecycle(repository: &Untyped, _: &Yardstick) -> Option<Verdict> {
    Some(repository.must_be_there("LifecyclePolicy.LifecyclePolicyText", "images are kept for ever"))
}

fn customer_key(repository: &Untyped, _: &Yardstick) -> Option<Verdict> {
    let by_s3 = || Verdict::fail("images are encrypted with keys that S3 manages (AES256)");
    let judged = |r#type: &String| match r#type.as_str() {
        "KMS" | "KMS_DSSE" => kms::customer_key(&repository.get("EncryptionConfiguration.KmsKey"), "alias/aws/ecr"),
        "AES256" => by_s3(),
        other => Verdict::inconclusive(Why::Malformed(format!("EncryptionType {other:?} is none that ECR has"))),
    };
    Some(repository.judge("EncryptionConfiguration.EncryptionType", judged, by_s3).at("EncryptionConfiguration"))
}

fn policy_not_public(repository: &Untyped, _: &Yardstick) -> Option<Verdict> {
    let policy = repository.get::<PolicyDocument>("RepositoryPolicyText");
    if policy.is_absent() {
        return None;
    }
    let open = || Verdict::fail("the repository policy allows everybody, and no condition limits them");
    let judged = |policy: &PolicyDocument| Verdict::of(admits_everybody(policy).map(|it| !it), open);
    Some(policy.judge(judged, || Verdict::Pass).at("RepositoryPolicyText"))
}

fn admits_everybody(policy: &PolicyDocument) -> Known {
    let statements = policy.statements()?;
    any_known(statements.map(|(_, statement)| statement.known()?.map_or(Ok(false), grants::to_everybody)))
}
