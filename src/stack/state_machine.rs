//! Calls from state machines: the tasks of a definition, whichever way it is written.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    FunctionTarget, Invocation,
    InvocationKind::{Asynchronous, Synchronous},
    edges::{Reader, observed, unknown},
};
use crate::{
    facts::{Observed, Part, TEXT, Text, UNKNOWN, Why, stepfunctions::StateMachine, unknown_marker},
    inventory::LogicalId,
};

/// How deep states may nest before we stop reading; AWS's own limit on a definition is 1 MB.
pub(crate) const MOST_NESTED: usize = 32;

/// The calls of a state machine.
pub(super) fn calls(reader: Reader<'_>, id: &LogicalId, machine: &StateMachine) -> Vec<Invocation> {
    let (place, definition) = definition(machine);
    let definition = match definition {
        Ok(definition) => definition,
        Err(why) => return unknown(id, place, &why, Synchronous),
    };
    let mut states = States { reader, id, calls: Vec::new() };
    states.machine(&definition, place, 0);
    states.calls
}

/// The definition of a state machine, whichever way it is written, with its substitutions; and the property it is in.
pub(crate) fn definition(machine: &StateMachine) -> (&'static str, Result<Value, Why>) {
    let substitutions = &machine.definition_substitutions;
    match (&machine.definition, &machine.definition_string) {
        (Observed::Present(definition), _) => ("Definition", Ok(substituted(definition, substitutions, 0))),
        (Observed::Unknown(why), _) => ("Definition", Err(why.clone())),
        (Observed::Absent, Observed::Present(text)) => {
            let parsed = parse(&substitute(text, substitutions));
            let why = || Why::Malformed("DefinitionString is not JSON".to_owned());
            ("DefinitionString", parsed.ok_or_else(why))
        }
        (Observed::Absent, Observed::Unknown(why)) => ("DefinitionString", Err(why.clone())),
        (Observed::Absent, Observed::Absent) => {
            let why = Why::Unresolved("the state machine's definition lies in S3".to_owned());
            ("DefinitionS3Location", Err(why))
        }
    }
}

struct States<'a> {
    reader: Reader<'a>,
    id: &'a LogicalId,
    calls: Vec<Invocation>,
}

impl States<'_> {
    fn unknown(&mut self, place: &str, why: &Why) {
        self.calls.extend(unknown(self.id, place, why, Synchronous));
    }

    /// A definition, a branch of `Parallel` or the processor of a `Map`.
    fn machine(&mut self, machine: &Value, place: &str, depth: usize) {
        if let Some(why) = unknown_marker(machine) {
            return self.unknown(place, &why);
        }
        if depth > MOST_NESTED {
            return self.unknown(place, &Why::Malformed(format!("states nest deeper than {MOST_NESTED}")));
        }
        let Some(states) = machine.get("States") else { return };
        let place = format!("{place}.States");
        if let Some(why) = unknown_marker(states) {
            return self.unknown(&place, &why);
        }
        for (name, state) in states.as_object().into_iter().flatten() {
            self.state(state, &format!("{place}.{name}"), depth);
        }
    }

    fn state(&mut self, state: &Value, place: &str, depth: usize) {
        if let Some(why) = unknown_marker(state) {
            return self.unknown(place, &why);
        }
        self.task(state, place);
        if let Some(branches) = state.get("Branches") {
            let place = format!("{place}.Branches");
            match (branches.as_array(), unknown_marker(branches)) {
                (Some(branches), _) => {
                    for (index, branch) in branches.iter().enumerate() {
                        self.machine(branch, &format!("{place}[{index}]"), depth + 1);
                    }
                }
                (None, Some(why)) => self.unknown(&place, &why),
                (None, None) => {}
            }
        }
        for key in ["ItemProcessor", "Iterator"] {
            if let Some(processor) = state.get(key) {
                self.machine(processor, &format!("{place}.{key}"), depth + 1);
            }
        }
    }

    /// A task that calls a function by its ARN or through Lambda's Invoke.
    /// <https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html>
    fn task(&mut self, state: &Value, place: &str) {
        let resource = observed(state.get("Resource"));
        let by_invoke = resource.present().is_some_and(|resource| {
            let end = resource.literal_suffix();
            let end = end.strip_suffix(".waitForTaskToken").unwrap_or(end);
            end.ends_with(":states:::lambda:invoke") || end.ends_with(":states:::aws-sdk:lambda:invoke")
        });
        if !by_invoke {
            let target = self.reader.functions.target_of(&resource);
            let place = format!("{place}.Resource");
            self.calls.extend(target.map(|target| Invocation::new(self.id, place, target, Synchronous)));
            return;
        }
        for key in ["Parameters", "Arguments"] {
            if let Some(parameters) = state.get(key) {
                return self.invoke(parameters, &format!("{place}.{key}"));
            }
        }
        self.unknown(place, &Why::Malformed("a task that invokes a function without naming it".to_owned()));
    }

    fn invoke(&mut self, parameters: &Value, place: &str) {
        if let Some(why) = unknown_marker(parameters) {
            return self.unknown(place, &why);
        }
        let dynamic = ["FunctionName", "Qualifier"].into_iter().find(|name| {
            let expression = parameters.get(*name).and_then(Value::as_str).is_some_and(|text| text.starts_with("{%"));
            expression || parameters.get(format!("{name}.$")).is_some()
        });
        if let Some(name) = dynamic {
            let why = Why::Unresolved(format!("{name} is computed while the state machine runs"));
            return self.unknown(&format!("{place}.{name}"), &why);
        }
        let kind = match parameters.get("InvocationType").and_then(Value::as_str) {
            Some("Event") => Asynchronous,
            _ => Synchronous,
        };
        let place = format!("{place}.FunctionName");
        match self.reader.parameters(parameters, "FunctionName", "Qualifier") {
            Some(target) => self.calls.push(Invocation::new(self.id, place, target, kind)),
            None => {
                let why = Why::Malformed("a task that invokes a function without naming it".to_owned());
                self.calls.push(Invocation::new(self.id, place, FunctionTarget::Unknown(why), kind));
            }
        }
    }
}

type Substitutions = Observed<BTreeMap<String, Observed<Text>>>;

/// Puts in what each `${Name}` stands for. Names that nobody defined stay as they are.
fn substitute(text: &Text, substitutions: &Substitutions) -> Text {
    if substitutions.is_absent() {
        return text.clone();
    }
    let mut parts = Vec::new();
    for part in text.parts() {
        match part {
            Part::Literal(literal) => substitute_literal(literal, substitutions, &mut parts),
            other => parts.push(other.clone()),
        }
    }
    Text::new(parts)
}

fn substitute_literal(literal: &str, substitutions: &Substitutions, parts: &mut Vec<Part>) {
    let mut rest = literal;
    while let Some((before, (name, after))) =
        rest.split_once("${").and_then(|(before, from)| Some((before, from.split_once('}')?)))
    {
        parts.push(Part::Literal(before.to_owned()));
        match substitutions {
            Observed::Present(known) => match known.get(name) {
                Some(Observed::Present(text)) => parts.extend(text.parts().iter().cloned()),
                Some(Observed::Unknown(why)) => parts.push(Part::Unknown(why.clone())),
                Some(Observed::Absent) => {}
                None => parts.push(Part::Literal(format!("${{{name}}}"))),
            },
            Observed::Unknown(why) => parts.push(Part::Unknown(why.clone())),
            Observed::Absent => {}
        }
        rest = after;
    }
    parts.push(Part::Literal(rest.to_owned()));
}

/// As [`substitute`], in every text of a definition that is an object.
fn substituted(value: &Value, substitutions: &Substitutions, depth: usize) -> Value {
    if substitutions.is_absent() {
        return value.clone();
    }
    // A state nests its own fields; four levels of JSON a level of states is plenty.
    if depth > 4 * MOST_NESTED {
        return json!({ UNKNOWN: Why::Malformed("the definition nests too deep".to_owned()) });
    }
    match value {
        Value::String(text) => substitute(&Text::literal(text), substitutions).to_value(),
        Value::Array(items) => items.iter().map(|item| substituted(item, substitutions, depth + 1)).collect(),
        Value::Object(_) if unknown_marker(value).is_some() => value.clone(),
        Value::Object(map) => match Text::from_marker(value) {
            Some(text) => substitute(&text, substitutions).to_value(),
            None => map
                .iter()
                .map(|(key, value)| (key.clone(), substituted(value, substitutions, depth + 1)))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        },
        other => other.clone(),
    }
}

/// Brackets the number of a part that is not literal, while its text is read as JSON. Private use, never JSON syntax.
const OPEN: char = '\u{E000}';
const CLOSE: char = '\u{E001}';

/// Reads JSON of which parts are known only after deployment; those become markers. `None`: no JSON.
pub(crate) fn parse(text: &Text) -> Option<Value> {
    let mut source = String::new();
    let mut in_string = false;
    for (index, part) in text.parts().iter().enumerate() {
        match part {
            Part::Literal(literal) if literal.contains([OPEN, CLOSE]) => return None,
            Part::Literal(literal) => {
                in_string = ends_in_string(literal, in_string);
                source.push_str(literal);
            }
            _ if in_string => source.push_str(&format!("{OPEN}{index}{CLOSE}")),
            // A number or an object outside quotes.
            part => source.push_str(&json!({ TEXT: [part] }).to_string()),
        }
    }
    let mut value = serde_json::from_str(&source).ok()?;
    restore(&mut value, text.parts());
    Some(value)
}

/// Whether a piece of JSON text ends inside a string literal.
fn ends_in_string(literal: &str, began_in_string: bool) -> bool {
    let mut in_string = began_in_string;
    let mut escaped = false;
    for byte in literal.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ => {}
        }
    }
    in_string
}

/// Puts the parts back in place of their numbers. `serde_json` bounds the depth at 128.
fn restore(value: &mut Value, parts: &[Part]) {
    match value {
        Value::String(text) if text.contains(OPEN) => *value = restored(text, parts).to_value(),
        Value::Array(items) => items.iter_mut().for_each(|item| restore(item, parts)),
        Value::Object(map) => map.values_mut().for_each(|value| restore(value, parts)),
        _ => {}
    }
}

fn restored(text: &str, parts: &[Part]) -> Text {
    Text::new(text.split(OPEN).enumerate().flat_map(|(index, piece)| {
        // Before the first sign there is no number.
        let numbered = if index == 0 { None } else { piece.split_once(CLOSE) };
        let (part, literal) = match numbered {
            Some((number, literal)) => (number.parse().ok().and_then(|at: usize| parts.get(at)).cloned(), literal),
            None => (None, piece),
        };
        part.into_iter().chain([Part::Literal(literal.to_owned())])
    }))
}
