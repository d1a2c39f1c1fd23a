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
    matches(pattern, action, str::eq_ignore_ascii_case, WildMatch::new_case_insensitive)
}

/// Whether the pattern matches the text, letter for letter but for `*` and `?`.
///
/// # Errors
/// With the reason, where that depends on a part nobody knows.
pub fn matches_pattern(pattern: &Text, text: &str) -> Known {
    matches(pattern, text, str::eq, WildMatch::new)
}

fn matches(pattern: &Text, text: &str, same: fn(&str, &str) -> bool, compile: fn(&str) -> WildMatch) -> Known {
    let begins_otherwise = |pattern: &str| {
        let literal = pattern.split(['*', '?']).next().unwrap_or_default();
        // Letters of one case and the other may differ in length only outside of ASCII.
        literal.is_ascii() && text.is_ascii() && !text.get(..literal.len()).is_some_and(|start| same(start, literal))
    };
    // Most patterns that a text is held against are of another service; they need not be compiled.
    if begins_otherwise(pattern.literal_prefix()) {
        return Ok(false);
    }
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// What is told apart without the compiled pattern is what the compiled pattern tells apart.
        #[test]
        fn a_pattern_matches_as_it_is_compiled(pattern in "[s3:GgEe*?K\u{212a}é]{0,6}", text in "[s3:GgEeKé\u{212a}]{0,6}") {
            let written = Text::literal(&pattern);
            prop_assert_eq!(matches_pattern(&written, &text), Ok(WildMatch::new(&pattern).matches(&text)));
            let ignoring_case = WildMatch::new_case_insensitive(&pattern).matches(&text);
            prop_assert_eq!(matches_action(&written, &text), Ok(ignoring_case));
        }
    }
}
