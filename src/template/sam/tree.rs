//! Questions to and changes of document trees: what is an intrinsic function, what counts as empty, which trees say the same.

use crate::source::{Entry, Kind, Node, Position};

/// The name and the argument of an intrinsic function: `{"Ref": …}`, `{"Condition": …}` or `{"Fn::…": …}`.
pub(super) fn intrinsic(node: &Node) -> Option<(&str, &Node)> {
    match node.entries() {
        [only] if only.key == "Ref" || only.key == "Condition" || only.key.starts_with("Fn::") => {
            Some((&only.key, &only.value))
        }
        _ => None,
    }
}

/// Whether this is an intrinsic function, whose value nobody knows before the deployment.
pub(super) fn is_intrinsic(node: &Node) -> bool {
    intrinsic(node).is_some()
}

/// What a `Ref` names.
pub(super) fn referenced(node: &Node) -> Option<&str> {
    match intrinsic(node) {
        Some(("Ref", argument)) => argument.as_str(),
        _ => None,
    }
}

/// Whether this is `!Ref AWS::NoValue`, which removes the property that holds it.
pub(super) fn is_no_value(node: &Node) -> bool {
    referenced(node) == Some("AWS::NoValue")
}

/// Condition, value and alternative of a well-formed `Fn::If`.
pub(super) fn if_parts(node: &Node) -> Option<[&Node; 3]> {
    match intrinsic(node) {
        Some(("Fn::If", argument)) => match argument.items() {
            [condition, value, alternative] => Some([condition, value, alternative]),
            _ => None,
        },
        _ => None,
    }
}

/// The resource that a `Ref` or a `Fn::GetAtt` names.
pub(super) fn resource_of(node: &Node) -> Option<&str> {
    match intrinsic(node)? {
        ("Ref", argument) => argument.as_str(),
        ("Fn::GetAtt", argument) => match argument.items() {
            [] => argument.as_str().and_then(|text| text.split('.').next()),
            [first, ..] => first.as_str(),
        },
        _ => None,
    }
}

/// Whether SAM's own language takes the value for true: neither null, false, zero nor empty.
pub(super) fn truthy(node: &Node) -> bool {
    match &node.kind {
        Kind::Null => false,
        Kind::Bool(value) => *value,
        Kind::Number(text) => text.parse::<f64>() != Ok(0.0),
        Kind::String(text) => !text.is_empty(),
        Kind::Sequence(items) => !items.is_empty(),
        Kind::Mapping(entries) => !entries.is_empty(),
    }
}

/// A mapping that is not an intrinsic function.
pub(super) fn is_plain_mapping(node: &Node) -> bool {
    matches!(node.kind, Kind::Mapping(_)) && !is_intrinsic(node)
}

/// A scalar as text, `true` and numbers included.
pub(super) fn scalar_text(node: &Node) -> Option<&str> {
    match &node.kind {
        Kind::String(text) | Kind::Number(text) => Some(text),
        Kind::Bool(true) => Some("true"),
        Kind::Bool(false) => Some("false"),
        _ => None,
    }
}

/// The entry of a mapping, with the place of its key.
pub(super) fn entry<'a>(node: &'a Node, key: &str) -> Option<&'a Entry> {
    node.entries().iter().find(|entry| entry.key == key)
}

/// The value under `key`, unless it is missing, null or otherwise empty.
pub(super) fn filled<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    node.get(key).filter(|value| truthy(value))
}

/// The value under `key`, to change it.
pub(super) fn get_mut<'a>(node: &'a mut Node, key: &str) -> Option<&'a mut Node> {
    match &mut node.kind {
        Kind::Mapping(entries) => entries.iter_mut().find(|entry| entry.key == key).map(|entry| &mut entry.value),
        _ => None,
    }
}

/// Sets `key`; anything that is no mapping becomes one.
pub(super) fn put(node: &mut Node, key: &str, value: Node) {
    if !matches!(node.kind, Kind::Mapping(_)) {
        node.kind = Kind::Mapping(Vec::new());
    }
    if let Some(old) = get_mut(node, key) {
        *old = value;
    } else if let Kind::Mapping(entries) = &mut node.kind {
        entries.push(Entry { key: key.to_owned(), key_at: value.at, value });
    }
}

/// Removes `key` and gives back what it held.
pub(super) fn take(node: &mut Node, key: &str) -> Option<Node> {
    let Kind::Mapping(entries) = &mut node.kind else { return None };
    let index = entries.iter().position(|entry| entry.key == key)?;
    Some(entries.remove(index).value)
}

/// The value under `key` as a mapping, made where it is missing or something else.
pub(super) fn mapping_mut<'a>(node: &'a mut Node, key: &str, at: Position) -> Option<&'a mut Node> {
    if !node.get(key).is_some_and(is_plain_mapping) {
        put(node, key, Node::new(Kind::Mapping(Vec::new()), at));
    }
    get_mut(node, key)
}

/// Whether two trees say the same, wherever they stand.
pub(super) fn same(left: &Node, right: &Node) -> bool {
    match (&left.kind, &right.kind) {
        (Kind::Sequence(left), Kind::Sequence(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Kind::Mapping(entries), Kind::Mapping(others)) => {
            entries.len() == others.len()
                && entries.iter().all(|entry| right.get(&entry.key).is_some_and(|other| same(&entry.value, other)))
        }
        (left, right) => left == right,
    }
}

/// How many nodes a tree has.
pub(super) fn size(node: &Node) -> usize {
    1 + match &node.kind {
        Kind::Sequence(items) => items.iter().map(size).sum(),
        Kind::Mapping(entries) => entries.iter().map(|entry| size(&entry.value)).sum(),
        _ => 0,
    }
}

/// Ten hexadecimal digits that change with what the tree says, as SAM appends them to logical ids.
///
/// SAM takes them from SHA-1 of the packaged template; a template that is not yet packaged cannot
/// give the same digits, so these are only stable and distinct.
pub(super) fn digest<'a>(nodes: impl IntoIterator<Item = &'a Node>) -> String {
    let mut text = String::new();
    nodes.into_iter().for_each(|node| write_canonical(node, &mut text));
    digest_text(&text)
}

/// As [`digest`], of a text. FNV-1a, 64 bits: <http://www.isthe.com/chongo/tech/comp/fnv/>
pub(super) fn digest_text(text: &str) -> String {
    let step = |state: u64, byte: u8| (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let state = text.bytes().fold(0xcbf2_9ce4_8422_2325, step);
    format!("{:010x}", state & 0xff_ffff_ffff)
}

/// What the tree says as text: equal for trees that are [`same`], and only for them.
pub(super) fn canonical(node: &Node) -> String {
    let mut text = String::new();
    write_canonical(node, &mut text);
    text
}

fn write_canonical(node: &Node, text: &mut String) {
    let quoted = |kind: char, part: &str| format!("{kind}{}:{part}", part.len());
    match &node.kind {
        Kind::Null => text.push('n'),
        Kind::Bool(value) => text.push(if *value { 't' } else { 'f' }),
        Kind::Number(number) => text.push_str(&quoted('#', number)),
        Kind::String(string) => text.push_str(&quoted('"', string)),
        Kind::Sequence(items) => {
            text.push('[');
            items.iter().for_each(|item| write_canonical(item, text));
            text.push(']');
        }
        Kind::Mapping(entries) => {
            let mut entries: Vec<&Entry> = entries.iter().collect();
            entries.sort_by(|left, right| left.key.cmp(&right.key));
            text.push('{');
            for entry in entries {
                text.push_str(&quoted(':', &entry.key));
                write_canonical(&entry.value, text);
            }
            text.push('}');
        }
    }
}
