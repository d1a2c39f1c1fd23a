//! What stands around functions, as Lambda shows it.

use serde_json::{Map, Value, json};

use super::{Properties, arn};
use crate::double::Double;

/// One statement of a function's policy; `id` is the physical id of the permission.
pub(super) fn permission(double: &Double, id: &str, of: &mut Properties<'_>) {
    let function = of.text("FunctionName");
    let key = key(&function);
    let principal = of.text("Principal");
    let principal = match principal.as_str() {
        "*" => json!("*"),
        service if service.ends_with(".amazonaws.com") => json!({ "Service": service }),
        account => json!({"AWS": format!("arn:aws:iam::{account}:root")}),
    };
    let conditions = [
        ("SourceArn", "ArnLike", "AWS:SourceArn"),
        ("SourceAccount", "StringEquals", "AWS:SourceAccount"),
        ("PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID"),
        ("FunctionUrlAuthType", "StringEquals", "lambda:FunctionUrlAuthType"),
    ];
    let mut condition = json!({});
    for (property, operator, name) in conditions {
        if let Some(value) = of.take(property) {
            condition[operator][name] = value;
        }
    }
    let mut statement = json!({
        "Sid": id,
        "Effect": "Allow",
        "Principal": principal,
        "Action": of.text("Action"),
        "Resource": arn("lambda", &format!("function:{key}")),
    });
    if condition != json!({}) {
        statement["Condition"] = condition;
    }
    let stored = double.get("lambda:GetPolicy", key);
    let mut policy = stored.unwrap_or_else(
        || json!({"Policy": {"Version": "2012-10-17", "Id": "default", "Statement": []}, "RevisionId": "1"}),
    );
    let statements = policy.pointer_mut("/Policy/Statement").and_then(Value::as_array_mut);
    statements.expect("the statements of a policy").push(statement);
    double.set("lambda:GetPolicy", key, policy);
}

pub(super) fn invoke_config(double: &Double, of: &mut Properties<'_>) {
    let (function, qualifier) = (of.text("FunctionName"), of.text("Qualifier"));
    let key = if qualifier == "$LATEST" { function.clone() } else { format!("{function}:{qualifier}") };
    let mut config = Value::Object(of.rest());
    config["FunctionArn"] = arn("lambda", &format!("function:{function}:{qualifier}")).into();
    config["LastModified"] = 946_684_800.into();
    double.set("lambda:GetFunctionEventInvokeConfig", &key, config);
}

pub(super) fn event_source_mapping(double: &Double, id: &str, of: &mut Properties<'_>) {
    let function = of.text("FunctionName");
    let enabled = of.take("Enabled").is_none_or(|enabled| enabled == true);
    of.take("Tags");
    let mut mapping = of.rest();
    let own: Map<String, Value> = [
        ("UUID", Value::from(id)),
        ("FunctionArn", arn("lambda", &format!("function:{}", key(&function))).into()),
        ("State", if enabled { "Enabled" } else { "Disabled" }.into()),
        ("LastModified", 946_684_800.into()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into_iter()
    .collect();
    mapping.extend(own);
    double.set("lambda:GetEventSourceMapping", id, Value::Object(mapping));
}

pub(super) fn url(double: &Double, of: &mut Properties<'_>) {
    let target = key(&of.text("TargetFunctionArn")).to_owned();
    let key = match of.take("Qualifier") {
        Some(Value::String(qualifier)) => format!("{target}:{qualifier}"),
        _ => target,
    };
    let mut url = Value::Object(of.rest());
    url["FunctionUrl"] = format!("https://{}.lambda-url.us-east-1.on.aws/", key.replace(':', "-")).into();
    url["FunctionArn"] = arn("lambda", &format!("function:{key}")).into();
    url["CreationTime"] = "2000-01-01T00:00:00Z".into();
    double.set("lambda:GetFunctionUrlConfig", &key, url);
}

/// `orders:live` of a name, with or without the rest of its ARN.
fn key(function: &str) -> &str {
    function.split_once(":function:").map_or(function, |(_, key)| key)
}
