//! `Fn::ForEach`, the loop of the language extensions, written out
//! (<https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html>).

use serde_json::Value;

use super::conditions::Conditions;
use super::notes::Notes;
use super::parameters::Parameters;
use super::resolve::{Resolver, Scope, mappings};
use super::tree::{referenced, size};
use crate::source::{Entry, Kind, Node, Position};

const LOOP: &str = "Fn::ForEach::";

/// Writes out every loop whose collection is known. Resources of the others are kept under their
/// unexpanded names, with properties that nobody knows.
///
/// `nodes` bounds what the loops may write in all.
pub(super) fn expand(root: Node, parameters: &Parameters, nodes: usize, notes: &mut Notes) -> Node {
    if !has_loop(&root) {
        return root;
    }
    if !super::asks_for(&root, "AWS::LanguageExtensions") {
        let hint = Some("add Transform: AWS::LanguageExtensions".to_owned());
        notes.errors.add(root.at, "Fn::ForEach needs the language extensions", hint);
        return root;
    }
    let known = root.get("Mappings").cloned();
    let (conditions, mappings) = (Conditions::default(), mappings(known.as_ref()));
    let scope = Scope::of_parameters(parameters, mappings, &conditions);
    let Kind::Mapping(sections) = root.kind else { return root };
    let mut loops = Loops { scope: &scope, left: nodes, notes };
    let sections = sections.into_iter().map(|section| {
        let in_resources = section.key == "Resources";
        Entry { value: loops.tree(section.value, in_resources), ..section }
    });
    Node { kind: Kind::Mapping(sections.collect()), at: root.at, tag: None }
}

fn has_loop(node: &Node) -> bool {
    match &node.kind {
        Kind::Sequence(items) => items.iter().any(has_loop),
        Kind::Mapping(entries) => entries.iter().any(|entry| entry.key.starts_with(LOOP) || has_loop(&entry.value)),
        _ => false,
    }
}

struct Loops<'l, 't> {
    scope: &'l Scope<'t>,
    /// How many nodes may still be written.
    left: usize,
    notes: &'l mut Notes,
}

impl Loops<'_, '_> {
    /// `of_resources` where the keys of this mapping are logical ids.
    fn tree(&mut self, node: Node, of_resources: bool) -> Node {
        let kind = match node.kind {
            Kind::Sequence(items) => Kind::Sequence(items.into_iter().map(|item| self.tree(item, false)).collect()),
            Kind::Mapping(entries) => Kind::Mapping(self.entries(entries, of_resources)),
            scalar => scalar,
        };
        Node { kind, ..node }
    }

    fn entries(&mut self, entries: Vec<Entry>, of_resources: bool) -> Vec<Entry> {
        let mut written = Vec::with_capacity(entries.len());
        let mut looped = false;
        for entry in entries {
            if entry.key.starts_with(LOOP) {
                looped = true;
                self.round(entry, of_resources, &mut written);
            } else {
                written.push(Entry { value: self.tree(entry.value, false), ..entry });
            }
        }
        if looped {
            self.refuse_duplicates(&written);
        }
        written
    }

    fn refuse_duplicates(&mut self, entries: &[Entry]) {
        let mut seen = std::collections::BTreeSet::new();
        for entry in entries.iter().filter(|entry| !seen.insert(entry.key.as_str())) {
            let hint = Some("use the loop's variable in the key".to_owned());
            self.notes.errors.add(entry.key_at, format_args!("the loop writes the key {:?} twice", entry.key), hint);
        }
    }

    fn round(&mut self, entry: Entry, of_resources: bool, written: &mut Vec<Entry>) {
        let parts = match entry.value.items() {
            [variable, collection, body] => variable.as_str().map(|variable| (variable, collection, body)),
            _ => None,
        };
        let Some((variable, collection, body)) = parts else {
            let hint = Some("write [variable, collection, {key: value}]".to_owned());
            self.notes.errors.add(entry.key_at, format_args!("{} is malformed", entry.key), hint);
            return;
        };
        let Some(values) = self.collection(collection) else {
            let hint = Some("give the parameter that it loops over a value".to_owned());
            let message = format_args!("nobody knows what {} loops over; what it writes is unknown", entry.key);
            self.notes.warnings.add(entry.key_at, message, hint);
            match of_resources {
                true => written.extend(body.entries().iter().map(|resource| unwritten(resource, &entry))),
                false => written.push(entry),
            }
            return;
        };
        for value in values {
            let cost = size(body);
            if cost > self.left {
                let hint = Some("loop over fewer values".to_owned());
                self.notes.errors.add(entry.key_at, format_args!("{} writes too much", entry.key), hint);
                return;
            }
            self.left -= cost;
            let substitution = Substitution::new(variable, &value);
            let fresh = body.entries().iter().map(|entry| substitution.entry(entry)).collect();
            written.extend(self.entries(fresh, of_resources));
        }
    }

    /// The texts to loop over, where all are known.
    fn collection(&mut self, node: &Node) -> Option<Vec<String>> {
        let value = Resolver::new(self.scope, &[], &mut self.notes.warnings).resolve(node)?;
        let Value::Array(items) = value else { return None };
        let mut texts = Vec::new();
        for item in items {
            match item {
                Value::String(text) => texts.push(text),
                Value::Number(number) => texts.push(number.to_string()),
                // A list among the values, from a parameter.
                Value::Array(inner) => {
                    texts.extend(
                        inner.into_iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()?,
                    );
                }
                _ => return None,
            }
        }
        Some(texts)
    }
}

/// A resource of a loop that is not written out: its type is known, nothing else.
fn unwritten(resource: &Entry, entry: &Entry) -> Entry {
    let at = resource.key_at;
    let mapping = |key: &str, value: Node| Entry { key: key.to_owned(), key_at: at, value };
    let unknown = Node::new(Kind::Mapping(vec![mapping(&entry.key, Node::new(Kind::Sequence(Vec::new()), at))]), at);
    let mut attributes = vec![mapping("Properties", unknown)];
    attributes.extend(resource.value.get("Type").map(|r#type| mapping("Type", r#type.clone())));
    Entry { value: Node::new(Kind::Mapping(attributes), at), ..resource.clone() }
}

/// One variable with one value.
struct Substitution<'v> {
    variable: &'v str,
    value: &'v str,
    /// `${Variable}`
    plain: String,
    /// `&{Variable}`, which takes letters and digits only, as logical ids do.
    bare: String,
    bare_value: String,
}

impl<'v> Substitution<'v> {
    fn new(variable: &'v str, value: &'v str) -> Self {
        Self {
            variable,
            value,
            plain: format!("${{{variable}}}"),
            bare: format!("&{{{variable}}}"),
            bare_value: value.chars().filter(char::is_ascii_alphanumeric).collect(),
        }
    }

    fn entry(&self, entry: &Entry) -> Entry {
        Entry { key: self.text(&entry.key), key_at: entry.key_at, value: self.tree(&entry.value) }
    }

    fn text(&self, text: &str) -> String {
        text.replace(&self.plain, self.value).replace(&self.bare, &self.bare_value)
    }

    fn tree(&self, node: &Node) -> Node {
        let text = |text: String, at: Position| Node::new(Kind::String(text), at);
        match &node.kind {
            _ if referenced(node) == Some(self.variable) => text(self.value.to_owned(), node.at),
            Kind::String(written) => text(self.text(written), node.at),
            Kind::Sequence(items) => {
                Node::new(Kind::Sequence(items.iter().map(|item| self.tree(item)).collect()), node.at)
            }
            Kind::Mapping(entries) => {
                Node::new(Kind::Mapping(entries.iter().map(|entry| self.entry(entry)).collect()), node.at)
            }
            _ => node.clone(),
        }
    }
}
