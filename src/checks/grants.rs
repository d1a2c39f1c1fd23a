//! What a statement of a resource policy grants to whom, the way IAM and S3 read it; of queues, topics and event buses too.
//!
//! S3's "meaning of public": a grant to everybody is public unless a condition limits it to fixed values
//! of certain keys. <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>

use crate::facts::{
    Observed, Part, Text, Why,
    iam::{
        Account, Condition, Known, Operator, Principal, Statement, Texts, account_of, all_known, any_known,
        matches_action,
    },
};

/// The keys whose fixed values limit who calls. IAM compares keys in any letter case.
const LIMITING_KEYS: &[&str] = &[
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceOrgID",
    "aws:SourceOwner",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:userid",
    "kms:CallerAccount",
    "s3:DataAccessPointAccount",
    "s3:DataAccessPointArn",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
];
/// The keys that name an account.
const ACCOUNT_KEYS: &[&str] =
    &["aws:PrincipalAccount", "aws:SourceAccount", "kms:CallerAccount", "s3:DataAccessPointAccount"];
/// The keys whose ARNs name the account of the caller, or of what it calls for.
const ARN_KEYS: &[&str] = &["aws:PrincipalArn", "aws:SourceArn", "s3:DataAccessPointArn"];
/// Operators that take a value letter for letter.
const EXACT: &[&str] = &["StringEquals", "StringEqualsIgnoreCase"];
/// Operators in which `*` and `?` are wildcards; `ArnEquals` is `ArnLike` by another name.
const WITH_WILDCARDS: &[&str] = &["StringLike", "ArnLike", "ArnEquals"];

/// Whether it allows everybody something, and no condition limits who that is.
pub(super) fn to_everybody(statement: &Statement) -> Known {
    if !statement.allows()? || !speaks_of_everybody(statement)? {
        return Ok(false);
    }
    Ok(!limited(statement)?)
}

/// Operators that hold for whatever is *not* one of the values.
const EXCEPT: &[&str] =
    &["StringNotEquals", "StringNotEqualsIgnoreCase", "StringNotLike", "ArnNotLike", "ArnNotEquals"];

/// Whether it denies everybody but the callers that its conditions fix: `StringNotEquals` of `aws:SourceVpce`.
///
/// A denial that holds only under something else besides lets strangers in where that does not hold.
pub(super) fn denies_strangers(statement: &Statement) -> Known {
    if statement.allows()? || !speaks_of_everybody(statement)? {
        return Ok(false);
    }
    let Some(condition) = statement.condition.known()? else { return Ok(false) };
    let entries = condition.entries()?;
    let fixes = |(operator, key, values): &(Operator<'_>, &str, &Texts)| {
        let limiting = LIMITING_KEYS.iter().any(|limiting| limiting.eq_ignore_ascii_case(key));
        if !limiting || !operator.is_one_of(EXCEPT) || values.0.is_empty() {
            return Ok(false);
        }
        all_known(values.iter().map(|value| is_fixed(value, "*?")))
    };
    Ok(!entries.is_empty() && all_known(entries.iter().map(fixes))?)
}

/// Whether it allows every action of the service.
pub(super) fn every_action(statement: &Statement, service: &str) -> Known {
    Ok(statement.allows()? && covers_every_action(statement, service)?)
}

/// Whether `Action` covers every action of the service, those of tomorrow included.
pub(super) fn covers_every_action(statement: &Statement, service: &str) -> Known {
    // An action that no pattern but a wildcard can mean.
    let any = format!("{service}:\u{1}");
    match statement.action.known()? {
        Some(actions) => any_known(actions.iter().map(|pattern| matches_action(pattern, &any))),
        None if statement.not_action.is_absent() => Err(without_action()),
        None => Ok(false),
    }
}

fn without_action() -> Why {
    Why::Malformed("a statement without Action".to_owned())
}

/// Whether it allows by naming what is *not* meant.
pub(super) fn by_exception(statement: &Statement) -> Known {
    let written =
        [statement.not_principal.known().map(|it| it.is_some()), statement.not_action.known().map(|it| it.is_some())];
    Ok(statement.allows()? && any_known(written)?)
}

/// Whether it allows one of the actions (any at all, where none is listed) to an account other than `own`
/// and the trusted ones.
pub(super) fn to_other_accounts(
    statement: &Statement,
    actions: &[&str],
    own: &Observed<String>,
    trusted: &[String],
) -> Known {
    if !statement.allows()? || !grants_any(statement, actions)? {
        return Ok(false);
    }
    if speaks_of_everybody(statement)? {
        return Ok(!limited_to_accounts(statement, own, trusted)?);
    }
    let Some(principal) = statement.principal.known()? else { return Ok(false) };
    let named = principal.of_kind("AWS").iter().map(|named| is_foreign(named, own, trusted));
    let canonical = principal.of_kind("CanonicalUser").iter().map(canonical_user);
    any_known(named.chain(canonical))
}

/// Whether every caller is meant: by `*`, or because everybody but a few is.
pub(super) fn speaks_of_everybody(statement: &Statement) -> Known {
    match (statement.principal.known()?, statement.not_principal.known()?) {
        (Some(principal), _) => Principal::is_everyone(principal),
        (None, Some(_)) => Ok(true),
        (None, None) => Err(Why::Malformed("a statement without Principal".to_owned())),
    }
}

/// Whether `Action` covers one of these; any at all, where none is listed.
pub(super) fn grants_any(statement: &Statement, actions: &[&str]) -> Known {
    if actions.is_empty() {
        return Ok(true);
    }
    let named = |texts: &Texts, action: &str| any_known(texts.iter().map(|pattern| matches_action(pattern, action)));
    match (statement.action.known()?, statement.not_action.known()?) {
        (Some(granted), _) => any_known(actions.iter().map(|action| named(granted, action))),
        (None, Some(left_out)) => any_known(actions.iter().map(|action| named(left_out, action).map(|out| !out))),
        (None, None) => Err(without_action()),
    }
}

/// Whether a condition limits the callers to known ones.
fn limited(statement: &Statement) -> Known {
    let Some(condition) = statement.condition.known()? else { return Ok(false) };
    any_entry(condition, limits)
}

fn any_entry(condition: &Condition, holds: impl Fn(Operator<'_>, &str, &Texts) -> Known) -> Known {
    any_known(condition.entries()?.into_iter().map(|(operator, key, values)| holds(operator, key, values)))
}

/// A condition that holds without its key limits nobody: a stranger's request does not carry it.
fn limits(operator: Operator<'_>, key: &str, values: &Texts) -> Known {
    if operator.holds_without_key() || values.0.is_empty() {
        return Ok(false);
    }
    if key.eq_ignore_ascii_case("aws:SourceIp") {
        return if operator.is("IpAddress") { all_known(values.iter().map(is_narrow_network)) } else { Ok(false) };
    }
    if !LIMITING_KEYS.iter().any(|limiting| limiting.eq_ignore_ascii_case(key)) {
        return Ok(false);
    }
    if operator.is_one_of(EXACT) {
        all_known(values.iter().map(|value| is_fixed(value, "")))
    } else if operator.is_one_of(WITH_WILDCARDS) {
        let with_account = key.eq_ignore_ascii_case("s3:DataAccessPointArn");
        all_known(values.iter().map(|value| {
            // S3 takes a wildcard in the name of an access point as long as its account is fixed.
            if with_account { account_of(value).map(|account| account != Account::None) } else { is_fixed(value, "*?") }
        }))
    } else {
        Ok(false)
    }
}

/// Whether a value is one value: without these wildcards, and without a policy variable.
fn is_fixed(value: &Text, wildcards: &str) -> Known {
    for part in value.parts() {
        match part {
            Part::Literal(text)
                if text.contains("${") || text.chars().any(|character| wildcards.contains(character)) =>
            {
                return Ok(false);
            }
            Part::Literal(_) | Part::Reference { .. } | Part::Pseudo(_) => {}
            Part::Unknown(why) => return Err(why.clone()),
        }
    }
    Ok(true)
}

/// S3 calls networks wider than /8 (IPv4) and /32 (IPv6) public.
fn is_narrow_network(value: &Text) -> Known {
    let Some(network) = value.as_str() else { return Err(value.why_unresolved()) };
    let (address, prefix) = network.split_once('/').unwrap_or((network, "128"));
    let malformed = || Why::Malformed(format!("{network:?} is no network"));
    let least = match address.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(_)) => 8,
        Ok(std::net::IpAddr::V6(_)) => 32,
        Err(_) => return Err(malformed()),
    };
    Ok(prefix.parse::<u8>().map_err(|_| malformed())? >= least)
}

fn limited_to_accounts(statement: &Statement, own: &Observed<String>, trusted: &[String]) -> Known {
    let Some(condition) = statement.condition.known()? else { return Ok(false) };
    any_entry(condition, |operator, key, values| {
        let is_one_of = |keys: &[&str]| keys.iter().any(|it| it.eq_ignore_ascii_case(key));
        let names_accounts = is_one_of(ACCOUNT_KEYS) && operator.is_one_of(EXACT)
            || is_one_of(ARN_KEYS) && (operator.is_one_of(EXACT) || operator.is_one_of(WITH_WILDCARDS));
        if operator.holds_without_key() || !names_accounts {
            return Ok(false);
        }
        let foreign = |value: &Text| if of_any_account(value) { Ok(true) } else { is_foreign(value, own, trusted) };
        any_known(values.iter().map(foreign)).map(|foreign| !foreign)
    })
}

/// Whether a wildcard stands where an ARN names the account.
fn of_any_account(value: &Text) -> bool {
    account_of(value) == Ok(Account::None) && value.as_str().is_some_and(|value| value.contains(['*', '?']))
}

fn is_foreign(principal: &Text, own: &Observed<String>, trusted: &[String]) -> Known {
    match account_of(principal)? {
        Account::Own => Ok(false),
        Account::Written(account) if trusted.contains(&account) => Ok(false),
        Account::Written(account) => match own.known() {
            Ok(Some(own)) => Ok(own != &account),
            Ok(None) => Err(Why::NotObserved(format!("whether {account} is the stack's own account is not known"))),
            Err(why) => Err(Why::NotObserved(format!("whether {account} is the stack's own account: {why}"))),
        },
        Account::None => Err(Why::NotObserved(format!("the account of {principal} is not known"))),
    }
}

/// An origin access identity of the stack is its own; what another canonical user is, nobody can tell.
fn canonical_user(user: &Text) -> Known {
    match user.parts() {
        [Part::Reference { .. }] => Ok(false),
        _ => Err(Why::NotObserved("the account of a canonical user is not known".to_owned())),
    }
}
