//! Joins onto functions, aliases and mappings what CloudFormation splits over several resources.

use std::sync::Arc;

use super::{
    Alias, AliasOf, AliasedFunction, EventInvokeConfig, EventSourceMapping, Function, FunctionTarget, Functions,
    InvokeConfigOf, Permission, ProvisionedConcurrencyConfig, SourceKind, VersionOf,
};
use crate::{
    facts::{Directory, Facts, Observed, Part, Properties, Resource, Target, Text, Why},
    inventory::LogicalId,
};

/// Fills in the joined fields that are absent; what a reader put there stays.
pub(in crate::facts) fn join(facts: &mut Facts, directory: &Directory) {
    let stack = Seen::of(facts, directory);
    let filled: Vec<Option<Properties>> = facts.resources.iter().map(|resource| stack.filled(resource)).collect();
    for (resource, filled) in facts.resources.iter_mut().zip(filled) {
        if let Some(properties) = filled {
            resource.properties = properties;
        }
    }
}

/// Resources by the function they belong to, and those of which nobody can tell.
#[derive(Debug)]
struct Belonging<T> {
    known: Vec<(LogicalId, T)>,
    /// Of which nobody can tell whether they are there, but whose they would be.
    doubts: Vec<(LogicalId, Why)>,
    open: Vec<Why>,
}

impl<T: Clone> Belonging<T> {
    fn new() -> Self {
        Self { known: Vec::new(), doubts: Vec::new(), open: Vec::new() }
    }

    fn add(&mut self, owner: Target, resource: &LogicalId, item: T) {
        match owner {
            Target::Resource(function) => self.known.push((function, item)),
            Target::Unknown(why) => self.open.push(open(resource, &why)),
            Target::Elsewhere => {}
        }
    }

    fn of(&self, function: &LogicalId) -> Observed<Vec<Observed<T>>> {
        let known = self.known.iter().filter(|(owner, _)| owner == function);
        let known = known.map(|(_, item)| Observed::Present(item.clone()));
        let doubts = self.doubts.iter().filter(|(owner, _)| owner == function).map(|(_, why)| why);
        Observed::Present(known.chain(doubts.chain(&self.open).cloned().map(Observed::Unknown)).collect())
    }

    /// Whether anything belongs to the function.
    fn any(&self, function: &LogicalId) -> Observed<bool> {
        match self.open.first() {
            _ if self.known.iter().any(|(owner, _)| owner == function) => Observed::Present(true),
            Some(why) => Observed::Unknown(why.clone()),
            None => Observed::Present(false),
        }
    }
}

fn open(resource: &LogicalId, why: &Why) -> Why {
    Why::Unresolved(format!("{resource} may belong here: {why}"))
}

/// What the stack says of its functions, gathered once.
struct Seen<'a> {
    facts: &'a Facts,
    directory: &'a Directory,
    functions: Functions,
    invoke_configs: Belonging<InvokeConfigOf>,
    aliases: Belonging<AliasOf>,
    versions: Belonging<VersionOf>,
    callers: Belonging<String>,
    hooks: Belonging<()>,
    urls: Belonging<()>,
    roles: Vec<(LogicalId, Observed<Role>)>,
}

/// The role of a function: as written, and whom that means.
struct Role {
    text: Text,
    target: Target,
}

impl<'a> Seen<'a> {
    fn of(facts: &'a Facts, directory: &'a Directory) -> Self {
        let mut seen = Self {
            facts,
            directory,
            functions: Functions::of(facts),
            invoke_configs: Belonging::new(),
            aliases: Belonging::new(),
            versions: Belonging::new(),
            callers: Belonging::new(),
            hooks: Belonging::new(),
            urls: Belonging::new(),
            roles: Vec::new(),
        };
        for resource in &facts.resources {
            seen.take(resource);
        }
        seen
    }

    fn take(&mut self, resource: &Resource) {
        let id = &resource.reference.logical_id;
        match &resource.properties {
            Properties::Function(function) => {
                let role = function
                    .role
                    .as_ref()
                    .map(|role| Role { text: role.clone(), target: self.directory.resolve(role, &["AWS::IAM::Role"]) });
                self.roles.push((id.clone(), role));
                self.take_other_permissions(id, function);
            }
            Properties::EventInvokeConfig(config) => {
                let item = InvokeConfigOf { logical_id: id.clone(), config: config.as_ref().clone() };
                self.invoke_configs.add(self.owner(&config.function_name), id, item);
            }
            Properties::Alias(alias) => {
                self.aliases.add(self.owner(&alias.function_name), id, alias_of(id, alias));
                self.take_hooks(id, alias);
            }
            Properties::Version(version) => {
                let warm = provisioned(&version.provisioned_concurrency_config);
                let item = VersionOf { logical_id: id.clone(), provisioned_concurrent_executions: warm };
                self.versions.add(self.owner(&version.function_name), id, item);
            }
            Properties::Permission(permission) => {
                self.take_caller(id, self.owner(&permission.function_name), &permission.principal);
            }
            Properties::FunctionUrl(url) => self.urls.add(self.owner(&url.target_function_arn), id, ()),
            Properties::Schedule(_) => self.take_schedule(resource),
            Properties::Unreadable(why) => self.take_unreadable(resource, why),
            _ => {}
        }
    }

    /// Whom a permission lets invoke the function asynchronously.
    fn take_caller(&mut self, id: &LogicalId, owner: Target, principal: &Observed<Text>) {
        match principal {
            Observed::Present(principal) => {
                if let Some(service) = principal.as_str().filter(|service| invokes_asynchronously(service)) {
                    self.callers.add(owner, id, service.to_owned());
                }
            }
            Observed::Absent => {}
            Observed::Unknown(why) => match owner {
                Target::Resource(function) => self.callers.doubts.push((function, open(id, why))),
                Target::Unknown(_) => self.callers.open.push(open(id, why)),
                Target::Elsewhere => {}
            },
        }
    }

    /// What a live look found in the function's policies beside the permissions of the stack.
    fn take_other_permissions(&mut self, id: &LogicalId, function: &Function) {
        let others = match &function.other_permissions {
            Observed::Present(others) => others,
            Observed::Absent => return,
            Observed::Unknown(why) => return self.callers.doubts.push((id.clone(), why.clone())),
        };
        for other in others {
            match other {
                Observed::Present(other) => {
                    self.take_caller(id, Target::Resource(id.clone()), &other.permission.principal);
                }
                Observed::Absent => {}
                Observed::Unknown(why) => self.callers.doubts.push((id.clone(), why.clone())),
            }
        }
    }

    /// A schedule calls its target by a role of its own, without a permission on the function.
    fn take_schedule(&mut self, resource: &Resource) {
        let Ok(value) = resource.properties.to_value() else { return };
        let Some(target) = value.pointer("/Target/Arn") else { return };
        let owner = self.owner(&Observed::read(target));
        self.callers.add(owner, &resource.reference.logical_id, "scheduler.amazonaws.com".to_owned());
    }

    fn take_hooks(&mut self, id: &LogicalId, alias: &Alias) {
        let update = alias.update_policy.as_ref().and_then(|policy| policy.code_deploy_lambda_alias_update.as_ref());
        match update {
            Observed::Present(update) => {
                for hook in [&update.before_allow_traffic_hook, &update.after_allow_traffic_hook] {
                    self.hooks.add(self.owner(hook), id, ());
                }
            }
            Observed::Absent => {}
            Observed::Unknown(why) => self.hooks.open.push(open(id, &why)),
        }
    }

    fn take_unreadable(&mut self, resource: &Resource, why: &Why) {
        let id = &resource.reference.logical_id;
        match resource.reference.r#type.as_str() {
            "AWS::Lambda::EventInvokeConfig" => self.invoke_configs.open.push(open(id, why)),
            "AWS::Lambda::Alias" => {
                self.aliases.open.push(open(id, why));
                self.hooks.open.push(open(id, why));
            }
            "AWS::Lambda::Function" => self.roles.push((id.clone(), Observed::Unknown(why.clone()))),
            "AWS::Lambda::Url" => self.urls.open.push(open(id, why)),
            "AWS::Lambda::Version" => self.versions.open.push(open(id, why)),
            "AWS::Lambda::Permission" | "AWS::Scheduler::Schedule" => self.callers.open.push(open(id, why)),
            _ => {}
        }
    }

    /// The properties with the joined fields filled in; `None` for a type that nothing is joined onto.
    fn filled(&self, resource: &Resource) -> Option<Properties> {
        let mut properties = match &resource.properties {
            joined @ (Properties::Function(_)
            | Properties::Alias(_)
            | Properties::EventSourceMapping(_)
            | Properties::Permission(_)
            | Properties::EventInvokeConfig(_)) => joined.clone(),
            _ => return None,
        };
        match &mut properties {
            Properties::Function(function) => {
                self.fill_function(&resource.reference.logical_id, Arc::make_mut(function));
            }
            Properties::Alias(alias) => self.fill_alias(Arc::make_mut(alias)),
            Properties::EventSourceMapping(mapping) => self.fill_mapping(Arc::make_mut(mapping)),
            Properties::Permission(permission) => self.fill_permission(Arc::make_mut(permission)),
            Properties::EventInvokeConfig(config) => self.fill_invoke_config(Arc::make_mut(config)),
            _ => {}
        }
        Some(properties)
    }

    /// The function that an alias, a version, a permission or a configuration belongs to, whatever the qualifier.
    fn owner(&self, function: &Observed<Text>) -> Target {
        match self.functions.target_of(function) {
            Some(FunctionTarget::Function { function, .. }) => Target::Resource(function),
            Some(FunctionTarget::Unknown(why)) => Target::Unknown(why),
            Some(FunctionTarget::Elsewhere) | None => Target::Elsewhere,
        }
    }

    fn fill_function(&self, id: &LogicalId, function: &mut Function) {
        function.event_invoke_configs.fill(|| self.invoke_configs.of(id));
        function.aliases.fill(|| self.aliases.of(id));
        function.versions.fill(|| self.versions.of(id));
        function.asynchronous_callers.fill(|| self.callers.of(id));
        function.is_lifecycle_hook.fill(|| self.hooks.any(id));
        function.role_shared_with.fill(|| self.role_shared_with(id));
        function.account.fill(|| match &self.facts.stack.account {
            Observed::Absent => Observed::not_observed("a template does not know its account"),
            known => known.clone(),
        });
        let zones = function.vpc_config.as_ref().and_then(|vpc| vpc.subnet_ids.as_ref()).map(|ids| self.zones(ids));
        function.availability_zones.fill(|| zones);
        if let Observed::Present(others) = &mut function.other_permissions {
            for other in others {
                if let Observed::Present(other) = other {
                    other.permission.function_has_url.fill(|| self.urls.any(id));
                }
            }
        }
    }

    fn fill_permission(&self, permission: &mut Permission) {
        permission.function_has_url.fill(|| match self.owner(&permission.function_name) {
            Target::Resource(id) => self.urls.any(&id),
            Target::Elsewhere => Observed::not_observed("the function is not in this stack"),
            Target::Unknown(why) => Observed::Unknown(why),
        });
    }

    fn fill_alias(&self, alias: &mut Alias) {
        let function = match self.owner(&alias.function_name) {
            Target::Resource(id) => Observed::Present(AliasedFunction {
                is_lifecycle_hook: self.hooks.any(&id),
                logical_id: Observed::Present(id.to_string()),
            }),
            Target::Elsewhere => Observed::Absent,
            Target::Unknown(why) => Observed::Unknown(why),
        };
        alias.function.fill(|| function);
    }

    fn fill_mapping(&self, mapping: &mut EventSourceMapping) {
        let kind = self.source_kind(mapping);
        mapping.source_kind.fill(|| kind);
        let reserved = self.of_function(&mapping.function_name, |function| &function.reserved_concurrent_executions);
        mapping.function_reserved_concurrency.fill(|| reserved);
    }

    fn fill_invoke_config(&self, config: &mut EventInvokeConfig) {
        let target = match self.of_function(&config.function_name, |function| &function.dead_letter_config) {
            Observed::Present(dead_letter) => dead_letter.target_arn,
            Observed::Absent => Observed::Absent,
            Observed::Unknown(why) => Observed::Unknown(why),
        };
        config.function_dead_letter_target.fill(|| target);
    }

    /// A property of the function that `name` means; unknown where the function is not in this stack.
    fn of_function<T: Clone>(
        &self,
        name: &Observed<Text>,
        property: impl Fn(&Function) -> &Observed<T>,
    ) -> Observed<T> {
        match self.owner(name) {
            Target::Resource(id) => match self.facts.get(&id).map(|resource| &resource.properties) {
                Some(Properties::Function(function)) => property(function).clone(),
                _ => Observed::not_observed(format!("the properties of {id} cannot be read")),
            },
            Target::Elsewhere => Observed::not_observed("the function is not in this stack"),
            Target::Unknown(why) => Observed::Unknown(why),
        }
    }

    fn source_kind(&self, mapping: &EventSourceMapping) -> Observed<SourceKind> {
        match (&mapping.event_source_arn, &mapping.self_managed_event_source) {
            (Observed::Present(arn), _) => self.kind_of(arn),
            (Observed::Absent, Observed::Present(_)) => Observed::Present(SourceKind::SelfManagedKafka),
            (Observed::Unknown(why), _) | (_, Observed::Unknown(why)) => Observed::Unknown(why.clone()),
            (Observed::Absent, Observed::Absent) => {
                Observed::Unknown(Why::Malformed("neither EventSourceArn nor SelfManagedEventSource".into()))
            }
        }
    }

    fn kind_of(&self, arn: &Text) -> Observed<SourceKind> {
        let kind = match service_of(arn) {
            Some(service) => SourceKind::of_service(service),
            None => match self.directory.resolve(arn, &[]) {
                Target::Resource(id) => {
                    self.facts.get(&id).and_then(|resource| SourceKind::of_type(resource.reference.r#type.as_str()))
                }
                Target::Elsewhere | Target::Unknown(_) => None,
            },
        };
        kind.map_or_else(|| Observed::Unknown(unknown_source(arn)), Observed::Present)
    }

    fn zones(&self, subnets: &[Observed<Text>]) -> Vec<Observed<Text>> {
        subnets.iter().map(|subnet| subnet.as_ref().and_then(|id| self.zone(id))).collect()
    }

    fn zone(&self, subnet: &Text) -> Observed<Text> {
        let unknown = || Observed::not_observed(format!("the availability zone of {subnet} is not in this stack"));
        let Target::Resource(id) = self.directory.resolve(subnet, &["AWS::EC2::Subnet"]) else { return unknown() };
        match self.facts.get(&id).map(|resource| &resource.properties) {
            Some(Properties::Subnet(subnet)) => match (&subnet.availability_zone, &subnet.availability_zone_id) {
                (Observed::Absent, Observed::Absent) => {
                    Observed::not_observed(format!("{id} leaves its availability zone to AWS"))
                }
                (Observed::Absent, zone) | (zone, _) => zone.clone(),
            },
            _ => unknown(),
        }
    }

    fn role_shared_with(&self, id: &LogicalId) -> Observed<Vec<Observed<LogicalId>>> {
        let Some((_, role)) = self.roles.iter().find(|(function, _)| function == id) else { return Observed::Absent };
        role.as_ref().map(|role| {
            let others = self.roles.iter().filter(|(other, _)| other != id);
            others.filter_map(|(other, theirs)| shared(role, other, theirs)).collect()
        })
    }
}

/// The other function, where its role is the same or may be.
fn shared(role: &Role, other: &LogicalId, theirs: &Observed<Role>) -> Option<Observed<LogicalId>> {
    match theirs {
        Observed::Present(theirs) => match same_role(role, theirs) {
            Some(true) => Some(Observed::Present(other.clone())),
            Some(false) => None,
            None => Some(Observed::Unknown(open(other, &theirs.text.why_unresolved()))),
        },
        Observed::Absent => None,
        Observed::Unknown(why) => Some(Observed::Unknown(open(other, why))),
    }
}

/// Whether two texts mean one role; `None` where that is known only after deployment.
///
/// A role that the stack itself creates is taken to differ from one that comes from outside: whoever
/// sets a parameter cannot know a role that does not exist yet.
fn same_role(one: &Role, other: &Role) -> Option<bool> {
    match (&one.target, &other.target) {
        _ if one.text == other.text => Some(true),
        (Target::Resource(one), Target::Resource(other)) => Some(one == other),
        (Target::Resource(_), _) | (_, Target::Resource(_)) => Some(false),
        _ if differ(&one.text, &other.text) => Some(false),
        _ => None,
    }
}

/// Whether two different texts have different values whatever their open parts become.
fn differ(one: &Text, other: &Text) -> bool {
    fn apart(one: &str, other: &str, begins: fn(&str, &str) -> bool) -> bool {
        !begins(one, other) && !begins(other, one)
    }
    (one.as_str().is_some() && other.as_str().is_some())
        || apart(one.literal_prefix(), other.literal_prefix(), |text, start| text.starts_with(start))
        || apart(one.literal_suffix(), other.literal_suffix(), |text, end| text.ends_with(end))
}

fn alias_of(id: &LogicalId, alias: &Alias) -> AliasOf {
    let weights = alias.routing_config.as_ref().and_then(|routing| routing.additional_version_weights.as_ref());
    AliasOf {
        logical_id: id.clone(),
        name: alias.name.clone(),
        function_version: alias.function_version.clone(),
        weighted: weights.map(|weights| !weights.is_empty()).or_default_of_service(false),
        provisioned_concurrent_executions: provisioned(&alias.provisioned_concurrency_config),
    }
}

fn provisioned(config: &Observed<ProvisionedConcurrencyConfig>) -> Observed<u32> {
    match config {
        Observed::Present(config) => config.provisioned_concurrent_executions.clone(),
        Observed::Absent => Observed::Absent,
        Observed::Unknown(why) => Observed::Unknown(why.clone()),
    }
}

/// Services that put their events into Lambda's own queue, so that a failure comes back to nobody.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html>
const ASYNCHRONOUS: &[&str] = &[
    "cloudformation",
    "codecommit",
    "codepipeline",
    "config",
    "events",
    "iot",
    "iotevents",
    "logs",
    "s3",
    "scheduler",
    "ses",
    "sns",
    "lambda.alarms.cloudwatch",
];

fn invokes_asynchronously(principal: &str) -> bool {
    let name = principal.strip_suffix(".amazonaws.com").or_else(|| principal.strip_suffix(".amazonaws.com.cn"));
    // `logs.eu-west-1.amazonaws.com` is the logs service too.
    name.is_some_and(|name| {
        ASYNCHRONOUS.contains(&name) || name.split_once('.').is_some_and(|(service, _)| service == "logs")
    })
}

/// The service part of an ARN, where the text knows it: `sqs` of `arn:${AWS::Partition}:sqs:…`.
fn service_of(arn: &Text) -> Option<&str> {
    let mut colons = 0;
    for part in arn.parts() {
        match part {
            Part::Literal(text) => {
                for piece in text.split_inclusive(':') {
                    if colons == 2 {
                        return piece.strip_suffix(':');
                    }
                    colons += usize::from(piece.ends_with(':'));
                }
            }
            Part::Pseudo(_) if colons == 1 => {}
            _ => return None,
        }
    }
    None
}

fn unknown_source(arn: &Text) -> Why {
    match arn.as_str() {
        Some(known) => Why::Malformed(format!("{known} is no event source that Lambda polls")),
        None => Why::Unresolved(format!("what {arn} reads from is known only after deployment")),
    }
}
