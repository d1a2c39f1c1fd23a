//! Whether a table has the capacity it needs, and not more than it may.

use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{
        Observed, Text, Why,
        dynamodb::{Dimension, Limits, Scaling, Table, Throughput},
        iam::{Known, all_known, any_known},
    },
    need::Need,
};

/// The table.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "dynamodb-autoscaling",
        title: "Capacity of the table follows the demand",
        why: "A fixed capacity throttles the peak or is paid for through the night; an index that does not scale throttles its table.",
        fix: "Set BillingMode PAY_PER_REQUEST, or add a ScalableTarget and a ScalingPolicy for read and write of the table and each of its indexes.",
        absent: "PROVISIONED, with a capacity that stays as it is.",
        reference: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/AutoScaling.html",
        pillar: Pillar::Performance,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Table, Need::ScalableTargets, Need::ScalingPolicies],
        applies: Applies::EachTable(autoscaling),
    },
    Check {
        id: "dynamodb-throughput-limit",
        title: "Table stays below the account's limit for one table",
        why: "At the limit nothing can be provisioned any more when the load needs it, and a raise takes time.",
        fix: "Lower ProvisionedThroughput, or have the limit raised and say so in the policy.",
        absent: "A table with on-demand capacity provisions nothing; the check does not apply. Without observed limits AWS's default of 40,000 units counts.",
        reference: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html",
        pillar: Pillar::Reliability,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Table, Need::TableLimits],
        applies: Applies::EachTable(throughput_limit),
    },
];

/// Units of reads, and of writes, that one table with its indexes may provision unless the quota was raised.
const DEFAULT_LIMIT: u64 = 40_000;

/// Whether the table provisions capacity, as it does where `BillingMode` is absent.
fn provisions(table: &Table) -> Known {
    match table.billing_mode.known()?.map(String::as_str) {
        Some("PAY_PER_REQUEST") => Ok(false),
        Some("PROVISIONED") | None => Ok(true),
        Some(other) => Err(Why::Malformed(format!("BillingMode {other:?} is none that DynamoDB has"))),
    }
}

fn autoscaling(table: &Table, _: &Yardstick) -> Option<Verdict> {
    let verdict = match provisions(table) {
        Ok(true) => every_part_scales(table),
        Ok(false) => Ok(Verdict::Pass),
        Err(why) => Err(why),
    };
    Some(verdict.unwrap_or_else(Verdict::inconclusive).at("BillingMode"))
}

/// Read and write of the table and of every index, each counted alike.
fn every_part_scales(table: &Table) -> Result<Verdict, Why> {
    let scalings = table.scaling.known()?.map_or(&[][..], Vec::as_slice);
    let mut still = Vec::new();
    let mut parts = 0_usize;
    for (name, index) in parts_of(table)? {
        for dimension in [Dimension::Read, Dimension::Write] {
            parts += 1;
            if !any_known(scalings.iter().map(|scaling| scales(scaling, index, dimension)))? {
                still.push(format!("{} of {name}", dimension.name()));
            }
        }
    }
    Ok(match (parts - still.len(), still.as_slice()) {
        (_, []) => Verdict::Pass,
        (0, _) => Verdict::fail("capacity is provisioned and nothing scales it"),
        (scaled, _) => {
            let share = u8::try_from(scaled * 100 / parts).unwrap_or(99);
            Verdict::partial(share, format!("nothing scales {}", still.join(", ")))
        }
    })
}

/// The table itself and its indexes, with their names for the evidence.
fn parts_of(table: &Table) -> Result<Vec<(String, Option<&Text>)>, Why> {
    let mut parts = vec![("the table".to_owned(), None)];
    for index in table.global_secondary_indexes.known()?.into_iter().flatten() {
        let Some(index) = index.known()? else { continue };
        let Some(name) = index.index_name.known()? else {
            return Err(Why::Malformed("a global secondary index without IndexName".to_owned()));
        };
        parts.push((format!("index {name}"), Some(name)));
    }
    Ok(parts)
}

/// `table/NAME/index/*` is no target: every index needs one of its own.
fn scales(scaling: &Observed<Scaling>, index: Option<&Text>, dimension: Dimension) -> Known {
    let Some(scaling) = scaling.known()? else { return Ok(false) };
    if scaling.dimension != dimension {
        return Ok(false);
    }
    let of_index = match (scaling.index.as_ref(), index) {
        (None, None) => Ok(true),
        (Some(scaled), Some(index)) => scaled.same(index),
        _ => Ok(false),
    };
    all_known([of_index, scaling.policy.known().map(|moved| moved == Some(&true))])
}

fn throughput_limit(table: &Table, yardstick: &Yardstick) -> Option<Verdict> {
    match provisions(table) {
        Ok(true) => {}
        Ok(false) => return None,
        Err(why) => return Some(Verdict::inconclusive(why).at("BillingMode")),
    }
    let verdict = within_limits(table, u64::from(yardstick.table_throughput_percent));
    Some(verdict.unwrap_or_else(Verdict::inconclusive).at("ProvisionedThroughput"))
}

/// The quota counts a table together with its indexes.
fn within_limits(table: &Table, percent: u64) -> Result<Verdict, Why> {
    let (read, write) = provisioned(table)?;
    let limits = table.limits.known()?;
    let limit = |of: fn(&Limits) -> &Observed<u64>| {
        Ok::<u64, Why>(limits.map_or(Ok(None), |limits| of(limits).known())?.copied().unwrap_or(DEFAULT_LIMIT))
    };
    let reads = (read, limit(|limits| &limits.table_max_read_capacity_units)?, "read");
    let writes = (write, limit(|limits| &limits.table_max_write_capacity_units)?, "write");
    let beyond = [reads, writes]
        .into_iter()
        .find(|(units, limit, _)| u128::from(*units) * 100 > u128::from(*limit) * u128::from(percent));
    Ok(match beyond {
        None => Verdict::Pass,
        Some((units, limit, kind)) => Verdict::fail(format!(
            "{units} {kind} units are provisioned, more than {percent} percent of the limit of {limit}"
        )),
    })
}

fn provisioned(table: &Table) -> Result<(u64, u64), Why> {
    let (mut read, mut write) = units(&table.provisioned_throughput)?;
    for index in table.global_secondary_indexes.known()?.into_iter().flatten() {
        let Some(index) = index.known()? else { continue };
        let (more_read, more_write) = units(&index.provisioned_throughput)?;
        read = read.saturating_add(more_read);
        write = write.saturating_add(more_write);
    }
    Ok((read, write))
}

fn units(throughput: &Observed<Throughput>) -> Result<(u64, u64), Why> {
    let Some(throughput) = throughput.known()? else { return Ok((0, 0)) };
    let read = throughput.read_capacity_units.known()?.copied().unwrap_or_default();
    let write = throughput.write_capacity_units.known()?.copied().unwrap_or_default();
    Ok((read, write))
}
