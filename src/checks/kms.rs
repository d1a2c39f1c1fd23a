//! Which KMS key is meant: one of the customer's, or the one AWS manages for a service.

use crate::{
    check::Verdict,
    facts::{Observed, Part, Text, Why},
};

/// Judges the key of what is encrypted with KMS: the customer's own passes; the one that AWS manages under `alias`,
/// which is meant where none is named, holds in part.
pub(super) fn customer_key(key: &Observed<Text>, alias: &str) -> Verdict {
    let managed = || {
        let name = alias.strip_prefix("alias/").unwrap_or(alias);
        Verdict::partial(70, format!("the key is {name}, which AWS manages"))
    };
    key.judge(|key| Verdict::of(is_managed(key, alias).map(|is| !is), managed), managed)
}

/// Whether `key` is the key AWS manages under this alias, `alias/aws/s3` for example: by alias or by its ARN.
///
/// A key of the stack never is.
///
/// # Errors
/// With the reason, where a part nobody knows decides it.
pub(super) fn is_managed(key: &Text, alias: &str) -> Result<bool, Why> {
    if let Some(key) = key.as_str() {
        return Ok(key.is_empty() || key == alias || key.ends_with(&format!(":{alias}")));
    }
    if key.literal_suffix().ends_with(alias) {
        return Ok(true);
    }
    // An ARN of a key, or a reference to a resource, says enough without its account and region.
    let open = key.parts().iter().any(|part| matches!(part, Part::Unknown(_)));
    if open { Err(key.why_unresolved()) } else { Ok(false) }
}
