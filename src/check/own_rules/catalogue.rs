//! Rules as checks: findings, scores and reports hold `&'static Check`, whoever wrote it.
//!
//! What a process has read once it keeps: the same file gives the same checks again, and there is a limit to all of
//! them together.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::{Defaults, MOST_RULES, OwnRule, RulesError, extent, parse, scan::Mistake, syntax::Rule};
use crate::check::{Applies, Check, Default, Pillar, Severity};

/// Rules that one process keeps, of all files together.
const MOST_KEPT: usize = 2_000;

/// Where the language is described.
const REFERENCE: &str = "https://docs.aws.amazon.com/cfn-guard/latest/ug/writing-rules.html";

/// What was read before.
static KEPT: Mutex<BTreeMap<Key, Vec<&'static Check>>> = Mutex::new(BTreeMap::new());

type Key = (String, String, Severity, Pillar);

/// The checks that a file comes to.
pub(super) fn checks(name: &str, text: &str, defaults: Defaults) -> Result<Vec<&'static Check>, RulesError> {
    let key = (name.to_owned(), text.to_owned(), defaults.severity, defaults.pillar);
    // A panic elsewhere leaves nothing half done in it.
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(checks) = kept.get(&key) {
        return Ok(checks.clone());
    }
    let described = described(name, text, defaults).map_err(|mistake| RulesError::at(name, mistake))?;
    if kept.values().map(Vec::len).sum::<usize>() + described.len() > MOST_KEPT {
        return Err(RulesError::overall(name, format!("more than {MOST_KEPT} rules in one process")));
    }
    let checks: Vec<&'static Check> = described.into_iter().map(kept_for_ever).collect();
    kept.insert(key, checks.clone());
    Ok(checks)
}

/// A rule with what its check says, not kept yet.
struct Described {
    id: String,
    title: String,
    why: String,
    fix: String,
    pillar: Pillar,
    severity: Severity,
    rule: OwnRule,
}

fn described(name: &str, text: &str, defaults: Defaults) -> Result<Vec<Described>, Mistake> {
    let file = Arc::new(parse::file(text)?);
    let mut ids: BTreeMap<String, &str> = BTreeMap::new();
    let mut all = Vec::new();
    for (index, rule) in file.rules.iter().enumerate() {
        if index >= MOST_RULES {
            return Err(fail(rule, format!("more than {MOST_RULES} rules in one file")));
        }
        let id = id(&rule.name);
        if let Some(other) = ids.insert(id.clone(), &rule.name) {
            return Err(fail(rule, format!("{other} and {} are both called {id}", rule.name)));
        }
        let extent = extent::of(&file, rule)?;
        let own = OwnRule {
            file: Arc::clone(&file),
            index,
            of_each: extent.of_each,
            types: extent.types.into_iter().map(|name| &*name.leak()).collect::<Vec<_>>().leak(),
        };
        let said = |key| said(rule, key);
        all.push(Described {
            id,
            title: said("title").unwrap_or_else(|| format!("The rule {} of {name} holds", rule.name)),
            why: said("why").unwrap_or_else(|| format!("{name} asks for it.")),
            fix: said("fix").unwrap_or_else(|| format!("Write what the rule {} of {name} asks for.", rule.name)),
            pillar: word(rule, "pillar", &Pillar::ALL.map(|one| (one.name(), one)))?.unwrap_or(defaults.pillar),
            severity: word(rule, "severity", &Severity::ALL.map(|one| (one.name(), one)))?.unwrap_or(defaults.severity),
            rule: own,
        });
    }
    Ok(all)
}

fn kept_for_ever(described: Described) -> &'static Check {
    let Described { id, title, why, fix, pillar, severity, rule } = described;
    Box::leak(Box::new(Check {
        id: id.leak(),
        title: title.leak(),
        why: why.leak(),
        fix: fix.leak(),
        absent: "What a rule asks for and the stack does not say is a failure, unless the rule says otherwise.",
        reference: REFERENCE,
        pillar,
        severity,
        since: env!("CARGO_PKG_VERSION"),
        default: Default::On,
        needs: &[],
        applies: Applies::Own(Box::leak(Box::new(rule))),
    }))
}

/// `S3_BUCKET_TAGS` is `own-s3-bucket-tags`.
fn id(name: &str) -> String {
    let words = name.split('_').filter(|word| !word.is_empty());
    format!("{}{}", super::PREFIX, words.map(str::to_lowercase).collect::<Vec<_>>().join("-"))
}

/// What the comment above a rule says: `# severity: high`
fn said(rule: &Rule, key: &str) -> Option<String> {
    let value = |line: &String| {
        let (found, value) = line.split_once(':')?;
        (found.trim() == key && !value.trim().is_empty()).then(|| value.trim().to_owned())
    };
    rule.comment.iter().find_map(value)
}

fn word<T: Copy>(rule: &Rule, key: &str, words: &[(&str, T)]) -> Result<Option<T>, Mistake> {
    let Some(said) = said(rule, key) else { return Ok(None) };
    match words.iter().find(|(word, _)| *word == said) {
        Some((_, value)) => Ok(Some(*value)),
        None => {
            let known = words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
            Err(fail(rule, format!("unknown {key} {said:?} in the comment")).hint(format!("one of: {known}")))
        }
    }
}

fn fail(rule: &Rule, message: String) -> Mistake {
    Mistake { at: rule.at, message, hint: None }
}
