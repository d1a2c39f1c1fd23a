//! `parameters`: what checks measure against.

use jiff::civil::Date;
use serde::Serialize;

use super::read::{bounded_list, words};
use crate::{
    check::{LogLevel, Yardstick},
    source::{
        Node,
        read::{Errors, Fields, choice, integer, text},
    },
};

/// What checks measure against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema), schemars(deny_unknown_fields, default))]
pub struct Parameters {
    /// Tag keys that every taggable resource must carry, at most 50, as many as AWS allows on one.
    #[cfg_attr(feature = "cli", schemars(length(max = 50)))]
    pub required_tags: Vec<String>,
    /// Accounts besides the stack's own that may be granted access or lend layers: twelve digits each.
    #[cfg_attr(feature = "cli", schemars(length(max = 1000), inner(regex(pattern = r"^[0-9]{12}$"))))]
    pub trusted_accounts: Vec<String>,
    /// The most verbose application log level that is allowed.
    pub application_log_level: LogLevel,
    /// The largest `/tmp` in MiB that needs no second look: 512 to 10,240.
    #[cfg_attr(feature = "cli", schemars(range(min = 512, max = 10240)))]
    pub ephemeral_storage_mib: u32,
    /// The least log retention in days: 1 to 3,653.
    #[cfg_attr(feature = "cli", schemars(range(min = 1, max = 3653)))]
    pub log_retention_days: u32,
    /// The largest share of the account's default table throughput (40,000 units) for one table, in percent.
    #[cfg_attr(feature = "cli", schemars(range(min = 1, max = 100)))]
    pub table_throughput_percent: u32,
    /// The least number of hours that a stream keeps its records: 24 to 8,760.
    #[cfg_attr(feature = "cli", schemars(range(min = 24, max = 8760)))]
    pub stream_retention_hours: u32,
    /// The most days between two rotations of a secret: 1 to 1,000.
    #[cfg_attr(feature = "cli", schemars(range(min = 1, max = 1000)))]
    pub secret_rotation_days: u32,
    /// The least retention of backups in days: 1 to 36,500, as long as AWS Backup keeps one.
    #[cfg_attr(feature = "cli", schemars(range(min = 1, max = 36500)))]
    pub backup_retention_days: u32,
    /// Names of AWS's managed policies that a role may carry, at most 100.
    #[cfg_attr(feature = "cli", schemars(length(max = 100)))]
    pub allowed_managed_policies: Vec<String>,
    /// The least bake time in minutes after the last step of an AppConfig deployment: 1 to 1,440.
    #[cfg_attr(feature = "cli", schemars(range(min = 1, max = 1440)))]
    pub configuration_bake_minutes: u32,
    /// Concurrent executions that Lambda allows the account in the region: 1 to 1,000,000.
    #[cfg_attr(feature = "cli", schemars(range(min = 1, max = 1000000)))]
    pub account_concurrency: u32,
}

impl Default for Parameters {
    /// What [`Yardstick::on`] has.
    fn default() -> Self {
        let shipped = Yardstick::on(Date::ZERO);
        Self {
            required_tags: shipped.required_tags,
            trusted_accounts: shipped.trusted_accounts,
            application_log_level: shipped.application_log_level,
            ephemeral_storage_mib: shipped.ephemeral_storage_mib,
            log_retention_days: shipped.log_retention_days,
            table_throughput_percent: shipped.table_throughput_percent,
            stream_retention_hours: shipped.stream_retention_hours,
            secret_rotation_days: shipped.secret_rotation_days,
            backup_retention_days: shipped.backup_retention_days,
            allowed_managed_policies: shipped.allowed_managed_policies,
            configuration_bake_minutes: shipped.configuration_bake_minutes,
            account_concurrency: shipped.account_concurrency,
        }
    }
}

impl Parameters {
    /// The yardstick of this day.
    pub fn on(&self, today: Date) -> Yardstick {
        let Self {
            required_tags,
            trusted_accounts,
            application_log_level,
            ephemeral_storage_mib,
            log_retention_days,
            table_throughput_percent,
            stream_retention_hours,
            secret_rotation_days,
            backup_retention_days,
            allowed_managed_policies,
            configuration_bake_minutes,
            account_concurrency,
        } = self.clone();
        Yardstick {
            today,
            required_tags,
            trusted_accounts,
            application_log_level,
            ephemeral_storage_mib,
            log_retention_days,
            table_throughput_percent,
            stream_retention_hours,
            secret_rotation_days,
            backup_retention_days,
            allowed_managed_policies,
            configuration_bake_minutes,
            account_concurrency,
        }
    }

    pub(super) fn read(node: &Node, errors: &mut Errors) -> Option<Self> {
        let shipped = Self::default();
        let mut fields = Fields::of(node, errors, "parameters");
        let tags = fields.optional("requiredTags", |node, errors| bounded_list(node, errors, 50, name));
        let accounts = fields.optional("trustedAccounts", |node, errors| bounded_list(node, errors, 1_000, account));
        let level = fields.optional("applicationLogLevel", level);
        // Lambda: /tmp has 512 MB to 10,240 MB.
        let storage = fields.optional("ephemeralStorageMib", |node, errors| small(node, errors, 512, 10_240));
        // CloudWatch Logs: the longest retention short of "never expire" is 3,653 days.
        let retention = fields.optional("logRetentionDays", |node, errors| small(node, errors, 1, 3_653));
        let throughput = fields.optional("tableThroughputPercent", |node, errors| small(node, errors, 1, 100));
        // Kinesis: 24 hours to 365 days.
        let hours = fields.optional("streamRetentionHours", |node, errors| small(node, errors, 24, 8_760));
        // Secrets Manager: AutomaticallyAfterDays is at most 1,000.
        let rotation = fields.optional("secretRotationDays", |node, errors| small(node, errors, 1, 1_000));
        let backups = fields.optional("backupRetentionDays", |node, errors| small(node, errors, 1, 36_500));
        let managed = fields.optional("allowedManagedPolicies", |node, errors| bounded_list(node, errors, 100, name));
        // AppConfig: a bake time is at most a day.
        let bake = fields.optional("configurationBakeMinutes", |node, errors| small(node, errors, 1, 1_440));
        let concurrency = fields.optional("accountConcurrency", |node, errors| small(node, errors, 1, 1_000_000));
        fields.finish();
        Some(Self {
            required_tags: tags.unwrap_or(shipped.required_tags),
            trusted_accounts: accounts.unwrap_or(shipped.trusted_accounts),
            application_log_level: level.unwrap_or(shipped.application_log_level),
            ephemeral_storage_mib: storage.unwrap_or(shipped.ephemeral_storage_mib),
            log_retention_days: retention.unwrap_or(shipped.log_retention_days),
            table_throughput_percent: throughput.unwrap_or(shipped.table_throughput_percent),
            stream_retention_hours: hours.unwrap_or(shipped.stream_retention_hours),
            secret_rotation_days: rotation.unwrap_or(shipped.secret_rotation_days),
            backup_retention_days: backups.unwrap_or(shipped.backup_retention_days),
            allowed_managed_policies: managed.unwrap_or(shipped.allowed_managed_policies),
            configuration_bake_minutes: bake.unwrap_or(shipped.configuration_bake_minutes),
            account_concurrency: concurrency.unwrap_or(shipped.account_concurrency),
        })
    }
}

/// A tag key, or the name of a managed policy: both have at most 128 characters.
fn name(node: &Node, errors: &mut Errors) -> Option<String> {
    words(node, errors, 128)
}

fn account(node: &Node, errors: &mut Errors) -> Option<String> {
    let account = text(node, errors)?;
    if account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(account);
    }
    errors.add(node.at, format_args!("{account:?} is no account id"), Some("write twelve digits".to_owned()));
    None
}

fn level(node: &Node, errors: &mut Errors) -> Option<LogLevel> {
    let levels = [
        ("TRACE", LogLevel::Trace),
        ("DEBUG", LogLevel::Debug),
        ("INFO", LogLevel::Info),
        ("WARN", LogLevel::Warn),
        ("ERROR", LogLevel::Error),
        ("FATAL", LogLevel::Fatal),
    ];
    choice(node, errors, "log level", &levels)
}

fn small(node: &Node, errors: &mut Errors, least: u32, most: u32) -> Option<u32> {
    integer(node, errors, u64::from(least), u64::from(most)).and_then(|number| u32::try_from(number).ok())
}
