//! Whether an ARN in a policy or a permission means the resource that sends.

use crate::{
    facts::{
        Observed, Part, Properties, Resource, Text, Untyped, Why,
        iam::{Known, Referred, Subject, any_known},
    },
    inventory::LogicalId,
    stack::Stack,
};

/// Who sends: a resource of the stack, or one elsewhere that is known by its id or ARN only.
#[derive(Debug, Clone)]
pub(super) enum Source {
    Resource(LogicalId),
    Named(Observed<Text>),
}

/// How the ARNs of a type are written.
struct Kind {
    r#type: &'static str,
    /// Up to the name, in the partition `aws`, without region and account.
    arn: &'static str,
    referred: Referred,
    /// What may stand behind the name.
    rest: &'static [&'static str],
}

/// The ARNs are those that `aws:SourceArn` holds: of the resource that sends, and not of its parts.
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
const KINDS: &[Kind] = &[
    Kind { r#type: "AWS::ApiGateway::RestApi", arn: "arn:aws:execute-api:::", referred: Referred::Name, rest: &[""] },
    Kind { r#type: "AWS::ApiGatewayV2::Api", arn: "arn:aws:execute-api:::", referred: Referred::Name, rest: &[""] },
    Kind {
        r#type: "AWS::Cognito::UserPool",
        arn: "arn:aws:cognito-idp:::userpool/",
        referred: Referred::Name,
        rest: &[""],
    },
    Kind {
        r#type: "AWS::ElasticLoadBalancingV2::TargetGroup",
        arn: "arn:aws:elasticloadbalancing:::targetgroup/",
        referred: Referred::Arn,
        rest: &["", "/\u{1}"],
    },
    Kind { r#type: "AWS::Events::Rule", arn: "arn:aws:events:::rule/", referred: Referred::Name, rest: &[""] },
    Kind { r#type: "AWS::IoT::TopicRule", arn: "arn:aws:iot:::rule/", referred: Referred::Name, rest: &[""] },
    Kind {
        r#type: "AWS::Logs::LogGroup",
        arn: "arn:aws:logs:::log-group:",
        referred: Referred::Name,
        rest: &["", ":\u{1}"],
    },
    Kind { r#type: "AWS::S3::Bucket", arn: "arn:aws:s3:::", referred: Referred::Name, rest: &[""] },
    Kind { r#type: "AWS::SNS::Topic", arn: "arn:aws:sns:::", referred: Referred::Arn, rest: &[""] },
];

impl Source {
    /// Whether the pattern covers it.
    pub(super) fn is_meant_by(&self, pattern: &Text, stack: &Stack<'_>) -> Known {
        if is_wide_open(pattern) {
            return Ok(true);
        }
        match self {
            Self::Resource(id) => resource(id, pattern, stack),
            Self::Named(name) => match name.as_text()? {
                Some(name) if contains(pattern, &name) => Ok(true),
                Some(name) => name.same(pattern),
                None => Err(Why::Malformed("whoever sends is not named".to_owned())),
            },
        }
    }
}

/// A pattern that ends before it comes to the resource: `*`, `arn:aws:s3:*`.
fn is_wide_open(pattern: &Text) -> bool {
    pattern.as_str().is_some_and(|pattern| pattern.ends_with('*') && pattern.split(':').count() < 6)
}

/// Whether the parts of `text` stand in the pattern, one after the other.
fn contains(pattern: &Text, text: &Text) -> bool {
    match (pattern.as_str(), text.as_str()) {
        (Some(pattern), Some(text)) => !text.is_empty() && pattern.contains(text),
        _ => pattern.parts().windows(text.parts().len().max(1)).any(|parts| parts == text.parts()),
    }
}

fn resource(id: &LogicalId, pattern: &Text, stack: &Stack<'_>) -> Known {
    if pattern.references().any(|named| named == id.as_str()) || stack.directory.parts_of(pattern).contains(&id) {
        return Ok(true);
    }
    // What another resource of these types gives is its own name; a nested stack may give anybody's.
    let is_other = |named: &str| KINDS.iter().any(|kind| kind.r#type == stack.type_of(&LogicalId::new(named)));
    if pattern.references().any(is_other) {
        return Ok(false);
    }
    let unknown = || Why::NotObserved(format!("whether {pattern} is {id}"));
    let resource = stack.resource(id).ok_or_else(unknown)?;
    let r#type = resource.reference.r#type.as_str();
    let kind = KINDS.iter().find(|kind| kind.r#type == r#type).ok_or_else(unknown)?;
    let name = name(resource);
    let subject = Subject { id, name: &name, arn: kind.arn, referred: kind.referred };
    let pattern = if kind.arn.contains("execute-api") { until_slash(pattern) } else { pattern.clone() };
    let covered = any_known(kind.rest.iter().map(|rest| subject.covered_by(&pattern, rest)));
    // A rule of a bus of its own: `rule/BUS/NAME`.
    let ends_in_name =
        || name.present().and_then(Text::as_str).is_some_and(|name| last(pattern.literal_suffix()) == name);
    if covered == Ok(false) && r#type == "AWS::Events::Rule" && ends_in_name() { Ok(true) } else { covered }
}

/// The name by which ARNs know it; nothing, where CloudFormation makes one up.
fn name(resource: &Resource) -> Observed<Text> {
    let of_type = match &resource.properties {
        Properties::Rule(rule) => Some(rule.name.clone()),
        Properties::Untyped(properties) => Some(Untyped::get(properties, "Name")),
        // Their ids are never chosen.
        Properties::RestApi(_) | Properties::HttpApi(_) => None,
        properties => properties.name().cloned(),
    };
    let physical = || resource.reference.physical_id.as_deref().map(|id| Text::literal(last(id)));
    match of_type {
        Some(Observed::Absent) | None => physical().into(),
        Some(name) => name,
    }
}

fn last(id: &str) -> &str {
    id.rsplit([':', '/', '|']).next().unwrap_or(id)
}

/// The API of `arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/METHOD/PATH`.
fn until_slash(pattern: &Text) -> Text {
    let mut parts = Vec::new();
    for part in pattern.parts() {
        match part {
            Part::Literal(text) => match text.split_once('/') {
                Some((before, _)) => {
                    parts.push(Part::Literal(before.to_owned()));
                    break;
                }
                None => parts.push(part.clone()),
            },
            other => parts.push(other.clone()),
        }
    }
    Text::new(parts)
}
