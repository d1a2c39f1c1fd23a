//! Onto each table: what scales it and its indexes, which backups cover it, who owns it.

use super::{Dimension, ScalableTarget, Scaling, ScalingPolicy, Table};
use crate::{
    facts::{Directory, Facts, List, Observed, Part, Properties, Target, Text, Why, backup},
    inventory::LogicalId,
};

const TABLES: &[&str] = &["AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"];
const TARGET: &str = "AWS::ApplicationAutoScaling::ScalableTarget";

/// Joins onto the subjects what CloudFormation splits over several resources.
pub(in crate::facts) fn join(facts: &mut Facts, directory: &Directory) {
    let scaled = scaled(facts, directory);
    let selections = backup::selections(facts);
    let account = facts.stack.account.clone();
    for resource in &mut facts.resources {
        let id = &resource.reference.logical_id;
        match &mut resource.properties {
            Properties::Table(table) => {
                fill(&mut table.account, || account.clone());
                table.logical_id.get_or_insert_with(|| id.clone());
                let scaling = scaling_of(id, &scaled);
                fill(&mut table.scaling, || scaling);
                let covering = covering(table, &selections);
                fill(&mut table.backup_selections, || covering);
            }
            Properties::GlobalTable(table) => {
                fill(&mut table.account, || account.clone());
                table.logical_id.get_or_insert_with(|| id.clone());
                let views = table.tables();
                let view = views.first().and_then(Observed::present);
                let covering = view.map_or(Observed::Absent, |view| covering(view, &selections));
                fill(&mut table.backup_selections, || covering);
            }
            _ => {}
        }
    }
}

/// What is observed on the subject itself stays.
fn fill<T>(slot: &mut Observed<T>, found: impl FnOnce() -> Observed<T>) {
    if slot.is_absent() {
        *slot = found();
    }
}

fn covering(table: &Table, selections: &[(LogicalId, Observed<backup::Selection>)]) -> backup::Covering {
    table.subject().map_or(Observed::Absent, |subject| backup::covering(selections, subject, &table.tags))
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
    let tables: Vec<(&LogicalId, &Observed<Text>)> = facts
        .resources
        .iter()
        .filter_map(|resource| match &resource.properties {
            Properties::Table(table) => Some((&resource.reference.logical_id, &table.table_name)),
            Properties::GlobalTable(table) => Some((&resource.reference.logical_id, &table.table_name)),
            _ => None,
        })
        .collect();
    let policies: Vec<&ScalingPolicy> = facts
        .resources
        .iter()
        .filter_map(|resource| match &resource.properties {
            Properties::ScalingPolicy(policy) => Some(policy.as_ref()),
            _ => None,
        })
        .collect();
    facts
        .resources
        .iter()
        .filter_map(|resource| {
            let id = &resource.reference.logical_id;
            match &resource.properties {
                Properties::ScalableTarget(target) => target_of_table(id, target, &policies, &tables, directory),
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
    policies: &[&ScalingPolicy],
    tables: &[(&LogicalId, &Observed<Text>)],
    directory: &Directory,
) -> Option<Scaled> {
    if target.service_namespace.present().is_some_and(|namespace| namespace != "dynamodb") {
        return None;
    }
    let (name, index) = match target.resource_id.known() {
        Ok(Some(written)) => table_and_index(written)?,
        Ok(None) => return Some(unknown(Why::Malformed(format!("{id} has no ResourceId")))),
        Err(why) => return Some(unknown(why)),
    };
    let dimension = match target.scalable_dimension.known() {
        Ok(Some(written)) => Dimension::of(written)?,
        Ok(None) => return Some(unknown(Why::Malformed(format!("{id} has no ScalableDimension")))),
        Err(why) => return Some(unknown(why)),
    };
    let table = match tables.iter().find(|(_, named)| named.present() == Some(&name)) {
        Some((table, _)) => Target::Resource((*table).clone()),
        None => directory.resolve(&name, TABLES),
    };
    let policy = moved_by_policy(id, target, policies);
    let scaling = Scaling { index, dimension, target: Some(id.clone()), policy };
    Some(Scaled { table, scaling: Observed::Present(scaling) })
}

fn unknown(why: Why) -> Scaled {
    Scaled { table: Target::Unknown(why), scaling: Observed::Absent }
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

/// Whether a policy moves the target; unknown where a policy's target is.
fn moved_by_policy(id: &LogicalId, target: &ScalableTarget, policies: &[&ScalingPolicy]) -> Observed<bool> {
    let mut open = None;
    for policy in policies {
        let by_reference = match policy.scaling_target_id.known() {
            Ok(Some(target_id)) => target_id.references().any(|reference| reference == id.as_str()),
            Ok(None) => false,
            Err(why) => {
                open = Some(why);
                continue;
            }
        };
        let by_name = policy.resource_id.present().is_some()
            && policy.resource_id == target.resource_id
            && policy.scalable_dimension == target.scalable_dimension;
        if by_reference || by_name {
            return Observed::Present(true);
        }
        if let Observed::Unknown(why) = &policy.resource_id {
            open = Some(why.clone());
        }
    }
    open.map_or(Observed::Present(false), Observed::Unknown)
}
