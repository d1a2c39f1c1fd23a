//! Which deployment group shifts the traffic of which function.

use super::{Drawing, Edge, Relation};
use crate::{facts::Target, stack::Stack};

/// Draws an edge from the group of each alias that CodeDeploy updates to the function of the alias.
pub(super) fn draw(drawing: &mut Drawing, stack: &Stack<'_>) {
    for canary in &stack.canaries {
        let Some(function) = canary.function.function() else { continue };
        match &canary.group {
            Target::Resource(group) => drawing.edge(Edge {
                from: group.clone(),
                to: function.clone(),
                relation: Relation::Deploys,
                said_by: canary.alias.clone(),
                place: "UpdatePolicy.CodeDeployLambdaAliasUpdate".to_owned(),
                qualifier: Some(canary.qualifier.in_words()),
                by_wildcard: false,
            }),
            Target::Elsewhere => {}
            Target::Unknown(why) => drawing.unsettled(&canary.alias, Some(Relation::Deploys), Some(function), why),
        }
    }
}
