//! Lambda: functions, versions, aliases, and everything around them.
//!
//! Keys: `function`, or `function:qualifier` for a version or an alias; an event source mapping's id. Lists are made
//! of what the single reads have; the function of a version needs its own `GetFunctionConfiguration`.

use serde_json::{Map, Value, json};

use super::{Service, merge};
use crate::double::{
    call::{Call, Outcome, Refusal, Reply, text},
    protocol::Protocol,
    state::{ACCOUNT, REGION, State},
    wire::Request,
};

const CONFIGURATION: &str = "lambda:GetFunctionConfiguration";
const FUNCTION: &str = "lambda:GetFunction";
const ALIAS: &str = "lambda:GetAlias";
const TAGS: &str = "lambda:ListTags";
const CONCURRENCY: &str = "lambda:GetFunctionConcurrency";
const SIGNING: &str = "lambda:GetFunctionCodeSigningConfig";
const INVOKE_CONFIG: &str = "lambda:GetFunctionEventInvokeConfig";
const PROVISIONED: &str = "lambda:GetProvisionedConcurrencyConfig";
const POLICY: &str = "lambda:GetPolicy";
const URL: &str = "lambda:GetFunctionUrlConfig";
const MAPPING: &str = "lambda:GetEventSourceMapping";

pub(super) struct Lambda;

impl Service for Lambda {
    fn name(&self) -> &'static str {
        "lambda"
    }

    fn protocol(&self) -> Protocol {
        Protocol::RestJson
    }

    fn operations(&self) -> Vec<&'static str> {
        vec![
            ALIAS,
            MAPPING,
            FUNCTION,
            SIGNING,
            CONCURRENCY,
            CONFIGURATION,
            INVOKE_CONFIG,
            URL,
            POLICY,
            PROVISIONED,
            "lambda:ListAliases",
            "lambda:ListEventSourceMappings",
            "lambda:ListFunctionEventInvokeConfigs",
            "lambda:ListFunctionUrlConfigs",
            "lambda:ListFunctions",
            "lambda:ListProvisionedConcurrencyConfigs",
            TAGS,
            "lambda:ListVersionsByFunction",
        ]
    }

    fn route(&self, request: &Request) -> Option<(&'static str, Value)> {
        let segments = request.segments();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        if request.method != "GET" {
            return None;
        }
        let (operation, key) = match segments.as_slice() {
            ["2015-03-31", "functions"] => ("lambda:ListFunctions", ""),
            ["2015-03-31", "event-source-mappings"] => ("lambda:ListEventSourceMappings", ""),
            ["2015-03-31", "event-source-mappings", id] => (MAPPING, *id),
            ["2017-03-31", "tags", arn] => (TAGS, *arn),
            ["2015-03-31", "functions", function] => (FUNCTION, *function),
            ["2015-03-31", "functions", function, "configuration"] => (CONFIGURATION, *function),
            ["2015-03-31", "functions", function, "policy"] => (POLICY, *function),
            ["2015-03-31", "functions", function, "versions"] => ("lambda:ListVersionsByFunction", *function),
            ["2015-03-31", "functions", function, "aliases"] => ("lambda:ListAliases", *function),
            ["2015-03-31", "functions", function, "aliases", alias] => {
                return Some((ALIAS, json!({"Key": format!("{}:{alias}", name(function).0)})));
            }
            ["2019-09-25", "functions", function, "event-invoke-config"] => (INVOKE_CONFIG, *function),
            ["2019-09-25", "functions", function, "event-invoke-config", "list"] => {
                ("lambda:ListFunctionEventInvokeConfigs", *function)
            }
            ["2019-09-30", "functions", function, "concurrency"] => (CONCURRENCY, *function),
            ["2019-09-30", "functions", function, "provisioned-concurrency"] => match request.parameter("List") {
                Some(_) => ("lambda:ListProvisionedConcurrencyConfigs", *function),
                None => (PROVISIONED, *function),
            },
            ["2020-06-30", "functions", function, "code-signing-config"] => (SIGNING, *function),
            ["2021-10-31", "functions", function, "url"] => (URL, *function),
            ["2021-10-31", "functions", function, "urls"] => ("lambda:ListFunctionUrlConfigs", *function),
            _ => return None,
        };
        let mut input: Map<String, Value> =
            request.query.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
        let (function, qualifier) = if operation == MAPPING { (key, None) } else { name(key) };
        let key = match request.parameter("Qualifier").or(qualifier) {
            None | Some("$LATEST") => function.to_owned(),
            Some(qualifier) => format!("{function}:{qualifier}"),
        };
        input.insert("Key".to_owned(), key.into());
        Some((operation, Value::Object(input)))
    }

    fn keys(&self, operation: &'static str, input: &Value) -> Vec<String> {
        let key = match operation {
            "lambda:ListEventSourceMappings" => name(text(input, "FunctionName")).0,
            _ => text(input, "Key"),
        };
        if key.is_empty() { Vec::new() } else { vec![key.to_owned()] }
    }

    fn subject<'k>(&self, key: &'k str) -> &'k str {
        name(key).0
    }

    fn reply(&self, call: &Call, state: &mut State) -> Outcome {
        let function = name(call.key()).0;
        let of_all = ["ListFunctions", "ListEventSourceMappings", "GetEventSourceMapping"].contains(&call.name());
        if !of_all && !state.answers.knows("lambda", function) {
            return Err(self.unknown(call));
        }
        if let Some((member, items)) = list(call, state, function) {
            let (items, next) = state
                .paging(call, "Marker", Some("MaxItems"), 50, "InvalidParameterValueException")
                .of(call, items.into_iter())?;
            return Ok(Reply::Output(json!({member: items, "NextMarker": next})));
        }
        self.single(call, state, function).map(Reply::Output)
    }

    fn unknown(&self, call: &Call) -> Refusal {
        let message = match call.operation {
            MAPPING => "The resource you requested does not exist.".to_owned(),
            _ => format!("Function not found: arn:aws:lambda:{REGION}:{ACCOUNT}:function:{}", call.key()),
        };
        Refusal::new(404, "ResourceNotFoundException", message)
    }

    fn throttled(&self) -> (u16, &'static str) {
        (429, "TooManyRequestsException")
    }

    fn denied(&self) -> (u16, &'static str) {
        (403, "AccessDeniedException")
    }

    fn failed(&self) -> (u16, &'static str) {
        (500, "ServiceException")
    }
}

impl Lambda {
    fn single(&self, call: &Call, state: &State, function: &str) -> Result<Value, Refusal> {
        let stored = state.answers.get(call.operation, call.key()).cloned();
        let absent = |answer: Value| Ok(stored.clone().unwrap_or(answer));
        match call.operation {
            CONFIGURATION => configuration(state, call.key()).ok_or_else(|| self.unknown(call)),
            FUNCTION => {
                let configuration = configuration(state, call.key()).ok_or_else(|| self.unknown(call))?;
                let mut whole = json!({"Configuration": configuration});
                for (member, part) in [("Tags", TAGS), ("Concurrency", CONCURRENCY)] {
                    if let Some(known) = state.answers.get(part, function) {
                        whole[member] = known.get(member).unwrap_or(known).clone();
                    }
                }
                if let Some(stored) = state.answers.get(FUNCTION, function) {
                    merge(&mut whole, stored);
                }
                Ok(whole)
            }
            ALIAS => alias(state, call.key()).ok_or_else(|| self.unknown(call)),
            TAGS => absent(json!({"Tags": {}})),
            CONCURRENCY => absent(json!({})),
            SIGNING => absent(json!({"FunctionName": function})),
            POLICY => {
                let mut policy = stored.ok_or_else(|| self.none(call, "ResourceNotFoundException"))?;
                // Stored as a document for the ease of changing it; on the wire it is a text.
                if policy["Policy"].is_object() {
                    policy["Policy"] = policy["Policy"].to_string().into();
                }
                Ok(policy)
            }
            PROVISIONED => stored.ok_or_else(|| self.none(call, "ProvisionedConcurrencyConfigNotFoundException")),
            // Event invoke configuration, URL, mapping.
            _ => stored.ok_or_else(|| self.none(call, "ResourceNotFoundException")),
        }
    }

    /// The function is there, and has none of it.
    fn none(&self, call: &Call, code: &str) -> Refusal {
        Refusal::new(404, code, format!("The resource you requested does not exist for {}.", call.key()))
    }
}

/// The member that a list is in, and its items; `None` where the operation is no list.
fn list(call: &Call, state: &State, function: &str) -> Option<(&'static str, Vec<Value>)> {
    let of_function = |operation: &'static str| {
        let all = state.answers.all(operation).filter(move |(key, _)| name(key).0 == function);
        all.map(|(key, document)| (key.to_owned(), document.clone()))
    };
    let with_arn = |(key, mut document): (String, Value)| {
        fill(&mut document, "FunctionArn", arn(&key));
        document
    };
    let configurations = |keys: Vec<String>| keys.iter().filter_map(|key| configuration(state, key)).collect();
    Some(match call.name() {
        "ListFunctions" => {
            let all = state.answers.all(CONFIGURATION).filter(|(key, _)| !key.contains(':'));
            ("Functions", configurations(all.map(|(key, _)| key.to_owned()).collect()))
        }
        "ListVersionsByFunction" => {
            let mut keys: Vec<_> = of_function(CONFIGURATION).map(|(key, _)| key).collect();
            keys.sort_by_key(|key| name(key).1.map(|version| version.parse::<u64>().unwrap_or(u64::MAX)));
            ("Versions", configurations(keys))
        }
        "ListAliases" => {
            let version = call.text("FunctionVersion");
            let aliases = of_function(ALIAS).filter_map(|(key, _)| alias(state, &key));
            let aliases = aliases.filter(|alias| version.is_empty() || text(alias, "FunctionVersion") == version);
            ("Aliases", aliases.collect())
        }
        "ListFunctionEventInvokeConfigs" => {
            ("FunctionEventInvokeConfigs", of_function(INVOKE_CONFIG).map(with_arn).collect())
        }
        "ListFunctionUrlConfigs" => ("FunctionUrlConfigs", of_function(URL).map(with_arn).collect()),
        "ListProvisionedConcurrencyConfigs" => {
            ("ProvisionedConcurrencyConfigs", of_function(PROVISIONED).map(with_arn).collect())
        }
        "ListEventSourceMappings" => {
            let source = call.text("EventSourceArn");
            let mappings = state.answers.all(MAPPING).map(|(_, mapping)| mapping);
            let mappings = mappings.filter(|mapping| {
                (call.keys.is_empty() || name(text(mapping, "FunctionArn")).0 == call.key())
                    && (source.is_empty() || text(mapping, "EventSourceArn") == source)
            });
            ("EventSourceMappings", mappings.cloned().collect())
        }
        _ => return None,
    })
}

/// The configuration of a function, a version, or the version behind an alias.
fn configuration(state: &State, key: &str) -> Option<Value> {
    let (function, qualifier) = name(key);
    let (key, document) = match state.answers.get(CONFIGURATION, key) {
        Some(document) => (key.to_owned(), document),
        None => {
            let version = format!("{function}:{}", text(&alias(state, key)?, "FunctionVersion"));
            let document = state.answers.get(CONFIGURATION, &version)?;
            (version, document)
        }
    };
    let mut document = document.clone();
    fill(&mut document, "FunctionName", function.to_owned());
    fill(&mut document, "Version", name(&key).1.unwrap_or("$LATEST").to_owned());
    // An alias is named as it was asked for.
    fill(&mut document, "FunctionArn", qualifier.map_or_else(|| arn(function), |_| arn(&key)));
    Some(document)
}

/// An alias as it is stored; without a `FunctionVersion`, or not stored at all, it is where CodeDeploy's engine has it.
fn alias(state: &State, key: &str) -> Option<Value> {
    let (function, alias) = name(key);
    let alias = alias?;
    let mut document = state.answers.get(ALIAS, key).cloned().unwrap_or_else(|| json!({}));
    if document["FunctionVersion"].is_null() {
        let moved = state.engine.alias(function, alias).ok()?;
        document["FunctionVersion"] = moved.version.to_string().into();
        if let Some(additional) = moved.additional {
            let version = additional.version.to_string();
            document["RoutingConfig"] = json!({"AdditionalVersionWeights": {version: additional.weight.as_fraction()}});
        }
    }
    fill(&mut document, "Name", alias.to_owned());
    fill(&mut document, "AliasArn", arn(key));
    Some(document)
}

fn fill(document: &mut Value, member: &str, value: String) {
    if document[member].is_null() {
        document[member] = value.into();
    }
}

fn arn(key: &str) -> String {
    format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{key}")
}

/// Name and qualifier in `name`, `name:qualifier`, `account:function:name` and the ARN.
fn name(function: &str) -> (&str, Option<&str>) {
    let rest = function.split_once("function:").map_or(function, |(_, rest)| rest);
    rest.split_once(':').map_or((rest, None), |(name, qualifier)| (name, Some(qualifier)))
}
