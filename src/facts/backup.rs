//! Facts of AWS Backup: what its selections cover.

use serde::{Deserialize, Serialize};

use super::{
    Facts, List, Observed, Properties, Tag, Text, Why,
    iam::{Known, Subject, Texts, all_known, any_known},
};
use crate::inventory::LogicalId;

/// `AWS::Backup::BackupSelection`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct BackupSelection {
    /// What the plan covers.
    pub backup_selection: Observed<Selection>,
}

/// What a backup plan covers: resources or tags, and of those what meets every condition.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Selection {
    /// ARNs with wildcards.
    pub resources: Observed<Texts>,
    /// ARNs with wildcards that are left out.
    pub not_resources: Observed<Texts>,
    /// Tags, any of which is enough.
    pub list_of_tags: List<TagCondition>,
    /// Conditions on tags, all of which must hold.
    pub conditions: Observed<serde_json::Value>,
}

/// One entry of `ListOfTags`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct TagCondition {
    /// The key of the tag.
    pub condition_key: Observed<Text>,
    /// `STRINGEQUALS` is all that AWS Backup takes.
    pub condition_type: Observed<String>,
    /// The value of the tag.
    pub condition_value: Observed<Text>,
}

/// The selections that cover one resource, as they are joined onto it.
///
/// A plan of another stack may cover a resource by its tags, so none in this stack leaves it unknown. A live
/// reader asks AWS Backup for the protected resources: then the list holds the vault of the last recovery point, and
/// an empty one says that there is none. A selection of the stack counts before it has run.
pub type Covering = Observed<Vec<LogicalId>>;

/// Every selection of the stack, by its name.
pub(super) fn selections(facts: &Facts) -> Vec<(LogicalId, Observed<Selection>)> {
    facts
        .resources
        .iter()
        .filter_map(|resource| {
            let selection = match &resource.properties {
                Properties::BackupSelection(properties) => properties.backup_selection.clone(),
                Properties::Unreadable(why) if resource.reference.r#type.as_str() == "AWS::Backup::BackupSelection" => {
                    Observed::Unknown(why.clone())
                }
                _ => return None,
            };
            Some((resource.reference.logical_id.clone(), selection))
        })
        .collect()
}

/// Adds what the stack says to what was observed of the resource itself.
pub(super) fn complete(observed: &mut Covering, found: Option<Covering>) {
    let nothing =
        || Observed::not_observed("no backup selection of this stack covers it, and one elsewhere is not seen");
    match (&*observed, found) {
        (Observed::Absent, found) => *observed = found.unwrap_or_else(nothing),
        // Before the first backup there is no recovery point to observe.
        (_, Some(found @ Observed::Present(_))) => *observed = found,
        (Observed::Present(none), Some(found)) if none.is_empty() => *observed = found,
        _ => {}
    }
}

/// Which of the selections cover a resource with these tags; none where none does.
pub(super) fn covering(
    selections: &[(LogicalId, Observed<Selection>)],
    subject: Subject<'_>,
    tags: &List<Tag>,
) -> Option<Covering> {
    let mut covering = Vec::new();
    let mut unknown = None;
    for (id, selection) in selections {
        let known = match selection {
            Observed::Present(selection) => selection.covers(subject, tags),
            Observed::Absent => Ok(false),
            Observed::Unknown(why) => Err(why.clone()),
        };
        match known {
            Ok(true) => covering.push(id.clone()),
            Ok(false) => {}
            Err(why) => unknown = Some(why),
        }
    }
    match unknown {
        _ if !covering.is_empty() => Some(Observed::Present(covering)),
        unknown => unknown.map(Observed::Unknown),
    }
}

impl Selection {
    fn covers(&self, subject: Subject<'_>, tags: &List<Tag>) -> Known {
        let named = listed(&self.resources, subject);
        let tagged = match &self.list_of_tags {
            Observed::Present(wanted) => any_known(wanted.iter().map(|wanted| carries(wanted, tags))),
            Observed::Absent => Ok(false),
            Observed::Unknown(why) => Err(why.clone()),
        };
        let left_out = listed(&self.not_resources, subject);
        all_known([any_known([named, tagged]), left_out.map(|left_out| !left_out), self.unconditional()])
    }

    /// Conditions narrow what is named; which tags a resource carries at backup time is not looked into.
    fn unconditional(&self) -> Known {
        match &self.conditions {
            Observed::Absent => Ok(true),
            // AWS Backup reports empty lists where nobody gave conditions.
            Observed::Present(serde_json::Value::Object(map)) if map.values().all(is_empty) => Ok(true),
            Observed::Present(_) => Err(Why::NotObserved("the backup selection has Conditions".to_owned())),
            Observed::Unknown(why) => Err(why.clone()),
        }
    }
}

fn is_empty(list: &serde_json::Value) -> bool {
    list.as_array().is_some_and(Vec::is_empty)
}

fn listed(resources: &Observed<Texts>, subject: Subject<'_>) -> Known {
    match resources.known()? {
        Some(patterns) => any_known(patterns.iter().map(|pattern| subject.covered_by(pattern, ""))),
        None => Ok(false),
    }
}

fn carries(wanted: &Observed<TagCondition>, tags: &List<Tag>) -> Known {
    let Some(wanted) = wanted.known()? else { return Ok(false) };
    let (Some(key), Some(value)) = (wanted.condition_key.known()?, wanted.condition_value.known()?) else {
        return Err(Why::Malformed("a tag condition without key or value".to_owned()));
    };
    let Some(tags) = tags.known()? else { return Ok(false) };
    any_known(tags.iter().map(|tag| {
        let Some(tag) = tag.known()? else { return Ok(false) };
        all_known([same(&tag.key, key), same(&tag.value, value)])
    }))
}

fn same(observed: &Observed<Text>, wanted: &Text) -> Known {
    observed.known()?.map_or(Ok(false), |text| text.same(wanted))
}
