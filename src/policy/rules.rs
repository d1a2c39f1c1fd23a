//! `rules`: checks of the owner's own, in the language of CloudFormation Guard.

use serde::Serialize;

use super::read::{bounded_list, severity, words};
use crate::{
    check::{
        Check, Pillar, Severity,
        own_rules::{self, Defaults, LARGEST, RulesError},
    },
    source::{
        Node,
        read::{Errors, Fields, choice, text},
    },
};

/// Rules files of one policy.
const MOST_FILES: usize = 20;

/// Gives the bytes of a file beside the policy, or says in a few words why it cannot.
pub type Beside<'f> = dyn Fn(&str) -> Result<Vec<u8>, String> + 'f;

/// Rules in the language of CloudFormation Guard: of a file, or written here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub struct RulesSource {
    /// A file, relative to the policy's folder. The hooks have no files: their policy holds the rules as `text`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "cli", schemars(default, with = "String", length(min = 1, max = 300)))]
    pub file: Option<String>,
    /// The rules themselves, instead of a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "cli", schemars(default, with = "String", length(min = 1, max = 65536)))]
    pub text: Option<String>,
    /// How bad a failure is, where the comment above a rule does not say; medium where nothing does.
    #[cfg_attr(feature = "cli", schemars(default = "default_severity"))]
    pub severity: Severity,
    /// Which concern they serve, where the comment above a rule does not say; security where nothing does.
    #[cfg_attr(feature = "cli", schemars(default = "default_pillar"))]
    pub pillar: Pillar,
}

#[cfg(feature = "cli")]
fn default_severity() -> Severity {
    Defaults::default().severity
}

#[cfg(feature = "cli")]
fn default_pillar() -> Pillar {
    Defaults::default().pillar
}

/// The owner's own rules, each of which is a check.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(transparent)]
pub struct OwnRules {
    sources: Vec<RulesSource>,
    #[serde(skip)]
    checks: Vec<&'static Check>,
}

impl OwnRules {
    /// The checks that they are.
    pub fn checks(&self) -> &[&'static Check] {
        &self.checks
    }

    /// The check of this id.
    pub fn by_id(&self, id: &str) -> Option<&'static Check> {
        self.checks.iter().find(|check| check.id == id).copied()
    }

    /// Adds the rules of a file; `name` is what messages call it.
    ///
    /// # Errors
    /// A mistake in the file, or a rule whose name another file has already.
    pub fn add(&mut self, name: &str, text: &str) -> Result<(), RulesError> {
        let Defaults { severity, pillar } = Defaults::default();
        let checks = own_rules::read(name, text, Defaults { severity, pillar })?;
        if let Some(twice) = checks.iter().find(|check| self.by_id(check.id).is_some()) {
            return Err(RulesError::twice(name, twice.id));
        }
        self.sources.push(RulesSource { file: None, text: Some(text.to_owned()), severity, pillar });
        self.checks.extend(checks);
        Ok(())
    }

    pub(super) fn read(node: &Node, errors: &mut Errors, files: Option<&Beside<'_>>) -> Option<Self> {
        let mut rules = Self::default();
        bounded_list(node, errors, MOST_FILES, |node, errors| rules.read_one(node, errors, files))?;
        Some(rules)
    }

    fn read_one(&mut self, node: &Node, errors: &mut Errors, files: Option<&Beside<'_>>) -> Option<()> {
        let mut fields = Fields::of(node, errors, "rules");
        let file = fields.optional("file", |node, errors| Some((node, words(node, errors, 300)?)));
        let written = fields.optional("text", |node, errors| Some((node, text(node, errors)?)));
        let severity = fields.optional("severity", severity).unwrap_or(Defaults::default().severity);
        let pillars = Pillar::ALL.map(|pillar| (pillar.name(), pillar));
        let pillar = fields.optional("pillar", |node, errors| choice(node, errors, "pillar", &pillars));
        let pillar = pillar.unwrap_or(Defaults::default().pillar);
        fields.finish();
        let (at, name, content) = match (&file, &written) {
            (Some((node, file)), None) => (*node, file.as_str(), beside(node, file, errors, files)?),
            (None, Some((node, text))) => (*node, "text", text.clone()),
            _ => {
                let hint = Some("name a `file`, or write the rules as `text`".to_owned());
                errors.add(node.at, "rules need one of file and text", hint);
                return None;
            }
        };
        match own_rules::read(name, &content, Defaults { severity, pillar }) {
            Ok(checks) => {
                for check in checks {
                    match self.by_id(check.id) {
                        Some(_) => errors.add(at.at, format_args!("two rules are called {}", check.id), None),
                        None => self.checks.push(check),
                    }
                }
            }
            Err(error) => errors.add(at.at, &error, error.hint().map(str::to_owned)),
        }
        let (file, text) = (file.map(|(_, file)| file), written.map(|(_, text)| text));
        self.sources.push(RulesSource { file, text, severity, pillar });
        Some(())
    }
}

/// The text of a file beside the policy.
fn beside(node: &Node, file: &str, errors: &mut Errors, files: Option<&Beside<'_>>) -> Option<String> {
    let Some(files) = files else {
        let hint = Some("write the rules as `text`".to_owned());
        errors.add(node.at, "there are no files here that rules could be in", hint);
        return None;
    };
    let bytes = match files(file) {
        Ok(bytes) if bytes.len() <= LARGEST => bytes,
        Ok(_) => {
            errors.add(node.at, format_args!("{file} has more than {LARGEST} bytes"), None);
            return None;
        }
        Err(why) => {
            errors.add(node.at, format_args!("cannot read {file}: {why}"), None);
            return None;
        }
    };
    let text = String::from_utf8(bytes).ok();
    if text.is_none() {
        errors.add(node.at, format_args!("{file} is no text in UTF-8"), None);
    }
    text
}
