//! `Auth.UsagePlan`: a usage plan with an API key, of one API or shared by several.

use super::super::build::At;
use super::super::expansion::Expansion;
use super::super::resource::{Generated, SamResource};
use crate::source::{Kind, Node};

/// Adds the plan, or this API to the plan that several share.
pub(super) fn generate(expansion: &mut Expansion<'_>, api: &SamResource, auth: &Node, stage: &str) {
    let Some(plan) = auth.get("UsagePlan").filter(|plan| plan.kind != Kind::Null) else { return };
    let at = At(plan.at);
    let prefix = match plan.get("CreateUsagePlan").and_then(Node::as_str) {
        Some("PER_API") => api.id.as_str(),
        Some("SHARED") => "Serverless",
        Some("NONE") => return,
        _ => {
            expansion.refuse(&api.id, at, "`UsagePlan` needs `CreateUsagePlan`: PER_API, SHARED or NONE");
            return;
        }
    };
    let plan_id = format!("{prefix}UsagePlan");
    let key_id = format!("{prefix}ApiKey");
    let api_stage = at.map([("ApiId", at.reference(&api.id)), ("Stage", at.reference(stage))]);
    let stage_key = at.map([("RestApiId", at.reference(&api.id)), ("StageName", at.reference(stage))]);
    if prefix == "Serverless" && expansion.generated(&plan_id).is_some() {
        add_to(expansion, &plan_id, "ApiStages", api_stage);
        add_to(expansion, &key_id, "StageKeys", stage_key);
        if let Some(plan) = expansion.generated_mut(&plan_id) {
            plan.depend_on(&api.id, at);
        }
        return;
    }
    let attributes = api.handed_on();
    let usage_plan = Generated::new(&plan_id, "AWS::ApiGateway::UsagePlan", at, attributes.clone())
        .with("ApiStages", at.list([api_stage]))
        .with_copied(plan, &["UsagePlanName", "Description", "Quota", "Tags", "Throttle"])
        .with_attribute("DependsOn", at.texts([api.id.as_str()]));
    expansion.emit(usage_plan);
    let key = Generated::new(&key_id, "AWS::ApiGateway::ApiKey", at, attributes.clone())
        .with("Enabled", at.flag(true))
        .with("StageKeys", at.list([stage_key]))
        .with_attribute("DependsOn", at.texts([plan_id.as_str()]));
    expansion.emit(key);
    let link = Generated::new(format!("{prefix}UsagePlanKey"), "AWS::ApiGateway::UsagePlanKey", at, attributes)
        .with("KeyId", at.reference(&key_id))
        .with("KeyType", at.text("API_KEY"))
        .with("UsagePlanId", at.reference(&plan_id))
        .with_attribute("DependsOn", at.texts([key_id.as_str()]));
    expansion.emit(link);
}

fn add_to(expansion: &mut Expansion<'_>, id: &str, property: &str, item: Node) {
    let list = expansion.generated_mut(id).and_then(|resource| resource.properties.get_mut(property));
    if let Some(Kind::Sequence(items)) = list.map(|list| &mut list.kind) {
        items.push(item);
    }
}
