//! Required tags, judged alike for every taggable type.

use crate::{
    check::{Verdict, Yardstick},
    facts::{List, Tag, Text, Why},
};

/// Whether the tags hold every key that policy requires; no verdict where it requires none.
pub(super) fn tagged(tags: &List<Tag>, yardstick: &Yardstick) -> Option<Verdict> {
    let required = &yardstick.required_tags;
    if required.is_empty() {
        return None;
    }
    Some(missing(tags, required).map_or_else(Verdict::inconclusive, |missing| verdict(&missing, required)).at("Tags"))
}

fn verdict(missing: &[&str], required: &[String]) -> Verdict {
    let found = required.len().saturating_sub(missing.len());
    let text = format!("the required tags {} are missing", missing.join(", "));
    match (found, missing.len()) {
        (_, 0) => Verdict::Pass,
        (0, _) => Verdict::fail(text),
        (found, _) => Verdict::partial(u8::try_from(found * 100 / required.len()).unwrap_or(99), text),
    }
}

/// The required keys that are not there. Keys are compared letter for letter, as AWS does.
fn missing<'r>(tags: &List<Tag>, required: &'r [String]) -> Result<Vec<&'r str>, Why> {
    let keys: Vec<Result<Option<&Text>, Why>> = tags
        .known()?
        .into_iter()
        .flatten()
        .map(|tag| tag.known().and_then(|tag| tag.map_or(Ok(None), |tag| tag.key.known())))
        .collect();
    let mut missing = Vec::new();
    for wanted in required {
        let has = keys.iter().map(|key| match key {
            Ok(Some(key)) => key.is(wanted),
            Ok(None) => Ok(false),
            Err(why) => Err(why.clone()),
        });
        if !crate::facts::iam::any_known(has)? {
            missing.push(wanted.as_str());
        }
    }
    Ok(missing)
}
