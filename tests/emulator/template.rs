//! Templates as the emulator takes them.

use fitgate::source::{Limits, parse};
use serde_json::{Map, Value, json};

use crate::plain::plain;

/// Types of services that the emulator does not provision. It refuses a whole template for one of them.
const REFUSED: &[&str] = &["AWS::ApplicationAutoScaling::", "AWS::CodeDeploy::", "AWS::Config::"];

/// What SAM makes for functions that shift gradually, and for no others: the application of all of them.
const OF_SAM: &str = "ServerlessDeploymentApplication";

/// A template as JSON, every function in its long form.
#[derive(Debug, Clone)]
pub(crate) struct Template(pub(crate) Value);

impl Template {
    /// Reads YAML or JSON.
    pub(crate) fn read(name: &str, bytes: &[u8]) -> Self {
        Self(plain(&parse(name, bytes, &Limits::default()).expect("a well-formed template")))
    }

    /// The template that is left without what the emulator refuses. What remains names nothing that is gone.
    pub(crate) fn provisionable(&self) -> Self {
        let mut template = self.0.clone();
        if let Some(global) = template.pointer_mut("/Globals/Function").and_then(Value::as_object_mut) {
            global.remove("DeploymentPreference"); // SAM makes CodeDeploy's types of it
        }
        let resources = template["Resources"].as_object_mut().expect("Resources");
        let mut gone: Vec<String> = Vec::new();
        // Whoever names what is gone goes as well.
        while let Some(id) = resources.iter().find(|(_, it)| is_refused(it) || needs(it, &gone)).map(|it| it.0.clone())
        {
            resources.remove(&id);
            gone.push(id);
        }
        for resource in resources.values_mut().filter_map(Value::as_object_mut) {
            without_what_is_gone(resource, &gone);
        }
        gone.push(OF_SAM.to_owned());
        if let Some(outputs) = template.get_mut("Outputs").and_then(Value::as_object_mut) {
            outputs.retain(|_, output| !names(output, &gone));
        }
        Self(template)
    }

    /// The template with the code of all functions, wherever it names a folder, where `aws cloudformation package`
    /// would put it.
    pub(crate) fn with_global_code(&self, bucket: &str, key: &str) -> Self {
        let mut template = self.0.clone();
        let packaged = json!({"Bucket": bucket, "Key": key});
        *template.pointer_mut("/Globals/Function/CodeUri").expect("code of all functions") = packaged.clone();
        let resources = template["Resources"].as_object_mut().expect("Resources");
        let codes = resources.values_mut().filter_map(|resource| resource.pointer_mut("/Properties/CodeUri"));
        codes.filter(|code| code.is_string()).for_each(|code| *code = packaged.clone());
        Self(template)
    }
}

/// Refused by its type, or an alarm on an expression of metrics.
fn is_refused(resource: &Value) -> bool {
    let r#type = resource["Type"].as_str().unwrap_or_default();
    let calculated = r#type == "AWS::CloudWatch::Alarm" && resource["Properties"].get("Metrics").is_some();
    calculated || REFUSED.iter().any(|refused| r#type.starts_with(refused))
}

/// Whether a resource is of no use without one of those that are gone: a dashboard shows alarms, for one.
fn needs(resource: &Value, gone: &[String]) -> bool {
    let mut properties = resource["Properties"].clone();
    if let Some(properties) = properties.as_object_mut() {
        properties.remove("DeploymentPreference"); // taken away for itself
    }
    names(&properties, gone)
}

/// Whether a value names one of these resources.
fn names(value: &Value, ids: &[String]) -> bool {
    const FORMS: [&str; 4] = ["${ID}", "${ID.", r#"{"Ref":"ID"}"#, r#"{"Fn::GetAtt":["ID","#];
    let written = value.to_string();
    ids.iter().any(|id| FORMS.iter().any(|form| written.contains(&form.replace("ID", id))))
}

/// Takes away what of a resource leads to others that are gone: the shift of an alias, an order of creation.
fn without_what_is_gone(resource: &mut Map<String, Value>, gone: &[String]) {
    let is_gone = |id: &Value| id.as_str().is_some_and(|id| gone.iter().any(|gone| gone == id));
    if let Some(Value::Object(properties)) = resource.get_mut("Properties") {
        properties.remove("DeploymentPreference");
    }
    // The emulator moves an alias at once; the tests shift it.
    if let Some(Value::Object(policy)) = resource.get_mut("UpdatePolicy") {
        policy.remove("CodeDeployLambdaAliasUpdate");
    }
    match resource.get_mut("DependsOn") {
        Some(Value::Array(ids)) => ids.retain(|id| !is_gone(id)),
        Some(id) if is_gone(id) => {
            resource.remove("DependsOn");
        }
        _ => {}
    }
}
