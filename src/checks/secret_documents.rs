//! Credentials in documents, at any depth: the definition of a state machine, the content of an SSM document.
//!
//! Evidence names the key and the kind of credential, never the value.

use serde_json::Value;

use super::lambda::{
    secret_shapes::{self, Presents},
    secrets,
};
use crate::{
    check::Verdict,
    facts::{Text, Why, unknown_marker},
};

/// How deep a document may nest before nobody looks further.
const MOST_NESTED: usize = 128;

/// Judges every text of a document by its shape, and by what its key says of it.
pub(super) fn without_secret(document: &Value, place: &str) -> Verdict {
    walk(document, "", place, 0)
}

/// `name` is the nearest key that says something of the value.
fn walk(value: &Value, name: &str, place: &str, depth: usize) -> Verdict {
    if depth > MOST_NESTED {
        let text = format!("the document nests deeper than {MOST_NESTED}");
        return Verdict::inconclusive(Why::Malformed(text)).at(place);
    }
    if let Some(why) = unknown_marker(value) {
        return secrets::unread(&why).unwrap_or_else(Verdict::inconclusive).at(place);
    }
    if let Some(text) = Text::from_marker(value) {
        return written(&text, name).at(place);
    }
    let all = |verdicts: &mut dyn Iterator<Item = Verdict>| verdicts.fold(Verdict::Pass, Verdict::worse);
    match value {
        Value::String(text) => written(&Text::literal(text), name).at(place),
        Value::Array(items) => {
            let items = items.iter().enumerate();
            all(&mut items.map(|(index, item)| walk(item, name, &format!("{place}[{index}]"), depth + 1)))
        }
        Value::Object(map) => all(&mut map.iter().map(|(key, value)| {
            // The default of a parameter is named by the parameter.
            let name = if key == "default" { name } else { key };
            walk(value, name, &format!("{place}.{key}"), depth + 1)
        })),
        Value::Null | Value::Bool(_) | Value::Number(_) => Verdict::Pass,
    }
}

fn written(text: &Text, name: &str) -> Verdict {
    let presents = if is_expression(text, name) { Presents::Nothing } else { secret_shapes::presents(name) };
    let subject = if name.is_empty() { "a text" } else { name };
    match secrets::presented(subject, presents, text) {
        // A document inside of a text, such as the input of a call.
        Ok(Verdict::Pass) => secrets::source(text, subject).unwrap_or_else(Verdict::inconclusive),
        Ok(verdict) => verdict,
        Err(why) => Verdict::inconclusive(why),
    }
}

/// Whether the value is computed at run time: a path (`"Key.$"`), JSONata (`{% … %}`), a parameter (`{{ Name }}`).
fn is_expression(text: &Text, name: &str) -> bool {
    let begin = text.literal_prefix().trim_start();
    name.ends_with(".$") || ["{%", "{{", "$"].iter().any(|opening| begin.starts_with(opening))
}
