//! `profile`: the document that a policy starts from.

use serde::Serialize;

use super::{DEFAULT, LIMITS};
use crate::source::{
    self, Entry, Kind, Node, SourceError,
    read::{Errors, choice},
};

/// What a policy starts from: whatever its document leaves out is as in the profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub enum Profile {
    /// As shipped: no release may open a door or make the stack worse; what is old may wait for its turn.
    #[default]
    Baseline,
    /// For stacks that have been looked after for a while: the opt-in checks that a template or stack settles by
    /// itself, a higher minimum, high failures block as critical ones do, and so do those of before.
    Strict,
}

impl Profile {
    /// Every profile, the mildest first.
    pub const ALL: [Self; 2] = [Self::Baseline, Self::Strict];

    /// The name in documents.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::Strict => "strict",
        }
    }

    /// What it is for, in one line.
    pub const fn summary(self) -> &'static str {
        match self {
            Self::Baseline => "as shipped: opens no door, makes nothing worse; what is old may wait",
            Self::Strict => "more checks, a higher minimum, and no release over a high failure, old ones included",
        }
    }

    /// The profile of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.name() == name)
    }

    /// The profile as a policy that can be read by itself.
    pub const fn document(self) -> &'static str {
        match self {
            Self::Baseline => DEFAULT,
            Self::Strict => include_str!("profiles/strict.yaml"),
        }
    }

    pub(super) fn read(node: &Node, errors: &mut Errors) -> Option<Self> {
        choice(node, errors, "profile", &Self::ALL.map(|profile| (profile.name(), profile)))
    }
}

/// The document laid over the profile that it names. One that names none, or none that there is, stays as it is:
/// whatever it leaves out is as in the baseline, and whoever reads it says what is wrong.
///
/// # Errors
/// Where the profile's own document cannot be parsed, which a test rules out.
pub(super) fn applied(document: Node) -> Result<Node, SourceError> {
    let named = document.get("profile").and_then(Node::as_str).and_then(Profile::named);
    match named {
        None | Some(Profile::Baseline) => Ok(document),
        Some(profile) => {
            let text = profile.document().as_bytes();
            let Node { kind, at, tag } = source::parse(profile.name(), text, &LIMITS)?;
            let kind = match kind {
                // The version is for the document to say.
                Kind::Mapping(entries) => Kind::Mapping(entries.into_iter().filter(|it| it.key != "version").collect()),
                other => other,
            };
            Ok(laid_over(Node { kind, at, tag }, document))
        }
    }
}

/// Mappings key by key; everything else, lists too, as the document has it. What it leaves empty it leaves out.
fn laid_over(base: Node, document: Node) -> Node {
    match (base.kind, document.kind) {
        (Kind::Mapping(below), Kind::Mapping(above)) => {
            Node { kind: Kind::Mapping(merged(below, above)), at: document.at, tag: document.tag }
        }
        (base, Kind::Null) => Node { kind: base, at: document.at, tag: document.tag },
        // `lambda-code-signing: {severity: high}` over `lambda-code-signing: on`.
        (switch, Kind::Mapping(mut above)) if is_switch(&switch) => {
            if above.iter().all(|entry| entry.key != "enabled") {
                let (key, value) = ("enabled".to_owned(), Node::new(switch, document.at));
                above.push(Entry { key, key_at: document.at, value });
            }
            Node { kind: Kind::Mapping(above), at: document.at, tag: document.tag }
        }
        (_, kind) => Node { kind, at: document.at, tag: document.tag },
    }
}

fn is_switch(kind: &Kind) -> bool {
    matches!(kind, Kind::Bool(_)) || matches!(kind, Kind::String(word) if word == "on" || word == "off")
}

fn merged(below: Vec<Entry>, mut above: Vec<Entry>) -> Vec<Entry> {
    for Entry { key, key_at, value: base } in below {
        match above.iter().position(|entry| entry.key == key) {
            Some(index) => {
                let entry = above.swap_remove(index);
                above.push(Entry { value: laid_over(base, entry.value), ..entry });
            }
            None => above.push(Entry { key, key_at, value: base }),
        }
    }
    above
}
