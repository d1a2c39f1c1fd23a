//! Files beside a template that are part of it: `AWS::Include` snippets and SAM's `DefinitionUri`.

use super::Options;
use super::long_form::long_form;
use super::notes::Notes;
use super::reader::Input;
use super::tree::size;
use crate::source::{self, Entry, Kind, Node, Position};

/// The property that `DefinitionUri` stands for, by type.
const DEFINITIONS: [(&str, &str); 3] = [
    ("AWS::Serverless::Api", "DefinitionBody"),
    ("AWS::Serverless::HttpApi", "DefinitionBody"),
    ("AWS::Serverless::StateMachine", "Definition"),
];

/// Puts in what local files hold; what is elsewhere, or cannot be read, stays as written.
pub(super) fn expand(root: Node, input: &Input<'_>, options: &Options<'_>, notes: &mut Notes) -> Node {
    let mut includes =
        Includes { folder: input.folder, outermost: input.outermost, options, left: options.limits.nodes, notes };
    let root = includes.tree(root);
    let Kind::Mapping(mut sections) = root.kind else { return root };
    for section in sections.iter_mut().filter(|section| section.key == "Resources") {
        if let Kind::Mapping(resources) = &mut section.value.kind {
            resources.iter_mut().for_each(|resource| includes.definition(&mut resource.value));
        }
    }
    Node { kind: Kind::Mapping(sections), ..root }
}

struct Includes<'i, 'f> {
    folder: &'i str,
    /// The name of the outermost template.
    outermost: &'i str,
    options: &'i Options<'f>,
    /// How many nodes may still come in.
    left: usize,
    notes: &'i mut Notes,
}

impl Includes<'_, '_> {
    fn tree(&mut self, node: Node) -> Node {
        let kind = match node.kind {
            Kind::Sequence(items) => Kind::Sequence(items.into_iter().map(|item| self.tree(item)).collect()),
            Kind::Mapping(entries) => Kind::Mapping(self.entries(entries)),
            scalar => scalar,
        };
        Node { kind, ..node }
    }

    fn entries(&mut self, entries: Vec<Entry>) -> Vec<Entry> {
        let mut written = Vec::with_capacity(entries.len());
        let mut included = Vec::new();
        for entry in entries {
            let location = (entry.key == "Fn::Transform" || entry.key == "Transform").then(|| location(&entry.value));
            match location.flatten().and_then(|location| self.snippet(location)) {
                Some(snippet) => included.extend(snippet),
                None => written.push(Entry { value: self.tree(entry.value), ..entry }),
            }
        }
        // What stands beside the transform wins.
        included.retain(|entry: &Entry| !written.iter().any(|own| own.key == entry.key));
        written.extend(included);
        written
    }

    fn snippet(&mut self, location: &Node) -> Option<Vec<Entry>> {
        let node = self.file(location)?;
        match long_form(node, &mut self.notes.errors).kind {
            Kind::Mapping(entries) => Some(entries),
            _ => {
                self.notes.warnings.add(location.at, "the file to include is not a mapping", None);
                None
            }
        }
    }

    fn definition(&mut self, resource: &mut Node) {
        let r#type = resource.get("Type").and_then(Node::as_str);
        let Some((_, property)) = DEFINITIONS.iter().find(|(of, _)| Some(*of) == r#type) else { return };
        let Kind::Mapping(attributes) = &mut resource.kind else { return };
        let Some(properties) = attributes.iter_mut().find(|attribute| attribute.key == "Properties") else { return };
        let definition = properties.value.get("DefinitionUri").and_then(|location| self.file(location));
        if let (Some(definition), Kind::Mapping(properties)) = (definition, &mut properties.value.kind) {
            let uri = properties.iter_mut().find(|entry| entry.key == "DefinitionUri");
            if let Some(uri) = uri {
                uri.key = (*property).to_owned();
                uri.value = definition;
            }
        }
    }

    /// The content of a local file, all of it at the place that names the file.
    fn file(&mut self, location: &Node) -> Option<Node> {
        let path = location.as_str().filter(|path| is_local(path))?;
        let files = self.options.files?;
        let path = beside(self.folder, path);
        let name = called(self.outermost, &path);
        let bytes = match files.read(&path) {
            Ok(bytes) => bytes,
            Err(why) => {
                let hint = Some("what it holds is not judged".to_owned());
                self.notes.warnings.add(location.at, format_args!("{name} cannot be read: {why}"), hint);
                return None;
            }
        };
        let mut node = match source::parse(&name, &bytes, &self.options.limits) {
            Ok(node) => node,
            Err(error) => {
                self.notes.warnings.add(location.at, format_args!("cannot include {error}"), error.hint());
                return None;
            }
        };
        let Some(left) = self.left.checked_sub(size(&node)) else {
            self.notes.errors.add(location.at, "the files included are too large together", None);
            return None;
        };
        self.left = left;
        move_to(&mut node, location.at);
        Some(node)
    }
}

/// The file that `AWS::Include` names.
fn location(transform: &Node) -> Option<&Node> {
    let name = transform.get("Name").and_then(Node::as_str);
    name.filter(|name| *name == "AWS::Include").and(transform.get("Parameters"))?.get("Location")
}

/// Whether a location is a path, not a URL.
pub(super) fn is_local(location: &str) -> bool {
    !location.is_empty() && !location.contains("://") && !location.starts_with("{{resolve:")
}

/// The path of a file that a file in `folder` names, without `.` and needless `..`.
pub(super) fn beside(folder: &str, path: &str) -> String {
    if path.starts_with('/') || folder.is_empty() && !path.contains("./") {
        return path.to_owned();
    }
    let mut steps: Vec<&str> = Vec::new();
    for step in folder.split('/').chain(path.split('/')) {
        match step {
            "" | "." => {}
            ".." if steps.last().is_some_and(|last| *last != "..") => _ = steps.pop(),
            other => steps.push(other),
        }
    }
    let root = if folder.starts_with('/') { "/" } else { "" };
    format!("{root}{}", steps.join("/"))
}

/// What messages call a file that is found relative to the folder of the document called `name`.
pub(super) fn called(name: &str, path: &str) -> String {
    match name.rsplit_once('/') {
        Some((folder, _)) if !path.starts_with('/') => format!("{folder}/{path}"),
        _ => path.to_owned(),
    }
}

/// Whether a path stays in the folder that it is relative to.
pub(super) fn is_inside(path: &str) -> bool {
    !path.starts_with(['/', '\\']) && !path.split(['/', '\\']).any(|step| step == "..")
}

fn move_to(node: &mut Node, at: Position) {
    node.at = at;
    match &mut node.kind {
        Kind::Sequence(items) => items.iter_mut().for_each(|item| move_to(item, at)),
        Kind::Mapping(entries) => {
            for entry in entries {
                entry.key_at = at;
                move_to(&mut entry.value, at);
            }
        }
        _ => {}
    }
}
