//! Whether what scales scales as a whole: an alias with its policy, an index with its table.

use std::collections::{BTreeMap, BTreeSet};

use super::Verdicts;
use crate::{
    check::{Applies, Check, Default, Pillar, Place, Severity, Verdict, Yardstick},
    facts::{
        Observed, Part, Properties, Target, Text, Why,
        dynamodb::{Dimension, ScalableTarget, ScalingPolicy, Table},
    },
    inventory::LogicalId,
    need::Need,
    stack::{FunctionTarget, Qualifier, Stack},
};

pub(super) const AUTOSCALING_COMPLETE: Check = Check {
    id: "autoscaling-complete",
    title: "Provisioned concurrency follows the demand, and an index scales as far as its table",
    why: "A target without a policy looks like scaling and never moves. An index that stops scaling before its table does \
          throttles the writes of the table itself. Each resource is in order alone.",
    fix: "Add a ScalableTarget (function:NAME:ALIAS, lambda:function:ProvisionedConcurrency) with a ScalingPolicy to the \
          alias; set MaxCapacity of an index's write target to that of the table.",
    absent: "Provisioned concurrency stays as it is, day and night. Whether a table scales at all is another check's \
             question.",
    reference: "https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html",
    pillar: Pillar::Performance,
    severity: Severity::Low,
    since: "0.1.0",
    default: Default::On,
    needs: &[
        Need::Table,
        Need::ScalableTargets,
        Need::ScalingPolicies,
        Need::Function,
        Need::FunctionAliases,
        Need::ProvisionedConcurrency,
    ],
    applies: Applies::Stack(
        &["AWS::Lambda::Alias", "AWS::ApplicationAutoScaling::ScalableTarget"],
        autoscaling_complete,
    ),
};

fn autoscaling_complete(stack: &Stack<'_>, _: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let moved = Moved::of(stack);
    let targets = aliases(stack);
    let mut verdicts = Verdicts::default();
    for resource in &stack.facts.resources {
        let id = &resource.reference.logical_id;
        match &resource.properties {
            Properties::Alias(alias) => match (targets.of.get(id), alias.provisioned_concurrency_config.known()) {
                (Some(target), _) => verdicts.say(target, moved.judge(target, id)),
                (None, Ok(Some(_))) => verdicts.say(id, unscaled(targets.open.as_ref())),
                (None, Ok(None)) => {}
                (None, Err(why)) => {
                    verdicts.say(id, Verdict::inconclusive(why).at("ProvisionedConcurrencyConfig"));
                }
            },
            Properties::Table(table) => indexes(stack, table, &mut verdicts),
            Properties::ScalableTarget(target) => {
                if let Some((why, property)) = whose(stack, target) {
                    verdicts.say(id, Verdict::inconclusive(why).at(property));
                }
            }
            _ => {}
        }
    }
    verdicts.0
}

fn unscaled(open: Option<&Why>) -> Verdict {
    let verdict = match open {
        Some(why) => Verdict::inconclusive(why.clone()),
        None => Verdict::partial(60, "its provisioned concurrency is paid for at night and too little at the peak"),
    };
    verdict.at("ProvisionedConcurrencyConfig")
}

/// The scalable targets of aliases.
struct Targets<'a> {
    of: BTreeMap<LogicalId, &'a LogicalId>,
    open: Option<Why>,
}

fn aliases<'a>(stack: &Stack<'a>) -> Targets<'a> {
    let mut targets = Targets { of: BTreeMap::new(), open: None };
    for resource in &stack.facts.resources {
        let id = &resource.reference.logical_id;
        match &resource.properties {
            Properties::ScalableTarget(target) if is_of_lambda(target) => match alias(stack, &target.resource_id) {
                Ok(Some(alias)) => {
                    targets.of.insert(alias, id);
                }
                Ok(None) => {}
                Err(why) => targets.open = Some(why),
            },
            Properties::Unreadable(why) if resource.reference.r#type.as_str() == TARGET => {
                targets.open = Some(why.clone());
            }
            _ => {}
        }
    }
    targets
}

/// Why nobody can tell which alias or table of the stack a target scales, and the property that leaves it open; none
/// where it is known, or where the stack has none that it may be.
fn whose(stack: &Stack<'_>, target: &ScalableTarget) -> Option<(Why, &'static str)> {
    let has = |r#type: &str| stack.of_type(r#type).next().is_some();
    if has("AWS::Lambda::Alias")
        && is_of_lambda(target)
        && let Err(why) = alias(stack, &target.resource_id)
    {
        return Some((why, "ResourceId"));
    }
    let of_tables = target.service_namespace.present().is_none_or(|namespace| namespace == "dynamodb");
    if !of_tables || !has("AWS::DynamoDB::Table") {
        return None;
    }
    match target.resource_id.known() {
        Ok(Some(text)) if is_open(text) => return Some((text.why_unresolved(), "ResourceId")),
        Ok(_) => {}
        Err(why) => return Some((why, "ResourceId")),
    }
    target.scalable_dimension.known().err().map(|why| (why, "ScalableDimension"))
}

/// Whether nothing is known of how a text begins.
fn is_open(text: &Text) -> bool {
    text.as_str().is_none() && text.literal_prefix().is_empty()
}

const TARGET: &str = "AWS::ApplicationAutoScaling::ScalableTarget";

fn is_of_lambda(target: &ScalableTarget) -> bool {
    target.service_namespace.present().is_none_or(|namespace| namespace == "lambda")
}

/// The alias that `function:NAME:ALIAS` means.
fn alias(stack: &Stack<'_>, resource: &Observed<Text>) -> Result<Option<LogicalId>, Why> {
    const PREFIX: &str = "function:";
    let Some(text) = resource.known()? else { return Ok(None) };
    let Some(rest) = text.literal_prefix().strip_prefix(PREFIX) else {
        return if is_open(text) { Err(text.why_unresolved()) } else { Ok(None) };
    };
    let parts = [Part::Literal(rest.to_owned())].into_iter().chain(text.parts().iter().skip(1).cloned());
    match stack.functions.target(&Text::new(parts)) {
        Some(FunctionTarget::Function { function, qualifier: Qualifier::Alias { resource: None, .. } }) => {
            nameless(stack, &function).map_or(Ok(None), Err)
        }
        Some(FunctionTarget::Function { qualifier: Qualifier::Alias { resource, .. }, .. }) => Ok(resource),
        Some(FunctionTarget::Unknown(why)) => Err(why),
        _ => Ok(None),
    }
}

/// Why an alias of the function may have any name.
fn nameless(stack: &Stack<'_>, function: &LogicalId) -> Option<Why> {
    stack.of_type("AWS::Lambda::Alias").find_map(|resource| {
        let Properties::Alias(alias) = &resource.properties else { return None };
        let owner = stack.functions.target_of(&alias.function_name)?;
        if owner.function() != Some(function) {
            return None;
        }
        match alias.name.known() {
            Ok(name) => name.filter(|name| name.as_str().is_none()).map(Text::why_unresolved),
            Err(why) => Some(why),
        }
    })
}

/// The targets that a policy moves.
struct Moved {
    targets: BTreeSet<LogicalId>,
    /// The aliases that policies name by themselves instead.
    named: BTreeSet<LogicalId>,
    open: Option<Why>,
}

impl Moved {
    fn of(stack: &Stack<'_>) -> Self {
        let mut moved = Self { targets: BTreeSet::new(), named: BTreeSet::new(), open: None };
        for (_, policy) in stack.facts.each(|properties| match properties {
            Properties::ScalingPolicy(policy) => Some(&**policy),
            _ => None,
        }) {
            if let Err(why) = moved.take(stack, policy) {
                moved.open = Some(why);
            }
        }
        moved
    }

    fn take(&mut self, stack: &Stack<'_>, policy: &ScalingPolicy) -> Result<(), Why> {
        if let Some(target) = policy.scaling_target_id.known()? {
            match stack.directory.resolve(target, &[TARGET]) {
                Target::Resource(id) => {
                    self.targets.insert(id);
                }
                Target::Elsewhere => {}
                Target::Unknown(why) => return Err(why),
            }
        }
        self.named.extend(alias(stack, &policy.resource_id)?);
        Ok(())
    }

    fn judge(&self, target: &LogicalId, alias: &LogicalId) -> Verdict {
        match (self.targets.contains(target) || self.named.contains(alias), &self.open) {
            (true, _) => Verdict::Pass,
            (false, Some(why)) => Verdict::inconclusive(why.clone()),
            (false, None) => Verdict::fail("no scaling policy moves it: the provisioned concurrency stays as it is"),
        }
    }
}

/// Whether the indexes of a table write as much as the table may.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations.Writes>
fn indexes(stack: &Stack<'_>, table: &Table, verdicts: &mut Verdicts) {
    if table.billing_mode.present().is_some_and(|mode| mode == "PAY_PER_REQUEST") {
        return;
    }
    let most = |target: &LogicalId| match &stack.resource(target)?.properties {
        Properties::ScalableTarget(target) => Some(target.max_capacity.clone()),
        _ => None,
    };
    let scalings = table.scaling.present().into_iter().flatten().filter_map(Observed::present);
    let writes = scalings.filter(|scaling| scaling.dimension == Dimension::Write);
    let writes: Vec<_> = writes.filter_map(|scaling| Some((scaling, scaling.target.as_ref()?))).collect();
    let Some((_, of_table)) = writes.iter().find(|(scaling, _)| scaling.index.is_none()) else {
        // One of which nobody knows what it scales may be the table's.
        let mut open = table.scaling.present().into_iter().flatten().filter_map(|scaling| scaling.known().err());
        if let Some(why) = open.next() {
            let of_index = writes.iter().filter(|(scaling, _)| scaling.index.is_some());
            of_index.for_each(|(_, target)| verdicts.say(target, Verdict::inconclusive(why.clone())));
        }
        return;
    };
    for (scaling, target) in &writes {
        let Some(index) = &scaling.index else { continue };
        let verdict = match (most(of_table), most(target)) {
            (Some(Observed::Unknown(why)), _) => Verdict::inconclusive(why).place(Place::of(of_table, "MaxCapacity")),
            (_, Some(Observed::Unknown(why))) => Verdict::inconclusive(why).at("MaxCapacity"),
            (Some(Observed::Present(table)), Some(Observed::Present(most))) => {
                let text = format!("index {index} scales to {most} write units, the table to {table}");
                if most >= table { Verdict::Pass } else { Verdict::partial(60, text).at("MaxCapacity") }
            }
            _ => continue,
        };
        verdicts.say(target, verdict);
    }
}
