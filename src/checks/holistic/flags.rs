//! What guards a configuration on its way to the functions that read it.

use std::collections::{BTreeMap, BTreeSet};

use super::watches;
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{
        Observed, Properties, Target, Text, Untyped, Why,
        iam::{any_known, grants},
        lambda::Function,
    },
    inventory::LogicalId,
    need::Need,
    stack::Stack,
};

pub(super) const FLAGS_SAFE: Check = Check {
    id: "flags-safe",
    title: "A configuration is validated, and taken back by an alarm on a function that reads it",
    why: "A flag reaches every function within minutes and by no pipeline. Validators, alarms and bake time are asked of \
          each resource alone; whether the alarm that takes a configuration back watches anybody who reads it, only the \
          whole path shows.",
    fix: "Add Validators to the profile; list in Monitors of its environment an alarm on the errors of a function that \
          reads it, or of the API in front; deploy with a strategy that has a bake time.",
    absent: "Nothing is validated and nothing is taken back. A profile that no function of the stack names in a variable \
             or in its role is not judged.",
    reference: "https://docs.aws.amazon.com/appconfig/latest/userguide/monitoring-deployments.html",
    pillar: Pillar::Reliability,
    severity: Severity::Low,
    since: "0.1.0",
    default: Default::On,
    needs: &[
        Need::Function,
        Need::ConfigurationApplications,
        Need::ConfigurationEnvironments,
        Need::ConfigurationProfiles,
        Need::Alarms,
        Need::Roles,
        Need::IdentityPolicies,
    ],
    applies: Applies::Stack(&[PROFILE], flags_safe),
};

const PROFILE: &str = "AWS::AppConfig::ConfigurationProfile";
const ENVIRONMENT: &str = "AWS::AppConfig::Environment";
/// What a function may name of a configuration.
const NAMED: &[&str] = &["AWS::AppConfig::Application", PROFILE, ENVIRONMENT];

fn flags_safe(stack: &Stack<'_>, _: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let view = View::of(stack);
    let profiles = stack.facts.resources.iter().filter(|resource| resource.reference.r#type.as_str() == PROFILE);
    let judged = profiles.filter_map(|resource| {
        let profile = resource.properties.untyped()?;
        Some((resource.reference.logical_id.clone(), view.judge(&resource.reference.logical_id, profile)?))
    });
    judged.collect()
}

/// The stack as a judge of configurations sees it.
struct View<'s, 'a> {
    stack: &'s Stack<'a>,
    apis: watches::Apis<'a>,
    /// Who names an application, a profile or an environment.
    readers: BTreeMap<LogicalId, BTreeSet<&'a LogicalId>>,
    /// The environments of an application.
    environments: BTreeMap<LogicalId, Vec<(&'a LogicalId, &'a Untyped)>>,
    /// Who calls a function.
    callers: BTreeMap<&'s LogicalId, BTreeSet<&'s LogicalId>>,
}

impl<'s, 'a> View<'s, 'a> {
    fn of(stack: &'s Stack<'a>) -> Self {
        let (mut readers, mut environments) = (BTreeMap::<_, BTreeSet<_>>::new(), BTreeMap::<_, Vec<_>>::new());
        for resource in &stack.facts.resources {
            let id = &resource.reference.logical_id;
            match (&resource.properties, resource.reference.r#type.as_str()) {
                (Properties::Function(function), _) => {
                    for named in named(stack, function) {
                        readers.entry(named).or_default().insert(id);
                    }
                }
                (Properties::Untyped(environment), ENVIRONMENT) => {
                    if let Some(application) = application(stack, environment) {
                        environments.entry(application).or_default().push((id, environment.as_ref()));
                    }
                }
                _ => {}
            }
        }
        let mut callers: BTreeMap<&LogicalId, BTreeSet<&LogicalId>> = BTreeMap::new();
        for call in &stack.invocations {
            if let Some(function) = call.target.function() {
                callers.entry(function).or_default().insert(call.source());
            }
        }
        Self { stack, apis: watches::api_names(stack), readers, environments, callers }
    }

    fn judge(&self, id: &LogicalId, profile: &Untyped) -> Option<Verdict> {
        let application = application(self.stack, profile)?;
        let environments = self.environments.get(&application).map_or(&[][..], Vec::as_slice);
        let names = [id, &application].into_iter().chain(environments.iter().map(|(id, _)| *id));
        let readers: BTreeSet<&LogicalId> =
            names.filter_map(|name| self.readers.get(name)).flatten().copied().collect();
        let reader = readers.first()?;
        let validated = match profile.list::<Untyped>("Validators").known() {
            Ok(validators) => validators.is_some_and(|validators| !validators.is_empty()),
            Err(why) => return Some(Verdict::inconclusive(why).at("Validators")),
        };
        let taken_back = any_known(environments.iter().map(|(_, environment)| self.watches(environment, &readers)));
        Some(match (validated, taken_back) {
            (_, Err(why)) => Verdict::inconclusive(why).at("ApplicationId"),
            (true, Ok(true)) => Verdict::Pass,
            (false, Ok(true)) => {
                Verdict::partial(70, format!("{reader} reads what nobody validated; an alarm takes it back")).at("Validators")
            }
            (true, Ok(false)) => Verdict::partial(
                50,
                format!("no alarm that its environments watch says anything of {reader}, which reads it"),
            )
            .at("ApplicationId"),
            (false, Ok(false)) => Verdict::fail(format!(
                "{reader} reads it, nobody validates it, and no alarm that its environments watch says anything of {reader}"
            ))
            .at("Validators"),
        })
    }

    /// Whether an alarm of the environment watches one of the readers, or who calls one.
    fn watches(&self, environment: &Untyped, readers: &BTreeSet<&LogicalId>) -> Result<bool, Why> {
        let monitors = environment.list::<Untyped>("Monitors");
        any_known(monitors.known()?.into_iter().flatten().map(|monitor| {
            let Some(monitor) = monitor.known()? else { return Ok(false) };
            let arn = monitor.get::<Text>("AlarmArn");
            let Some(arn) = arn.known()? else { return Ok(false) };
            let id = match self.stack.directory.resolve(arn, &["AWS::CloudWatch::Alarm"]) {
                Target::Resource(id) => id,
                Target::Elsewhere => return Err(Why::NotObserved(format!("the alarm {arn} is not in this stack"))),
                Target::Unknown(why) => return Err(why),
            };
            match self.stack.resource(&id).map(|resource| &resource.properties) {
                Some(Properties::Alarm(alarm)) => {
                    let watched = watches::owners(self.stack, &self.apis, alarm)?;
                    Ok(watched.iter().any(|watched| readers.iter().any(|reader| self.tells_of(watched, reader))))
                }
                Some(Properties::Unreadable(why)) => Err(why.clone()),
                // Of a composite alarm we do not follow the members.
                _ => Err(Why::NotObserved(format!("what {id} watches is not known"))),
            }
        }))
    }

    fn tells_of(&self, watched: &LogicalId, reader: &LogicalId) -> bool {
        watched == reader || self.callers.get(reader).is_some_and(|callers| callers.contains(watched))
    }
}

/// The application of a profile or an environment.
fn application(stack: &Stack<'_>, properties: &Untyped) -> Option<LogicalId> {
    match stack.directory.resolve(properties.get::<Text>("ApplicationId").present()?, &NAMED[..1]) {
        Target::Resource(id) => Some(id),
        Target::Elsewhere | Target::Unknown(_) => None,
    }
}

/// What of configurations a function names: in its variables, and in the policies of its role.
fn named(stack: &Stack<'_>, function: &Function) -> BTreeSet<LogicalId> {
    let mut named = BTreeSet::new();
    let mut take = |text: &Text| {
        let literal = match stack.directory.resolve(text, NAMED) {
            Target::Resource(id) => Some(id),
            Target::Elsewhere | Target::Unknown(_) => None,
        };
        let referred = text.references().map(LogicalId::new).chain(literal);
        named.extend(referred.filter(|id| NAMED.contains(&stack.type_of(id))));
    };
    let variables = function.environment.present().and_then(|environment| environment.variables.present());
    variables.into_iter().flat_map(BTreeMap::values).filter_map(Observed::present).for_each(&mut take);
    let role = function.role.present().and_then(|arn| stack.role(arn).ok()?);
    if let Some((_, role)) = role {
        for granted in grants(role).statements {
            granted.statement.resource.present().into_iter().flat_map(|all| all.iter()).for_each(&mut take);
        }
    }
    named
}
