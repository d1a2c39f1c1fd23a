//! Checks of the network and the disks of a function.
//!
//! Opt-in: `lambda-in-vpc`, for most functions need no VPC and pay for one with network interfaces and NAT.

use super::{Judged, joined, verdict};
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{Observed, Part, Text, Why, ZONE, iam::any_known, lambda::Function},
    need::Need,
};

/// The table.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "lambda-in-vpc",
        title: "Lambda function is attached to a VPC",
        why: "Outside a VPC neither security groups nor flow logs see what the function connects to.",
        fix: "Set VpcConfig with SubnetIds and SecurityGroupIds.",
        absent: "The function runs in Lambda's own network with access to the internet.",
        reference: "https://docs.aws.amazon.com/securityhub/latest/userguide/lambda-controls.html#lambda-3",
        pillar: Pillar::Security,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::Function],
        applies: Applies::EachFunction(in_vpc),
    },
    Check {
        id: "lambda-vpc-multi-az",
        title: "Lambda function in a VPC spans two availability zones",
        why: "With subnets of one zone only, the function stops when that zone does.",
        fix: "List subnets of at least two availability zones in VpcConfig.SubnetIds.",
        absent: "Outside a VPC Lambda spreads the function over zones itself; such functions are not judged.",
        reference: "https://docs.aws.amazon.com/securityhub/latest/userguide/lambda-controls.html#lambda-5",
        pillar: Pillar::Reliability,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Function, Need::Subnets],
        applies: Applies::EachFunction(multi_az),
    },
    Check {
        id: "lambda-efs-in-vpc",
        title: "Lambda function mounts a file system inside a VPC, through an access point",
        why: "A mount target is reached from the VPC alone; without VpcConfig the function cannot be created. An \
              access point, which Lambda always uses over TLS, bounds what the function sees.",
        fix: "Add VpcConfig with subnets that reach the mount targets, and use the ARN of an access point.",
        absent: "A function without FileSystemConfigs mounts nothing and is not judged.",
        reference: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-filesystem.html",
        pillar: Pillar::Reliability,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Function],
        applies: Applies::EachFunction(efs_in_vpc),
    },
    Check {
        id: "lambda-ephemeral-storage-bounded",
        title: "Lambda function has no larger /tmp than policy allows",
        why: "Every millisecond of every invocation pays for the storage above 512 MiB.",
        fix: "Lower EphemeralStorage.Size, or raise the policy's limit where the function needs it.",
        absent: "512 MiB, which cost nothing.",
        reference: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-ephemeral-storage.html",
        pillar: Pillar::Cost,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Function],
        applies: Applies::EachFunction(ephemeral_storage),
    },
];

/// The subnets of the function; none where it is in no VPC (the API shows an empty list then).
fn subnets(function: &Function) -> Result<&[Observed<Text>], Why> {
    match &function.vpc_config {
        Observed::Present(vpc) => Ok(vpc.subnet_ids.known()?.map_or(&[][..], Vec::as_slice)),
        Observed::Absent => Ok(&[]),
        Observed::Unknown(why) => Err(why.clone()),
    }
}

fn in_vpc(function: &Function, _: &Yardstick) -> Option<Verdict> {
    let judged = subnets(function).map(|subnets| Verdict::pass_if(!subnets.is_empty(), "the function is in no VPC"));
    Some(verdict(judged, "VpcConfig.SubnetIds"))
}

fn multi_az(function: &Function, _: &Yardstick) -> Option<Verdict> {
    let judged = match subnets(function) {
        Ok([]) => return None,
        Ok(subnets) => zones(subnets, function),
        Err(why) => Err(why),
    };
    Some(verdict(judged, "VpcConfig.SubnetIds"))
}

fn zones(subnets: &[Observed<Text>], function: &Function) -> Judged {
    let known = |texts: &[Observed<Text>]| {
        let mut known: Vec<Text> = texts.iter().filter_map(Observed::present).cloned().collect();
        known.sort();
        known.dedup();
        known
    };
    let unread = |texts: &[Observed<Text>]| texts.iter().find_map(|text| text.known().err());
    if known(subnets).len() < 2 {
        return match unread(subnets) {
            Some(why) => Err(why),
            None => Ok(Verdict::fail("VpcConfig.SubnetIds names a single subnet")),
        };
    }
    let of_subnets = joined(&function.availability_zones)?;
    let zones = known(of_subnets);
    // Two names differ, and two places in the region's list do; a name may be that of any place.
    let written = zones.iter().filter(|zone| zone.as_str().is_some()).count();
    let by_place = zones.iter().filter(|zone| is_place(zone)).count();
    if written >= 2 || by_place >= 2 {
        return Ok(Verdict::Pass);
    }
    match (unread(of_subnets), zones.as_slice()) {
        (None, [zone]) => Ok(Verdict::fail(format!("all subnets are in {zone}"))),
        (Some(why), _) => Err(why),
        (None, zones) => Err(zones.iter().find(|zone| zone.as_str().is_none()).map_or_else(
            || Why::NotObserved("the availability zones of the subnets were not observed".into()),
            Text::why_unresolved,
        )),
    }
}

/// Whether it is one of the region's zones by its place: `!Select [0, !GetAZs ""]`.
fn is_place(zone: &Text) -> bool {
    matches!(zone.parts(), [Part::Pseudo(name)] if name.starts_with(ZONE))
}

fn efs_in_vpc(function: &Function, _: &Yardstick) -> Option<Verdict> {
    match &function.file_system_configs {
        Observed::Absent => None,
        Observed::Present(mounts) if mounts.is_empty() => None,
        Observed::Unknown(why) => Some(Verdict::inconclusive(why.clone()).at("FileSystemConfigs")),
        Observed::Present(_) => {
            let network = subnets(function)
                .map(|subnets| Verdict::pass_if(!subnets.is_empty(), "a file system is mounted outside of a VPC"));
            Some(verdict(network, "VpcConfig").worse(verdict(access_points(function), "FileSystemConfigs")))
        }
    }
}

fn access_points(function: &Function) -> Judged {
    let mounts = function.file_system_configs.known()?.map_or(&[][..], Vec::as_slice);
    let direct = any_known(mounts.iter().map(|mount| {
        let Some(mount) = mount.known()? else { return Ok(false) };
        let Some(arn) = mount.arn.known()? else { return Ok(false) };
        // A reference to a file system has no ARN: what refers to something is taken for an access point.
        Ok(arn.as_str().is_some_and(|arn| !arn.contains("access-point/")))
    }))?;
    Ok(Verdict::pass_if(!direct, "a file system is mounted without an access point"))
}

fn ephemeral_storage(function: &Function, yardstick: &Yardstick) -> Option<Verdict> {
    let allowed = yardstick.ephemeral_storage_mib;
    let size = function.ephemeral_storage.as_ref().and_then(|storage| storage.size.clone());
    let judged = size.or_default_of_service(512).judge(
        |size| Verdict::pass_if(*size <= allowed, format!("/tmp is {size} MiB, policy allows {allowed}")),
        || Verdict::Pass,
    );
    Some(judged.at("EphemeralStorage.Size"))
}
