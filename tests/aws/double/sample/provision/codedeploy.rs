//! Applications and deployment groups: CodeDeploy's engine knows what it deploys by, the rest is stored on top.

use fitgate::rehearsal::engine::{AlarmConfiguration, AutoRollbackConfiguration, DeploymentGroup};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Properties;
use crate::double::Double;

pub(super) fn application(double: &Double, name: &str, of: &mut Properties<'_>) {
    of.take("ApplicationName");
    let platform = of.take("ComputePlatform").unwrap_or_else(|| "Server".into());
    let application = json!({"applicationName": name, "computePlatform": platform});
    double.set("codedeploy:GetApplication", name, json!({ "application": application }));
}

pub(super) fn group(double: &Double, of: &mut Properties<'_>) {
    let (application, name) = (of.text("ApplicationName"), of.text("DeploymentGroupName"));
    let mut group = DeploymentGroup::new(&application, &name, &of.text("DeploymentConfigName"));
    group.alarm_configuration = shaped::<AlarmConfiguration>(of.take("AlarmConfiguration"));
    group.auto_rollback_configuration = shaped::<AutoRollbackConfiguration>(of.take("AutoRollbackConfiguration"));
    let style = of.take("DeploymentStyle");
    assert!(style.is_none_or(|style| style["DeploymentType"] == "BLUE_GREEN"), "Lambda knows one style");
    double.codedeploy(|engine| engine.create_deployment_group(group)).expect("a group that CodeDeploy takes");
    let stored = json!({"serviceRoleArn": of.take("ServiceRoleArn"), "triggerConfigurations": in_camel_case(
        of.take("TriggerConfigurations").unwrap_or_else(|| json!([])),
    )});
    let key = format!("{application}/{name}");
    double.set("codedeploy:GetDeploymentGroup", &key, json!({ "deploymentGroupInfo": stored }));
}

fn shaped<T: DeserializeOwned + Default>(given: Option<Value>) -> T {
    given
        .map(|given| serde_json::from_value(in_camel_case(given)).expect("a shape of CodeDeploy's"))
        .unwrap_or_default()
}

/// CloudFormation writes `AlarmName` where CodeDeploy's own API writes `alarmName`.
fn in_camel_case(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let lower = |name: String| name[..1].to_lowercase() + &name[1..];
            members.into_iter().map(|(name, value)| (lower(name), in_camel_case(value))).collect()
        }
        Value::Array(items) => items.into_iter().map(in_camel_case).collect(),
        other => other,
    }
}
