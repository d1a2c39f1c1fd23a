//! SAM templates as the CloudFormation templates that AWS makes of them.
//!
//! [`expand`] replaces every resource of a SAM type by the resources that SAM generates from it:
//! a function with its role, version, alias, deployment group and event sources, an API with its
//! deployment and stage. It works on the tree before parameters are resolved, so intrinsic functions
//! are carried through; the short tags of YAML must be in their long form. Nodes keep their place in the
//! document, and what is generated stands where the SAM property stands from which it comes.
//!
//! What no check reads is left out: descriptions of deployments, request and response models, answers of the
//! gateway, DNS records of custom domains, the exact digits that SAM appends to some logical ids.
//! What is not understood stays in the tree and is reported.
//!
//! Source: `aws-sam-translator` 1.115.0 (<https://github.com/aws/serverless-application-model>) and
//! <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources.html>

mod alias;
mod api;
mod application;
mod build;
mod code;
mod conditions;
mod connector;
mod deployment_preference;
mod event_invoke;
mod events;
mod expansion;
mod function;
mod globals;
mod layer_version;
mod policy_templates;
mod problem;
mod references;
mod resolve;
mod resource;
mod role;
mod simple_table;
mod state_machine;
mod tags;
mod tree;
mod url;

pub use expansion::{MAX_NODES, MAX_RESOURCES};
pub use problem::{ProblemKind, SamProblem};
pub use resolve::Parameter;

use build::At;
use expansion::Expansion;
use globals::Globals;
use resolve::Known;
use tree::{put, take};

use crate::source::{Kind, Node};

/// The name under which a template asks for the expansion.
pub const TRANSFORM: &str = "AWS::Serverless-2016-10-31";
const PREFIX: &str = "AWS::Serverless::";

/// The order in which SAM expands types: functions and state machines write into APIs, connectors read everything.
const ORDER: [&str; 9] =
    ["Function", "StateMachine", "Api", "HttpApi", "SimpleTable", "LayerVersion", "Application", "Connector", ""];

/// An expanded template.
#[derive(Debug, Clone, PartialEq)]
pub struct Expanded {
    /// The template, without resources of SAM types but for those that [`Expanded::problems`] name.
    pub template: Node,
    /// What could not be done or only be guessed, in the order of the work.
    pub problems: Vec<SamProblem>,
}

/// Expands a template; one that does not ask for it comes back as it is.
///
/// `parameter` gives the value of a parameter or pseudo parameter, its default included, `None` where it has none.
///
/// # Errors
/// Where the template would grow beyond [`MAX_NODES`] or [`MAX_RESOURCES`].
pub fn expand(mut root: Node, parameter: Parameter<'_>) -> Result<Expanded, SamProblem> {
    if !is_sam(&root) {
        return Ok(Expanded { template: root, problems: Vec::new() });
    }
    let at = At(root.at);
    let mut problems = Vec::new();
    remove_transform(&mut root, &mut problems);
    let globals = take(&mut root, "Globals").map(|section| Globals::read(section, &mut problems)).unwrap_or_default();
    let resources = take(&mut root, "Resources").unwrap_or_else(|| at.mapping().node());
    let conditions = take(&mut root, "Conditions");
    let known = Known { parameter, mappings: root.get("Mappings").cloned() };
    let (resources, resources_at) = entries(resources);
    let (conditions, conditions_at) = entries(conditions.unwrap_or_else(|| at.mapping().node()));
    let mut expansion = Expansion::new(known, resources, conditions);
    expansion.problems = problems;
    expansion.globals = globals;
    expand_resources(&mut expansion)?;
    let references = std::mem::take(&mut expansion.references);
    let problems = std::mem::take(&mut expansion.problems);
    let conditions = std::mem::take(&mut expansion.conditions);
    if !conditions.is_empty() {
        put(&mut root, "Conditions", Node::new(Kind::Mapping(conditions), conditions_at));
    }
    put(&mut root, "Resources", Node::new(Kind::Mapping(expansion.into_resources()), resources_at));
    references.rewrite(&mut root);
    Ok(Expanded { template: root, problems })
}

/// Whether the template asks for the expansion, or holds a SAM resource without asking.
pub fn is_sam(root: &Node) -> bool {
    let asks = root.get("Transform").is_some_and(|transform| {
        transform.as_str() == Some(TRANSFORM) || transform.items().iter().any(|item| item.as_str() == Some(TRANSFORM))
    });
    let resources = root.get("Resources").map(Node::entries).unwrap_or_default();
    asks || resources.iter().any(|resource| {
        resource.value.get("Type").and_then(Node::as_str).is_some_and(|r#type| r#type.starts_with(PREFIX))
    })
}

fn expand_resources(expansion: &mut Expansion<'_>) -> Result<(), SamProblem> {
    connector::take_embedded(expansion);
    for (id, r#type) in sam_types(expansion) {
        expansion.merge_globals(&id, &r#type);
        check_size(expansion, &id)?;
    }
    api::implicit::prepare(expansion);
    for (id, r#type) in sam_types(expansion) {
        match r#type.as_str() {
            "Function" => function::expand(expansion, &id),
            "StateMachine" => state_machine::expand(expansion, &id),
            "Api" => api::rest::expand(expansion, &id),
            "HttpApi" => api::http::expand(expansion, &id),
            "SimpleTable" => simple_table::expand(expansion, &id),
            "LayerVersion" => layer_version::expand(expansion, &id),
            "Application" => application::expand(expansion, &id),
            "Connector" => connector::expand(expansion, &id),
            other => report_unknown(expansion, &id, other),
        }
        check_size(expansion, &id)?;
    }
    deployment_preference::add_shared(expansion);
    Ok(())
}

/// The SAM resources by id and type without its prefix, in the order of [`ORDER`].
fn sam_types(expansion: &Expansion<'_>) -> Vec<(String, String)> {
    let written = expansion.written_types().into_iter();
    let mut types: Vec<(String, String)> =
        written.filter_map(|(id, r#type)| Some((id, r#type.strip_prefix(PREFIX)?.to_owned()))).collect();
    types.sort_by_key(|(_, r#type)| ORDER.iter().position(|name| name == r#type).unwrap_or(ORDER.len()));
    types
}

fn report_unknown(expansion: &mut Expansion<'_>, id: &str, r#type: &str) {
    let Some(resource) = expansion.written(id) else { return };
    let at = At(resource.get("Type").unwrap_or(resource).at);
    expansion.report(id, at, ProblemKind::UnknownType(format!("{PREFIX}{type}")));
}

fn check_size(expansion: &Expansion<'_>, id: &str) -> Result<(), SamProblem> {
    if !expansion.is_too_large() {
        return Ok(());
    }
    let at = expansion.written(id).map_or(crate::source::Position { line: 1, column: 1 }, |resource| resource.at);
    Err(SamProblem { subject: id.to_owned(), at, kind: ProblemKind::TooLarge })
}

/// Other transforms stay; a template that lacks this one would be refused.
fn remove_transform(root: &mut Node, problems: &mut Vec<SamProblem>) {
    let at = root.at;
    let (rest, asked) = match take(root, "Transform") {
        Some(Node { kind: Kind::Sequence(items), at, tag }) => {
            let (ours, rest): (Vec<Node>, Vec<Node>) =
                items.into_iter().partition(|item| item.as_str() == Some(TRANSFORM));
            let rest = Some(Node { kind: Kind::Sequence(rest), at, tag }).filter(|rest| !rest.items().is_empty());
            (rest, !ours.is_empty())
        }
        Some(transform) if transform.as_str() == Some(TRANSFORM) => (None, true),
        other => (other, false),
    };
    if let Some(rest) = rest {
        put(root, "Transform", rest);
    }
    if !asked {
        let kind = ProblemKind::Refused(format!("resources of SAM's types need `Transform: {TRANSFORM}`"));
        problems.push(SamProblem { subject: "Transform".to_owned(), at, kind });
    }
}

fn entries(node: Node) -> (Vec<crate::source::Entry>, crate::source::Position) {
    match node.kind {
        Kind::Mapping(entries) => (entries, node.at),
        _ => (Vec::new(), node.at),
    }
}
