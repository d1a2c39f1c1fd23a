//! How many connections a database takes: by its engine and the memory of its instance class.

use std::collections::BTreeMap;

use crate::{
    facts::{Text, Untyped, Why},
    inventory::LogicalId,
    stack::Stack,
};

/// The connections that a database takes unless a parameter group says otherwise. What the system itself needs is not
/// taken off, so it is a little more than there are.
///
/// # Errors
/// With the reason, where nobody can tell.
pub(super) fn most(
    stack: &Stack<'_>,
    database: &LogicalId,
    instances: &BTreeMap<LogicalId, Vec<&LogicalId>>,
) -> Result<u64, Why> {
    let itself = [database];
    let members = instances.get(database).map_or(&itself[..], Vec::as_slice);
    // Connections go to one of them: the smallest decides.
    let mut least = None;
    for id in members {
        let of_one = of_instance(stack, id)?;
        least = Some(least.map_or(of_one, |least: u64| least.min(of_one)));
    }
    least.ok_or_else(|| Why::NotObserved(format!("{database} has no instance in this stack")))
}

fn of_instance(stack: &Stack<'_>, id: &LogicalId) -> Result<u64, Why> {
    let unread = || Why::NotObserved(format!("{id} could not be read"));
    let instance = stack.resource(id).and_then(|resource| resource.properties.untyped()).ok_or_else(unread)?;
    for group in ["DBParameterGroupName", "DBClusterParameterGroupName"] {
        let group = instance.get::<Text>(group);
        // `default.postgres16` and its like say what the formula says.
        if group.known()?.is_some_and(|group| !group.literal_prefix().starts_with("default.")) {
            return Err(Why::NotObserved(format!("what the parameter group of {id} sets is not known")));
        }
    }
    let engine = written(instance, "Engine")?;
    let class = written(instance, "DBInstanceClass")?;
    let memory = memory(&class).ok_or_else(|| Why::NotObserved(format!("the memory of {class} is not known")))?;
    by_engine(&engine, memory)
        .ok_or_else(|| Why::NotObserved(format!("how many connections {engine} takes is not known")))
}

fn written(instance: &Untyped, path: &str) -> Result<String, Why> {
    let text = instance.get::<Text>(path);
    let Some(text) = text.known()? else { return Err(Why::NotObserved(format!("{path} is not said"))) };
    text.as_str().map(str::to_owned).ok_or_else(|| text.why_unresolved())
}

/// `max_connections` by bytes of memory. MariaDB's is the one since 10.5: RDS runs none that is older.
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html#RDS_Limits.MaxConnections>
fn by_engine(engine: &str, memory: u64) -> Option<u64> {
    match engine {
        "postgres" | "aurora-postgresql" => Some((memory / 9_531_392).min(5_000)),
        "mysql" => Some((memory / 12_582_880).min(16_000)),
        "mariadb" => Some((memory / 25_165_760).min(12_000)),
        _ => None,
    }
}

/// The memory of an instance class in bytes, by the family's letter and the size: `db.t4g.medium`, `db.r6g.2xlarge`.
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Summary.html>
fn memory(class: &str) -> Option<u64> {
    let (family, size) = class.strip_prefix("db.")?.split_once('.')?;
    // GiB of the size `large`.
    let large = match family.chars().next()? {
        't' | 'm' => 8,
        'r' => 16,
        'c' => 4,
        _ => return None,
    };
    let gib = match size {
        "micro" => 1,
        "small" => 2,
        "medium" => 4,
        "large" => large,
        "xlarge" => 2 * large,
        times => 2 * large * times.strip_suffix("xlarge")?.parse::<u64>().ok().filter(|times| *times <= 48)?,
    };
    Some(gib << 30)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_follows_family_and_size() {
        let gib = |class| memory(class).map(|bytes| bytes >> 30);
        assert_eq!(gib("db.t4g.micro"), Some(1));
        assert_eq!(gib("db.m6g.large"), Some(8));
        assert_eq!(gib("db.r6g.xlarge"), Some(32));
        assert_eq!(gib("db.r6g.2xlarge"), Some(64));
        assert_eq!(gib("db.serverless"), None);
        assert_eq!(gib("db.x2g.large"), None);
    }

    #[test]
    fn connections_follow_memory() {
        assert_eq!(by_engine("postgres", 8 << 30), Some(901));
        assert_eq!(by_engine("postgres", 256 << 30), Some(5_000));
        assert_eq!(by_engine("mysql", 1 << 30), Some(85));
        assert_eq!(by_engine("mysql", 256 << 30), Some(16_000));
        assert_eq!(by_engine("mariadb", 8 << 30), Some(341));
        assert_eq!(by_engine("mariadb", 512 << 30), Some(12_000));
        assert_eq!(by_engine("oracle-ee", 1 << 30), None);
    }
}
