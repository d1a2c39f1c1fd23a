//! Which KMS key is meant: one of the customer's, or the one AWS manages for a service.

use crate::facts::{Part, Text, Why};

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
