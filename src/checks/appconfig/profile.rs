//! Configuration profiles: what is validated before it is deployed, and where it is kept; and who owns them.

use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    checks::tags,
    facts::{Text, Untyped},
    need::Need,
};

const PROFILE: &str = "AWS::AppConfig::ConfigurationProfile";

/// The table.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "appconfig-validators",
        title: "Configuration is validated before it is deployed",
        why: "A typing mistake in a configuration reaches every function within minutes, and no test has seen it.",
        fix: "Add Validators: a JSON_SCHEMA for the form, a LAMBDA for what the values mean.",
        absent: "Nothing is validated; of feature flags AppConfig checks the form, and the constraints of their attributes.",
        reference: "https://docs.aws.amazon.com/config/latest/developerguide/appconfig-configuration-profile-validators-not-empty.html",
        pillar: Pillar::Reliability,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::ConfigurationProfiles],
        applies: Applies::Each(&[PROFILE], validators),
    },
    Check {
        id: "appconfig-freeform-storage",
        title: "Configuration is kept in AppConfig itself, or as a secret",
        why: "AppConfig versions and encrypts what it hosts; a parameter, a document or an object of S3 is changed by whoever may write there.",
        fix: "Set LocationUri to hosted, or to secretsmanager:// and the name of a secret.",
        absent: "CloudFormation refuses a profile without LocationUri. Feature flags are always hosted, and not judged.",
        reference: "https://docs.aws.amazon.com/appconfig/latest/userguide/appconfig-free-form-configurations-creating.html",
        pillar: Pillar::Security,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::ConfigurationProfiles],
        applies: Applies::Each(&[PROFILE], freeform_storage),
    },
    Check {
        id: "appconfig-tagged",
        title: "Configuration carries the tags that policy requires",
        why: "Without tags nobody knows whose flags these are, and whom to ask before one is changed.",
        fix: "Add the missing keys to Tags.",
        absent: "No tags. Where policy requires none, nothing is judged.",
        reference: "https://docs.aws.amazon.com/config/latest/developerguide/appconfig-application-tagged.html",
        pillar: Pillar::Operations,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::ConfigurationApplications, Need::ConfigurationEnvironments, Need::ConfigurationProfiles],
        applies: Applies::Each(&["AWS::AppConfig::Application", "AWS::AppConfig::Environment", PROFILE], tagged),
    },
];

/// The type of a profile of feature flags; without any a profile is of free form.
const FEATURE_FLAGS: &str = "AWS.AppConfig.FeatureFlags";

fn validators(profile: &Untyped, _: &Yardstick) -> Option<Verdict> {
    let verdict = profile.must_be_there("Validators", "a configuration is deployed without validation");
    if !matches!(verdict, Verdict::Fail(_)) {
        return Some(verdict);
    }
    Some(match profile.get::<String>("Type").known() {
        Ok(Some(kind)) if kind == FEATURE_FLAGS => {
            Verdict::partial(60, "AppConfig checks the form of feature flags, and nobody what they mean")
                .at("Validators")
        }
        Ok(_) => verdict,
        Err(why) => Verdict::inconclusive(why).at("Type"),
    })
}

fn freeform_storage(profile: &Untyped, _: &Yardstick) -> Option<Verdict> {
    if profile.get::<String>("Type").present().is_some_and(|kind| kind == FEATURE_FLAGS) {
        return None;
    }
    // Of an unknown type: feature flags can only be hosted, so what is kept elsewhere is of free form.
    Some(profile.judge("LocationUri", stored, || Verdict::fail("no LocationUri")))
}

/// `hosted`, a URI, or the ARN of a parameter or a document.
/// <https://docs.aws.amazon.com/appconfig/2019-10-09/APIReference/API_CreateConfigurationProfile.html>
fn stored(location: &Text) -> Verdict {
    let elsewhere = || Verdict::fail(format!("the configuration is kept at {location}"));
    match (location.as_str(), location.literal_prefix().split_once(':')) {
        (Some("hosted"), _) | (_, Some(("secretsmanager", _))) => Verdict::Pass,
        (Some(_), _) | (_, Some(_)) => elsewhere(),
        (None, None) => Verdict::inconclusive(location.why_unresolved()),
    }
}

fn tagged(resource: &Untyped, yardstick: &Yardstick) -> Option<Verdict> {
    tags::tagged(&resource.list("Tags"), yardstick)
}
