//! XML from JSON: objects are elements, `@name` an attribute, lists as the protocol has them.

use serde_json::Value;

/// How a list becomes elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lists {
    /// `<Names><member>a</member><member>b</member></Names>`
    Members,
    /// `<Name>a</Name><Name>b</Name>`
    Repeated,
}

/// A document whose root is the only member of `value`.
pub(super) fn document(value: &Value, lists: Lists) -> Vec<u8> {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    members(&mut text, value, lists);
    text.into_bytes()
}

fn members(out: &mut String, value: &Value, lists: Lists) {
    let Value::Object(members) = value else { return scalar(out, value) };
    // `Result` before `ResponseMetadata`, as the SDK wants it: what is a result comes first.
    let (first, rest): (Vec<_>, Vec<_>) = members.iter().partition(|(name, _)| name.ends_with("Result"));
    for (name, value) in first.into_iter().chain(rest).filter(|(name, _)| !name.starts_with('@')) {
        match (value, lists) {
            (Value::Array(items), Lists::Repeated) => items.iter().for_each(|item| element(out, name, item, lists)),
            (Value::Array(items), Lists::Members) => {
                tag(out, name, None);
                items.iter().for_each(|item| element(out, "member", item, lists));
                close(out, name);
            }
            _ => element(out, name, value, lists),
        }
    }
}

fn element(out: &mut String, name: &str, value: &Value, lists: Lists) {
    tag(out, name, Some(value));
    members(out, value, lists);
    close(out, name);
}

fn tag(out: &mut String, name: &str, value: Option<&Value>) {
    out.push('<');
    out.push_str(name);
    let attributes = value.and_then(Value::as_object).into_iter().flatten();
    for (attribute, value) in attributes.filter_map(|(name, value)| Some((name.strip_prefix('@')?, value))) {
        out.push(' ');
        out.push_str(attribute);
        out.push_str("=\"");
        scalar(out, value);
        out.push('"');
    }
    out.push('>');
}

fn close(out: &mut String, name: &str) {
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

fn scalar(out: &mut String, value: &Value) {
    match value {
        Value::Null => {}
        Value::String(text) => escape(out, text),
        other => out.push_str(&other.to_string()),
    }
}

fn escape(out: &mut String, text: &str) {
    for sign in text.chars() {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#xD;"),
            sign => out.push(sign),
        }
    }
}
