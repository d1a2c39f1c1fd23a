//! What other tools call the same: a second table, keyed by the id of a check.
//!
//! Who comes from another tool finds the check by the name known there, and an auditor finds the control. Two that
//! bear each other's names need not agree on every stack: what is absent or unknown means different things to
//! different tools. A row without names says that nobody else has the check, as far as their rules were read.
//!
//! ```
//! use fitgate::checks::equivalents::{self, Catalogue};
//!
//! let [check] = equivalents::find("CKV_AWS_18")[..] else { panic!("one check") };
//! assert_eq!(check.id, "s3-access-logging");
//! assert!(equivalents::of(check.id).any(|named| named == (Catalogue::SecurityHub, "S3.9")));
//! ```

use std::fmt;

use serde::{Serialize, Serializer};

use crate::{check::Check, checks};

mod apigateway;
mod config;
mod data;
mod dynamodb;
mod edge;
mod holistic;
mod identity;
mod lambda;
mod messaging;
mod operations;
mod s3;

/// The tables, each sorted by id.
const TABLES: &[&[Row]] = &[
    s3::ROWS,
    dynamodb::ROWS,
    lambda::ROWS,
    apigateway::ROWS,
    messaging::ROWS,
    edge::ROWS,
    identity::ROWS,
    data::ROWS,
    operations::ROWS,
    config::ROWS,
    holistic::ROWS,
];

/// Where a name comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Catalogue {
    /// Managed rules of AWS Config: `s3-bucket-logging-enabled`, by identifier `S3_BUCKET_LOGGING_ENABLED`.
    ConfigRule,
    /// Controls of AWS Security Hub: `S3.9`.
    SecurityHub,
    /// Checks of Prowler: `s3_bucket_object_versioning`.
    Prowler,
    /// Policies of Checkov: `CKV_AWS_18`.
    Checkov,
    /// Rules of cdk-nag: `AwsSolutions-S1`, and `LambdaDLQ`, which other packs prefix with their name.
    CdkNag,
    /// Rules of AWS's registry for cfn-guard: `S3_BUCKET_LOGGING_ENABLED`.
    Guard,
    /// Queries of KICS for CloudFormation: `s3_bucket_logging_disabled`.
    Kics,
    /// Checks of Trivy: `AWS-0089`, once called `AVD-AWS-0089`.
    Trivy,
    /// Rules of cfn-lint: `I3011`.
    CfnLint,
    /// Rules of serverless-rules, which extend cfn-lint: `WS1000`.
    ServerlessRules,
    /// Questions of the Serverless Lens of the Well-Architected Framework: `SEC 2`.
    WellArchitected,
}

/// One check, and what it is called elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// The id of the check.
    pub id: &'static str,
    /// Its names, catalogue by catalogue.
    pub names: &'static [(Catalogue, &'static str)],
}

impl Catalogue {
    /// Every catalogue, in the order of names.
    pub const ALL: [Self; 11] = [
        Self::ConfigRule,
        Self::SecurityHub,
        Self::Prowler,
        Self::Checkov,
        Self::CdkNag,
        Self::Guard,
        Self::Kics,
        Self::Trivy,
        Self::CfnLint,
        Self::ServerlessRules,
        Self::WellArchitected,
    ];

    /// As people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::ConfigRule => "AWS Config",
            Self::SecurityHub => "Security Hub",
            Self::Prowler => "Prowler",
            Self::Checkov => "Checkov",
            Self::CdkNag => "cdk-nag",
            Self::Guard => "cfn-guard",
            Self::Kics => "KICS",
            Self::Trivy => "Trivy",
            Self::CfnLint => "cfn-lint",
            Self::ServerlessRules => "serverless-rules",
            Self::WellArchitected => "Well-Architected",
        }
    }

    /// Whether `asked` means the entry that the table writes as `name`: in any letter case, and in the other spellings
    /// that the tool itself uses.
    fn means(self, name: &str, asked: &str) -> bool {
        let same = |asked: &str| name.eq_ignore_ascii_case(asked);
        same(asked)
            || match self {
                // An identifier is the name in upper case with underscores.
                Self::ConfigRule => same(&asked.replace('_', "-")),
                // The name of the pack, which may be anybody's own: Serverless-LambdaDLQ.
                Self::CdkNag => asked.rsplit_once('-').is_some_and(|(_, rule)| same(rule)),
                Self::Trivy => {
                    asked.split_once('-').is_some_and(|(avd, id)| avd.eq_ignore_ascii_case("AVD") && same(id))
                }
                _ => false,
            }
    }
}

impl fmt::Display for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for Catalogue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// The tables, one a group of services.
pub fn tables() -> impl Iterator<Item = &'static [Row]> {
    TABLES.iter().copied()
}

/// Every row of every table.
pub fn table() -> impl Iterator<Item = &'static Row> {
    tables().flatten()
}

/// What the check of this id is called elsewhere, catalogue by catalogue; nothing where it has no other name.
pub fn of(id: &str) -> impl Iterator<Item = (Catalogue, &'static str)> {
    table().find(|row| row.id == id).into_iter().flat_map(|row| row.names.iter().copied())
}

/// The checks that stand for what another tool calls `name`, in the order of reports.
///
/// A Config rule may be given by its identifier too (`S3_BUCKET_LOGGING_ENABLED`). Letter case does not matter.
pub fn find(name: &str) -> Vec<&'static Check> {
    checks::catalogue().filter(|check| of(check.id).any(|(catalogue, known)| catalogue.means(known, name))).collect()
}

/// Every name that [`find`] finds something for, as the tables write it, with repetition.
pub fn names() -> impl Iterator<Item = &'static str> {
    checks::catalogue().flat_map(|check| of(check.id).map(|(_, name)| name))
}
