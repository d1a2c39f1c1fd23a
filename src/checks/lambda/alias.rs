//! Checks of aliases and versions: what a gradual deployment stands on.

use super::{Judged, find, joined, verdict};
use crate::{
    check::{Applies, Check, Default, Pillar, Place, Severity, Verdict, Yardstick},
    facts::{
        Observed, Part, Text, Why,
        lambda::{Alias, AliasOf, CodeDeployLambdaAliasUpdate, Function},
    },
    need::Need,
};

/// The table.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "lambda-alias-exists",
        title: "Lambda function has an alias for its callers",
        why: "Callers of the bare function get every change at once, with nothing to shift and nothing to go back to.",
        fix: "Publish a version and point an AWS::Lambda::Alias at it (in SAM: AutoPublishAlias).",
        absent: "Callers invoke $LATEST. Lifecycle hooks of deployments are not judged: CodeDeploy calls them by name.",
        reference: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html",
        pillar: Pillar::Reliability,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::FunctionAliases, Need::FunctionVersions, Need::StackTemplate],
        applies: Applies::EachFunction(alias_exists),
    },
    Check {
        id: "lambda-alias-not-latest",
        title: "Lambda alias points to a published version",
        why: "$LATEST changes under the alias with every update: no shift, no rollback, no provisioned concurrency.",
        fix: "Set FunctionVersion to the Version attribute of an AWS::Lambda::Version.",
        absent: "FunctionVersion is required.",
        reference: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html",
        pillar: Pillar::Reliability,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::FunctionAliases],
        applies: Applies::EachAlias(not_latest),
    },
    Check {
        id: "lambda-alias-routing-clean",
        title: "Lambda alias sends all traffic to one version",
        why: "Weights that an interrupted deployment left behind keep the old and the new version in service, and \
              CodeDeploy refuses the next deployment until they are cleared.",
        fix: "Remove RoutingConfig; leave the shifting to CodeDeploy.",
        absent: "All traffic goes to FunctionVersion.",
        reference: "https://docs.aws.amazon.com/codedeploy/latest/userguide/troubleshooting-deployments-lambda.html",
        pillar: Pillar::Reliability,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::FunctionAliases],
        applies: Applies::EachAlias(routing_clean),
    },
    Check {
        id: "lambda-alias-codedeploy-updatepolicy",
        title: "Lambda alias is updated by CodeDeploy",
        why: "Without the update policy CloudFormation points the alias at the new version in one step; no alarm \
              and no hook can stop it.",
        fix: "Add UpdatePolicy.CodeDeployLambdaAliasUpdate with ApplicationName and DeploymentGroupName (in SAM: \
              DeploymentPreference).",
        absent: "The alias changes all at once. Aliases of lifecycle hooks are not judged: a deployment inside a \
                 deployment waits for itself.",
        reference: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-updatepolicy.html",
        pillar: Pillar::Reliability,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::StackTemplate],
        applies: Applies::EachAlias(update_policy),
    },
    Check {
        id: "lambda-provisioned-concurrency-on-alias",
        title: "Provisioned concurrency is on an alias or a version, and fits the reserved concurrency",
        why: "Lambda refuses provisioned concurrency on $LATEST, on an alias of two versions, and beyond the \
              function's reserved concurrency: the update fails halfway.",
        fix: "Put ProvisionedConcurrencyConfig on an alias of one published version, and reserve at least as much.",
        absent: "Functions without provisioned concurrency are not judged.",
        reference: "https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html",
        pillar: Pillar::Performance,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::ProvisionedConcurrency, Need::FunctionAliases, Need::FunctionVersions, Need::Function],
        applies: Applies::EachFunction(provisioned_concurrency),
    },
];

fn alias_exists(function: &Function, _: &Yardstick) -> Option<Verdict> {
    match find(&function.aliases, |_| true) {
        _ if function.aliases.is_absent() => {
            Some(Verdict::inconclusive(Why::NotObserved("the aliases of the function were not looked at".into())))
        }
        Ok(Some(_)) => Some(Verdict::Pass),
        Err(why) => Some(Verdict::inconclusive(why)),
        Ok(None) => match joined(&function.is_lifecycle_hook) {
            Ok(true) => None,
            Ok(false) => Some(without_alias(function)),
            Err(why) => Some(Verdict::inconclusive(why)),
        },
    }
}

fn without_alias(function: &Function) -> Verdict {
    match find(&function.versions, |_| true) {
        Ok(Some(_)) => Verdict::partial(30, "versions are published, but no alias points to one"),
        Ok(None) => Verdict::fail("no alias: callers invoke $LATEST"),
        Err(why) => Verdict::inconclusive(why),
    }
}

fn not_latest(alias: &Alias, _: &Yardstick) -> Option<Verdict> {
    Some(verdict(published(&alias.function_version), "FunctionVersion"))
}

fn published(version: &Observed<Text>) -> Judged {
    let Some(version) = version.known()? else {
        return Err(Why::Malformed("an alias has a FunctionVersion".into()));
    };
    match (version.as_str(), version.parts()) {
        (Some("$LATEST"), _) => Ok(Verdict::fail("the alias points to $LATEST")),
        (Some(number), _) if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) => {
            Ok(Verdict::Pass)
        }
        (Some(other), _) => Err(Why::Malformed(format!("{other} is no version"))),
        // `GetAtt Version.Version`: a function has no such attribute.
        (None, [Part::Reference { attribute: Some(name), .. }]) if name == "Version" => Ok(Verdict::Pass),
        (None, _) => Err(version.why_unresolved()),
    }
}

fn routing_clean(alias: &Alias, _: &Yardstick) -> Option<Verdict> {
    let weights = alias.routing_config.as_ref().and_then(|routing| routing.additional_version_weights.clone());
    let judged = find(&weights, |weight| weight.function_weight.present() != Some(&0.0)).and_then(|found| {
        let Some(weight) = found else { return Ok(Verdict::Pass) };
        let version = weight.function_version.present().map_or_else(|| "another version".into(), Text::to_string);
        match weight.function_weight.known()? {
            Some(share) => {
                Ok(Verdict::fail(format!("{} percent of the traffic go to version {version}", 100.0 * share)))
            }
            None => Err(Why::Malformed("a weight without FunctionWeight".into())),
        }
    });
    Some(verdict(judged, "RoutingConfig.AdditionalVersionWeights"))
}

fn update_policy(alias: &Alias, _: &Yardstick) -> Option<Verdict> {
    let update = alias.update_policy.as_ref().and_then(|policy| policy.code_deploy_lambda_alias_update.as_ref());
    let judged = match update {
        Observed::Present(update) => complete(update),
        Observed::Absent => match of_hook(alias) {
            Ok(true) => return None,
            Ok(false) => Ok(Verdict::fail("no CodeDeployLambdaAliasUpdate: the alias changes all at once")),
            Err(why) => Err(why),
        },
        Observed::Unknown(why) => Err(why),
    };
    Some(verdict(judged, "UpdatePolicy.CodeDeployLambdaAliasUpdate"))
}

fn complete(update: &CodeDeployLambdaAliasUpdate) -> Judged {
    let named = [&update.application_name, &update.deployment_group_name];
    let mut absent = false;
    for name in named {
        absent |= name.known()?.is_none();
    }
    Ok(Verdict::pass_if(!absent, "CodeDeployLambdaAliasUpdate lacks ApplicationName or DeploymentGroupName"))
}

/// Whether the alias is of a function that deployments call as a hook.
fn of_hook(alias: &Alias) -> Result<bool, Why> {
    match alias.function.known()? {
        Some(function) => joined(&function.is_lifecycle_hook).copied(),
        // A function of another stack is no hook of this one.
        None => Ok(false),
    }
}

fn provisioned_concurrency(function: &Function, _: &Yardstick) -> Option<Verdict> {
    match warm(function) {
        Ok(warm) if warm.is_empty() => None,
        Ok(warm) => {
            let places = warm.iter().filter_map(|warm| warm.alias).map(on_alias);
            Some(places.chain([sum(&warm, function)]).fold(Verdict::Pass, Verdict::worse))
        }
        Err(why) => Some(Verdict::inconclusive(why)),
    }
}

/// Provisioned concurrency of one alias or version.
struct Warm<'a> {
    alias: Option<&'a AliasOf>,
    executions: &'a Observed<u32>,
}

fn warm(function: &Function) -> Result<Vec<Warm<'_>>, Why> {
    let mut warm = Vec::new();
    for alias in joined(&function.aliases)? {
        if let Some(alias) = alias.known()? {
            warm.push(Warm { alias: Some(alias), executions: &alias.provisioned_concurrent_executions });
        }
    }
    for version in joined(&function.versions)? {
        if let Some(version) = version.known()? {
            warm.push(Warm { alias: None, executions: &version.provisioned_concurrent_executions });
        }
    }
    warm.retain(|warm| !warm.executions.is_absent());
    Ok(warm)
}

fn on_alias(alias: &AliasOf) -> Verdict {
    let latest = match published(&alias.function_version) {
        Ok(Verdict::Pass) => Verdict::Pass,
        Ok(_) => Verdict::fail("provisioned concurrency on $LATEST"),
        Err(why) => Verdict::inconclusive(why),
    };
    let weighted = alias.weighted.judge(
        |weighted| Verdict::pass_if(!weighted, "provisioned concurrency on an alias of two versions"),
        || Verdict::Pass,
    );
    latest.worse(weighted).place(Place::of(&alias.logical_id, "ProvisionedConcurrencyConfig"))
}

fn sum(warm: &[Warm<'_>], function: &Function) -> Verdict {
    let judged = function.reserved_concurrent_executions.known().and_then(|reserved| {
        let Some(&reserved) = reserved else { return Ok(Verdict::Pass) };
        let mut sum = 0_u32;
        for warm in warm {
            sum = sum.saturating_add(warm.executions.known()?.copied().unwrap_or(0));
        }
        let text = format!("{sum} executions are provisioned, {reserved} reserved");
        Ok(Verdict::pass_if(sum <= reserved, text))
    });
    verdict(judged, "ReservedConcurrentExecutions")
}
