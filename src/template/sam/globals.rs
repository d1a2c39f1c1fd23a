//! `Globals`: properties that every resource of a SAM type gets.
//!
//! Mappings merge, lists are joined with the global items first, anything else is overridden by the
//! resource; an intrinsic function counts as one value.
//! Source: <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html>

use std::collections::BTreeMap;

use super::problem::{ProblemKind, SamProblem};
use super::tree::{is_intrinsic, size};
use crate::source::{Entry, Kind, Node};

/// Lists that the resource replaces instead of adding to them.
const REPLACED: [&str; 2] = ["Function.Architectures", "CapacityProvider.InstanceRequirements.Architectures"];

const SUPPORTED: [(&str, &[&str]); 9] = [
    ("Function", FUNCTION),
    ("Api", API),
    ("HttpApi", HTTP_API),
    ("SimpleTable", &["SSESpecification"]),
    ("StateMachine", &["PropagateTags"]),
    ("LayerVersion", &["PublishLambdaVersion"]),
    ("CapacityProvider", CAPACITY_PROVIDER),
    ("NetworkConnector", &["OperatorRole", "Tags", "PropagateTags"]),
    ("WebSocketApi", WEB_SOCKET_API),
];

const FUNCTION: &[&str] = &[
    "Handler",
    "Runtime",
    "CodeUri",
    "DeadLetterQueue",
    "Description",
    "MemorySize",
    "Timeout",
    "VpcConfig",
    "Environment",
    "Tags",
    "PropagateTags",
    "Tracing",
    "KmsKeyArn",
    "AutoPublishAlias",
    "AutoPublishAliasAllProperties",
    "Layers",
    "DeploymentPreference",
    "RolePath",
    "PermissionsBoundary",
    "ReservedConcurrentExecutions",
    "ProvisionedConcurrencyConfig",
    "AssumeRolePolicyDocument",
    "EventInvokeConfig",
    "FileSystemConfigs",
    "CodeSigningConfigArn",
    "Architectures",
    "SnapStart",
    "EphemeralStorage",
    "FunctionUrlConfig",
    "RuntimeManagementConfig",
    "LoggingConfig",
    "RecursiveLoop",
    "SourceKMSKeyArn",
    "TenancyConfig",
    "DurableConfig",
    "CapacityProviderConfig",
    "FunctionScalingConfig",
    "PublishToLatestPublished",
    "VersionDeletionPolicy",
];

const API: &[&str] = &[
    "Auth",
    "Name",
    "DefinitionUri",
    "CacheClusterEnabled",
    "CacheClusterSize",
    "MergeDefinitions",
    "Variables",
    "EndpointConfiguration",
    "MethodSettings",
    "BinaryMediaTypes",
    "MinimumCompressionSize",
    "Cors",
    "GatewayResponses",
    "AccessLogSetting",
    "CanarySetting",
    "TracingEnabled",
    "OpenApiVersion",
    "Domain",
    "AlwaysDeploy",
    "PropagateTags",
    "SecurityPolicy",
    "EndpointAccessMode",
];

const HTTP_API: &[&str] = &[
    "Auth",
    "AccessLogSettings",
    "StageVariables",
    "Tags",
    "CorsConfiguration",
    "DefaultRouteSettings",
    "Domain",
    "RouteSettings",
    "FailOnWarnings",
    "PropagateTags",
];

const CAPACITY_PROVIDER: &[&str] = &[
    "VpcConfig",
    "OperatorRole",
    "Tags",
    "InstanceRequirements",
    "ScalingConfig",
    "KmsKeyArn",
    "PropagateTags",
    "LoggingConfig",
    "ManagedResourceTags",
];

const WEB_SOCKET_API: &[&str] = &[
    "AccessLogSettings",
    "ApiKeySelectionExpression",
    "DefaultRouteSettings",
    "DisableExecuteApiEndpoint",
    "DisableSchemaValidation",
    "Domain",
    "FailOnWarnings",
    "IpAddressType",
    "PropagateTags",
    "RouteSelectionExpression",
    "RouteSettings",
    "StageVariables",
    "Tags",
];

/// The section `Globals`, one mapping of properties a type.
#[derive(Debug, Default)]
pub(super) struct Globals {
    /// By the type's name without `AWS::Serverless::`, with the size of each.
    sections: BTreeMap<String, (Node, usize)>,
}

impl Globals {
    /// Reads the section; what SAM would refuse in it is a problem.
    pub(super) fn read(section: Node, problems: &mut Vec<SamProblem>) -> Self {
        let mut sections = BTreeMap::new();
        let mut refuse = |at, text: String| {
            problems.push(SamProblem { subject: "Globals".to_owned(), at, kind: ProblemKind::Refused(text) });
        };
        if !matches!(section.kind, Kind::Mapping(_) | Kind::Null) {
            refuse(section.at, "`Globals` must be a mapping".to_owned());
        }
        let Kind::Mapping(entries) = section.kind else { return Self::default() };
        for Entry { key, key_at, value } in entries {
            match SUPPORTED.iter().find(|(name, _)| *name == key) {
                None => refuse(key_at, format!("`Globals` has no section `{key}`")),
                Some((_, supported)) => {
                    for unknown in value.entries().iter().filter(|entry| !supported.contains(&entry.key.as_str())) {
                        refuse(unknown.key_at, format!("`{}` cannot be set in `Globals.{key}`", unknown.key));
                    }
                }
            }
            let nodes = size(&value);
            sections.insert(key, (value, nodes));
        }
        Self { sections }
    }

    /// How many nodes [`Globals::merge`] adds at most.
    pub(super) fn size_for(&self, r#type: &str) -> usize {
        self.sections.get(r#type).map_or(0, |(_, nodes)| *nodes)
    }

    /// The properties of a resource with the global ones merged in, but for those named by `IgnoreGlobals`.
    pub(super) fn merge(&self, r#type: &str, properties: Node, ignored: Option<&Node>) -> Node {
        let Some((global, _)) = self.sections.get(r#type) else { return properties };
        match ignored {
            Some(ignored) if ignored.as_str() == Some("*") => properties,
            Some(ignored) => {
                let ignored: Vec<&str> = ignored.items().iter().filter_map(Node::as_str).collect();
                let kept = global.entries().iter().filter(|entry| !ignored.contains(&entry.key.as_str()));
                let kept = Node::new(Kind::Mapping(kept.cloned().collect()), global.at);
                merge(&kept, properties, r#type)
            }
            None => merge(global, properties, r#type),
        }
    }
}

fn merge(global: &Node, local: Node, path: &str) -> Node {
    if is_intrinsic(global) || is_intrinsic(&local) {
        return local;
    }
    let Node { kind, at, tag } = local;
    let kind = match (&global.kind, kind) {
        (Kind::Mapping(globals), Kind::Mapping(locals)) => Kind::Mapping(merge_mappings(globals, locals, path)),
        (Kind::Sequence(globals), Kind::Sequence(locals)) if !REPLACED.contains(&path) => {
            Kind::Sequence(globals.iter().cloned().chain(locals).collect())
        }
        (_, kind) => kind,
    };
    Node { kind, at, tag }
}

fn merge_mappings(globals: &[Entry], locals: Vec<Entry>, path: &str) -> Vec<Entry> {
    let mut merged: Vec<Entry> = globals.to_vec();
    let places: BTreeMap<&str, usize> =
        globals.iter().enumerate().map(|(index, entry)| (entry.key.as_str(), index)).collect();
    for local in locals {
        match places.get(local.key.as_str()) {
            Some(&index) => {
                let value = merge(&globals[index].value, local.value, &format!("{path}.{}", local.key));
                merged[index] = Entry { value, ..local };
            }
            None => merged.push(local),
        }
    }
    merged
}
