//! The function that an alias, a version, a permission or a configuration belongs to.

use crate::facts::{Directory, Facts, Observed, Part, Properties, Target, Text};

/// Which function of the stack `text` means, whatever qualifier follows.
///
/// Understands `Ref` and `GetAtt` of functions, aliases and versions, and names and ARNs with and without
/// qualifier, partial ARNs (`123456789012:function:name`) included.
pub(super) fn function_of(text: &Text, directory: &Directory, facts: &Facts) -> Target {
    owner(text, directory, facts, Hop::First)
}

/// An alias or a version leads to its function, and no further: a cycle of aliases ends there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hop {
    First,
    Last,
}

fn owner(text: &Text, directory: &Directory, facts: &Facts, hop: Hop) -> Target {
    let parts = text.parts();
    match parts.iter().position(|part| matches!(part, Part::Reference { .. })) {
        Some(at) => referenced(text, &parts[at..], directory, facts, hop),
        None => written(text, directory, facts),
    }
}

/// A text whose function is the reference that `parts` begin with.
fn referenced(text: &Text, parts: &[Part], directory: &Directory, facts: &Facts, hop: Hop) -> Target {
    let Target::Resource(id) = directory.resolve(&Text::new(parts.first().cloned()), &[]) else {
        return Target::Elsewhere;
    };
    let of = match facts.get(&id).map(|resource| &resource.properties) {
        // What follows the name is a qualifier, or it is another name.
        Some(Properties::Function(_)) => match parts.get(1) {
            None => return Target::Resource(id),
            Some(Part::Literal(rest)) if rest.starts_with(':') => return Target::Resource(id),
            Some(_) => return Target::Unknown(text.why_unresolved()),
        },
        Some(Properties::Alias(alias)) => &alias.function_name,
        Some(Properties::Version(version)) => &version.function_name,
        _ => return Target::Unknown(text.why_unresolved()),
    };
    match of {
        Observed::Present(of) if hop == Hop::First => owner(of, directory, facts, Hop::Last),
        Observed::Present(of) => Target::Unknown(of.why_unresolved()),
        Observed::Absent => Target::Elsewhere,
        Observed::Unknown(why) => Target::Unknown(why.clone()),
    }
}

/// A text without any reference: a name or an ARN.
fn written(text: &Text, directory: &Directory, facts: &Facts) -> Target {
    let tail = match split(text.parts(), "function:") {
        Some((_, tail)) => tail,
        // The ARN of something that is no function.
        None if text.as_str().is_some_and(|text| text.starts_with("arn:")) => return Target::Elsewhere,
        None => text.parts().to_vec(),
    };
    let name = split(&tail, ":").map_or(tail, |(name, _)| name);
    named(&Text::new(name), directory, facts)
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
