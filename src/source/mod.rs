//! Documents people write (templates, policies, scenarios) as trees that remember line and column.
//!
//! [`parse`] takes YAML or JSON bytes to a [`Node`]; [`read`] takes a [`Node`] to values and collects
//! every mistake on the way. Hostile documents are bounded by [`Limits`].

mod error;
mod json;
pub mod read;
mod yaml;

use std::fmt;

pub use error::{Excerpt, Fault, SourceError, SourceErrors, printable};
use serde::{Deserialize, Serialize};
pub use yaml::is_number;

/// What a document may ask for before it is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Size in bytes.
    pub bytes: usize,
    /// Nesting, counted in mappings and sequences around a value.
    pub depth: usize,
    /// Values in the whole document, each alias counted with all that it repeats.
    pub nodes: usize,
}

impl Default for Limits {
    /// CloudFormation takes 1 MB (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>);
    /// a template not yet packaged may be somewhat larger.
    fn default() -> Self {
        Self { bytes: 4 << 20, depth: 64, nodes: 1_000_000 }
    }
}

/// Reads one YAML or JSON document; `name` is how errors call it, a path for example.
///
/// YAML is read as CloudFormation's tools read it: version 1.1 booleans (`yes`, `on`), merge keys and
/// aliases, dates as text, numbers as written; whole numbers with leading zeros (account ids) stay text.
///
/// # Errors
/// What is wrong and where: syntax, duplicate keys, a second document, or a limit exceeded.
pub fn parse(name: &str, bytes: &[u8], limits: &Limits) -> Result<Node, SourceError> {
    let at = |fault| SourceError::new(name, None, fault);
    if bytes.len() > limits.bytes {
        return Err(at(Fault::TooLarge { bytes: bytes.len(), limit: limits.bytes }));
    }
    let text = decode(bytes).map_err(at)?;
    if text.trim().is_empty() {
        return Err(at(Fault::Empty));
    }
    let locate = |(position, fault): (Position, Fault)| SourceError::new(name, Some(position), fault).shown_in(text);
    if is_json(name, text) { json::parse(text, limits) } else { yaml::parse(text, limits) }.map_err(locate)
}

/// JSON begins with a bracket and a quoted key; `{a: 1}` is YAML. Nothing is tried twice: JSON without
/// a comma is YAML with another meaning.
fn is_json(name: &str, text: &str) -> bool {
    let text = text.trim_start();
    let first = text.trim_start_matches(|character: char| "{[".contains(character) || character.is_whitespace());
    name.ends_with(".json") || (text.starts_with(['{', '[']) && first.starts_with('"'))
}

/// UTF-8 without byte order mark.
fn decode(bytes: &[u8]) -> Result<&str, Fault> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(Fault::NotUtf8);
    }
    let text =
        std::str::from_utf8(bytes).map_err(|_| if bytes.contains(&0) { Fault::Binary } else { Fault::NotUtf8 })?;
    if text.contains('\0') {
        return Err(Fault::Binary);
    }
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// A place in a document: line and column, both counted from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    /// Counted from 1.
    pub line: u32,
    /// Counted from 1, in characters.
    pub column: u32,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// Where it begins.
    pub at: Position,
    /// A YAML tag as written without its `!`, `Sub` for `!Sub`; standard tags are resolved, not kept.
    pub tag: Option<String>,
}

/// The kinds of a [`Node`].
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// `null`, `~`, or nothing written.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, kept as written so that `"0.10"` and account ids lose nothing.
    Number(String),
    /// Text.
    String(String),
    /// A list.
    Sequence(Vec<Node>),
    /// Keys in the order written; duplicates are refused by the parser.
    Mapping(Vec<Entry>),
}

/// One key of a mapping with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key as text.
    pub key: String,
    /// Where the key stands.
    pub key_at: Position,
    /// The value.
    pub value: Node,
}

impl Node {
    /// A node without a tag.
    pub fn new(kind: Kind, at: Position) -> Self {
        Self { kind, at, tag: None }
    }

    /// The value under `key`, where this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// The kind in words, as an error message names it.
    pub fn kind_name(&self) -> &'static str {
        match self.kind {
            Kind::Null => "nothing",
            Kind::Bool(_) => "true or false",
            Kind::Number(_) => "a number",
            Kind::String(_) => "text",
            Kind::Sequence(_) => "a list",
            Kind::Mapping(_) => "a mapping",
        }
    }

    /// The entries of a mapping; none for anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.kind {
            Kind::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a sequence; none for anything else.
    pub fn items(&self) -> &[Node] {
        match &self.kind {
            Kind::Sequence(items) => items,
            _ => &[],
        }
    }

    /// The text of a string node.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }
}
