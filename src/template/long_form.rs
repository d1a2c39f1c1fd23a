//! Short-form tags become long form, so that everything after sees one way of writing a function.

use crate::source::read::Errors;
use crate::source::{Entry, Kind, Node, Position};

/// Functions with a short form, without `Fn::`
/// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html>).
pub(super) const FUNCTIONS: &[&str] = &[
    "And",
    "Base64",
    "Cidr",
    "Contains",
    "EachMemberEquals",
    "EachMemberIn",
    "Equals",
    "FindInMap",
    "GetAtt",
    "GetAZs",
    "If",
    "ImportValue",
    "Join",
    "Length",
    "Not",
    "Or",
    "RefAll",
    "Select",
    "Split",
    "Sub",
    "ToJsonString",
    "Transform",
    "ValueOf",
    "ValueOfAll",
];

/// Writes every short-form tag out: `!Sub x` becomes `{"Fn::Sub": x}`, `!Ref x` becomes `{"Ref": x}`.
/// `Fn::GetAtt` becomes a list, `[resource, attribute]`, however it was written.
///
/// Unknown tags are reported, and their values kept without the tag.
pub fn long_form(node: Node, errors: &mut Errors) -> Node {
    let Node { kind, at, tag } = node;
    let kind = match kind {
        Kind::Sequence(items) => Kind::Sequence(items.into_iter().map(|item| long_form(item, errors)).collect()),
        Kind::Mapping(entries) => Kind::Mapping(entries.into_iter().map(|entry| entry_form(entry, errors)).collect()),
        scalar => scalar,
    };
    let plain = Node::new(kind, at);
    let Some(tag) = tag else { return plain };
    match key_of(&tag) {
        Some(key) => wrap(key, plain, at),
        None => {
            let known: Vec<&str> = FUNCTIONS.iter().copied().chain(["Ref", "Condition"]).collect();
            errors.unknown(at, "function", &format!("!{tag}"), &known);
            plain
        }
    }
}

fn entry_form(entry: Entry, errors: &mut Errors) -> Entry {
    let value = long_form(entry.value, errors);
    let value = if entry.key == "Fn::GetAtt" { attribute_list(value) } else { value };
    Entry { value, ..entry }
}

fn key_of(tag: &str) -> Option<String> {
    match tag {
        "Ref" | "Condition" => Some(tag.to_owned()),
        _ if FUNCTIONS.contains(&tag) => Some(format!("Fn::{tag}")),
        _ => None,
    }
}

fn wrap(key: String, value: Node, at: Position) -> Node {
    let value = if key == "Fn::GetAtt" { attribute_list(value) } else { value };
    Node::new(Kind::Mapping(vec![Entry { key, key_at: at, value }]), at)
}

/// `A.Outputs.Url` is the attribute `Outputs.Url` of `A`.
fn attribute_list(value: Node) -> Node {
    let Some((resource, attribute)) = value.as_str().and_then(|text| text.split_once('.')) else { return value };
    let text = |text: &str| Node::new(Kind::String(text.to_owned()), value.at);
    Node::new(Kind::Sequence(vec![text(resource), text(attribute)]), value.at)
}
