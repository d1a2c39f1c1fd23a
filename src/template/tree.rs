//! Questions to document trees.

use serde_json::{Number, Value};

use crate::source::{Entry, Kind, Node};

/// An intrinsic function with its argument: a mapping with one key, `Ref` or `Fn::…`.
pub(super) fn function(node: &Node) -> Option<&Entry> {
    match node.entries() {
        [only] if only.key == "Ref" || only.key.starts_with("Fn::") => Some(only),
        _ => None,
    }
}

/// What a `Ref` names.
pub(super) fn referenced(node: &Node) -> Option<&str> {
    function(node).filter(|entry| entry.key == "Ref").and_then(|entry| entry.value.as_str())
}

/// A scalar as the text that CloudFormation makes of it.
pub(super) fn scalar_text(node: &Node) -> Option<&str> {
    match &node.kind {
        Kind::String(text) | Kind::Number(text) => Some(text),
        Kind::Bool(true) => Some("true"),
        Kind::Bool(false) => Some("false"),
        Kind::Null | Kind::Sequence(_) | Kind::Mapping(_) => None,
    }
}

/// A number as JSON, or as text where JSON would write it otherwise: the property may well be a text.
pub(super) fn number(written: &str) -> Value {
    match serde_json::from_str::<Number>(written) {
        Ok(number) if number.to_string() == written => Value::Number(number),
        _ => Value::String(written.to_owned()),
    }
}

/// How many nodes a tree has.
pub(super) fn size(node: &Node) -> usize {
    match &node.kind {
        Kind::Sequence(items) => 1 + items.iter().map(size).sum::<usize>(),
        Kind::Mapping(entries) => 1 + entries.iter().map(|entry| size(&entry.value)).sum::<usize>(),
        _ => 1,
    }
}

/// Whether two trees say the same, wherever they stand.
pub(super) fn same(left: &Node, right: &Node) -> bool {
    match (&left.kind, &right.kind) {
        (Kind::Sequence(left), Kind::Sequence(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Kind::Mapping(left), Kind::Mapping(right)) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|(left, right)| left.key == right.key && same(&left.value, &right.value))
        }
        (left, right) => left == right,
    }
}

/// A part of a `Fn::Sub` text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Literal(&'a str),
    /// `${Name}` or `${Resource.Attribute}`, without white space.
    Variable(&'a str),
}

/// The pieces of a `Fn::Sub` text; `${!x}` is the literal `${x}`.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, after)) = after.split_once('}') else { break };
        pieces.push(Piece::Literal(before));
        match name.strip_prefix('!') {
            Some(literal) => pieces.extend([Piece::Literal("${"), Piece::Literal(literal), Piece::Literal("}")]),
            None => pieces.push(Piece::Variable(name.trim())),
        }
        rest = after;
    }
    pieces.push(Piece::Literal(rest));
    pieces
}

/// The text and the own variables of a `Fn::Sub`, in either form; none where it is malformed.
pub(super) fn sub_parts(argument: &Node) -> Option<(&str, &[Entry])> {
    match argument.items() {
        [] => argument.as_str().map(|text| (text, [].as_slice())),
        [text] => text.as_str().map(|text| (text, [].as_slice())),
        [text, variables] if matches!(variables.kind, Kind::Mapping(_)) => Some((text.as_str()?, variables.entries())),
        _ => None,
    }
}
