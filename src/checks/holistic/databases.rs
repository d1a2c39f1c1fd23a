//! Functions that open connections to a database: how many, and how many it takes.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{Observed, Part, Properties, Target, Text, Why, lambda::Function},
    inventory::LogicalId,
    need::Need,
    stack::{InvocationKind, Stack},
};

mod connections;

pub(super) const CONCURRENCY_VS_DOWNSTREAM: Check = Check {
    id: "concurrency-vs-downstream",
    title: "Functions open no more connections than the database behind them takes",
    why: "Each execution environment keeps a connection of its own. A burst opens hundreds, the database refuses the \
          next, and everybody else who uses it is locked out with the function. Neither function nor database shows it.",
    fix: "Put an RDS Proxy in between, or set ReservedConcurrentExecutions (for queues ScalingConfig.MaximumConcurrency) \
          so that all functions together stay below max_connections.",
    absent: "A function without bound runs as often at once as the account allows; max_connections follows the memory of \
             the instance. A connection is taken for one where a variable of the function names the endpoint or its secret.",
    reference: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html#RDS_Limits.MaxConnections",
    pillar: Pillar::Reliability,
    severity: Severity::Medium,
    since: "0.1.0",
    default: Default::On,
    needs: &[
        Need::DatabaseClusters,
        Need::DatabaseInstances,
        Need::DatabaseProxies,
        Need::Function,
        Need::EventSourceMapping,
        Need::Secrets,
    ],
    applies: Applies::Stack(&["AWS::Lambda::Function"], concurrency_vs_downstream),
};

fn concurrency_vs_downstream(stack: &Stack<'_>, _: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let view = View::of(stack);
    let mut connected = Vec::new();
    let mut sums: BTreeMap<LogicalId, u64> = BTreeMap::new();
    let mut open: BTreeMap<LogicalId, Why> = BTreeMap::new();
    for resource in &stack.facts.resources {
        let Properties::Function(function) = &resource.properties else { continue };
        let id = &resource.reference.logical_id;
        let Some(reached) = view.reached(function) else { continue };
        let bound = view.bound(id, function);
        match (&reached, &bound) {
            (Reached::Database(database), Ok(Some(bound))) => *sums.entry(database.clone()).or_default() += bound,
            (Reached::Database(database), Err(why)) | (Reached::Perhaps(database, why), _) => {
                drop(open.insert(database.clone(), why.clone()));
            }
            _ => {}
        }
        connected.push((id, reached, bound));
    }
    let judged = connected.into_iter().map(|(id, reached, bound)| {
        let verdict = match reached {
            Reached::Proxy => Verdict::Pass,
            Reached::Perhaps(_, why) => return (id.clone(), Verdict::inconclusive(why).at("VpcConfig")),
            Reached::Database(database) => match bound {
                Ok(Some(_)) => {
                    let fits = view.fits(&database, sums.get(&database).copied().unwrap_or(0));
                    match (fits, open.get(&database)) {
                        (fails @ Verdict::Fail(_), _) => fails,
                        // What another function takes is not known.
                        (_, Some(why)) => Verdict::inconclusive(why.clone()),
                        (fits, None) => fits,
                    }
                }
                Ok(None) => Verdict::partial(
                    40,
                    format!("it connects to {database} without a proxy, and nothing bounds how often it runs at once"),
                ),
                Err(why) => Verdict::inconclusive(why),
            },
        };
        (id.clone(), verdict.at("ReservedConcurrentExecutions"))
    });
    judged.collect()
}

/// What a function connects to.
enum Reached {
    Proxy,
    Database(LogicalId),
    /// It has the secret of this database, and nobody knows whether it is where it could connect.
    Perhaps(LogicalId, Why),
}

const DATABASES: &[&str] = &["AWS::RDS::DBCluster", "AWS::RDS::DBInstance"];
const PROXY: &str = "AWS::RDS::DBProxy";

struct View<'s, 'a> {
    stack: &'s Stack<'a>,
    /// Whose endpoint an address is: only a live stack knows addresses.
    addresses: BTreeMap<String, LogicalId>,
    /// The database of a secret, by the secret and by what attaches it.
    secrets: BTreeMap<LogicalId, LogicalId>,
    /// The bounds of the mappings that call a function; none where somebody else calls it too.
    mapped: BTreeMap<LogicalId, Result<Option<u64>, Why>>,
    /// The instances of a cluster.
    instances: BTreeMap<LogicalId, Vec<&'a LogicalId>>,
}

impl<'s, 'a> View<'s, 'a> {
    fn of(stack: &'s Stack<'a>) -> Self {
        let (mut addresses, mut secrets) = (BTreeMap::new(), BTreeMap::new());
        let mut instances: BTreeMap<LogicalId, Vec<&LogicalId>> = BTreeMap::new();
        let resolve = |text: Observed<Text>| match stack.directory.resolve(text.present()?, &[]) {
            Target::Resource(id) => Some(id),
            Target::Elsewhere | Target::Unknown(_) => None,
        };
        for resource in &stack.facts.resources {
            let id = &resource.reference.logical_id;
            let Some(properties) = resource.properties.untyped() else { continue };
            let r#type = resource.reference.r#type.as_str();
            if r#type == "AWS::SecretsManager::SecretTargetAttachment" {
                if let Some(database) = resolve(properties.get("TargetId")) {
                    secrets.extend(resolve(properties.get("SecretId")).map(|secret| (secret, database.clone())));
                    secrets.insert(id.clone(), database);
                }
            } else if DATABASES.contains(&r#type) || r#type == PROXY {
                for path in ["Endpoint", "Endpoint.Address", "ReadEndpoint.Address"] {
                    let address = properties.get::<Text>(path);
                    let known = address.present().and_then(Text::as_str);
                    addresses.extend(known.map(|address| (address.to_owned(), id.clone())));
                }
                if let Some(cluster) = resolve(properties.get("DBClusterIdentifier")).filter(|cluster| cluster != id) {
                    instances.entry(cluster).or_default().push(id);
                }
            }
        }
        Self { stack, addresses, secrets, mapped: mapped(stack), instances }
    }

    /// What the function's variables name; a proxy counts before the database behind it. None where that is nothing.
    fn reached(&self, function: &Function) -> Option<Reached> {
        let variables = function.environment.present()?.variables.present()?;
        let mut found = BTreeSet::new();
        let mut by_secret = None;
        let mut over_http = false;
        for text in variables.values().filter_map(Observed::present) {
            for part in text.parts() {
                match part {
                    Part::Reference { resource, attribute } => {
                        let id = LogicalId::new(resource.as_str());
                        let r#type = self.stack.type_of(&id);
                        let attribute = attribute.as_deref().unwrap_or_default();
                        // The Data API takes the ARN of the cluster, and no connection.
                        over_http |= attribute == "DBClusterArn";
                        if let Some(database) = self.secrets.get(&id) {
                            by_secret = Some(database.clone());
                        } else if (DATABASES.contains(&r#type) || r#type == PROXY) && attribute.contains("Endpoint") {
                            found.insert((r#type, id));
                        }
                    }
                    Part::Literal(literal) => {
                        let words = literal.split([':', '/', '@', ',', ' ', '"']);
                        let ids = words.filter_map(|word| self.addresses.get(word));
                        found.extend(ids.map(|id| (self.stack.type_of(id), id.clone())));
                    }
                    Part::Pseudo(_) | Part::Unknown(_) => {}
                }
            }
        }
        if found.iter().any(|(r#type, _)| *r#type == PROXY) {
            return Some(Reached::Proxy);
        }
        // A secret alone says who is meant, not how: only what is in a VPC connects.
        let by_secret = || match (by_secret.filter(|_| !over_http)?, &function.vpc_config) {
            (database, Observed::Present(_)) => Some(Reached::Database(database)),
            (_, Observed::Absent) => None,
            (database, Observed::Unknown(why)) => Some(Reached::Perhaps(database, why.clone())),
        };
        found.into_iter().next().map(|(_, id)| Reached::Database(id)).or_else(by_secret)
    }

    /// How often the function runs at once at most; none where nothing says.
    fn bound(&self, id: &LogicalId, function: &Function) -> Result<Option<u64>, Why> {
        match function.reserved_concurrent_executions.known()? {
            Some(reserved) => Ok(Some(u64::from(*reserved))),
            None => self.mapped.get(id).cloned().unwrap_or(Ok(None)),
        }
    }

    /// Whether the database takes so many connections.
    fn fits(&self, database: &LogicalId, wanted: u64) -> Verdict {
        let most = match connections::most(self.stack, database, &self.instances) {
            Ok(most) => most,
            Err(why) => return Verdict::inconclusive(why),
        };
        let text = format!(
            "functions that connect to {database} may run {wanted} times at once, and it takes {most} connections"
        );
        match wanted {
            // What others, administrators and monitoring need.
            few if few * 10 <= most * 8 => Verdict::Pass,
            some if some <= most => Verdict::partial(60, text),
            _ => Verdict::fail(text),
        }
    }
}

/// The bounds of the queues that call each function. What is called otherwise too has no such bound.
fn mapped(stack: &Stack<'_>) -> BTreeMap<LogicalId, Result<Option<u64>, Why>> {
    let mut bounds: BTreeMap<LogicalId, Result<Option<u64>, Why>> = BTreeMap::new();
    for call in &stack.invocations {
        let Some(function) = call.target.function() else { continue };
        let mapping = stack.resource(&call.caller).map(|resource| &resource.properties);
        let bound = match (call.kind, mapping) {
            (InvocationKind::Queue, Some(Properties::EventSourceMapping(mapping))) => {
                let most = mapping.scaling_config.as_ref().and_then(|config| config.maximum_concurrency.clone());
                most.known().map(|most| most.map(|most| u64::from(*most)))
            }
            _ => Ok(None),
        };
        let sum = match (bounds.remove(function), bound) {
            (None, bound) => bound,
            (Some(Ok(None)), _) | (_, Ok(None)) => Ok(None),
            (Some(Ok(Some(one))), Ok(Some(other))) => Ok(Some(one + other)),
            (Some(Err(why)), _) | (_, Err(why)) => Err(why),
        };
        bounds.insert(function.clone(), sum);
    }
    bounds
}
