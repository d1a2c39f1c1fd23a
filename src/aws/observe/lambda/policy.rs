//! The statements of a function's policy as permissions, which is how CloudFormation makes them.
//!
//! `AddPermission` writes one action, one principal and conditions of six keys into a statement. `PutResourcePolicy`
//! takes any policy: what a permission cannot say becomes a part of it that nobody knows, never one that is not there.

use crate::facts::{
    Observed, Text, Why,
    iam::{Condition, Operator, PolicyDocument, Principal, Statement, Texts},
    lambda::{OtherPermission, Permission},
};

/// Permissions of one statement. A statement of more actions times principals is not looked into.
const MOST: usize = 200;

/// What a policy grants, statement by statement; a statement that denies grants nothing.
///
/// `function` is what the policy is of: `orders`, `orders:live`.
///
/// # Errors
/// Where the text is no policy.
pub(super) fn granted(policy: &str, function: &str) -> Result<Vec<Observed<OtherPermission>>, Why> {
    // `serde_json` bounds the depth.
    let document: PolicyDocument = serde_json::from_str(policy).map_err(|error| Why::Malformed(error.to_string()))?;
    let mut granted = Vec::new();
    for (index, statement) in document.statements()? {
        match statement {
            Observed::Present(statement) => granted.extend(of_statement(statement, index, function)),
            Observed::Absent => {}
            Observed::Unknown(why) => granted.push(Observed::Unknown(why.clone())),
        }
    }
    Ok(granted)
}

fn of_statement(statement: &Statement, index: usize, function: &str) -> Vec<Observed<OtherPermission>> {
    match statement.allows() {
        Ok(true) => {}
        Ok(false) => return Vec::new(),
        Err(why) => return vec![Observed::Unknown(why)],
    }
    let statement_id = match statement.sid.present().and_then(Text::as_str) {
        Some(sid) => sid.to_owned(),
        None => format!("number {}", index + 1),
    };
    let (actions, principals) = match (actions(statement), principals(statement)) {
        (Ok(actions), Ok(principals)) => (actions, principals),
        (Err(why), _) | (_, Err(why)) => return vec![Observed::Unknown(why)],
    };
    if actions.len().saturating_mul(principals.len()) > MOST {
        let what = format!("the statement {statement_id} has more than {MOST} pairs of action and principal");
        return vec![Observed::Unknown(Why::Malformed(what))];
    }
    let common = Permission { function_name: Observed::Present(Text::literal(function)), ..conditions(statement) };
    let mut granted = Vec::new();
    for action in &actions {
        for principal in &principals {
            let permission = Permission {
                action: action.clone(),
                principal: Observed::Present(principal.clone()),
                ..common.clone()
            };
            granted.push(Observed::Present(OtherPermission { statement_id: statement_id.clone(), permission }));
        }
    }
    granted
}

fn actions(statement: &Statement) -> Result<Vec<Observed<String>>, Why> {
    if let Some(actions) = statement.action.known()? {
        return Ok(actions.iter().map(|action| Observed::Present(action.to_string())).collect());
    }
    match statement.not_action.known()? {
        Some(_) => Ok(vec![Observed::not_observed("the statement grants every action but those of NotAction")]),
        None => Err(Why::Malformed("a statement without Action".to_owned())),
    }
}

/// Whom a statement speaks of, as `Principal` of a permission names them.
fn principals(statement: &Statement) -> Result<Vec<Text>, Why> {
    match (statement.principal.known()?, statement.not_principal.known()?) {
        (Some(Principal::Everyone), _) => Ok(vec![everybody()]),
        (Some(Principal::Of(kinds)), _) => Ok(kinds.values().flat_map(Texts::iter).map(written).collect()),
        // Everybody but a few is everybody, anonymous callers included.
        // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
        (None, Some(_)) => Ok(vec![everybody()]),
        (None, None) => Err(Why::Malformed("a statement without Principal".to_owned())),
    }
}

fn everybody() -> Text {
    Text::literal("*")
}

/// An account is written as its number, which is what a permission takes; IAM answers with the ARN of its root.
fn written(principal: &Text) -> Text {
    let root = principal.as_str().and_then(|arn| {
        let (_, account) = arn.strip_suffix(":root")?.split_once(":iam::")?;
        (account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit())).then_some(account)
    });
    root.map_or_else(|| principal.clone(), Text::literal)
}

/// The conditions as the properties that make them.
fn conditions(statement: &Statement) -> Permission {
    let mut permission = Permission::default();
    let asked = match &statement.condition {
        Observed::Absent => return permission,
        Observed::Present(condition) => enter(condition, &mut permission),
        Observed::Unknown(why) => Err(why.clone()),
    };
    if let Err(why) = asked {
        // It may be what limits the grant: neither "limited" nor "open to all" is known.
        let limits = [
            &mut permission.source_arn,
            &mut permission.source_account,
            &mut permission.principal_org_id,
            &mut permission.event_source_token,
        ];
        limits.into_iter().filter(|limit| limit.is_absent()).for_each(|limit| *limit = Observed::Unknown(why.clone()));
    }
    permission
}

/// Writes what each condition asks for into the property that says so.
///
/// # Errors
/// With the first condition that no property makes.
fn enter(condition: &Condition, permission: &mut Permission) -> Result<(), Why> {
    let mut other = Ok(());
    for (operator, key, values) in condition.entries()? {
        let value = || match values.0.as_slice() {
            [one] => Observed::Present(one.clone()),
            _ => Observed::not_observed(format!("{key} may have one of several values")),
        };
        let key = key.to_ascii_lowercase();
        match key.as_str() {
            _ if operator.holds_without_key() => other = other.and(Err(unlike(operator, &key))),
            "aws:sourcearn" if operator.is_one_of(LIKE) => permission.source_arn = value(),
            "aws:sourceaccount" if operator.is_one_of(LIKE) => permission.source_account = value(),
            "aws:principalorgid" if operator.is_one_of(LIKE) => permission.principal_org_id = value(),
            "lambda:eventsourcetoken" if operator.is_one_of(LIKE) => permission.event_source_token = value(),
            "lambda:functionurlauthtype" if operator.is_one_of(LIKE) => {
                permission.function_url_auth_type = value().map(|kind| kind.to_string());
            }
            "lambda:invokedviafunctionurl" if operator.is("Bool") => {
                permission.invoked_via_function_url =
                    value().map(|flag| flag.as_str().is_some_and(|flag| flag.eq_ignore_ascii_case("true")));
            }
            key => other = other.and(Err(unlike(operator, key))),
        }
    }
    other
}

/// Operators that hold for the value written, or for what its wildcards cover.
const LIKE: &[&str] = &["ArnLike", "ArnEquals", "StringEquals", "StringEqualsIgnoreCase", "StringLike"];

fn unlike(operator: Operator<'_>, key: &str) -> Why {
    Why::NotObserved(format!("the statement has a condition that no permission makes: {} of {key}", operator.name))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn permissions(statement: Value) -> Vec<Observed<OtherPermission>> {
        let policy = json!({ "Version": "2012-10-17", "Id": "default", "Statement": [statement] });
        granted(&policy.to_string(), "orders:live").unwrap()
    }

    fn permission(statement: Value) -> Permission {
        match permissions(statement).as_slice() {
            [Observed::Present(one)] => one.permission.clone(),
            other => panic!("{other:?}"),
        }
    }

    fn text(written: &str) -> Observed<Text> {
        Observed::Present(Text::literal(written))
    }

    /// As Lambda answered for stacks on AWS: a topic, a bucket, Alexa, a URL, an organization.
    #[test]
    fn what_addpermission_writes_is_read_as_the_permission_that_was_added() {
        let statement = |principal: Value, action: &str, condition: Value| {
            json!({
                "Sid": "s", "Effect": "Allow", "Principal": principal, "Action": action, "Condition": condition,
                "Resource": "arn:aws:lambda:eu-west-1:123456789012:function:orders:live",
            })
        };
        let invoke = "lambda:InvokeFunction";
        let topic = "arn:aws:sns:eu-west-1:123456789012:orders";
        let of = |principal: &str, action: &str| Permission {
            action: Observed::Present(action.to_owned()),
            function_name: text("orders:live"),
            principal: text(principal),
            ..Permission::default()
        };
        let service = |name: &str| json!({ "Service": name });
        let cases = [
            (
                statement(service("sns.amazonaws.com"), invoke, json!({ "ArnLike": { "AWS:SourceArn": topic } })),
                Permission { source_arn: text(topic), ..of("sns.amazonaws.com", invoke) },
            ),
            (
                statement(
                    service("s3.amazonaws.com"),
                    invoke,
                    json!({
                        "StringEquals": { "AWS:SourceAccount": "123456789012" },
                        "ArnLike": { "AWS:SourceArn": "arn:aws:s3:::orders" },
                    }),
                ),
                Permission {
                    source_arn: text("arn:aws:s3:::orders"),
                    source_account: text("123456789012"),
                    ..of("s3.amazonaws.com", invoke)
                },
            ),
            (
                statement(
                    service("alexa-appkit.amazon.com"),
                    invoke,
                    json!({ "StringEquals": { "lambda:EventSourceToken": "amzn1.ask.skill.1" } }),
                ),
                Permission { event_source_token: text("amzn1.ask.skill.1"), ..of("alexa-appkit.amazon.com", invoke) },
            ),
            (
                statement(
                    json!("*"),
                    "lambda:InvokeFunctionUrl",
                    json!({ "StringEquals": { "lambda:FunctionUrlAuthType": "NONE" } }),
                ),
                Permission {
                    function_url_auth_type: Observed::Present("NONE".to_owned()),
                    ..of("*", "lambda:InvokeFunctionUrl")
                },
            ),
            (
                statement(json!("*"), invoke, json!({ "Bool": { "lambda:InvokedViaFunctionUrl": "true" } })),
                Permission { invoked_via_function_url: Observed::Present(true), ..of("*", invoke) },
            ),
            (
                statement(json!("*"), invoke, json!({ "StringEquals": { "aws:PrincipalOrgID": "o-1" } })),
                Permission { principal_org_id: text("o-1"), ..of("*", invoke) },
            ),
            (
                statement(json!({ "AWS": "arn:aws:iam::210987654321:root" }), invoke, json!({})),
                of("210987654321", invoke),
            ),
            (
                statement(json!({ "AWS": "arn:aws:iam::210987654321:role/caller" }), invoke, Value::Null),
                of("arn:aws:iam::210987654321:role/caller", invoke),
            ),
        ];
        for (statement, expected) in cases {
            assert_eq!(permission(statement.clone()), expected, "{statement}");
        }
    }

    #[test]
    fn everybody_but_one_is_everybody_and_a_denial_grants_nothing() {
        let but = json!({ "Effect": "Allow", "NotPrincipal": { "AWS": "123456789012" }, "Action": "lambda:*" });
        assert_eq!(permission(but).principal, text("*"));
        let star = json!({ "Effect": "Allow", "Principal": { "AWS": "*" }, "Action": "lambda:*" });
        assert_eq!(permission(star).principal, text("*"));
        let denied = json!({ "Effect": "Deny", "Principal": "*", "Action": "lambda:InvokeFunction" });
        assert_eq!(permissions(denied), []);
    }

    #[test]
    fn a_statement_of_several_is_several_permissions_within_bounds() {
        let several = |principals: usize| {
            let principals: Vec<String> = (0..principals).map(|number| format!("{number:012}")).collect();
            permissions(json!({
                "Sid": "s", "Effect": "Allow", "Principal": { "AWS": principals },
                "Action": ["lambda:InvokeFunction", "lambda:GetFunction"],
            }))
        };
        assert_eq!(several(2).len(), 4);
        assert!(several(100).iter().all(|one| one.present().is_some()));
        assert!(matches!(several(101).as_slice(), [Observed::Unknown(Why::Malformed(_))]));
    }

    #[test]
    fn a_condition_that_no_permission_makes_leaves_open_whom_it_limits() {
        let with = |condition: Value| {
            permission(json!({
                "Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction", "Condition": condition,
            }))
        };
        for condition in [
            json!({ "IpAddress": { "aws:SourceIp": "203.0.113.0/24" } }),
            json!({ "StringNotEquals": { "aws:SourceAccount": "123456789012" } }),
            json!({ "StringEqualsIfExists": { "aws:SourceAccount": "123456789012" } }),
            json!({ "StringEquals": 1 }),
        ] {
            let read = with(condition.clone());
            assert!(matches!(read.source_account, Observed::Unknown(_)), "{condition}: {read:?}");
            assert!(matches!(read.source_arn, Observed::Unknown(_)), "{condition}: {read:?}");
        }
        let two = with(json!({ "StringEquals": { "aws:SourceAccount": ["123456789012", "210987654321"] } }));
        assert!(matches!(two.source_account, Observed::Unknown(_)), "{two:?}");
        assert!(two.source_arn.is_absent());
    }

    #[test]
    fn what_is_no_policy_is_unknown_and_so_is_a_part_that_is_none() {
        for policy in ["", "[]", "{}", "{\"Statement\": 1}", "null", "{\"Statement\": "] {
            assert!(granted(policy, "orders").is_err(), "{policy}");
        }
        for statement in [
            json!(1),
            json!({}),
            json!({ "Effect": "Perhaps", "Principal": "*", "Action": "lambda:InvokeFunction" }),
            json!({ "Effect": "Allow", "Action": "lambda:InvokeFunction" }),
            json!({ "Effect": "Allow", "Principal": "*" }),
            json!({ "Effect": "Allow", "Principal": 7, "Action": "lambda:InvokeFunction" }),
        ] {
            let read = permissions(statement.clone());
            assert!(matches!(read.as_slice(), [Observed::Unknown(_)]), "{statement}: {read:?}");
        }
        let all_but = json!({ "Effect": "Allow", "Principal": "*", "NotAction": "lambda:GetFunction" });
        assert!(matches!(permission(all_but).action, Observed::Unknown(_)));
        assert_eq!(granted("{\"Statement\": []}", "orders").unwrap(), []);
    }

    #[test]
    fn a_statement_without_a_name_is_told_by_its_place() {
        let read = permissions(json!({ "Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction" }));
        assert!(matches!(read.as_slice(), [Observed::Present(one)] if one.statement_id == "number 1"));
    }
}
