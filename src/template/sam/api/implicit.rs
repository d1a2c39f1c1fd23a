//! What comes before the expansion of APIs: definitions for those that have none, and the APIs that
//! events without an API share, `ServerlessRestApi` and `ServerlessHttpApi`.

use std::collections::BTreeMap;

use super::super::build::At;
use super::super::conditions;
use super::super::expansion::Expansion;
use super::super::tree::{filled, get_mut, is_plain_mapping, mapping_mut, put, truthy};
use super::definition::{ANY, DEFAULT_PATH, add_method, api_id, method_name, openapi, swagger};
use crate::source::{Entry, Kind, Node};

/// One kind of API: its event type and SAM type, the event's property that names it, and the shared API's id.
struct Style {
    event: &'static str,
    r#type: &'static str,
    property: &'static str,
    shared: &'static str,
    skeleton: fn(At) -> Node,
}

const STYLES: [Style; 2] = [
    Style {
        event: "Api",
        r#type: "AWS::Serverless::Api",
        property: "RestApiId",
        shared: "ServerlessRestApi",
        skeleton: swagger,
    },
    Style {
        event: "HttpApi",
        r#type: "AWS::Serverless::HttpApi",
        property: "ApiId",
        shared: "ServerlessHttpApi",
        skeleton: openapi,
    },
];

/// What the callers of one API have in common.
#[derive(Default)]
struct Callers {
    /// By path, the condition of each method's caller.
    conditions: BTreeMap<String, BTreeMap<String, Option<String>>>,
    deletion: Vec<String>,
    replacement: Vec<String>,
}

/// An event of an API as it stands in the template.
struct Use {
    owner: String,
    name: String,
    at: At,
    condition: Option<String>,
    deletion: Option<String>,
    replacement: Option<String>,
    tags: Option<Node>,
}

/// Prepares the APIs of the template for the events.
pub(in super::super) fn prepare(expansion: &mut Expansion<'_>) {
    resolve_auth(expansion);
    for style in &STYLES {
        add_skeletons(expansion, style);
        let uses = uses(expansion, style);
        let mut callers: BTreeMap<String, Callers> = BTreeMap::new();
        for r#use in &uses {
            prepare_event(expansion, style, r#use, &mut callers);
        }
        for (api, callers) in &callers {
            add_conditions(expansion, style, api, callers);
        }
    }
}

/// SAM reads `Auth` of a REST API with parameters filled in.
fn resolve_auth(expansion: &mut Expansion<'_>) {
    for (id, _) in expansion.written_types().into_iter().filter(|(_, r#type)| r#type == "AWS::Serverless::Api") {
        let auth = expansion.written(&id).and_then(|api| api.get("Properties")?.get("Auth"));
        let Some(auth) = auth.map(|auth| expansion.known.resolve(auth)) else { continue };
        if let Some(properties) = expansion.written_mut(&id).and_then(|api| get_mut(api, "Properties")) {
            put(properties, "Auth", auth);
        }
    }
}

/// APIs without a definition get one that SAM fills.
fn add_skeletons(expansion: &mut Expansion<'_>, style: &Style) {
    for (id, _) in expansion.written_types().into_iter().filter(|(_, r#type)| r#type == style.r#type) {
        let Some(api) = expansion.written_mut(&id) else { continue };
        let at = At(api.at);
        let Some(properties) = mapping_mut(api, "Properties", at.0) else { continue };
        if filled(properties, "DefinitionBody").is_none() && filled(properties, "DefinitionUri").is_none() {
            let mut body = (style.skeleton)(at);
            if let Some(version) = openapi_version(properties) {
                body = openapi(at);
                put(&mut body, "openapi", at.text(version));
            }
            put(properties, "DefinitionBody", body);
            expansion.managed_apis.insert(id);
        }
    }
}

fn openapi_version(properties: &Node) -> Option<String> {
    let version = super::super::tree::scalar_text(properties.get("OpenApiVersion")?)?;
    version.starts_with('3').then(|| version.to_owned())
}

fn uses(expansion: &Expansion<'_>, style: &Style) -> Vec<Use> {
    let mut uses = Vec::new();
    for resource in expansion.all_written() {
        let r#type = resource.value.get("Type").and_then(Node::as_str);
        if !matches!(r#type, Some("AWS::Serverless::Function" | "AWS::Serverless::StateMachine")) {
            continue;
        }
        let Some(properties) = resource.value.get("Properties") else { continue };
        let text = |name: &str| resource.value.get(name).and_then(Node::as_str).map(str::to_owned);
        let propagates = properties.get("PropagateTags").is_some_and(truthy);
        for event in properties.get("Events").map(Node::entries).unwrap_or_default() {
            if event.value.get("Type").and_then(Node::as_str) == Some(style.event) {
                uses.push(Use {
                    owner: resource.key.clone(),
                    name: event.key.clone(),
                    at: At(event.key_at),
                    condition: text("Condition"),
                    deletion: text("DeletionPolicy"),
                    replacement: text("UpdateReplacePolicy"),
                    tags: filled(properties, "Tags").filter(|_| propagates).cloned(),
                });
            }
        }
    }
    uses
}

/// Completes the event's properties, and adds its method to the API.
fn prepare_event(expansion: &mut Expansion<'_>, style: &Style, r#use: &Use, callers: &mut BTreeMap<String, Callers>) {
    let Some(properties) = event_properties(expansion, style, r#use) else { return };
    let shares = properties.get(style.property).is_none();
    if shares {
        put(properties, style.property, r#use.at.reference(style.shared));
    }
    if style.event == "HttpApi" && filled(properties, "Path").is_none() && filled(properties, "Method").is_none() {
        put(properties, "Path", r#use.at.text(DEFAULT_PATH));
        put(properties, "Method", r#use.at.text(ANY));
    }
    let text = |name: &str| properties.get(name).and_then(Node::as_str).map(str::to_owned);
    let api = properties.get(style.property).and_then(api_id).map(str::to_owned);
    let (Some(api), Some(path), Some(method)) = (api, text("Path"), text("Method")) else { return };
    let settings = properties.get("RouteSettings").filter(|_| style.event == "HttpApi").cloned();
    if shares {
        share(expansion, style, r#use);
    }
    let known = callers.entry(api.clone()).or_default();
    known.conditions.entry(path.clone()).or_default().insert(method.clone(), r#use.condition.clone());
    known.deletion.extend(r#use.deletion.clone());
    known.replacement.extend(r#use.replacement.clone());
    let is_managed = expansion.managed_apis.contains(&api);
    let is_api = expansion.written(&api).and_then(|api| api.get("Type")?.as_str()) == Some(style.r#type);
    if !is_api {
        let subject = format!("{}{}", r#use.owner, r#use.name);
        expansion.refuse(
            &subject,
            r#use.at,
            format!("`{}` must refer to a resource of type {}", style.property, style.r#type),
        );
        return;
    }
    let Some(api) = expansion.written_mut(&api).and_then(|api| get_mut(api, "Properties")) else { return };
    if is_managed && let Some(body) = get_mut(api, "DefinitionBody") {
        add_method(body, &path, &method_name(&method), r#use.at);
    }
    if let Some(settings) = settings {
        add_route_settings(api, &path, &method, settings, r#use);
    }
}

fn event_properties<'e>(expansion: &'e mut Expansion<'_>, style: &Style, r#use: &Use) -> Option<&'e mut Node> {
    let owner = expansion.written_mut(&r#use.owner)?;
    let event = get_mut(get_mut(get_mut(owner, "Properties")?, "Events")?, &r#use.name)?;
    let is_empty = !event.get("Properties").is_some_and(truthy);
    if is_empty && style.event == "Api" {
        return None; // without a path there is no method; the event says so itself
    }
    let written = event.get("Properties").filter(|properties| properties.kind != Kind::Null);
    if written.is_some_and(|properties| !is_plain_mapping(properties)) {
        return None; // which SAM refuses, and the event says so itself
    }
    mapping_mut(event, "Properties", r#use.at.0)
}

/// Adds the shared API where it is not there yet, and the tags that go on to it.
fn share(expansion: &mut Expansion<'_>, style: &Style, r#use: &Use) {
    let at = r#use.at;
    if expansion.written(style.shared).is_none() {
        let mut properties = at.mapping().with("DefinitionBody", (style.skeleton)(at));
        if style.event == "Api" {
            properties.set("StageName", at.text("Prod"));
        }
        let value = at.map([("Type", at.text(style.r#type)), ("Properties", properties.node())]);
        expansion.insert(Entry { key: style.shared.to_owned(), key_at: at.0, value });
        expansion.managed_apis.insert(style.shared.to_owned());
        expansion.merge_globals(style.shared, style.r#type);
        rewrite_version(expansion, style.shared);
        resolve_auth(expansion);
    }
    let Some(api) = expansion.written_mut(style.shared).and_then(|api| get_mut(api, "Properties")) else { return };
    if let Some(tags) = &r#use.tags
        && let Some(shared) = mapping_mut(api, "Tags", at.0)
    {
        for tag in tags.entries() {
            put(shared, &tag.key, tag.value.clone());
        }
        put(api, "PropagateTags", at.flag(true));
    }
}

/// The shared REST API follows `OpenApiVersion` of `Globals`.
fn rewrite_version(expansion: &mut Expansion<'_>, id: &str) {
    let Some(api) = expansion.written_mut(id).and_then(|api| get_mut(api, "Properties")) else { return };
    if let Some(version) = openapi_version(api) {
        let at = At(api.at);
        let mut body = openapi(at);
        put(&mut body, "openapi", at.text(version));
        put(api, "DefinitionBody", body);
    }
}

fn add_route_settings(api: &mut Node, path: &str, method: &str, settings: Node, r#use: &Use) {
    let route = if method == ANY { path.to_owned() } else { format!("{} {path}", method.to_uppercase()) };
    let settings = match &r#use.condition {
        Some(condition) => r#use.at.only_if(condition, settings),
        None => settings,
    };
    if let Some(all) = mapping_mut(api, "RouteSettings", r#use.at.0)
        && let Some(of_route) = mapping_mut(all, &route, r#use.at.0)
    {
        for setting in settings.entries() {
            put(of_route, &setting.key, setting.value.clone());
        }
    }
}

/// A path whose every method hangs on a condition hangs on one itself; and so does a shared API.
fn add_conditions(expansion: &mut Expansion<'_>, style: &Style, api: &str, callers: &Callers) {
    if api == style.shared && expansion.written(api).is_some() {
        let at = At(expansion.written(api).map_or(crate::source::Position { line: 1, column: 1 }, |api| api.at));
        let all: Vec<&Option<String>> = callers.conditions.values().flat_map(BTreeMap::values).collect();
        let condition = common(expansion, &all, &format!("{}Condition", style.shared), at);
        set_attributes(expansion, api, condition, callers, at);
    }
    if !expansion.managed_apis.contains(api) {
        return;
    }
    for (path, methods) in &callers.conditions {
        let at = At(expansion.written(api).map_or(crate::source::Position { line: 1, column: 1 }, |api| api.at));
        let name = format!("{api}{}PathCondition", path.replace('/', "SLASH").replace('{', "OB").replace('}', "CB"));
        let Some(condition) = common(expansion, &methods.values().collect::<Vec<_>>(), &name, at) else { continue };
        let item = expansion
            .written_mut(api)
            .and_then(|api| get_mut(get_mut(get_mut(api, "Properties")?, "DefinitionBody")?, "paths"))
            .and_then(|paths| get_mut(paths, path));
        if let Some(item) = item.filter(|item| is_plain_mapping(item)) {
            *item = at.only_if(&condition, item.clone());
        }
    }
}

/// The condition under which one of the callers exists, `None` where one always does.
fn common(expansion: &mut Expansion<'_>, all: &[&Option<String>], name: &str, at: At) -> Option<String> {
    let conditions: Option<Vec<String>> = all.iter().map(|condition| (*condition).clone()).collect();
    conditions::any(expansion, conditions?, name, at)
}

fn set_attributes(expansion: &mut Expansion<'_>, api: &str, condition: Option<String>, callers: &Callers, at: At) {
    let strictest = |policies: &[String], order: &[&'static str]| {
        order.iter().find(|policy| policies.iter().any(|one| one == *policy)).copied()
    };
    let deletion = strictest(&callers.deletion, &["Retain", "Delete"]);
    let replacement = strictest(&callers.replacement, &["Retain", "Snapshot", "Delete"]);
    let Some(api) = expansion.written_mut(api) else { return };
    let attributes =
        [("Condition", condition.as_deref()), ("DeletionPolicy", deletion), ("UpdateReplacePolicy", replacement)];
    for (name, value) in attributes {
        if let Some(value) = value.filter(|_| matches!(api.kind, Kind::Mapping(_))) {
            put(api, name, at.text(value));
        }
    }
}
