//! Texts of known and unknown parts.

use serde_json::Value;

use super::marker;
use crate::facts::{Part, Text, Why, unknown_marker};

const DYNAMIC: &str = "{{resolve:";

/// A text as written; dynamic references in it are unknown.
pub(super) fn literal(written: &str) -> Value {
    if written.contains(DYNAMIC) {
        return value([Part::Literal(written.to_owned())]);
    }
    Value::String(written.to_owned())
}

/// The JSON of a text: plain where all of it is known, `$unknown` where nothing is, else `$text`.
pub(in crate::template) fn value(parts: impl IntoIterator<Item = Part>) -> Value {
    let text = Text::new(without_dynamic(Text::new(parts)));
    match text.parts() {
        [Part::Unknown(why)] => marker(why.clone()),
        _ => text.to_value(),
    }
}

/// The parts of a value that stands inside a text.
pub(in crate::template) fn parts(value: &Value) -> Result<Vec<Part>, Why> {
    match value {
        Value::String(text) => Ok(vec![Part::Literal(text.clone())]),
        Value::Bool(flag) => Ok(vec![Part::Literal(flag.to_string())]),
        Value::Number(number) => Ok(vec![Part::Literal(number.to_string())]),
        other => match (unknown_marker(other), Text::from_marker(other)) {
            (Some(why), _) => Ok(vec![Part::Unknown(why)]),
            (None, Some(text)) => Ok(text.parts().to_vec()),
            (None, None) => Err(Why::Malformed("a text is needed, found a list or a mapping".to_owned())),
        },
    }
}

/// The text, where all of it is known; else why not.
pub(super) fn known(value: &Value) -> Result<String, Why> {
    let text = Text::new(parts(value)?);
    text.as_str().map(str::to_owned).ok_or_else(|| text.why_unresolved())
}

/// The items of a list; else why they are not known.
pub(super) fn items(value: Value) -> Result<Vec<Value>, Why> {
    match value {
        Value::Array(items) => Ok(items),
        other => match (unknown_marker(&other), Text::from_marker(&other)) {
            (Some(why), _) => Err(why),
            (None, Some(text)) => Err(text.why_unresolved()),
            (None, None) => Err(Why::Malformed("a list is needed".to_owned())),
        },
    }
}

/// Pseudo parameters whose values hold neither colon nor slash nor comma.
const PLAIN: [&str; 4] = ["AWS::AccountId", "AWS::Partition", "AWS::Region", "AWS::URLSuffix"];

/// The pieces of a text between delimiters; else why they are not known.
pub(super) fn split(whole: &Text, delimiter: &str) -> Result<Vec<Value>, Why> {
    let (mut pieces, mut last) = (Vec::new(), Vec::new());
    for part in whole.parts() {
        match part {
            Part::Literal(text) => {
                for (index, piece) in text.split(delimiter).enumerate() {
                    if index > 0 {
                        pieces.push(std::mem::take(&mut last));
                    }
                    last.push(Part::Literal(piece.to_owned()));
                }
            }
            Part::Pseudo(name) if PLAIN.contains(&name.as_str()) && matches!(delimiter, ":" | "/" | ",") => {
                last.push(part.clone());
            }
            _ => return Err(whole.why_unresolved()),
        }
    }
    pieces.push(last);
    Ok(pieces.into_iter().map(value).collect())
}

/// Dynamic references (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html>)
/// as unknown parts, wherever they begin and end.
fn without_dynamic(text: Text) -> Vec<Part> {
    let begins = |part: &Part| matches!(part, Part::Literal(text) if text.contains(DYNAMIC));
    if !text.parts().iter().any(begins) {
        return text.parts().to_vec();
    }
    let mut result = Vec::new();
    // What the reference that is open now says so far.
    let mut open: Option<String> = None;
    for part in text.parts() {
        match (part, &mut open) {
            (Part::Literal(text), _) => split_dynamic(text, &mut open, &mut result),
            (other, Some(said)) => said.push_str(&Text::new([other.clone()]).to_string()),
            (other, None) => result.push(other.clone()),
        }
    }
    // Without an end it is no reference, but nothing of it is certain either.
    result.extend(open.map(|said| dynamic(&said)));
    result
}

fn split_dynamic(text: &str, open: &mut Option<String>, result: &mut Vec<Part>) {
    let mut rest = text;
    loop {
        if let Some(said) = open {
            let Some((inside, after)) = rest.split_once("}}") else {
                said.push_str(rest);
                return;
            };
            said.push_str(inside);
            result.push(dynamic(said));
            *open = None;
            rest = after;
        }
        let Some((before, after)) = rest.split_once(DYNAMIC) else {
            result.push(Part::Literal(rest.to_owned()));
            return;
        };
        result.push(Part::Literal(before.to_owned()));
        *open = Some(String::new());
        rest = after;
    }
}

fn dynamic(said: &str) -> Part {
    let said: String = said.chars().take(120).collect();
    Part::Unknown(Why::Unresolved(format!("{DYNAMIC}{said}}}}} is read at deployment")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dynamic_references_are_unknown_parts() {
        let unknown = |said: &str| Part::Unknown(Why::Unresolved(format!("{said} is read at deployment")));
        let literal = |text: &str| Part::Literal(text.to_owned());
        let secret = Part::Reference { resource: "Secret".into(), attribute: None };
        let cases: [(Vec<Part>, Vec<Part>); 5] = [
            (
                vec![literal("a{{resolve:ssm:/x:1}}b")],
                vec![literal("a"), unknown("{{resolve:ssm:/x:1}}"), literal("b")],
            ),
            (
                vec![literal("{{resolve:secretsmanager:"), secret.clone(), literal(":a}}/"), secret.clone()],
                vec![unknown("{{resolve:secretsmanager:${Secret}:a}}"), literal("/"), secret],
            ),
            (
                vec![literal("{{resolve:ssm:a}}{{resolve:ssm:b}}")],
                vec![unknown("{{resolve:ssm:a}}"), unknown("{{resolve:ssm:b}}")],
            ),
            (vec![literal("{{resolve:ssm:a")], vec![unknown("{{resolve:ssm:a}}")]),
            (vec![literal("{{other}}")], vec![literal("{{other}}")]),
        ];
        for (parts, expected) in cases {
            assert_eq!(Text::new(without_dynamic(Text::new(parts))), Text::new(expected));
        }
    }
}
