//! Three-valued matching: what a pattern of which a part is unknown certainly matches, and certainly not.

use wildmatch::WildMatch;

use crate::facts::{Part, Text, Why};

/// Whether something holds, or why nobody can tell.
pub type Known = Result<bool, Why>;

/// Whether one of them holds: one that does settles it, else the first ignorance does.
///
/// # Errors
/// With the first reason, where none holds and one is not known.
pub fn any_known(items: impl IntoIterator<Item = Known>) -> Known {
    let mut answer = Ok(false);
    for item in items {
        match item {
            Ok(true) => return Ok(true),
            Ok(false) => {}
            Err(why) => answer = answer.and(Err(why)),
        }
    }
    answer
}

/// Whether all of them hold: one that does not settles it, else the first ignorance does.
///
/// # Errors
/// With the first reason, where all known ones hold and one is not known.
pub fn all_known(items: impl IntoIterator<Item = Known>) -> Known {
    any_known(items.into_iter().map(|item| item.map(|holds| !holds))).map(|one_fails| !one_fails)
}

/// Whether the pattern matches the action, `s3:GetObject` for example, in any letter case.
///
/// # Errors
/// With the reason, where that depends on a part nobody knows.
pub fn matches_action(pattern: &Text, action: &str) -> Known {
    matches(pattern, action, WildMatch::new_case_insensitive)
}

/// Whether the pattern matches the text, letter for letter but for `*` and `?`.
///
/// # Errors
/// With the reason, where that depends on a part nobody knows.
pub fn matches_pattern(pattern: &Text, text: &str) -> Known {
    matches(pattern, text, WildMatch::new)
}

fn matches(pattern: &Text, text: &str, compile: impl Fn(&str) -> WildMatch) -> Known {
    if let Some(known) = pattern.as_str() {
        return Ok(compile(known).matches(text));
    }
    // With the unknown parts wide open: no match now is no match ever.
    let widest: String = pattern
        .parts()
        .iter()
        .map(|part| match part {
            Part::Literal(text) => text.as_str(),
            _ => "*",
        })
        .collect();
    if compile(&widest).matches(text) { Err(pattern.why_unresolved()) } else { Ok(false) }
}

/// Whose account a principal belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Account {
    /// The stack's own: `AWS::AccountId`, or a role of the stack.
    Own,
    /// Twelve digits, written out.
    Written(String),
    /// Not an account: `*`, a unique id, a canonical user.
    None,
}

/// The account that an ARN, an account id or a reference to a principal of the stack names.
///
/// # Errors
/// With the reason, where a part nobody knows decides it.
pub fn account_of(principal: &Text) -> Result<Account, Why> {
    /// Stands for `AWS::AccountId` while the text is cut at its colons.
    const OWN: &str = "\u{1}";
    /// Stands for any other part.
    const OPEN: &str = "\u{2}";
    if let [Part::Reference { .. }] = principal.parts() {
        return Ok(Account::Own);
    }
    let shape: String = principal
        .parts()
        .iter()
        .map(|part| match part {
            Part::Literal(text) => text.as_str(),
            Part::Pseudo(name) if name == "AWS::AccountId" => OWN,
            _ => OPEN,
        })
        .collect();
    let field = match shape.strip_prefix("arn:") {
        Some(rest) => rest.split(':').nth(3).unwrap_or_default(),
        None => shape.as_str(),
    };
    match field {
        OWN => Ok(Account::Own),
        _ if field.contains(OPEN) || field.contains(OWN) => Err(principal.why_unresolved()),
        _ if field.len() == 12 && field.bytes().all(|byte| byte.is_ascii_digit()) => {
            Ok(Account::Written(field.to_owned()))
        }
        _ => Ok(Account::None),
    }
}
