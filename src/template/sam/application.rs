//! `AWS::Serverless::Application`: a nested stack, from a template or from the application repository.
//!
//! Source: <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-application.html>

use super::build::At;
use super::expansion::Expansion;
use super::resource::Generated;
use super::tags;
use super::tree::is_intrinsic;
use crate::source::{Kind, Node};

const COPIED: &[&str] = &["Parameters", "NotificationARNs", "TimeoutInMinutes"];

/// Replaces the application by a stack; a local path stays as it is written, in `TemplateURL`.
pub(super) fn expand(expansion: &mut Expansion<'_>, id: &str) {
    let Some(application) = expansion.take(id) else { return };
    let at = application.place("Location");
    let location = application.get("Location");
    if location.is_none() {
        expansion.refuse(id, application.at, "an application needs `Location`");
    }
    let published = location.filter(|location| matches!(location.kind, Kind::Mapping(_)) && !is_intrinsic(location));
    let url = match published {
        // Only the application repository knows the template.
        Some(location) => location.get("ApplicationId").map(|id| At(id.at).map([("ApplicationId", id.clone())])),
        None => location.cloned(),
    };
    let mut stack = Generated::new(id, "AWS::CloudFormation::Stack", application.at, application.own())
        .with_copied(&application.properties, COPIED)
        .with_some("TemplateURL", url)
        .with("Tags", stack_tags(application.filled("Tags"), published, application.at));
    let known: [&[&str]; 2] = [COPIED, &["Location", "Tags"]];
    stack.keep_unknown(expansion, "AWS::Serverless::Application", &application.properties, &known);
    if published.is_some() {
        let text = "AWS::Serverless::Application from the application repository, whose template is not at hand";
        expansion.report(id, at, super::problem::ProblemKind::UnknownType(text.to_owned()));
    }
    expansion.emit(stack);
    expansion.finish(&application, &[]);
}

fn stack_tags(written: Option<&Node>, published: Option<&Node>, at: At) -> Node {
    let tag = |key: &str, value: Node| at.map([("Key", at.text(key)), ("Value", value)]);
    let part = |name: &str| published.and_then(|location| location.get(name)).cloned();
    let own = [
        Some(tag("lambda:createdBy", at.text("SAM"))),
        part("ApplicationId").map(|id| tag("serverlessrepo:applicationId", id)),
        part("SemanticVersion").map(|version| tag("serverlessrepo:semanticVersion", version)),
    ];
    let written = written.map(|tags| tags::list(tags, At(tags.at)).items().to_vec()).unwrap_or_default();
    at.list(own.into_iter().flatten().chain(written))
}
