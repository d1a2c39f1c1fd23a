//! The AppSpec of a Lambda deployment: one function, two versions, up to two hooks.
//!
//! <https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure.html>

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Map, Value, json};
use thiserror::Error;

use super::{Version, VersionError};
use crate::{
    event::Phase,
    source::{self, Fault, Kind, Limits, Node},
};

/// Far more than two versions and two hooks need; CodeDeploy's own bound is not documented.
const LIMITS: Limits = Limits { bytes: MAX_BYTES, depth: 16, nodes: 10_000 };

const MAX_BYTES: usize = 256 * 1024;

const FUNCTION_TYPE: &str = "AWS::Lambda::Function";

/// What CodeDeploy is asked to do with one function.
///
/// As JSON it is the AppSpec itself; reading takes the forms seen in the wild: version as number or text,
/// `Hooks` and `hooks`, versions as text or number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppSpec {
    /// The name of the resource inside the document; means nothing to CodeDeploy.
    pub resource: String,
    /// The function.
    pub function: String,
    /// The alias whose traffic is shifted.
    pub alias: String,
    /// The version the alias is expected to point to.
    pub current: Version,
    /// The version it is to point to.
    pub target: Version,
    /// The functions that judge, if any.
    pub hooks: Hooks,
}

/// The function that answers in each phase: a name or an ARN.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hooks {
    /// Asked before any traffic is shifted.
    pub before_allow_traffic: Option<String>,
    /// Asked after all traffic is shifted.
    pub after_allow_traffic: Option<String>,
}

impl Hooks {
    /// The function of a phase.
    pub fn of(&self, phase: Phase) -> Option<&str> {
        match phase {
            Phase::BeforeAllowTraffic => self.before_allow_traffic.as_deref(),
            Phase::AfterAllowTraffic => self.after_allow_traffic.as_deref(),
        }
    }

    fn slot(&mut self, phase: Phase) -> &mut Option<String> {
        match phase {
            Phase::BeforeAllowTraffic => &mut self.before_allow_traffic,
            Phase::AfterAllowTraffic => &mut self.after_allow_traffic,
        }
    }
}

/// A document CodeDeploy would not deploy.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AppSpecError {
    /// More than is read.
    #[error("the AppSpec has {bytes} bytes; the most is {MAX_BYTES}")]
    TooLarge {
        /// How many.
        bytes: usize,
    },
    /// Neither JSON nor YAML.
    #[error("the AppSpec is not readable: {0}")]
    Syntax(String),
    /// `version` is not 0.0, the only one there is.
    #[error("`version` of an AppSpec is 0.0, not {found}")]
    Version {
        /// What stands there.
        found: String,
    },
    /// Something is missing or has another shape.
    #[error("{at} of the AppSpec must be {expected}")]
    Shape {
        /// The path inside the document.
        at: String,
        /// What belongs there.
        expected: &'static str,
    },
    /// `Resources` does not hold one function.
    #[error("the AppSpec names {count} functions; CodeDeploy deploys exactly one")]
    NotOneFunction {
        /// How many.
        count: usize,
    },
    /// `$LATEST`, or no version at all.
    #[error("{at} of the AppSpec: {cause}")]
    FunctionVersion {
        /// `CurrentVersion` or `TargetVersion`.
        at: &'static str,
        /// Why it is none.
        cause: VersionError,
    },
    /// A hook that is there and empty. CodeDeploy wants it left out (terraform-aws-lambda issue 75).
    #[error("the {phase} hook of the AppSpec is empty; leave the line out when there is no hook")]
    EmptyHook {
        /// CodeDeploy's name of the event.
        phase: &'static str,
    },
    /// A name that is no event of a Lambda deployment.
    #[error("`{name}` is no hook of a Lambda deployment; there are BeforeAllowTraffic and AfterAllowTraffic")]
    UnknownHook {
        /// What was written.
        name: String,
    },
    /// The same event twice.
    #[error("the AppSpec names the {phase} hook twice")]
    TwoHooks {
        /// CodeDeploy's name of the event.
        phase: &'static str,
    },
}

impl AppSpec {
    /// Reads a document of JSON or YAML.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn parse(text: &str) -> Result<Self, AppSpecError> {
        let node = source::parse("AppSpec", text.as_bytes(), &LIMITS).map_err(|error| match error.fault {
            Fault::TooLarge { bytes, .. } => AppSpecError::TooLarge { bytes },
            _ => AppSpecError::Syntax(error.to_string()),
        })?;
        Self::from_value(&value(&node))
    }

    /// Reads a document that is parsed already.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn from_value(document: &Value) -> Result<Self, AppSpecError> {
        let document = object(document, "the document")?;
        check_version(either(document, "version", "Version"))?;
        let (resource, properties) = one_function(either(document, "Resources", "resources"))?;
        let text = |key| text(properties, key);
        Ok(Self {
            resource: resource.to_owned(),
            function: text("Name")?,
            alias: text("Alias")?,
            current: version(properties, "CurrentVersion")?,
            target: version(properties, "TargetVersion")?,
            hooks: hooks(either(document, "Hooks", "hooks"))?,
        })
    }

    /// The document.
    pub fn to_value(&self) -> Value {
        let properties = json!({
            "Name": self.function,
            "Alias": self.alias,
            "CurrentVersion": self.current,
            "TargetVersion": self.target,
        });
        let mut resource = Map::new();
        resource.insert(self.resource.clone(), json!({"Type": FUNCTION_TYPE, "Properties": properties}));
        let mut document = json!({"version": 0.0, "Resources": [resource]});
        let hooks: Vec<Value> = Phase::ALL
            .into_iter()
            .filter_map(|phase| self.hooks.of(phase).map(|function| json!({ phase.name(): function })))
            .collect();
        if !hooks.is_empty() {
            document["Hooks"] = Value::Array(hooks);
        }
        document
    }
}

impl Serialize for AppSpec {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_value().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for AppSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_value(&Value::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// The document without its positions. A number that JSON cannot say stays as it is written.
fn value(node: &Node) -> Value {
    match &node.kind {
        Kind::Null => Value::Null,
        Kind::Bool(flag) => Value::Bool(*flag),
        Kind::Number(text) => serde_json::from_str(text).map_or_else(|_| Value::String(text.clone()), Value::Number),
        Kind::String(text) => Value::String(text.clone()),
        Kind::Sequence(items) => items.iter().map(value).collect(),
        Kind::Mapping(entries) => entries.iter().map(|entry| (entry.key.clone(), value(&entry.value))).collect(),
    }
}

fn shape(at: impl Into<String>, expected: &'static str) -> AppSpecError {
    AppSpecError::Shape { at: at.into(), expected }
}

fn object<'v>(value: &'v Value, at: &str) -> Result<&'v Map<String, Value>, AppSpecError> {
    value.as_object().ok_or_else(|| shape(at, "a mapping"))
}

fn either<'v>(document: &'v Map<String, Value>, key: &str, other: &str) -> Option<&'v Value> {
    document.get(key).or_else(|| document.get(other))
}

/// `0.0` as a number or as text.
fn check_version(version: Option<&Value>) -> Result<(), AppSpecError> {
    let zero = match version {
        Some(Value::Number(number)) => number.as_f64() == Some(0.0),
        Some(Value::String(text)) => text == "0.0",
        _ => false,
    };
    let found = || version.map_or_else(|| "missing".to_owned(), Value::to_string).chars().take(40).collect();
    if zero { Ok(()) } else { Err(AppSpecError::Version { found: found() }) }
}

/// The only resource: its name and its properties.
fn one_function(resources: Option<&Value>) -> Result<(&str, &Map<String, Value>), AppSpecError> {
    let resources = resources.and_then(Value::as_array).ok_or_else(|| shape("Resources", "a list of one function"))?;
    let mut functions = Vec::new();
    for resource in resources {
        functions.extend(object(resource, "Resources[]")?);
    }
    let [(name, function)] = functions.as_slice() else {
        return Err(AppSpecError::NotOneFunction { count: functions.len() });
    };
    let function = object(function, &format!("Resources[].{name}"))?;
    if function.get("Type").and_then(Value::as_str) != Some(FUNCTION_TYPE) {
        return Err(shape(format!("Resources[].{name}.Type"), FUNCTION_TYPE));
    }
    let properties = function.get("Properties").unwrap_or(&Value::Null);
    Ok((name.as_str(), object(properties, "Properties")?))
}

fn text(properties: &Map<String, Value>, key: &str) -> Result<String, AppSpecError> {
    match properties.get(key).and_then(Value::as_str) {
        Some(text) if !text.trim().is_empty() => Ok(text.to_owned()),
        _ => Err(shape(format!("Properties.{key}"), "text")),
    }
}

/// Versions are text in JSON and mostly bare numbers in YAML.
fn version(properties: &Map<String, Value>, key: &'static str) -> Result<Version, AppSpecError> {
    let read = match properties.get(key) {
        Some(Value::String(text)) => text.parse(),
        Some(Value::Number(number)) => number.to_string().parse(),
        _ => return Err(shape(format!("Properties.{key}"), "the number of a published version")),
    };
    read.map_err(|cause| AppSpecError::FunctionVersion { at: key, cause })
}

fn hooks(list: Option<&Value>) -> Result<Hooks, AppSpecError> {
    let mut hooks = Hooks::default();
    let list = match list {
        None => return Ok(hooks),
        Some(list) => list.as_array().ok_or_else(|| shape("Hooks", "a list"))?,
    };
    for item in list {
        for (name, function) in object(item, "Hooks[]")? {
            let phase = Phase::of_lifecycle_event(name)
                .ok_or_else(|| AppSpecError::UnknownHook { name: name.chars().take(60).collect() })?;
            let function = function.as_str().filter(|function| !function.trim().is_empty());
            let function = function.ok_or(AppSpecError::EmptyHook { phase: phase.name() })?;
            if hooks.slot(phase).replace(function.to_owned()).is_some() {
                return Err(AppSpecError::TwoHooks { phase: phase.name() });
            }
        }
    }
    Ok(hooks)
}
