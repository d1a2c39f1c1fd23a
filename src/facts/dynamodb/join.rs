//! Onto each table: what scales it and its indexes, which backups cover it, who owns it.

use std::sync::Arc;

use super::{Dimension, ScalableTarget, Scaling, ScalingPolicy, Table};
use crate::{
    facts::{
        Directory, Facts, List, Observed, Part, Properties, Resource, Target, Text, Why, backup,
        iam::{Known, all_known, any_known},
    },
    inventory::LogicalId,
};

const TABLES: &[&str] = &["AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"];
const TARGET: &str = "AWS::ApplicationAutoScaling::ScalableTarget";
const POLICY: &str = "AWS::ApplicationAutoScaling::ScalingPolicy";

/// Joins onto the subjects what CloudFormation splits over several resources.
pub(in crate::facts) fn join(facts: &mut Facts, directory: &Directory) {
    let scaled = scaled(facts, directory);
    let selections = backup::selections(facts);
    let account = facts.stack.account.clone();
    for resource in &mut facts.resources {
        let id = &resource.reference.logical_id;
        match &mut resource.properties {
            Properties::Table(table) => {
                let table = Arc::make_mut(table);
                table.account.fill(|| account.clone());
                table.logical_id.get_or_insert_with(|| id.clone());
                let scaling = scaling_of(id, &scaled);
                table.scaling.fill(|| scaling);
                let covering = covering(table, &selections);
                backup::complete(&mut table.backup_selections, covering);
            }
            Properties::GlobalTable(table) => {
                let table = Arc::make_mut(table);
                table.account.fill(|| account.clone());
                table.logical_id.get_or_insert_with(|| id.clone());
                let views = table.tables();
                let view = views.first().and_then(Observed::present);
                let covering = view.and_then(|view| covering(view, &selections));
                backup::complete(&mut table.backup_selections, covering);
            }
            _ => {}
        }
    }
}

fn covering(table: &Table, selections: &[(LogicalId, Observed<backup::Selection>)]) -> Option<backup::Covering> {
    table.subject().and_then(|subject| backup::covering(selections, subject, &table.tags))
}

/// A scalable target of a table, or why nobody can tell whose it is.
struct Scaled {
    table: Target,
    scaling: Observed<Scaling>,
}

fn scaling_of(id: &LogicalId, scaled: &[Scaled]) -> List<Scaling> {
    let own: Vec<Observed<Scaling>> = scaled
        .iter()
        .filter_map(|scaled| match &scaled.table {
            Target::Resource(table) if table == id => Some(scaled.scaling.clone()),
            Target::Resource(_) | Target::Elsewhere => None,
            Target::Unknown(why) => Some(Observed::Unknown(why.clone())),
        })
        .collect();
    if own.is_empty() { Observed::Absent } else { Observed::Present(own) }
}

fn scaled(facts: &Facts, directory: &Directory) -> Vec<Scaled> {
    let policies: Vec<Mover<'_>> = facts.resources.iter().filter_map(|resource| mover(resource, directory)).collect();
    facts
        .resources
        .iter()
        .filter_map(|resource| {
            let id = &resource.reference.logical_id;
            match &resource.properties {
                Properties::ScalableTarget(target) => target_of_table(id, target, &policies, directory),
                Properties::Unreadable(why) if resource.reference.r#type.as_str() == TARGET => {
                    Some(Scaled { table: Target::Unknown(why.clone()), scaling: Observed::Absent })
                }
                _ => None,
            }
        })
        .collect()
}

/// Reads one target; none where it scales something other than a table.
fn target_of_table(
    id: &LogicalId,
    target: &ScalableTarget,
    policies: &[Mover<'_>],
    directory: &Directory,
) -> Option<Scaled> {
    if target.service_namespace.present().is_some_and(|namespace| namespace != "dynamodb") {
        return None;
    }
    let capacity = match capacity(&target.resource_id, &target.scalable_dimension, directory) {
        Ok(capacity) => capacity?,
        Err(why) => return Some(Scaled { table: Target::Unknown(why), scaling: Observed::Absent }),
    };
    let policy = match any_known(policies.iter().map(|policy| policy.moves(id, &capacity))) {
        Ok(moves) => Observed::Present(moves),
        Err(why) => Observed::Unknown(why),
    };
    let Capacity { table, index, dimension } = capacity;
    Some(Scaled { table, scaling: Observed::Present(Scaling { index, dimension, target: Some(id.clone()), policy }) })
}

/// The capacity that target and policy speak of.
struct Capacity {
    table: Target,
    index: Option<Text>,
    dimension: Dimension,
}

/// Reads `ResourceId` and `ScalableDimension`; none where they name no capacity of a table.
fn capacity(
    resource: &Observed<Text>,
    dimension: &Observed<String>,
    directory: &Directory,
) -> Result<Option<Capacity>, Why> {
    let missing = |what: &str| Why::Malformed(format!("no {what} is named"));
    let resource = resource.known()?.ok_or_else(|| missing("ResourceId"))?;
    let Some((name, index)) = table_and_index(resource) else { return Ok(None) };
    let dimension = dimension.known()?.ok_or_else(|| missing("ScalableDimension"))?;
    let table = directory.resolve(&name, TABLES);
    Ok(Dimension::of(dimension).map(|dimension| Capacity { table, index, dimension }))
}

impl Capacity {
    /// Whether both mean the same capacity.
    fn is(&self, other: &Self) -> Known {
        if self.dimension != other.dimension || self.index.is_some() != other.index.is_some() {
            return Ok(false);
        }
        let table = match (&self.table, &other.table) {
            (Target::Unknown(why), _) | (_, Target::Unknown(why)) => Err(why.clone()),
            (one, other) => Ok(one == other && *one != Target::Elsewhere),
        };
        let index = match (&self.index, &other.index) {
            (Some(one), Some(other)) => one.same(other),
            _ => Ok(true),
        };
        all_known([table, index])
    }
}

/// A scaling policy: by reference to its target, or by the capacity itself.
enum Mover<'a> {
    By(&'a ScalingPolicy, Result<Option<Capacity>, Why>),
    Unreadable(&'a Why),
}

fn mover<'a>(resource: &'a Resource, directory: &Directory) -> Option<Mover<'a>> {
    match &resource.properties {
        Properties::ScalingPolicy(policy) => {
            let named = match policy.resource_id {
                Observed::Absent => Ok(None),
                _ => capacity(&policy.resource_id, &policy.scalable_dimension, directory),
            };
            Some(Mover::By(policy, named))
        }
        Properties::Unreadable(why) if resource.reference.r#type.as_str() == POLICY => Some(Mover::Unreadable(why)),
        _ => None,
    }
}

impl Mover<'_> {
    fn moves(&self, target: &LogicalId, capacity: &Capacity) -> Known {
        let (policy, named) = match self {
            Self::By(policy, named) => (policy, named),
            Self::Unreadable(why) => return Err((*why).clone()),
        };
        let by_reference = policy
            .scaling_target_id
            .known()
            .map(|id| id.is_some_and(|id| id.references().any(|reference| reference == target.as_str())));
        let by_name = match named {
            Ok(Some(named)) => named.is(capacity),
            Ok(None) => Ok(false),
            Err(why) => Err(why.clone()),
        };
        any_known([by_reference, by_name])
    }
}

/// The table's name and the index of `table/NAME/index/INDEX`; none for what is no table.
fn table_and_index(resource: &Text) -> Option<(Text, Option<Text>)> {
    let mut parts = resource.parts().iter().cloned();
    let mut name = match parts.next()? {
        Part::Literal(first) => vec![Part::Literal(first.strip_prefix("table/")?.to_owned())],
        open => vec![open],
    };
    if let [Part::Literal(first)] = name.as_slice()
        && let Some((table, index)) = first.split_once("/index/")
    {
        let index = Text::new([Part::Literal(index.to_owned())].into_iter().chain(parts));
        return Some((Text::literal(table), Some(index)));
    }
    while let Some(part) = parts.next() {
        match &part {
            Part::Literal(text) if text.contains("/index/") => {
                let (table, index) = text.split_once("/index/")?;
                name.push(Part::Literal(table.to_owned()));
                let index = Text::new([Part::Literal(index.to_owned())].into_iter().chain(parts));
                return Some((Text::new(name), Some(index)));
            }
            _ => name.push(part),
        }
    }
    Some((Text::new(name), None))
}
