//! Checks of AWS Backup: vaults, and the plans that fill them.

use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{
        Text, Untyped, Why,
        iam::{Known, all_known, any_known},
    },
    need::Need,
};

/// The table.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "backup-vault-encrypted",
        title: "Backup vault is encrypted with a KMS key of the customer",
        why: "Under the managed key a backup cannot be copied to another account, and nobody can withdraw the key.",
        fix: "Set EncryptionKeyArn to a customer-managed key; the vault is replaced.",
        absent: "The vault is encrypted with aws/backup, whose policy nobody can change.",
        reference: "https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::BackupVaults],
        applies: Applies::Each(&["AWS::Backup::BackupVault"], customer_key),
    },
    Check {
        id: "backup-plan-frequency",
        title: "Backup plan makes a backup every day and keeps it long enough",
        why: "A weekly backup loses up to a week; one that expires early is gone when a slow mistake is noticed.",
        fix: "Add a rule with a daily ScheduleExpression and Lifecycle.DeleteAfterDays of at least what policy's \
              backupRetentionDays asks for.",
        absent: "Without ScheduleExpression a rule backs up every day at 5:00 UTC; without DeleteAfterDays backups are \
                 kept for ever.",
        reference: "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupRule.html",
        pillar: Pillar::Reliability,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::BackupPlans],
        applies: Applies::Each(&["AWS::Backup::BackupPlan"], frequency),
    },
];

fn customer_key(vault: &Untyped, _: &Yardstick) -> Option<Verdict> {
    Some(vault.must_be_there("EncryptionKeyArn", "the vault is encrypted with aws/backup, which AWS manages"))
}

const RULES: &str = "BackupPlan.BackupPlanRule";

fn frequency(plan: &Untyped, yardstick: &Yardstick) -> Option<Verdict> {
    let rules = plan.list::<Untyped>(RULES);
    let judged = rules.known().map(|rules| rules.map_or(&[][..], Vec::as_slice)).map(|rules| {
        let rules: Vec<Rule> = rules.iter().map(|rule| Rule::of(rule.known(), yardstick)).collect();
        over_rules(&rules, yardstick.backup_retention_days)
    });
    Some(judged.unwrap_or_else(Verdict::inconclusive).at(RULES))
}

/// What one rule of a plan does.
struct Rule {
    daily: Known,
    kept: Known,
}

impl Rule {
    fn of(rule: Result<Option<&Untyped>, Why>, yardstick: &Yardstick) -> Self {
        match rule {
            Ok(Some(rule)) => Self { daily: daily(rule), kept: kept(rule, yardstick.backup_retention_days) },
            Ok(None) => Self { daily: Ok(false), kept: Ok(false) },
            Err(why) => Self { daily: Err(why.clone()), kept: Err(why) },
        }
    }
}

fn over_rules(rules: &[Rule], days: u32) -> Verdict {
    let both = any_known(rules.iter().map(|rule| all_known([rule.daily.clone(), rule.kept.clone()])));
    Verdict::of(both, || {
        let daily = any_known(rules.iter().map(|rule| rule.daily.clone()));
        let kept = any_known(rules.iter().map(|rule| rule.kept.clone()));
        match (daily, kept) {
            (Ok(true), _) => Verdict::partial(50, format!("daily backups are kept for less than {days} days")),
            (_, Ok(true)) => Verdict::partial(50, format!("backups are kept for {days} days, but not made every day")),
            (Err(why), _) | (_, Err(why)) => Verdict::inconclusive(why),
            (Ok(false), Ok(false)) => {
                Verdict::fail(format!("no rule backs up every day, and none keeps backups for {days} days"))
            }
        }
    })
}

fn kept(rule: &Untyped, days: u32) -> Known {
    // CloudFormation takes any number there, 35.0 too.
    Ok(rule.get::<f64>("Lifecycle.DeleteAfterDays").known()?.is_none_or(|kept| *kept >= f64::from(days)))
}

fn daily(rule: &Untyped) -> Known {
    match rule.get::<Text>("ScheduleExpression").known()? {
        Some(schedule) => comes_every_day(schedule.as_str().ok_or_else(|| schedule.why_unresolved())?),
        None => Ok(true),
    }
}

/// Whether a cron expression (minutes, hours, days of the month, months, days of the week, years) means every day.
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html>
fn comes_every_day(schedule: &str) -> Known {
    const EVERY: [&[&str]; 4] = [
        &["*", "?", "*/1", "1/1", "1-31"],
        &["*", "*/1", "1/1", "1-12", "JAN-DEC"],
        &["*", "?", "*/1", "1/1", "1-7", "SUN-SAT", "MON-SUN"],
        &["*"],
    ];
    let inner = schedule.strip_prefix("cron(").and_then(|rest| rest.strip_suffix(')'));
    let fields: Vec<&str> = inner.unwrap_or_default().split_whitespace().collect();
    let [_, _, days @ ..] = fields.as_slice() else { return Err(no_cron(schedule)) };
    if days.len() != EVERY.len() {
        return Err(no_cron(schedule));
    }
    all_known(days.iter().zip(EVERY).map(|(field, every)| match every.contains(&field.to_ascii_uppercase().as_str()) {
        // A list may name every day, one by one.
        false if field.contains(',') => Err(Why::NotObserved(format!("whether {schedule} means every day"))),
        holds => Ok(holds),
    }))
}

fn no_cron(schedule: &str) -> Why {
    Why::Malformed(format!("{schedule:?} is no cron expression of six fields"))
}
