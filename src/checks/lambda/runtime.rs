//! Checks of what a function runs on: runtime, snapshots, layers, signatures, processor.
//!
//! Opt-in: `lambda-code-signing`, which needs a signing profile and a pipeline that signs, and
//! `lambda-arch-arm64`, which is a matter of cost and of what the dependencies are built for.

use jiff::ToSpan;

use super::{Judged, find, joined, layers, runtimes, verdict};
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{Observed, Why, lambda::Function},
    need::Need,
};

/// The table.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "lambda-runtime-supported",
        title: "Lambda function runs on a runtime that AWS still patches",
        why: "A deprecated runtime gets no security patches and no technical support, and after a while a function \
              that uses it can no longer be updated, not even to be repaired.",
        fix: "Set Runtime to the newest version of the language, and test the function on it.",
        absent: "Only container images have no Runtime; they are not judged. Managed runtimes older than the table \
                 of this release do not exist, newer ones are inconclusive.",
        reference: "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Function],
        applies: Applies::EachFunction(runtime_supported),
    },
    Check {
        id: "lambda-snapstart-published",
        title: "Lambda SnapStart takes effect: published versions of a runtime that supports it",
        why: "SnapStart on an unsupported runtime, beside EFS or a large /tmp is refused, and without a published \
              version no snapshot is ever taken: the cold starts stay.",
        fix: "Use Java 11, Python 3.12, .NET 8 or newer, or a container image, keep /tmp at 512 MiB, mount no file \
              system, keep no provisioned concurrency, and publish a version.",
        absent: "Without SnapStart, or with ApplyOn None, there is nothing to judge.",
        reference: "https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html",
        pillar: Pillar::Performance,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Function, Need::FunctionVersions, Need::FunctionAliases, Need::ProvisionedConcurrency],
        applies: Applies::EachFunction(snapstart_published),
    },
    Check {
        id: "lambda-layers-same-account",
        title: "Lambda layers come from the own account or a trusted one",
        why: "A layer is code that runs with the function's role. Whoever owns it decides what runs.",
        fix: "Publish the layer in the own account, or name its owner in the policy's trusted accounts.",
        absent: "A function without Layers runs nobody else's code and is not judged.",
        reference: "https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html",
        pillar: Pillar::Security,
        severity: Severity::High,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Function],
        applies: Applies::EachFunction(layers::same_account),
    },
    Check {
        id: "lambda-code-signing",
        title: "Lambda function accepts signed code only",
        why: "Without code signing whoever may update the function may run any code with its role.",
        fix: "Set CodeSigningConfigArn to a configuration whose UntrustedArtifactOnDeployment is Enforce.",
        absent: "Unsigned code is accepted. Container images cannot be signed this way and are not judged.",
        reference: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-codesigning.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::Function, Need::FunctionCodeSigning],
        applies: Applies::EachFunction(code_signing),
    },
    Check {
        id: "lambda-arch-arm64",
        title: "Lambda function runs on arm64",
        why: "Graviton costs a fifth less a millisecond and is seldom slower.",
        fix: "Set Architectures to [arm64] and build native dependencies for it.",
        absent: "The function runs on x86_64.",
        reference: "https://docs.aws.amazon.com/lambda/latest/dg/foundation-arch.html",
        pillar: Pillar::Cost,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::Function],
        applies: Applies::EachFunction(arm64),
    },
];

/// How long before its deprecation a runtime is pointed out, days.
const NOTICE_DAYS: i64 = 90;

fn runtime_supported(function: &Function, yardstick: &Yardstick) -> Option<Verdict> {
    match (&function.runtime, function.is_image()) {
        (Observed::Absent, Observed::Present(true)) => None,
        (Observed::Absent, Observed::Unknown(why)) => Some(Verdict::inconclusive(why).at("PackageType")),
        (runtime, _) => Some(verdict(supported(runtime, yardstick), "Runtime")),
    }
}

fn supported(runtime: &Observed<String>, yardstick: &Yardstick) -> Judged {
    let Some(name) = runtime.known()? else {
        return Err(Why::Malformed("a function packaged as Zip has a Runtime".into()));
    };
    if name == "custom" {
        let what = "a customer-managed runtime is patched by its publisher, of whom nothing was observed";
        return Err(Why::NotObserved(what.into()));
    }
    if runtimes::UNDATED.contains(&name.as_str()) {
        return undated(name, yardstick);
    }
    let Some(runtime) = runtimes::by_name(name) else {
        let version = env!("CARGO_PKG_VERSION");
        return Err(Why::NotObserved(format!("{name} is not in the table of runtimes of fitgate {version}")));
    };
    let (deprecated, blocked) = (runtime.deprecated, runtime.updates_blocked);
    if deprecated <= yardstick.today {
        let text = format!("{name} is deprecated since {deprecated}; updates are blocked from {blocked} on");
        return Ok(Verdict::fail(text));
    }
    let soon = yardstick.today.saturating_add(NOTICE_DAYS.days());
    if deprecated <= soon {
        return Ok(Verdict::partial(50, format!("{name} will be deprecated on {deprecated}")));
    }
    Ok(Verdict::Pass)
}

/// Of a runtime without a date it is certain that it is supported for as long ahead as AWS would have told.
fn undated(name: &str, yardstick: &Yardstick) -> Judged {
    let certain = runtimes::AS_OF.saturating_add(runtimes::ANNOUNCED_DAYS.days());
    if yardstick.today < certain {
        return Ok(Verdict::Pass);
    }
    let what = format!("{name} had no date of deprecation on {}, and may have got one since", runtimes::AS_OF);
    Err(Why::NotObserved(what))
}

/// Runtimes with SnapStart; every later version of these languages has it too.
const SNAPSTART: &[&str] = &[
    "java11",
    "java17",
    "java21",
    "java25",
    "java11.al2023",
    "java17.al2023",
    "python3.12",
    "python3.13",
    "python3.14",
    "python3.15",
    "dotnet8",
    "dotnet10",
];

fn snapstart_published(function: &Function, _: &Yardstick) -> Option<Verdict> {
    match function.snap_start.as_ref().and_then(|snap_start| snap_start.apply_on.as_ref()) {
        Observed::Absent => None,
        Observed::Present(apply_on) if apply_on == "None" => None,
        Observed::Unknown(why) => Some(Verdict::inconclusive(why).at("SnapStart.ApplyOn")),
        Observed::Present(_) => Some(verdict(snapstart(function), "SnapStart")),
    }
}

fn snapstart(function: &Function) -> Judged {
    // What a container image runs on nobody sees; one without a runtime of these brings the hooks of SnapStart itself:
    // <https://docs.aws.amazon.com/lambda/latest/dg/snapstart-runtime-hooks-custom.html>.
    if !*joined(&function.is_image())? {
        let Some(runtime) = function.runtime.known()? else {
            return Err(Why::Malformed("a function packaged as Zip has a Runtime".into()));
        };
        if !SNAPSTART.contains(&runtime.as_str()) {
            if runtimes::by_name(runtime).is_none() {
                return Err(Why::NotObserved(format!("whether {runtime} supports SnapStart is not known")));
            }
            return Ok(Verdict::fail(format!("{runtime} does not support SnapStart")));
        }
    }
    if function.file_system_configs.known()?.is_some_and(|mounts| !mounts.is_empty()) {
        return Ok(Verdict::fail("SnapStart does not work with a mounted file system"));
    }
    let size = function.ephemeral_storage.as_ref().and_then(|storage| storage.size.as_ref());
    if let Some(size) = size.known()?.filter(|size| ***size > 512) {
        return Ok(Verdict::fail(format!("SnapStart works with 512 MiB of /tmp, not with {size}")));
    }
    let warm = |count: &Observed<u32>| !count.is_absent();
    if find(&function.aliases, |alias| warm(&alias.provisioned_concurrent_executions))?.is_some()
        || find(&function.versions, |version| warm(&version.provisioned_concurrent_executions))?.is_some()
    {
        return Ok(Verdict::fail("SnapStart does not work with provisioned concurrency"));
    }
    let published = !joined(&function.versions)?.is_empty() || !joined(&function.aliases)?.is_empty();
    if published { Ok(Verdict::Pass) } else { Ok(Verdict::partial(40, "the stack publishes no version to snapshot")) }
}

fn code_signing(function: &Function, _: &Yardstick) -> Option<Verdict> {
    if function.is_image() == Observed::Present(true) {
        return None;
    }
    let judged = match function.code_signing_config_arn.known() {
        Ok(arn) => Ok(Verdict::pass_if(arn.is_some(), "no CodeSigningConfigArn: unsigned code is accepted")),
        Err(why) => Err(why),
    };
    Some(verdict(judged, "CodeSigningConfigArn"))
}

fn arm64(function: &Function, _: &Yardstick) -> Option<Verdict> {
    let judged = find(&function.architectures, |name| name == "arm64")
        .map(|found| Verdict::pass_if(found.is_some(), "the function runs on x86_64"));
    Some(verdict(judged, "Architectures"))
}
