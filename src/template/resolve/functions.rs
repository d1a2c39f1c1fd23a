//! The intrinsic functions
//! (<https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html>).

use serde_json::{Value, json};

use super::super::long_form::FUNCTIONS;
use super::super::parameters::PSEUDO;
use super::super::tree::{Piece, pieces, sub_parts};
use super::{Outcome, Resolver, encode, text};
use crate::facts::{Part, Text, Why, ZONE, unknown_marker};
use crate::source::read::nearest;
use crate::source::{Entry, Node};

impl Resolver<'_, '_> {
    pub(super) fn call(&mut self, name: &str, argument: &Node) -> Outcome {
        match name {
            "Ref" => self.reference(argument.as_str().ok_or_else(|| needs("a name"))?),
            "Fn::GetAtt" => self.get_att(argument),
            "Fn::Sub" => self.sub(argument),
            "Fn::Join" => self.join(argument),
            "Fn::Select" => self.select(argument),
            "Fn::Split" => self.split(argument),
            "Fn::If" => self.choose(argument),
            "Fn::FindInMap" => self.find_in_map(argument),
            "Fn::ImportValue" => self.import(argument),
            "Fn::Base64" => self.base64(argument),
            "Fn::Cidr" => self.cidr(argument),
            "Fn::GetAZs" => Err(unresolved("which availability zones there are is known only at deployment")),
            "Fn::ToJsonString" => self.json_string(argument),
            "Fn::Length" => self.length(argument),
            "Fn::Transform" => Err(unresolved("a macro writes this at deployment")),
            "Fn::And" | "Fn::Or" | "Fn::Not" | "Fn::Equals" => {
                Err(needs("a place in Conditions; elsewhere use Fn::If"))
            }
            other if other.starts_with("Fn::ForEach::") => Err(unresolved("a loop writes this at deployment")),
            other => Err(Why::Malformed(match nearest(other.trim_start_matches("Fn::"), FUNCTIONS.iter().copied()) {
                Some(near) => format!("there is no such function; did you mean Fn::{near}?"),
                None => "there is no such function".to_owned(),
            })),
        }
    }

    /// The value of a tree that must not remove itself.
    fn value(&mut self, node: &Node) -> Result<Value, Why> {
        self.resolve(node).ok_or_else(|| Why::Malformed("AWS::NoValue cannot stand here".to_owned()))
    }

    fn known(&mut self, node: &Node) -> Result<String, Why> {
        text::known(&self.value(node)?)
    }

    fn reference(&mut self, name: &str) -> Outcome {
        if name == "AWS::NoValue" {
            return Ok(None);
        }
        if let Some((_, value)) = self.assumed.iter().find(|(assumed, _)| *assumed == name) {
            return Ok(Some(Value::String((*value).to_owned())));
        }
        if let Some(value) = self.scope.parameters.pseudo(name) {
            return Ok(Some(Value::String(value.to_owned())));
        }
        if PSEUDO.contains(&name) {
            // A nested stack has a name and an id of its own.
            let own = matches!(name, "AWS::StackName" | "AWS::StackId");
            let prefix = if own { self.scope.prefix } else { "" };
            return Ok(Some(text::value([Part::Pseudo(format!("{prefix}{name}"))])));
        }
        if let Some(parameter) = self.scope.parameters.get(name) {
            return Ok(Some(parameter.value.clone()));
        }
        self.resource(name, None)
    }

    /// A reference to a resource, which must exist in this branch.
    fn resource(&mut self, name: &str, attribute: Option<String>) -> Outcome {
        let Some(condition) = self.scope.resources.get(name).copied() else {
            return Err(unresolved(format!("nothing is called {name} in this template")));
        };
        if let Some(condition) = condition
            && self.condition(condition) == Some(false)
        {
            let condition = self.scope.conditions.name(condition);
            return Err(unresolved(format!("{name} does not exist, because condition {condition} does not hold")));
        }
        let resource = format!("{}{name}", self.scope.prefix);
        Ok(Some(text::value([Part::Reference { resource, attribute }])))
    }

    fn get_att(&mut self, argument: &Node) -> Outcome {
        let [resource, attribute] = argument.items() else { return Err(needs("a resource and an attribute")) };
        let resource = resource.as_str().ok_or_else(|| needs("the logical id of a resource"))?;
        let attribute = self.known(attribute)?;
        self.resource(resource, Some(attribute))
    }

    fn sub(&mut self, argument: &Node) -> Outcome {
        let (written, own) = sub_parts(argument).ok_or_else(|| needs("a text, or a text and a mapping"))?;
        let mut parts = Vec::new();
        for piece in pieces(written) {
            match piece {
                Piece::Literal(literal) => parts.push(Part::Literal(literal.to_owned())),
                Piece::Variable(name) => parts.extend(self.variable(name, own)?),
            }
        }
        Ok(Some(text::value(parts)))
    }

    fn variable(&mut self, name: &str, own: &[Entry]) -> Result<Vec<Part>, Why> {
        let value = match own.iter().find(|entry| entry.key == name) {
            Some(entry) => Ok(Some(self.value(&entry.value)?)),
            None => match name.split_once('.') {
                Some((resource, attribute)) => self.resource(resource, Some(attribute.to_owned())),
                None => self.reference(name),
            },
        };
        match value {
            Ok(Some(value)) => text::parts(&value),
            Ok(None) => Err(needs("something else than AWS::NoValue")),
            Err(Why::Malformed(what)) => Err(Why::Malformed(what)),
            // The rest of the text is known all the same.
            Err(why) => Ok(vec![Part::Unknown(why)]),
        }
    }

    fn join(&mut self, argument: &Node) -> Outcome {
        let [delimiter, list] = argument.items() else { return Err(needs("a delimiter and a list")) };
        let delimiter = self.known(delimiter)?;
        let items = text::items(self.value(list)?)?;
        let mut parts = Vec::new();
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                parts.push(Part::Literal(delimiter.clone()));
            }
            parts.extend(text::parts(item)?);
        }
        Ok(Some(text::value(parts)))
    }

    fn select(&mut self, argument: &Node) -> Outcome {
        let [index, list] = argument.items() else { return Err(needs("an index and a list")) };
        let index = self.known(index)?.parse::<usize>().map_err(|_| needs("a whole number as index"))?;
        if list.get("Fn::GetAZs").is_some() {
            return Ok(Some(text::value([Part::Pseudo(format!("{ZONE}{index}"))])));
        }
        let items = text::items(self.value(list)?);
        let mut items = items.map_err(|why| named(format_args!("item {index} of a list"), why))?;
        if index >= items.len() {
            return Err(Why::Malformed(format!("there is no item {index} in a list of {}", items.len())));
        }
        // An item that may be removed moves those after it.
        match items.iter().take(index).find_map(unknown_marker) {
            Some(why) => Err(named(format_args!("item {index} of a list"), why)),
            None => Ok(Some(items.swap_remove(index))),
        }
    }

    fn split(&mut self, argument: &Node) -> Outcome {
        let [delimiter, whole] = argument.items() else { return Err(needs("a delimiter and a text")) };
        let delimiter = self.known(delimiter)?;
        if delimiter.is_empty() {
            return Err(needs("a delimiter that is not empty"));
        }
        let whole = Text::new(text::parts(&self.value(whole)?)?);
        if delimiter == ":"
            && let Some(pieces) = self.arn_pieces(&whole)
        {
            return Ok(Some(Value::Array(pieces)));
        }
        if delimiter == "/"
            && let Some(pieces) = self.url_pieces(&whole)
        {
            return Ok(Some(Value::Array(pieces)));
        }
        text::split(&whole, &delimiter).map(|pieces| Some(Value::Array(pieces)))
    }

    /// The pieces of the ARN of a function, alias or version, which the CDK takes apart for the function's name.
    /// Sources of the shapes: <https://docs.aws.amazon.com/lambda/latest/dg/access-control-resources.html>
    fn arn_pieces(&mut self, whole: &Text) -> Option<Vec<Value>> {
        let [Part::Reference { resource, attribute }] = whole.parts() else { return None };
        let scope = self.scope;
        let node = *scope.declared.get(resource.strip_prefix(scope.prefix)?)?;
        let function = |name: &str| Part::Reference { resource: name.to_owned(), attribute: None };
        let name = match (node.get("Type")?.as_str()?, attribute.as_deref()) {
            ("AWS::Lambda::Function", Some("Arn")) => text::value([function(resource)]),
            ("AWS::Lambda::Alias", None | Some("AliasArn")) | ("AWS::Lambda::Version", None | Some("FunctionArn")) => {
                // An alias of itself would lead here again and again.
                self.arns = self.arns.checked_sub(1)?;
                let named = self.resolve(node.get("Properties")?.get("FunctionName")?)?;
                match Text::from_marker(&named)?.parts() {
                    [Part::Reference { resource, .. }] => text::value([function(resource)]),
                    _ => return None,
                }
            }
            _ => return None,
        };
        let unknown =
            |what: &str| super::marker(Why::Unresolved(format!("{what} of {whole} is known only after deployment")));
        let pseudo = |name: &str| text::value([Part::Pseudo(name.to_owned())]);
        let literal = |text: &str| Value::String(text.to_owned());
        let (region, account) = (pseudo("AWS::Region"), pseudo("AWS::AccountId"));
        let mut pieces = vec![literal("arn"), pseudo("AWS::Partition"), literal("lambda"), region, account];
        pieces.extend([literal("function"), name]);
        if attribute.as_deref() != Some("Arn") {
            pieces.push(unknown("the qualifier"));
        }
        Some(pieces)
    }

    /// The pieces of a function's URL, `https://ID.lambda-url.REGION.on.aws/`, which is taken apart for its domain.
    /// Source of the shape: <https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html>
    fn url_pieces(&self, whole: &Text) -> Option<Vec<Value>> {
        let [Part::Reference { resource, attribute }] = whole.parts() else { return None };
        let node = self.scope.declared.get(resource.strip_prefix(self.scope.prefix)?)?;
        if node.get("Type")?.as_str()? != "AWS::Lambda::Url" || attribute.as_deref() != Some("FunctionUrl") {
            return None;
        }
        let id = Part::Unknown(Why::Unresolved(format!("the id in {whole} is known only after deployment")));
        let literal = |text: &str| Part::Literal(text.to_owned());
        let domain = [id, literal(".lambda-url."), Part::Pseudo("AWS::Region".to_owned()), literal(".on.aws")];
        Some(vec![json!("https:"), json!(""), text::value(domain), json!("")])
    }

    fn choose(&mut self, argument: &Node) -> Outcome {
        let [condition, then, otherwise] = argument.items() else { return Err(needs("a condition and two values")) };
        let name = condition.as_str().ok_or_else(|| needs("the name of a condition"))?;
        let number = self.scope.conditions.number(name);
        let number = number.ok_or_else(|| unresolved(format!("the condition {name} is not defined")))?;
        match self.condition(number) {
            Some(true) => Ok(self.resolve(then)),
            Some(false) => Ok(self.resolve(otherwise)),
            None => {
                let (then, otherwise) = (self.resolve(then), self.resolve(otherwise));
                if then == otherwise { Ok(then) } else { Err(self.why_open(number)) }
            }
        }
    }

    fn find_in_map(&mut self, argument: &Node) -> Outcome {
        let (keys, default) = match argument.items() {
            [map, first, second] => ([map, first, second], None),
            [map, first, second, options] => ([map, first, second], options.get("DefaultValue")),
            _ => return Err(needs("a mapping and two keys")),
        };
        let [map, first, second] = keys.map(|key| self.known(key));
        let map = map?;
        let scope = self.scope;
        let found = scope.mappings.get(map.as_str()).ok_or_else(|| unresolved(format!("there is no mapping {map}")))?;
        let (first, second) = match (first, second) {
            (Err(why @ Why::Unresolved(_)), Ok(second)) => {
                let why = named(format_args!("{second} of the mapping {map}"), why);
                return self.same_for_all(found.values(), &second, default, why);
            }
            (first, second) => {
                let first = first?;
                let second = second.map_err(|why| named(format_args!("a key of {first} in the mapping {map}"), why))?;
                (first, second)
            }
        };
        match (found.get(first.as_str()).and_then(|keys| keys.get(second.as_str())), default) {
            (Some(value), _) => Ok(self.resolve(value)),
            (None, Some(default)) => Ok(self.resolve(default)),
            (None, None) => Err(Why::Malformed(format!("the mapping {map} has no {second:?} under {first:?}"))),
        }
    }

    /// The value that a mapping has under every first key, when nobody knows which key it will be.
    fn same_for_all<'m>(
        &mut self,
        keys: impl Iterator<Item = &'m std::collections::BTreeMap<&'m str, &'m Node>>,
        second: &str,
        default: Option<&Node>,
        why: Why,
    ) -> Outcome {
        let mut values = Vec::new();
        for under in keys {
            values.push(under.get(second).and_then(|value| self.resolve(value)));
        }
        if let Some(default) = default {
            values.push(self.resolve(default));
        }
        match values.split_first() {
            Some((Some(value), rest)) if rest.iter().all(|other| other.as_ref() == Some(value)) => {
                Ok(Some(value.clone()))
            }
            _ => Err(why),
        }
    }

    fn import(&mut self, argument: &Node) -> Outcome {
        let name = Text::new(text::parts(&self.value(argument)?)?);
        self.scope.parameters.export(&name).map(|value| Some(Value::String(value.to_owned())))
    }

    fn base64(&mut self, argument: &Node) -> Outcome {
        let plain = self.known(argument)?;
        Ok(Some(Value::String(encode::base64(plain.as_bytes()))))
    }

    fn cidr(&mut self, argument: &Node) -> Outcome {
        let (block, count, bits) = match argument.items() {
            [block, count] => (block, count, None),
            [block, count, bits] => (block, count, Some(bits)),
            _ => return Err(needs("an address block, a count and a number of bits")),
        };
        let (block, count) = (self.known(block)?, self.known(count)?);
        let bits = bits.map(|bits| self.known(bits)).transpose()?;
        encode::cidr(&block, &count, bits.as_deref()).map(|blocks| Some(json!(blocks))).map_err(Why::Malformed)
    }

    fn json_string(&mut self, argument: &Node) -> Outcome {
        let value = self.value(argument)?;
        let mut parts = Vec::new();
        encode::json(&value, &mut parts);
        Ok(Some(text::value(parts)))
    }

    fn length(&mut self, argument: &Node) -> Outcome {
        let items = text::items(self.value(argument)?)?;
        match items.iter().find_map(unknown_marker) {
            Some(why) => Err(why),
            None => Ok(Some(json!(items.len()))),
        }
    }
}

fn needs(what: &str) -> Why {
    Why::Malformed(format!("needs {what}"))
}

/// A reason that says what of an unknown whole is meant, so that two parts of it are never taken for one.
fn named(part: std::fmt::Arguments<'_>, why: Why) -> Why {
    match why {
        Why::Unresolved(whole) => Why::Unresolved(format!("{part}: {whole}")),
        other => other,
    }
}

fn unresolved(what: impl Into<String>) -> Why {
    Why::Unresolved(what.into())
}
