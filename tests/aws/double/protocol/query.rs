//! The Query protocol: a form in, XML out.

use serde_json::{Map, Value, json};

use super::{REQUEST_ID, xml};
use crate::double::wire::Request;

/// The operation's name and its input: `Name` is a text, `Name.member.1` the first of a list.
pub(super) fn read(request: &Request) -> (String, Value) {
    let mut operation = String::new();
    let mut input = Map::new();
    for (name, value) in form_urlencoded::parse(&request.body) {
        let value = Value::from(value.into_owned());
        match name.split_once(".member.") {
            None if name == "Action" => value.as_str().unwrap_or_default().clone_into(&mut operation),
            None => drop(input.insert(name.into_owned(), value)),
            Some((list, _)) => {
                if let Value::Array(items) = input.entry(list).or_insert_with(|| json!([])) {
                    items.push(value);
                }
            }
        }
    }
    (operation, Value::Object(input))
}

/// `<XResponse><XResult>…`, the items of lists in `<member>`.
pub(super) fn write(operation: &str, output: &Value) -> Vec<u8> {
    let name = operation.split_once(':').map_or(operation, |(_, name)| name);
    let whole = json!({format!("{name}Response"): {
        // The result comes first: serde_json sorts, and so does the alphabet here.
        format!("{name}Result"): output,
        "ResponseMetadata": {"RequestId": REQUEST_ID},
    }});
    xml::document(&whole, xml::Lists::Members)
}
