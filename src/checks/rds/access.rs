//! Who reaches a database, how it knows them, and what it logs.

use super::{CLUSTER, DATABASES, INSTANCE, database, is_aurora, is_cluster, named};
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    checks::lambda::secrets::is_resolved_secret,
    facts::{Observed, Part, Resource, Text, Untyped, Why},
    need::Need,
    stack::Stack,
};

/// The table.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "rds-not-public",
        title: "Database has no public address",
        why: "A public address lets the whole internet try passwords and exploits; functions reach the database through \
              the VPC.",
        fix: "Set PubliclyAccessible: false.",
        absent: "In a DBSubnetGroup it has none, unless that is the group named default. Without a group it has one, but for \
                 instances of Aurora.",
        reference: "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html",
        pillar: Pillar::Security,
        severity: Severity::Critical,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::DatabaseClusters, Need::DatabaseInstances],
        applies: Applies::EachInStack(&[CLUSTER, INSTANCE], not_public),
    },
    Check {
        id: "rds-iam-auth",
        title: "Database takes IAM credentials",
        why: "A function with its role's token needs no password that somebody has to keep, rotate and not leak.",
        fix: "Set EnableIAMDatabaseAuthentication: true, and allow rds-db:connect for the database user.",
        absent: "Only passwords are taken.",
        reference: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::DatabaseClusters, Need::DatabaseInstances],
        applies: Applies::EachInStack(DATABASES, iam_auth),
    },
    Check {
        id: "rds-no-plaintext-password",
        title: "Master password of the database is kept in Secrets Manager",
        why: "A password in a template stands in its repository and in every stack's history.",
        fix: "Set ManageMasterUserPassword: true, or write {{resolve:secretsmanager:…}}. Replace the password: it is known.",
        absent: "A database without MasterUserPassword is a copy, or takes no password, and is not judged.",
        reference: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html",
        pillar: Pillar::Security,
        severity: Severity::Critical,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::StackTemplate, Need::DatabaseClusters, Need::DatabaseInstances],
        applies: Applies::EachInStack(DATABASES, no_plaintext_password),
    },
    Check {
        id: "rds-log-exports",
        title: "Logs of the database go to CloudWatch",
        why: "Errors, slow queries and audit trails are otherwise on the instance only, for a few days.",
        fix: "Set EnableCloudwatchLogsExports: [postgresql], or [error, slowquery] for MySQL.",
        absent: "No log is exported.",
        reference: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.Procedural.UploadtoCloudWatch.html",
        pillar: Pillar::Operations,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::DatabaseClusters, Need::DatabaseInstances],
        applies: Applies::EachInStack(DATABASES, log_exports),
    },
    Check {
        id: "rds-proxy-tls",
        title: "Database proxy takes TLS connections only",
        why: "Without TLS, passwords and data pass the network in clear.",
        fix: "Set RequireTLS: true.",
        absent: "The proxy takes connections without TLS too.",
        reference: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.howitworks.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::DatabaseProxies],
        applies: Applies::Each(&["AWS::RDS::DBProxy"], proxy_tls),
    },
];

fn not_public(resource: &Resource, _: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    let database = resource.properties.untyped()?;
    // In Aurora the instances have addresses, not the cluster.
    if is_cluster(resource) {
        match is_aurora(database) {
            Ok(true) => return None,
            Ok(false) => {}
            Err(why) => return Some(Verdict::inconclusive(why).at("Engine")),
        }
    }
    Some(database.judge(
        "PubliclyAccessible",
        |public: &bool| Verdict::pass_if(!public, "PubliclyAccessible is true"),
        || not_public_by_default(database).unwrap_or_else(Verdict::inconclusive),
    ))
}

/// What RDS takes where `PubliclyAccessible` is not written.
/// <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html>
fn not_public_by_default(database: &Untyped) -> Result<Verdict, Why> {
    if let Some(copied) = named(database, &["SourceDBInstanceIdentifier", "SourceDBClusterIdentifier"]) {
        return Err(Why::NotObserved(format!("whether {copied} is public decides, and was not observed")));
    }
    let group = database.get::<Text>("DBSubnetGroupName");
    let Some(group) = group.known()? else {
        let public = "without PubliclyAccessible and DBSubnetGroupName RDS gives it a public address";
        return Ok(Verdict::pass_if(is_aurora(database)?, public));
    };
    match group.as_str() {
        Some(name) => {
            let public = "without PubliclyAccessible RDS gives it a public address in the subnet group default";
            Ok(Verdict::pass_if(!name.eq_ignore_ascii_case("default"), public))
        }
        // A group that somebody makes cannot have that name.
        None if group.parts().iter().any(|part| matches!(part, Part::Reference { .. })) => Ok(Verdict::Pass),
        None => Err(group.why_unresolved()),
    }
}

/// Beginnings of the engines that know IAM credentials.
const WITH_IAM: &[&str] = &["aurora", "mariadb", "mysql", "postgres"];

fn iam_auth(resource: &Resource, _: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    let database = database(resource)?;
    // Aurora Serverless v1 knows no IAM credentials.
    if database.get::<String>("EngineMode").present().is_some_and(|mode| mode == "serverless") {
        return None;
    }
    match database.get::<String>("Engine") {
        Observed::Present(engine) if !WITH_IAM.iter().any(|known| engine.starts_with(known)) => return None,
        Observed::Unknown(why) => return Some(Verdict::inconclusive(why).at("Engine")),
        Observed::Present(_) | Observed::Absent => {}
    }
    Some(database.must_be_true("EnableIAMDatabaseAuthentication", "EnableIAMDatabaseAuthentication is not true"))
}

const PASSWORD: &str = "MasterUserPassword";

fn no_plaintext_password(resource: &Resource, _: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    let database = database(resource)?;
    match database.get::<bool>("ManageMasterUserPassword") {
        Observed::Present(true) => return Some(Verdict::Pass),
        Observed::Unknown(why) => return Some(Verdict::inconclusive(why).at("ManageMasterUserPassword")),
        Observed::Present(false) | Observed::Absent => {}
    }
    // A live cluster whose secret RDS manages says so by it.
    if database.get::<Text>("MasterUserSecret.SecretArn").present().is_some() {
        return Some(Verdict::Pass);
    }
    let judged = match database.get::<Text>(PASSWORD).as_text() {
        Ok(Some(password)) => password_kept(&password),
        Ok(None) => return None,
        Err(why) => Verdict::inconclusive(why),
    };
    Some(judged.at(PASSWORD))
}

/// Never says what the password is.
fn password_kept(password: &Text) -> Verdict {
    let secret = |part: &Part| match part {
        Part::Literal(text) | Part::Unknown(Why::Unresolved(text)) => is_resolved_secret(text),
        _ => false,
    };
    let of_parameter = |part: &Part| match part {
        Part::Literal(text) | Part::Unknown(Why::Unresolved(text)) => text.contains("{{resolve:ssm:"),
        _ => false,
    };
    if password.parts().iter().any(secret) {
        return Verdict::Pass;
    }
    if password.parts().iter().any(of_parameter) {
        return Verdict::fail("the password is read from a parameter that is not encrypted");
    }
    match password.parts() {
        [] => Verdict::fail("the password is empty"),
        [Part::Literal(_)] => Verdict::fail("the password is written out"),
        [Part::Unknown(why)] => Verdict::inconclusive(why.clone()),
        _ => Verdict::inconclusive(Why::Unresolved("the password is put together at deployment".to_owned())),
    }
}

fn log_exports(resource: &Resource, _: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    Some(database(resource)?.must_be_there("EnableCloudwatchLogsExports", "no log is exported to CloudWatch"))
}

fn proxy_tls(proxy: &Untyped, _: &Yardstick) -> Option<Verdict> {
    Some(proxy.must_be_true("RequireTLS", "RequireTLS is not true: connections without TLS are taken"))
}
