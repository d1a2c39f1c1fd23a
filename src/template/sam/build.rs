//! Building trees: every generated node stands where the SAM property stands from which it comes.

use crate::source::{Entry, Kind, Node, Position};

/// The place for which nodes are generated.
#[derive(Debug, Clone, Copy)]
pub(super) struct At(pub(super) Position);

impl At {
    /// Text.
    pub(super) fn text(self, text: impl Into<String>) -> Node {
        Node::new(Kind::String(text.into()), self.0)
    }

    /// `true` or `false`.
    pub(super) fn flag(self, value: bool) -> Node {
        Node::new(Kind::Bool(value), self.0)
    }

    /// A whole number.
    pub(super) fn number(self, value: i64) -> Node {
        Node::new(Kind::Number(value.to_string()), self.0)
    }

    /// A list.
    pub(super) fn list(self, items: impl IntoIterator<Item = Node>) -> Node {
        Node::new(Kind::Sequence(items.into_iter().collect()), self.0)
    }

    /// A list of texts.
    pub(super) fn texts<'a>(self, items: impl IntoIterator<Item = &'a str>) -> Node {
        self.list(items.into_iter().map(|item| self.text(item)))
    }

    /// A mapping of known keys.
    pub(super) fn map<const N: usize>(self, entries: [(&str, Node); N]) -> Node {
        entries.into_iter().fold(self.mapping(), |map, (key, value)| map.with(key, value)).node()
    }

    /// An empty mapping to which keys are added.
    pub(super) fn mapping(self) -> Mapping {
        Mapping { at: self, entries: Vec::new() }
    }

    /// `{"Ref": id}`
    pub(super) fn reference(self, id: &str) -> Node {
        self.map([("Ref", self.text(id))])
    }

    /// `{"Fn::GetAtt": [id, attribute]}`
    pub(super) fn get_att(self, id: &str, attribute: &str) -> Node {
        self.map([("Fn::GetAtt", self.texts([id, attribute]))])
    }

    /// `{"Fn::Sub": text}`
    pub(super) fn sub(self, text: impl Into<String>) -> Node {
        self.map([("Fn::Sub", self.text(text))])
    }

    /// `{"Fn::Sub": [text, variables]}`
    pub(super) fn sub_with<const N: usize>(self, text: impl Into<String>, variables: [(&str, Node); N]) -> Node {
        self.map([("Fn::Sub", self.list([self.text(text), self.map(variables)]))])
    }

    /// `{"Fn::If": [condition, value, alternative]}`
    pub(super) fn choose(self, condition: &str, value: Node, alternative: Node) -> Node {
        self.map([("Fn::If", self.list([self.text(condition), value, alternative]))])
    }

    /// `value` where `condition` holds, nothing otherwise.
    pub(super) fn only_if(self, condition: &str, value: Node) -> Node {
        self.choose(condition, value, self.reference("AWS::NoValue"))
    }
}

/// A mapping in the making, its keys in the order added.
#[derive(Debug, Clone)]
pub(super) struct Mapping {
    at: At,
    entries: Vec<Entry>,
}

impl Mapping {
    /// Sets a key; the last value wins.
    pub(super) fn with(mut self, key: &str, value: Node) -> Self {
        self.set(key, value);
        self
    }

    /// Sets a key where there is a value.
    pub(super) fn with_some(self, key: &str, value: Option<Node>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// Takes over keys of `source` as they stand there; null counts as not written.
    pub(super) fn with_copied(mut self, source: &Node, keys: &[&str]) -> Self {
        for entry in source.entries() {
            if keys.contains(&entry.key.as_str()) && entry.value.kind != Kind::Null {
                self.set_entry(entry.clone());
            }
        }
        self
    }

    /// Sets a key; the last value wins.
    pub(super) fn set(&mut self, key: &str, value: Node) {
        self.set_entry(Entry { key: key.to_owned(), key_at: value.at, value });
    }

    /// Sets a key that stands in the document.
    pub(super) fn set_entry(&mut self, new: Entry) {
        match self.entries.iter_mut().find(|entry| entry.key == new.key) {
            Some(entry) => *entry = new,
            None => self.entries.push(new),
        }
    }

    /// The value under a key.
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// How many nodes it has.
    pub(super) fn size(&self) -> usize {
        1 + self.entries.iter().map(|entry| super::tree::size(&entry.value)).sum::<usize>()
    }

    /// The value under a key, to change it.
    pub(super) fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.entries.iter_mut().find(|entry| entry.key == key).map(|entry| &mut entry.value)
    }

    /// The mapping as a node.
    pub(super) fn node(self) -> Node {
        Node::new(Kind::Mapping(self.entries), self.at.0)
    }

    /// The place of the mapping.
    pub(super) fn at(&self) -> At {
        self.at
    }
}
