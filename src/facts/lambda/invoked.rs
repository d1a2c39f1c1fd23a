//! Which function a text calls, and by which qualifier.

use super::Alias;
use crate::{
    facts::{Directory, Facts, Observed, Part, Properties, Target, Text},
    inventory::LogicalId,
};

/// The function that a name, an ARN, an integration URI or a reference calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoked {
    /// The function itself, never its alias or version.
    pub function: Target,
    /// What follows the function's name.
    pub qualifier: Qualifier,
}

/// What follows a function's name in a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Qualifier {
    /// Nothing: the unpublished `$LATEST` is called.
    None,
    /// `$LATEST`, spelt out.
    Latest,
    /// An alias of this stack.
    Alias(LogicalId),
    /// A version of this stack.
    Version(LogicalId),
    /// A text that is neither of these: a number, a name from elsewhere, or something not known yet.
    Named(Text),
}

/// Which function `text` calls.
///
/// Understands `Ref` and `GetAtt` of functions, aliases and versions, names and ARNs with and without
/// qualifier, partial ARNs (`123456789012:function:name`), and API Gateway's `…/functions/ARN/invocations`.
pub fn invoked(text: &Text, directory: &Directory, facts: &Facts) -> Invoked {
    let base = called(text, directory, facts, Hop::First);
    let Qualifier::Named(name) = &base.qualifier else { return base };
    if name.as_str() == Some("$LATEST") {
        return Invoked { qualifier: Qualifier::Latest, ..base };
    }
    let Target::Resource(function) = &base.function else { return base };
    let alias = facts.each(alias_properties).find(|(_, alias)| {
        alias.name.present() == Some(name)
            && alias.function_name.present().is_some_and(|of| {
                called(of, directory, facts, Hop::Last).function == Target::Resource(function.clone())
            })
    });
    match alias {
        Some((id, _)) => Invoked { qualifier: Qualifier::Alias(id.clone()), ..base },
        None => base,
    }
}

fn alias_properties(properties: &Properties) -> Option<&Alias> {
    match properties {
        Properties::Alias(alias) => Some(alias),
        _ => None,
    }
}

/// An alias or a version leads to its function, and no further: a cycle of aliases ends there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hop {
    First,
    Last,
}

/// As [`invoked`], with qualifiers left as they are written.
fn called(text: &Text, directory: &Directory, facts: &Facts, hop: Hop) -> Invoked {
    let parts = without_invocations(text);
    match parts.iter().position(|part| matches!(part, Part::Reference { .. })) {
        Some(at) => referenced(text, &parts[at..], directory, facts, hop),
        None => written(text, &parts, directory, facts),
    }
}

/// A text whose function is the reference that `parts` begin with.
fn referenced(text: &Text, parts: &[Part], directory: &Directory, facts: &Facts, hop: Hop) -> Invoked {
    let unknown = || Invoked { function: Target::Unknown(text.why_unresolved()), qualifier: Qualifier::None };
    let target = directory.resolve(&Text::new(parts.first().cloned()), &[]);
    let Target::Resource(id) = target else { return Invoked { function: target, qualifier: Qualifier::None } };
    let owner = |of: &Observed<Text>| match of {
        Observed::Present(of) if hop == Hop::First => called(of, directory, facts, Hop::Last).function,
        Observed::Present(of) => Target::Unknown(of.why_unresolved()),
        Observed::Absent => Target::Elsewhere,
        Observed::Unknown(why) => Target::Unknown(why.clone()),
    };
    match facts.get(&id).map(|resource| &resource.properties) {
        Some(Properties::Function(_)) => match qualifier(&parts[1..]) {
            Some(qualifier) => Invoked { function: Target::Resource(id), qualifier },
            None => unknown(),
        },
        Some(Properties::Alias(alias)) => {
            Invoked { function: owner(&alias.function_name), qualifier: Qualifier::Alias(id) }
        }
        Some(Properties::Version(version)) => {
            Invoked { function: owner(&version.function_name), qualifier: Qualifier::Version(id) }
        }
        _ => unknown(),
    }
}

/// A text without any reference: a name or an ARN.
fn written(text: &Text, parts: &[Part], directory: &Directory, facts: &Facts) -> Invoked {
    const SEGMENT: &str = "function:";
    let tail = match split(parts, SEGMENT) {
        Some((_, tail)) => tail,
        // The ARN of something that is no function.
        None if text.as_str().is_some_and(|text| text.starts_with("arn:")) => {
            return Invoked { function: Target::Elsewhere, qualifier: Qualifier::None };
        }
        None => parts.to_vec(),
    };
    let (name, qualifier) = match split(&tail, ":") {
        Some((name, rest)) => (Text::new(name), Qualifier::Named(Text::new(rest))),
        None => (Text::new(tail), Qualifier::None),
    };
    Invoked { function: named(&name, directory, facts), qualifier }
}

/// The function of this name: by equal text, and unknown where a name not known yet might be it.
fn named(name: &Text, directory: &Directory, facts: &Facts) -> Target {
    let functions = || {
        facts.each(|properties| match properties {
            Properties::Function(function) => Some(function.as_ref()),
            _ => None,
        })
    };
    let same = functions().find(|(_, function)| function.function_name.present() == Some(name));
    if let Some((id, _)) = same {
        return Target::Resource(id.clone());
    }
    let Some(known) = name.as_str() else { return Target::Unknown(name.why_unresolved()) };
    if let Target::Resource(id) = directory.resolve(name, &["AWS::Lambda::Function"]) {
        return Target::Resource(id);
    }
    let possible = functions().find_map(|(_, function)| match &function.function_name {
        Observed::Present(of) if of.equals(known).is_none() => Some(of.why_unresolved()),
        Observed::Unknown(why) => Some(why.clone()),
        _ => None,
    });
    possible.map_or(Target::Elsewhere, Target::Unknown)
}

/// What the parts behind a function's name say; `None` where they continue the name.
fn qualifier(rest: &[Part]) -> Option<Qualifier> {
    match rest.first() {
        None => Some(Qualifier::None),
        Some(Part::Literal(text)) => {
            let after = text.strip_prefix(':')?;
            let rest = rest[1..].iter().cloned();
            Some(Qualifier::Named(Text::new([Part::Literal(after.to_owned())].into_iter().chain(rest))))
        }
        Some(_) => None,
    }
}

/// The parts before and after the first literal occurrence of `separator`.
fn split(parts: &[Part], separator: &str) -> Option<(Vec<Part>, Vec<Part>)> {
    let (at, before, after) = parts.iter().enumerate().find_map(|(at, part)| match part {
        Part::Literal(text) => text.split_once(separator).map(|(before, after)| (at, before, after)),
        _ => None,
    })?;
    let before = parts[..at].iter().cloned().chain([Part::Literal(before.to_owned())]).collect();
    let after = [Part::Literal(after.to_owned())].into_iter().chain(parts[at + 1..].iter().cloned()).collect();
    Some((before, after))
}

/// The parts without the end that API Gateway's integration URIs carry.
fn without_invocations(text: &Text) -> Vec<Part> {
    let mut parts = text.parts().to_vec();
    if let Some(Part::Literal(end)) = parts.last_mut() {
        if let Some(stripped) = end.strip_suffix("/invocations") {
            *end = stripped.to_owned();
        }
        if end.is_empty() {
            parts.pop();
        }
    }
    parts
}
