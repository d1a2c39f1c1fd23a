//! Concurrency: what the functions of a stack reserve together, and what an API lets in.

use std::collections::BTreeMap;

use super::{Verdicts, if_it_is};
use crate::{
    check::{Applies, Check, Default, Pillar, Place, Severity, Verdict, Yardstick},
    facts::{Observed, Properties, Resource, Target, Text, Untyped, Why, iam::all_known, lambda::Function},
    inventory::LogicalId,
    need::Need,
    stack::{Invocation, InvocationKind, Stack},
};

pub(super) const RESERVED_CONCURRENCY_BUDGET: Check = Check {
    id: "reserved-concurrency-budget",
    title: "What the functions reserve together leaves the account its unreserved concurrency",
    why: "Each reservation takes from every other function of the account. Lambda refuses the one that leaves less than \
          100 over, so the deployment fails at some function whose own number looks harmless.",
    fix: "Lower ReservedConcurrentExecutions or ProvisionedConcurrentExecutions, or have the quota raised and say so in \
          the policy (accountConcurrency).",
    absent: "A function without reservation takes from what is left. The account's concurrency is what the policy says, \
             AWS's default of 1,000 if nothing; what other stacks reserve is not seen.",
    reference: "https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionConcurrency.html",
    pillar: Pillar::Reliability,
    severity: Severity::Medium,
    since: "0.1.0",
    default: Default::On,
    needs: &[Need::Function, Need::FunctionAliases, Need::ProvisionedConcurrency],
    applies: Applies::Stack(&["AWS::Lambda::Function"], reserved_concurrency_budget),
};

pub(super) const THROTTLE_FITS_CONCURRENCY: Check = Check {
    id: "throttle-fits-concurrency",
    title: "An API lets in no more requests than the function behind it takes",
    why: "An API that lets in more than the function's reserved concurrency carries answers 5xx where its own throttle \
          would have answered 429, which clients know how to wait for.",
    fix: "Lower ThrottlingRateLimit of the stage, shorten Timeout of the function, or raise ReservedConcurrentExecutions.",
    absent: "Without a throttle or without reserved concurrency nothing is judged. How long a request takes nobody knows \
             beforehand, so only Timeout counts, and the check is opt-in.",
    reference: "https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html",
    pillar: Pillar::Performance,
    severity: Severity::Low,
    since: "0.1.0",
    default: Default::OptIn,
    needs: &[
        Need::Function,
        Need::RestApiStages,
        Need::RestApiIntegrations,
        Need::HttpApiIntegrations,
        Need::HttpApiStages,
    ],
    applies: Applies::Stack(&["AWS::ApiGateway::Stage", "AWS::ApiGatewayV2::Stage"], throttle_fits),
};

/// What Lambda keeps for functions that reserve nothing.
/// <https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionConcurrency.html>
const UNRESERVED: u64 = 100;

/// Requests a second that Lambda takes for each unit of concurrency, however short they are.
/// <https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html#concurrency-vs-requests-per-second>
const REQUESTS_A_SECOND: f64 = 10.0;

/// Seconds a function may run where it does not say.
const DEFAULT_TIMEOUT: u32 = 3;

fn reserved_concurrency_budget(stack: &Stack<'_>, yardstick: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let quota = u64::from(yardstick.account_concurrency);
    let mut taken = Vec::new();
    let mut open = None;
    for resource in &stack.facts.resources {
        let Properties::Function(function) = &resource.properties else { continue };
        let id = &resource.reference.logical_id;
        match takes(function) {
            Ok(Some(number)) => taken.push((id, number)),
            Ok(None) => {}
            Err(why) => open = open.or(Some((id, why))),
        }
    }
    let sum: u64 = taken.iter().map(|(_, number)| number).sum();
    let fits = sum + UNRESERVED <= quota;
    if let Some((id, why)) = open.filter(|_| fits) {
        let place = "ReservedConcurrentExecutions";
        return vec![(id.clone(), Verdict::inconclusive(why).at(place))];
    }
    // The first of the greatest.
    let greatest = taken.iter().rev().max_by_key(|(_, number)| *number);
    let text = format!("{} functions take {sum} of {quota}, and {UNRESERVED} must be left", taken.len());
    let verdict = Verdict::pass_if(fits, text).at("ReservedConcurrentExecutions");
    greatest.map(|(id, _)| ((*id).clone(), verdict)).into_iter().collect()
}

/// What a function takes from the account: what it reserves, else what is provisioned for it.
/// A reservation of nothing switches the function off.
fn takes(function: &Function) -> Result<Option<u64>, Why> {
    if let Some(reserved) = function.reserved_concurrent_executions.known()? {
        return Ok((*reserved > 0).then(|| u64::from(*reserved)));
    }
    let mut sum = 0;
    for alias in function.aliases.known()?.into_iter().flatten() {
        let Some(alias) = alias.known()? else { continue };
        sum += alias.provisioned_concurrent_executions.known()?.map_or(0, |number| u64::from(*number));
    }
    for version in function.versions.known()?.into_iter().flatten() {
        let Some(version) = version.known()? else { continue };
        sum += version.provisioned_concurrent_executions.known()?.map_or(0, |number| u64::from(*number));
    }
    Ok((sum > 0).then_some(sum))
}

fn throttle_fits(stack: &Stack<'_>, _: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let mut called: BTreeMap<&LogicalId, Vec<&Invocation>> = BTreeMap::new();
    for call in stack.invocations.iter().filter(|call| call.kind == InvocationKind::Synchronous) {
        called.entry(call.source()).or_default().push(call);
    }
    let mut verdicts = Verdicts::default();
    for resource in &stack.facts.resources {
        let Some((api, rate, place)) = throttle(resource) else { continue };
        let id = &resource.reference.logical_id;
        let Some(api) = api.present() else { continue };
        let Target::Resource(api) = stack.directory.resolve(api, &[]) else { continue };
        let calls = called.get(&api).map_or(&[][..], Vec::as_slice);
        let judged = calls.iter().filter_map(|call| {
            carries(stack, call.target.function()?, &rate, &place).map(|verdict| if_it_is(call, verdict))
        });
        if let Some(verdict) = judged.reduce(Verdict::worse) {
            verdicts.say(id, verdict);
        }
    }
    verdicts.0
}

/// The API of a stage, the rate that it lets in by default, and where that is written.
fn throttle(resource: &Resource) -> Option<(Observed<Text>, Observed<f64>, String)> {
    const RATE: &str = "ThrottlingRateLimit";
    let stage = resource.properties.untyped()?;
    match resource.reference.r#type.as_str() {
        "AWS::ApiGatewayV2::Stage" => {
            let place = format!("DefaultRouteSettings.{RATE}");
            Some((stage.get("ApiId"), stage.get(&place), place))
        }
        "AWS::ApiGateway::Stage" => {
            let settings = stage.list::<Untyped>("MethodSettings");
            let settings = match settings.known() {
                Ok(settings) => settings?,
                Err(why) => return Some((stage.get("RestApiId"), Observed::Unknown(why), "MethodSettings".to_owned())),
            };
            let mut doubt = None;
            for (index, setting) in settings.iter().enumerate() {
                let place = format!("MethodSettings[{index}]");
                let of_all = match setting {
                    // One that sets no rate is of no interest, whatever it is for.
                    Observed::Present(setting) if setting.get::<f64>(RATE).is_absent() => Ok(false),
                    Observed::Present(setting) => {
                        let says = |path, wanted| setting.get::<Text>(path).is(wanted);
                        all_known([says("HttpMethod", "*"), says("ResourcePath", "/*")])
                    }
                    Observed::Absent => Ok(false),
                    Observed::Unknown(why) => Err(why.clone()),
                };
                match of_all {
                    Ok(true) => {
                        let rate = setting.as_ref().and_then(|setting| setting.get(RATE));
                        return Some((stage.get("RestApiId"), rate, format!("{place}.{RATE}")));
                    }
                    Ok(false) => {}
                    Err(why) => doubt = doubt.or(Some((why, place))),
                }
            }
            let (why, place) = doubt?;
            Some((stage.get("RestApiId"), Observed::Unknown(why), place))
        }
        _ => None,
    }
}

/// Whether a function carries the rate; none where nothing bounds one of them.
fn carries(stack: &Stack<'_>, id: &LogicalId, rate: &Observed<f64>, place: &str) -> Option<Verdict> {
    let function = stack.function(id)?;
    let reserved = match function.reserved_concurrent_executions.known() {
        // What is switched off answers nothing at any rate.
        Ok(reserved) => f64::from(*reserved.filter(|reserved| **reserved > 0)?),
        Err(why) => {
            return Some(Verdict::inconclusive(why).place(Place::of(id, "ReservedConcurrentExecutions")));
        }
    };
    let rate = match rate.known() {
        Ok(rate) => *rate?,
        Err(why) => return Some(Verdict::inconclusive(why).at(place)),
    };
    let timeout = match function.timeout.known() {
        Ok(timeout) => f64::from(timeout.copied().unwrap_or(DEFAULT_TIMEOUT)),
        Err(why) => return Some(Verdict::inconclusive(why).place(Place::of(id, "Timeout"))),
    };
    // -1 and 0 are no rate to measure.
    if rate <= 0.0 {
        return None;
    }
    let text = format!("{rate} requests a second are let in, and {id} reserves a concurrency of {reserved}");
    Some(match reserved / rate {
        seconds if seconds >= timeout => Verdict::Pass,
        seconds if seconds * REQUESTS_A_SECOND < 1.0 => {
            Verdict::fail(format!("{text}: Lambda takes ten a second for each, however short they are")).at(place)
        }
        seconds => {
            let millis = (seconds * 1_000.0).floor();
            Verdict::partial(50, format!("{text}: that holds while one takes less than {millis} ms on average"))
                .at(place)
        }
    })
}
