//! The few values that SAM itself needs to know: parameters and mappings, nothing that only a deployment can tell.

use super::tree::{intrinsic, scalar_text};
use crate::source::{Kind, Node};

/// The value of a parameter or pseudo parameter by name, `None` where nobody gave one.
pub type Parameter<'a> = &'a dyn Fn(&str) -> Option<Node>;

/// What SAM can look up while it expands a template.
pub(super) struct Known<'a> {
    pub(super) parameter: Parameter<'a>,
    pub(super) mappings: Option<Node>,
}

impl Known<'_> {
    /// The tree with references to parameters and mappings replaced by their values; everything else stays.
    pub(super) fn resolve(&self, node: &Node) -> Node {
        if let Some(value) = intrinsic(node).and_then(|(name, argument)| self.value(name, argument)) {
            return Node { at: node.at, ..value };
        }
        let kind = match &node.kind {
            Kind::Sequence(items) => Kind::Sequence(items.iter().map(|item| self.resolve(item)).collect()),
            Kind::Mapping(entries) => {
                let mut entries = entries.clone();
                for entry in &mut entries {
                    entry.value = self.resolve(&entry.value);
                }
                Kind::Mapping(entries)
            }
            other => other.clone(),
        };
        Node { kind, at: node.at, tag: node.tag.clone() }
    }

    /// The text that a property has once parameters are known.
    pub(super) fn text(&self, node: &Node) -> Option<String> {
        scalar_text(&self.resolve(node)).map(str::to_owned)
    }

    /// The name of the parameter without a value on which `node` hangs, where it is only that.
    pub(super) fn missing_parameter<'a>(&self, node: &'a Node) -> Option<&'a str> {
        let name = super::tree::referenced(node)?;
        (self.parameter)(name).is_none().then_some(name)
    }

    /// The partition of the stack's region, `aws` where the region is not known.
    ///
    /// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
    pub(super) fn partition(&self) -> &'static str {
        let region = (self.parameter)("AWS::Region").and_then(|region| region.as_str().map(str::to_owned));
        match region.as_deref().unwrap_or_default() {
            region if region.starts_with("cn-") => "aws-cn",
            region if region.starts_with("us-gov-") => "aws-us-gov",
            region if region.starts_with("us-isob-") => "aws-iso-b",
            region if region.starts_with("us-isof-") => "aws-iso-f",
            region if region.starts_with("us-iso-") => "aws-iso",
            region if region.starts_with("eu-isoe-") => "aws-iso-e",
            region if region.starts_with("eusc-") => "aws-eusc",
            _ => "aws",
        }
    }

    fn value(&self, name: &str, argument: &Node) -> Option<Node> {
        match name {
            "Ref" => (self.parameter)(argument.as_str()?),
            "Fn::FindInMap" => self.find_in_map(argument),
            "Fn::Sub" => self.substitute(argument),
            _ => None,
        }
    }

    fn find_in_map(&self, argument: &Node) -> Option<Node> {
        let [map, first, second] = argument.items() else { return None };
        let (map, first, second) = (self.text(map)?, self.text(first)?, self.text(second)?);
        self.mappings.as_ref()?.get(&map)?.get(&first)?.get(&second).cloned()
    }

    /// A `Fn::Sub` of parameters only, which is a text then.
    fn substitute(&self, argument: &Node) -> Option<Node> {
        let mut rest = argument.as_str()?;
        let mut text = String::new();
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after.split_once('}')?;
            text.push_str(before);
            text.push_str(scalar_text(&(self.parameter)(name)?)?);
            rest = after;
        }
        text.push_str(rest);
        Some(Node::new(Kind::String(text), argument.at))
    }
}
