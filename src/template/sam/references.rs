//! References to what SAM generates: `!Ref Function.Alias`, `${Function.Version}`, `!GetAtt Api.Stage.Arn`, and renamed layers.

use std::collections::BTreeMap;

use super::tree::intrinsic;
use crate::source::{Kind, Node};

/// Which generated resource is meant by which name.
#[derive(Debug, Default)]
pub(super) struct References {
    /// `Function.Alias` to the logical id of the alias.
    derived: BTreeMap<String, String>,
    /// The logical id of a resource to the one under which it is generated.
    renamed: BTreeMap<String, String>,
}

impl References {
    /// `owner.property` now means `id`.
    pub(super) fn derive(&mut self, owner: &str, property: &str, id: &str) {
        self.derived.insert(format!("{owner}.{property}"), id.to_owned());
    }

    /// `old` is now called `new`.
    pub(super) fn rename(&mut self, old: &str, new: &str) {
        self.renamed.insert(old.to_owned(), new.to_owned());
    }

    /// Rewrites every reference in the tree.
    pub(super) fn rewrite(&self, node: &mut Node) {
        if self.derived.is_empty() && self.renamed.is_empty() {
            return;
        }
        match intrinsic(node).map(|(name, _)| name) {
            Some("Ref") => self.rewrite_ref(node),
            Some("Fn::GetAtt") => self.rewrite_get_att(node),
            Some("Fn::Sub") => self.rewrite_sub(node),
            _ => {}
        }
        match &mut node.kind {
            Kind::Sequence(items) => items.iter_mut().for_each(|item| self.rewrite(item)),
            Kind::Mapping(entries) => {
                for entry in entries {
                    if entry.key == "DependsOn" {
                        self.rename_texts(&mut entry.value);
                    }
                    self.rewrite(&mut entry.value);
                }
            }
            _ => {}
        }
    }

    /// The dotted name with the reference at its beginning replaced.
    fn replaced(&self, name: &str) -> Option<String> {
        let mut parts = name.splitn(3, '.');
        let first = parts.next()?;
        if let Some(property) = parts.next()
            && let Some(id) = self.derived.get(&format!("{first}.{property}"))
        {
            return Some(with_rest(id, parts.next()));
        }
        let id = self.renamed.get(first)?;
        Some(with_rest(id, name.split_once('.').map(|(_, rest)| rest)))
    }

    fn rewrite_ref(&self, node: &mut Node) {
        if let Some(Kind::String(name)) = argument_mut(node).map(|argument| &mut argument.kind)
            && let Some(new) = self.replaced(name)
        {
            *name = new;
        }
    }

    fn rewrite_get_att(&self, node: &mut Node) {
        let Some(argument) = argument_mut(node) else { return };
        let name = match &argument.kind {
            Kind::String(name) => name.clone(),
            Kind::Sequence(items) => match items.iter().map(Node::as_str).collect::<Option<Vec<_>>>() {
                Some(parts) => parts.join("."),
                None => return,
            },
            _ => return,
        };
        if let Some(new) = self.replaced(&name) {
            let at = argument.at;
            let (id, attribute) = new.split_once('.').unwrap_or((&new, ""));
            let parts = [id, attribute].into_iter().filter(|part| !part.is_empty());
            argument.kind = Kind::Sequence(parts.map(|part| Node::new(Kind::String(part.to_owned()), at)).collect());
        }
    }

    fn rewrite_sub(&self, node: &mut Node) {
        let Some(argument) = argument_mut(node) else { return };
        let text = match &mut argument.kind {
            Kind::String(text) => Some(text),
            Kind::Sequence(items) => match items.first_mut().map(|first| &mut first.kind) {
                Some(Kind::String(text)) => Some(text),
                _ => None,
            },
            _ => None,
        };
        if let Some(text) = text {
            *text = self.rewrite_variables(text);
        }
    }

    fn rewrite_variables(&self, text: &str) -> String {
        let mut result = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let Some((name, after)) = after.split_once('}') else { break };
            let new = self.replaced(name);
            result.push_str(before);
            result.push_str("${");
            result.push_str(new.as_deref().unwrap_or(name));
            result.push('}');
            rest = after;
        }
        result.push_str(rest);
        result
    }

    fn rename_texts(&self, node: &mut Node) {
        match &mut node.kind {
            Kind::String(id) => {
                if let Some(new) = self.renamed.get(id) {
                    id.clone_from(new);
                }
            }
            Kind::Sequence(items) => items.iter_mut().for_each(|item| self.rename_texts(item)),
            _ => {}
        }
    }
}

fn with_rest(id: &str, rest: Option<&str>) -> String {
    match rest {
        Some(rest) => format!("{id}.{rest}"),
        None => id.to_owned(),
    }
}

fn argument_mut(node: &mut Node) -> Option<&mut Node> {
    match &mut node.kind {
        Kind::Mapping(entries) => entries.first_mut().map(|entry| &mut entry.value),
        _ => None,
    }
}
