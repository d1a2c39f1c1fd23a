//! Checks of Amazon EFS: file systems, and the access points through which functions mount them.

use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{Text, Untyped},
    need::Need,
};

const FILE_SYSTEM: &[&str] = &["AWS::EFS::FileSystem"];
const ACCESS_POINT: &[&str] = &["AWS::EFS::AccessPoint"];

/// The table.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "efs-encryption",
        title: "File system encrypts its files",
        why: "Files are readable by whoever reads the disk, and a file system cannot be encrypted once it is made.",
        fix: "Set Encrypted: true, and KmsKeyId for a key of your own.",
        absent: "Files are not encrypted.",
        reference: "https://docs.aws.amazon.com/efs/latest/ug/encryption-at-rest.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::FileSystems],
        applies: Applies::Each(FILE_SYSTEM, encryption),
    },
    Check {
        id: "efs-backup",
        title: "File system is backed up automatically",
        why: "A function that deletes or overwrites a file does so for good.",
        fix: "Set BackupPolicy with Status: ENABLED.",
        absent: "No backups are made, except of a file system in one zone (AvailabilityZoneName).",
        reference: "https://docs.aws.amazon.com/efs/latest/ug/awsbackup.html",
        pillar: Pillar::Reliability,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::FileSystems],
        applies: Applies::Each(FILE_SYSTEM, backup),
    },
    Check {
        id: "efs-access-point-root",
        title: "Access point shows one directory only",
        why: "A function that mounts the root sees and changes the files of every other.",
        fix: "Set RootDirectory.Path to a directory of its own, with CreationInfo.",
        absent: "The access point shows the whole file system.",
        reference: "https://docs.aws.amazon.com/efs/latest/ug/enforce-root-directory-access-point.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::FileSystemAccessPoints],
        applies: Applies::Each(ACCESS_POINT, access_point_root),
    },
    Check {
        id: "efs-access-point-user",
        title: "Access point enforces a POSIX user",
        why: "Otherwise the client says who it is, and may say root.",
        fix: "Set PosixUser with Uid and Gid.",
        absent: "The user that the client names is taken.",
        reference: "https://docs.aws.amazon.com/efs/latest/ug/enforce-identity-access-points.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::FileSystemAccessPoints],
        applies: Applies::Each(ACCESS_POINT, access_point_user),
    },
];

fn encryption(file_system: &Untyped, _: &Yardstick) -> Option<Verdict> {
    Some(file_system.must_be_true("Encrypted", "Encrypted is not true"))
}

fn backup(file_system: &Untyped, _: &Yardstick) -> Option<Verdict> {
    // CreateFileSystem backs up a file system in one zone unless told not to.
    let by_default = || match file_system.written("AvailabilityZoneName") {
        Ok(zone) => Verdict::pass_if(zone.is_some(), "BackupPolicy is absent: no backups are made"),
        Err(why) => Verdict::inconclusive(why),
    };
    Some(file_system.judge(
        "BackupPolicy.Status",
        |status: &String| Verdict::pass_if(status == "ENABLED", format!("BackupPolicy.Status is {status}")),
        by_default,
    ))
}

fn access_point_root(access_point: &Untyped, _: &Yardstick) -> Option<Verdict> {
    let whole = || Verdict::fail("the access point shows the whole file system");
    Some(access_point.judge(
        "RootDirectory.Path",
        |path: &Text| match path.equals("/") {
            Some(true) => whole(),
            Some(false) => Verdict::Pass,
            None => Verdict::inconclusive(path.why_unresolved()),
        },
        whole,
    ))
}

fn access_point_user(access_point: &Untyped, _: &Yardstick) -> Option<Verdict> {
    Some(access_point.must_be_there("PosixUser", "no PosixUser: the client says who it is"))
}
