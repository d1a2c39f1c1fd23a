//! What the environment of a hook says, read and validated once.
//!
//! A wrong setting is no error of the reading: the hook has to answer all the same, and says what is wrong.

use std::{ffi::OsString, fmt, num::NonZeroU16, path::PathBuf, time::Duration};

use crate::{facts::Why, hook::DEFAULT_RESERVE, policy::Mode, world::Outage};

/// How to answer for a deployment whose policy could not be read: `enforce` (the default) or `observe`.
pub const MODE: &str = "FITGATE_MODE";
/// Where the policy is in AppConfig: `APPLICATION/ENVIRONMENT/PROFILE`, names or ids.
pub const POLICY_APPCONFIG: &str = "FITGATE_POLICY_APPCONFIG";
/// Where the policy is as a file, inside of the function's package or a layer.
pub const POLICY_FILE: &str = "FITGATE_POLICY_FILE";
/// The DynamoDB table of the history, by name or ARN.
pub const HISTORY_TABLE: &str = "FITGATE_HISTORY_TABLE";
/// After how many days an item of the history expires. Unset, none does: a history that forgot the last good release
/// would have nothing to compare the next one with. Longer than the longest pause between releases, if at all.
pub const HISTORY_DAYS: &str = "FITGATE_HISTORY_DAYS";
/// Of the function's time-out, how many seconds are kept for answering and publishing.
pub const ANSWER_RESERVE: &str = "FITGATE_ANSWER_RESERVE_SECONDS";

/// Less would not do for two attempts to answer.
const LEAST_RESERVE: u64 = 5;
/// More than a third of the longest time-out that Lambda has leaves too little to judge in.
const MOST_RESERVE: u64 = 300;

/// Ten years of history.
const MOST_DAYS: u16 = 3_650;

/// The longest `Identifier` of AppConfig's data plane:
/// <https://docs.aws.amazon.com/appconfig/2019-10-09/APIReference/API_appconfigdata_StartConfigurationSession.html>.
const LONGEST_IDENTIFIER: usize = 128;

/// The longest name or ARN of a table:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html>.
const LONGEST_TABLE: usize = 1_024;

/// Where the policy comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicySource {
    /// The shipped policy: nothing is configured.
    Shipped,
    /// A file.
    File(PathBuf),
    /// AppConfig.
    AppConfig(Profile),
}

/// A configuration profile of AppConfig in one environment, each by name or id.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are AppConfig's own")]
pub struct Profile {
    pub application: String,
    pub environment: String,
    pub profile: String,
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.application, self.environment, self.profile)
    }
}

/// The settings of a hook, each as far as it can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The mode to go by until the policy is known.
    pub mode: Mode,
    /// Where the policy comes from.
    pub policy: PolicySource,
    /// The table of the history, where one is configured.
    pub history_table: Option<String>,
    /// After how many days its items expire; none where they stay.
    pub history_days: Option<NonZeroU16>,
    /// The time kept for answering.
    pub reserve: Duration,
    /// What is wrong, variable by variable. Nothing is judged then.
    pub mistakes: Vec<Mistake>,
}

/// A variable with a value that it cannot have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{variable} {wrong}")]
pub struct Mistake {
    variable: &'static str,
    wrong: String,
}

impl Default for Settings {
    /// As without any variable.
    fn default() -> Self {
        Self {
            mode: Mode::Enforce,
            policy: PolicySource::Shipped,
            history_table: None,
            history_days: None,
            reserve: DEFAULT_RESERVE,
            mistakes: Vec::new(),
        }
    }
}

impl Settings {
    /// What the environment of this process says.
    pub fn of_environment() -> Self {
        Self::read(|name| std::env::var_os(name))
    }

    /// What these variables say; an empty one is one that is not set.
    pub fn read(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let mut mistakes = Vec::new();
        let mut take = |name: &'static str| {
            let value = variable(name).filter(|value| !value.is_empty())?;
            let text = value.into_string();
            text.map_err(|_| mistakes.push(Mistake { variable: name, wrong: "is not UTF-8".to_owned() })).ok()
        };
        let [mode, appconfig, file, table, days, reserve] =
            [MODE, POLICY_APPCONFIG, POLICY_FILE, HISTORY_TABLE, HISTORY_DAYS, ANSWER_RESERVE].map(&mut take);
        let mut wrong = |variable, wrong: String| mistakes.push(Mistake { variable, wrong });

        let mut settings = Self::default();
        match mode.as_deref() {
            None | Some("enforce") => {}
            Some("observe") => settings.mode = Mode::Observe,
            Some(other) => wrong(MODE, format!("is `{}`; write enforce or observe", shown(other))),
        }
        if let Some(text) = &appconfig {
            match profile(text) {
                Some(profile) => settings.policy = PolicySource::AppConfig(profile),
                None => wrong(
                    POLICY_APPCONFIG,
                    format!("is `{}`; write APPLICATION/ENVIRONMENT/PROFILE, names or ids", shown(text)),
                ),
            }
        }
        match (file, appconfig) {
            (Some(_), Some(_)) => {
                wrong(POLICY_FILE, format!("and {POLICY_APPCONFIG} are both set; a policy comes from one of them"));
            }
            (Some(file), None) => settings.policy = PolicySource::File(PathBuf::from(file)),
            (None, _) => {}
        }
        match table {
            Some(table) if is_table(&table) => settings.history_table = Some(table),
            Some(table) => {
                wrong(HISTORY_TABLE, format!("is `{}`, which is neither a table's name nor its ARN", shown(&table)));
            }
            None => {}
        }
        if let Some(text) = days {
            let read = text.parse().ok().filter(|days: &NonZeroU16| days.get() <= MOST_DAYS);
            match read {
                Some(days) => settings.history_days = Some(days),
                None => wrong(HISTORY_DAYS, format!("is `{}`; write whole days, 1 to {MOST_DAYS}", shown(&text))),
            }
        }
        match reserve.as_deref().map(|text| (text, text.parse())) {
            Some((_, Ok(seconds @ LEAST_RESERVE..=MOST_RESERVE))) => settings.reserve = Duration::from_secs(seconds),
            Some((text, _)) => {
                let message = format!("is `{}`; write whole seconds, {LEAST_RESERVE} to {MOST_RESERVE}", shown(text));
                wrong(ANSWER_RESERVE, message);
            }
            None => {}
        }
        Self { mistakes, ..settings }
    }

    /// Why nothing is judged, where a setting is wrong.
    ///
    /// # Errors
    /// Every mistake.
    pub fn valid(&self) -> Result<(), Outage> {
        if self.mistakes.is_empty() {
            return Ok(());
        }
        let mistakes: Vec<String> = self.mistakes.iter().map(ToString::to_string).collect();
        let why = Why::NotObserved(mistakes.join("; "));
        Err(Outage { step: "go by the settings of this function".to_owned(), why })
    }
}

/// Three identifiers with slashes between them.
fn profile(text: &str) -> Option<Profile> {
    let parts: Vec<&str> = text.split('/').collect();
    let fits = |part: &&str| !part.trim().is_empty() && part.len() <= LONGEST_IDENTIFIER;
    let &[application, environment, profile] = parts.as_slice() else { return None };
    parts.iter().all(fits).then(|| Profile {
        application: application.to_owned(),
        environment: environment.to_owned(),
        profile: profile.to_owned(),
    })
}

/// `[a-zA-Z0-9_.-]{3,255}`, or an ARN with a table in it.
fn is_table(text: &str) -> bool {
    let of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    let is_name = |name: &str| (3..=255).contains(&name.len()) && name.bytes().all(of_name);
    let is_arn = || {
        let table = text.strip_prefix("arn:").and_then(|arn| arn.split_once(":table/"));
        table.is_some_and(|(place, name)| place.contains(":dynamodb:") && is_name(name))
    };
    text.len() <= LONGEST_TABLE && (is_name(text) || is_arn())
}

/// The beginning of a value. None of these settings is a secret.
fn shown(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Settings {
        Settings::read(|name| {
            variables.iter().find(|(variable, _)| *variable == name).map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn nothing_set_is_the_default() {
        assert_eq!(read(&[]), Settings::default());
        let empty =
            [MODE, POLICY_APPCONFIG, POLICY_FILE, HISTORY_TABLE, HISTORY_DAYS, ANSWER_RESERVE].map(|name| (name, ""));
        assert_eq!(read(&empty), Settings::default());
        assert_eq!(Settings::default().valid(), Ok(()));
    }

    #[test]
    fn every_variable_is_read() {
        let settings = read(&[
            (MODE, "observe"),
            (POLICY_APPCONFIG, "abc1234/prod/fitgate policy"),
            (HISTORY_TABLE, "history"),
            (HISTORY_DAYS, "400"),
            (ANSWER_RESERVE, "30"),
        ]);
        let profile = Profile {
            application: "abc1234".to_owned(),
            environment: "prod".to_owned(),
            profile: "fitgate policy".to_owned(),
        };
        assert_eq!(
            settings,
            Settings {
                mode: Mode::Observe,
                policy: PolicySource::AppConfig(profile),
                history_table: Some("history".to_owned()),
                history_days: NonZeroU16::new(400),
                reserve: Duration::from_secs(30),
                mistakes: Vec::new(),
            }
        );
        let file =
            read(&[(POLICY_FILE, "/opt/policy.yaml"), (HISTORY_TABLE, "arn:aws:dynamodb:eu-west-1:1:table/abc")]);
        assert_eq!(file.policy, PolicySource::File(PathBuf::from("/opt/policy.yaml")));
        assert_eq!(file.mistakes, []);
    }

    #[test]
    fn a_wrong_value_is_named_and_the_others_stand() {
        let cases: &[(&[(&str, &str)], &str)] = &[
            (&[(MODE, "Observe")], "FITGATE_MODE is `Observe`; write enforce or observe"),
            (&[(POLICY_APPCONFIG, "app/env")], "FITGATE_POLICY_APPCONFIG is `app/env`; write APPLICATION/"),
            (&[(POLICY_APPCONFIG, "app//profile")], "FITGATE_POLICY_APPCONFIG is `app//profile`"),
            (&[(POLICY_APPCONFIG, "a/b/c/d")], "FITGATE_POLICY_APPCONFIG is `a/b/c/d`"),
            (&[(POLICY_APPCONFIG, "a/b/c"), (POLICY_FILE, "x")], "FITGATE_POLICY_FILE and FITGATE_POLICY_APPCONFIG"),
            (&[(HISTORY_TABLE, "a b")], "FITGATE_HISTORY_TABLE is `a b`"),
            (&[(HISTORY_TABLE, "arn:aws:s3:::bucket")], "FITGATE_HISTORY_TABLE is `arn:aws:s3:::bucket`"),
            (&[(HISTORY_DAYS, "0")], "FITGATE_HISTORY_DAYS is `0`; write whole days, 1 to 3650"),
            (&[(HISTORY_DAYS, "3651")], "FITGATE_HISTORY_DAYS is `3651`"),
            (&[(HISTORY_DAYS, "a year")], "FITGATE_HISTORY_DAYS is `a year`"),
            (&[(ANSWER_RESERVE, "20s")], "FITGATE_ANSWER_RESERVE_SECONDS is `20s`; write whole seconds, 5 to 300"),
            (&[(ANSWER_RESERVE, "4")], "FITGATE_ANSWER_RESERVE_SECONDS is `4`"),
            (&[(ANSWER_RESERVE, "-1")], "FITGATE_ANSWER_RESERVE_SECONDS is `-1`"),
        ];
        for (variables, told) in cases {
            let settings = read(variables);
            assert_eq!(settings.mistakes.len(), 1, "{variables:?}: {:?}", settings.mistakes);
            let outage = settings.valid().expect_err("a mistake");
            assert!(outage.to_string().contains(told), "{outage}");
        }
        let settings = read(&[(MODE, "observe"), (ANSWER_RESERVE, "soon"), (HISTORY_TABLE, "?")]);
        assert_eq!((settings.mode, settings.mistakes.len()), (Mode::Observe, 2));
        assert_eq!(settings.reserve, DEFAULT_RESERVE);
    }

    #[test]
    #[cfg(unix)]
    fn what_is_not_text_is_a_mistake() {
        use std::os::unix::ffi::OsStringExt;
        let settings = Settings::read(|name| (name == MODE).then(|| OsString::from_vec(vec![0xff])));
        assert_eq!(settings.mistakes.len(), 1);
        assert!(settings.mistakes[0].to_string().contains("FITGATE_MODE is not UTF-8"));
    }
}
