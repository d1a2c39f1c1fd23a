//! Origins of CloudFront in the stack, and whether they can be reached past it.

use super::Verdicts;
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    checks::{
        apigateway::openings,
        cloudfront::{self, ORIGINS},
        grants,
    },
    facts::{
        Observed, Part, Properties, Resource, Target, Text, Untyped, Why,
        iam::{Known, PolicyDocument, Statement, all_known, any_known},
        s3::Bucket,
    },
    inventory::LogicalId,
    need::Need,
    stack::Stack,
};
use std::collections::BTreeMap;

pub(super) const CDN_NOT_BYPASSABLE: Check = Check {
    id: "cdn-not-bypassable",
    title: "An origin behind CloudFront cannot be reached past it",
    why: "Web ACL, geographic limits and signed URLs of a distribution protect nothing that its origin hands out to \
          everybody. The checks of CloudFront judge how it fetches; this one whether the origin takes it from others.",
    fix: "Admit cloudfront.amazonaws.com with AWS:SourceArn of the distribution in the bucket's policy, set AuthType: \
          AWS_IAM of a function URL, and ask for authorization or a policy of an API that is an origin.",
    absent: "A bucket without a policy is closed; an API without authorization answers to everybody.",
    reference: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html",
    pillar: Pillar::Security,
    severity: Severity::Medium,
    since: "0.1.0",
    default: Default::On,
    needs: &[
        Need::BucketPolicy,
        Need::FunctionUrl,
        Need::RestApiIntegrations,
        Need::HttpApiIntegrations,
        Need::HttpApiRoutes,
        Need::Distributions,
    ],
    applies: Applies::Stack(&["AWS::CloudFront::Distribution"], cdn_not_bypassable),
};

const CLOUDFRONT: &str = "cloudfront.amazonaws.com";

fn cdn_not_bypassable(stack: &Stack<'_>, _: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let mut open: BTreeMap<LogicalId, Vec<Known>> = BTreeMap::new();
    let mut verdicts = Verdicts::default();
    let distributions = stack.facts.resources.iter().filter_map(|resource| match &resource.properties {
        Properties::Untyped(distribution) if resource.reference.r#type.as_str() == "AWS::CloudFront::Distribution" => {
            Some((&resource.reference.logical_id, distribution))
        }
        _ => None,
    });
    for (id, distribution) in distributions {
        for (place, origin) in cloudfront::items(distribution, ORIGINS) {
            match origin.and_then(|origin: Untyped| origin.get::<Text>("DomainName")) {
                Observed::Present(domain) => match origin_of(stack, &domain) {
                    Ok(Some(origin)) => {
                        if open.is_empty() {
                            open = openings_by_api(stack);
                        }
                        if let Some(verdict) = judge(origin, &open) {
                            verdicts.say(&origin.reference.logical_id, verdict);
                        }
                    }
                    Ok(None) => {}
                    Err(why) => verdicts.say(id, Verdict::inconclusive(why).at(format!("{place}.DomainName"))),
                },
                // What is given from outside is no domain that the stack makes up.
                Observed::Absent | Observed::Unknown(Why::Unresolved(_)) => {}
                Observed::Unknown(why) => verdicts.say(id, Verdict::inconclusive(why).at(place)),
            }
        }
    }
    verdicts.0
}

fn openings_by_api(stack: &Stack<'_>) -> BTreeMap<LogicalId, Vec<Known>> {
    let mut open: BTreeMap<LogicalId, Vec<Known>> = BTreeMap::new();
    for opening in stack.facts.resources.iter().flat_map(|resource| openings::of(resource, stack)) {
        if let Some(api) = opening.api {
            open.entry(api).or_default().push(opening.is_open);
        }
    }
    open
}

/// The resource of the stack that a domain belongs to: one that it refers to, or a bucket by its name.
fn origin_of<'a>(stack: &Stack<'a>, domain: &Text) -> Result<Option<&'a Resource>, Why> {
    if let Some(named) = domain.references().next() {
        return Ok(stack.resource(&LogicalId::new(named)));
    }
    if let Some(id) = before(domain, ".lambda-url.") {
        return function_url(stack, &id);
    }
    let Some(name) = before(domain, ".s3") else { return Ok(by_label(stack, domain)) };
    match stack.directory.resolve(&name, &["AWS::S3::Bucket"]) {
        Target::Resource(id) => Ok(stack.resource(&id)),
        Target::Elsewhere => Ok(None),
        Target::Unknown(why) => Err(why),
    }
}

/// The function URL whose domain begins with this id. No property of a URL holds the id: in a template the reason why it
/// is not known names the URL, of a live stack nobody can tell which URL it is.
fn function_url<'a>(stack: &Stack<'a>, id: &Text) -> Result<Option<&'a Resource>, Why> {
    let named = match id.parts() {
        [Part::Unknown(Why::Unresolved(why))] => {
            why.split_once("${").and_then(|(_, rest)| rest.split_once(".FunctionUrl}")).map(|(named, _)| named)
        }
        _ => None,
    };
    if let Some(url) = named.and_then(|named| stack.resource(&LogicalId::new(named))) {
        return Ok(Some(url));
    }
    let is_open = |resource: &Resource| match &resource.properties {
        Properties::FunctionUrl(url) => url.auth_type.present().is_none_or(|auth| auth == "NONE"),
        _ => false,
    };
    match stack.facts.resources.iter().find(|resource| is_open(resource)) {
        Some(url) => Err(Why::NotObserved(format!("whether the origin is {}", url.reference.logical_id))),
        None => Ok(None),
    }
}

/// An API of a live stack by `ID.execute-api.REGION.amazonaws.com`.
fn by_label<'a>(stack: &Stack<'a>, domain: &Text) -> Option<&'a Resource> {
    let (label, rest) = domain.as_str()?.split_once('.')?;
    if !rest.starts_with("execute-api.") {
        return None;
    }
    match stack.directory.resolve(&Text::literal(label), &["AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"]) {
        Target::Resource(id) => stack.resource(&id),
        Target::Elsewhere | Target::Unknown(_) => None,
    }
}

/// The text up to a mark.
fn before(text: &Text, mark: &str) -> Option<Text> {
    let mut parts = Vec::new();
    for part in text.parts() {
        if let Part::Literal(literal) = part
            && let Some((begin, _)) = literal.split_once(mark)
        {
            parts.push(Part::Literal(begin.to_owned()));
            return Some(Text::new(parts));
        }
        parts.push(part.clone());
    }
    None
}

fn judge(origin: &Resource, open: &BTreeMap<LogicalId, Vec<Known>>) -> Option<Verdict> {
    match &origin.properties {
        Properties::Bucket(bucket) => Some(of_bucket(bucket)),
        Properties::FunctionUrl(url) => {
            let text = "AuthType is NONE: the URL answers to everybody, and not to the distribution alone";
            let needed = |auth: &String| Verdict::pass_if(auth != "NONE", text);
            let missing = || Verdict::inconclusive(Why::Malformed("a function URL without AuthType".to_owned()));
            Some(url.auth_type.judge(needed, missing).at("AuthType"))
        }
        Properties::RestApi(_) | Properties::HttpApi(_) => Some(of_api(origin, open)),
        Properties::Unreadable(why) => Some(Verdict::inconclusive(why.clone())),
        _ => None,
    }
}

/// A key in a header is all that CloudFront can show an API: whether there is one nobody sees but by an API key.
fn of_api(api: &Resource, open: &BTreeMap<LogicalId, Vec<Known>>) -> Verdict {
    let routes = open.get(&api.reference.logical_id).map_or(&[][..], Vec::as_slice);
    let open = all_known([any_known(routes.iter().cloned()), openings::is_guarded_api(api).map(|guarded| !guarded)]);
    Verdict::of(open.map(|open| !open), || {
        Verdict::partial(50, "routes that ask nobody who calls can be called past the distribution")
    })
}

fn of_bucket(bucket: &Bucket) -> Verdict {
    if bucket.access_control.present().is_some_and(|acl| acl.starts_with("PublicRead")) {
        return Verdict::fail("its ACL lets everybody read past the distribution").at("AccessControl");
    }
    let policy = bucket.policy.as_ref();
    let place = "PolicyDocument";
    let own = policy.as_ref().present().and_then(|policy| policy.resource.clone());
    let verdict = policy
        .and_then(|policy| policy.policy_document.as_ref())
        .judge(|document| of_policy(document), || Verdict::Pass);
    let verdict = match own {
        Some(policy) => verdict.place(crate::check::Place::of(&policy, place)),
        None => verdict.at("Policy"),
    };
    match &bucket.access_control {
        // It may be a public one.
        Observed::Unknown(why) => verdict.worse(Verdict::inconclusive(why.clone()).at("AccessControl")),
        Observed::Present(_) | Observed::Absent => verdict,
    }
}

fn of_policy(document: &PolicyDocument) -> Verdict {
    let any = |holds: &dyn Fn(&Statement) -> Known| {
        any_known(document.statements()?.map(|(_, statement)| statement.known()?.map_or(Ok(false), holds)))
    };
    let reads = |statement: &Statement| grants::grants_any(statement, &["s3:GetObject"]);
    let public = any(&|statement| all_known([grants::to_everybody(statement), reads(statement)]));
    let any_distribution =
        any(&|statement| all_known([statement.allows(), names_cloudfront(statement), unlimited(statement)]));
    match (public, any_distribution) {
        (Ok(true), _) => Verdict::fail("its policy lets everybody read past the distribution"),
        (Err(why), _) | (_, Err(why)) => Verdict::inconclusive(why),
        (Ok(false), Ok(true)) => Verdict::partial(
            50,
            "its policy lets CloudFront in for anybody's distribution: no condition names this one",
        ),
        (Ok(false), Ok(false)) => Verdict::Pass,
    }
}

fn names_cloudfront(statement: &Statement) -> Known {
    let Some(principal) = statement.principal.known()? else { return Ok(false) };
    let named = principal.of_kind("Service").iter();
    any_known(named.map(|named| named.is(CLOUDFRONT)))
}

/// Whether no condition says for which distribution, or for whose.
fn unlimited(statement: &Statement) -> Known {
    let Some(condition) = statement.condition.known()? else { return Ok(true) };
    let limits = |key: &str| ["aws:SourceArn", "aws:SourceAccount"].iter().any(|it| it.eq_ignore_ascii_case(key));
    Ok(!condition.entries()?.iter().any(|(_, key, _)| limits(key)))
}
