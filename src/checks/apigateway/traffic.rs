//! Stages of REST APIs: how many requests they let through, and which answers they keep.

use super::{
    settings::{self, Question},
    stages::{self, STAGES, Stage},
};
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{Resource, Untyped, Why},
    need::Need,
    stack::Stack,
};

/// The table.
pub(crate) const CHECKS: &[Check] = &[
    Check {
        id: "apigw-throttling",
        title: "API stage limits rate and burst of requests",
        why: "Without limits of its own one stage can use up what all APIs of the account share in the region, and drive \
              up the functions behind it.",
        fix: "Add to MethodSettings an entry with HttpMethod '*', ResourcePath '/*', ThrottlingRateLimit and \
              ThrottlingBurstLimit.",
        absent: "The account's limits in the region hold, which all of its APIs share.",
        reference: "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html",
        pillar: Pillar::Reliability,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::RestApiStages],
        applies: Applies::EachInStack(STAGES, throttling),
    },
    Check {
        id: "apigw-cache-encrypted",
        title: "API stage encrypts the answers it caches",
        why: "A cache holds what the API answers, tokens and personal data included.",
        fix: "Set CacheDataEncrypted: true wherever MethodSettings has CachingEnabled: true.",
        absent: "The cache is not encrypted; a stage that caches nothing is not judged.",
        reference: "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::RestApiStages],
        applies: Applies::EachInStack(STAGES, cache_encrypted),
    },
    Check {
        id: "apigw-cache-enabled",
        title: "API stage caches answers",
        why: "An answer out of the cache takes no call of the function.",
        fix: "Set CacheClusterEnabled: true and, in MethodSettings, CachingEnabled: true for what may be cached.",
        absent: "Nothing is cached. A cache is charged by the hour, so the check is opt-in.",
        reference: "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html",
        pillar: Pillar::Performance,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::RestApiStages],
        applies: Applies::EachInStack(STAGES, cache_enabled),
    },
];

pub(in crate::checks) fn throttling(resource: &Resource, _: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    const LIMITED: Question = Question {
        holds: |values| limited(values, ""),
        nowhere: "ThrottlingRateLimit and ThrottlingBurstLimit are not both set: only the account's limits hold",
        somewhere: "some methods only have a rate and a burst limit",
        except: "some methods have no rate and burst limit",
    };
    stages::judge(resource, |stage| Some(settings::judge(stage, &LIMITED)))
}

/// Whether both limits are set; none where neither is. -1 is how API Gateway writes "no limit".
pub(super) fn limited(values: &Untyped, within: &str) -> Result<Option<bool>, Why> {
    let limit = |name: &str| values.get::<f64>(&format!("{within}{name}"));
    let (rate, burst) = (limit("ThrottlingRateLimit"), limit("ThrottlingBurstLimit"));
    let limits = |limit: Option<&f64>| limit.is_some_and(|limit| *limit >= 0.0);
    Ok(match (rate.known()?, burst.known()?) {
        (None, None) => None,
        (rate, burst) => Some(limits(rate) && limits(burst)),
    })
}

/// What is cached of one group of methods.
struct Cached {
    is_cached: bool,
    is_encrypted: bool,
    place: String,
}

/// By group of methods; what a group does not say is as it is for all.
fn cached(stage: &Stage<'_>) -> Result<Vec<Cached>, Why> {
    let mut general = (false, false);
    let mut groups = Vec::new();
    let (defaults, own): (Vec<_>, Vec<_>) = settings::of(stage)?.into_iter().partition(|setting| setting.is_default);
    let count = defaults.len();
    for (index, setting) in defaults.into_iter().chain(own).enumerate() {
        let is_cached = setting.values.get::<bool>("CachingEnabled");
        let is_encrypted = setting.values.get::<bool>("CacheDataEncrypted");
        let is_cached = is_cached.known()?.copied().unwrap_or(general.0);
        let is_encrypted = is_encrypted.known()?.copied().unwrap_or(general.1);
        if index < count {
            general = (is_cached, is_encrypted);
            groups.clear();
        }
        groups.push(Cached { is_cached, is_encrypted, place: setting.place });
    }
    Ok(groups)
}

fn cache_encrypted(resource: &Resource, _: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    stages::judge(resource, |stage| {
        let cluster = stage.settings.get::<bool>("CacheClusterEnabled");
        let unknown = match cluster.known() {
            Ok(Some(true)) => None,
            Ok(_) => return None,
            Err(why) => Some(why),
        };
        let groups = match cached(stage) {
            Ok(groups) => groups,
            Err(why) => return Some(Verdict::inconclusive(why).at(stage.place("MethodSettings"))),
        };
        let mut groups = groups.into_iter().filter(|group| group.is_cached).peekable();
        groups.peek()?;
        match (groups.find(|group| !group.is_encrypted), unknown) {
            (None, _) => Some(Verdict::Pass),
            (Some(_), Some(why)) => Some(Verdict::inconclusive(why).at(stage.place("CacheClusterEnabled"))),
            (Some(group), None) => {
                Some(Verdict::fail("answers are cached, and CacheDataEncrypted is not true").at(group.place))
            }
        }
    })
}

fn cache_enabled(resource: &Resource, _: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    stages::judge(resource, |stage| {
        let off = || Verdict::fail("CacheClusterEnabled is not true: nothing is cached");
        let on = || match cached(stage) {
            Ok(groups) if groups.iter().any(|group| group.is_cached) => Verdict::Pass,
            Ok(_) => Verdict::partial(30, "there is a cache, but no method settings have CachingEnabled: true"),
            Err(why) => Verdict::inconclusive(why),
        };
        let cluster = stage.settings.get::<bool>("CacheClusterEnabled");
        Some(cluster.judge(|is_on| if *is_on { on() } else { off() }, off).at(stage.place("CacheClusterEnabled")))
    })
}
