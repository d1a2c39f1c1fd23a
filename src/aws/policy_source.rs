//! The owner's policy, from AppConfig or a file.
//!
//! A policy that cannot be read is an [`Outage`], never silently the shipped one: an owner who wrote one meant it.
//!
//! Of AppConfig a warm function keeps the session's token and the last content, as the data plane wants it: an empty
//! answer means that nothing changed, a token is good for one call, and nobody may ask more often than every 15 s.
//! <https://docs.aws.amazon.com/appconfig/latest/userguide/retrieving-feature-flags.html>

use std::{cell::RefCell, fs::File, io::Read, path::Path};

use aws_sdk_appconfigdata::operation::get_latest_configuration::GetLatestConfigurationOutput;
use jiff::{SignedDuration, Timestamp};

use super::{
    Calls, Clients, Fault, Operation,
    invocation::outage,
    settings::{PolicySource, Profile},
};
use crate::{facts::Why, policy::Policy, source::SourceErrors, world::Outage};

/// Begins a session.
pub const START: Operation =
    Operation { name: "appconfigdata:StartConfigurationSession", action: "appconfig:StartConfigurationSession" };
/// Asks for the content, or whether it changed.
pub const GET: Operation =
    Operation { name: "appconfigdata:GetLatestConfiguration", action: "appconfig:GetLatestConfiguration" };

/// What AppConfig says of a token that has expired or was used; of much else too, but a second session costs little.
const USED: &str = "BadRequestException";

/// The least that AppConfig allows, in seconds: a changed policy reaches the next release that begins later than this.
const POLL_INTERVAL: i32 = 15;

/// More bytes than [`Policy::parse`] takes; a larger file is read this far, and refused there.
const MOST_BYTES: u64 = 1024 * 1024;

/// Mistakes of one policy that a message names; the others are counted.
const MOST_MISTAKES: usize = 5;

/// A session with AppConfig, and what it gave last.
#[derive(Debug, Default)]
pub struct Kept(RefCell<Option<Session>>);

#[derive(Debug)]
struct Session {
    token: String,
    /// Before this moment AppConfig is not asked again.
    next: Timestamp,
    /// What was read last, and why it is no policy, if it is none.
    read: Result<Policy, Outage>,
}

impl PolicySource {
    /// The policy as it is at `now`.
    ///
    /// # Errors
    /// Where it cannot be read, or is not valid: then with line, column and remedy.
    pub async fn fetch(&self, clients: &Clients, calls: &Calls, kept: &Kept, now: Timestamp) -> Result<Policy, Outage> {
        match self {
            Self::Shipped => Ok(Policy::default()),
            Self::File(path) => of_file(path),
            Self::AppConfig(profile) => of_appconfig(profile, clients, calls, kept, now).await,
        }
    }
}

fn of_file(path: &Path) -> Result<Policy, Outage> {
    let name = path.display().to_string();
    let unread = |why: String| outage(format!("read the policy {name}"), Why::NotObserved(why));
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| unread(error.to_string()))?;
    if !file.metadata().is_ok_and(|metadata| metadata.is_file()) {
        return Err(unread("it is no file".to_owned()));
    }
    file.take(MOST_BYTES).read_to_end(&mut bytes).map_err(|error| unread(error.to_string()))?;
    parsed(&name, &bytes)
}

async fn of_appconfig(
    profile: &Profile,
    clients: &Clients,
    calls: &Calls,
    kept: &Kept,
    now: Timestamp,
) -> Result<Policy, Outage> {
    let last = kept.0.borrow_mut().take();
    if let Some(session) = last {
        if now < session.next {
            let read = session.read.clone();
            *kept.0.borrow_mut() = Some(session);
            return read;
        }
        match get(clients, calls, &session.token).await {
            Ok(answer) => return keep(profile, answer, Some(session.read), kept, now),
            // The token has expired, or was used by a call whose answer got lost: a new session knows.
            Err(fault) if fault.code() == Some(USED) => {}
            Err(fault) => return Err(unread(profile, fault.why(GET))),
        }
    }
    // A token is good for one call: where the answer got lost on the way, the SDK's retry finds it used, and only another
    // session can tell.
    let begun = match begin(profile, clients, calls).await {
        Err((GET, fault)) if fault.code() == Some(USED) => begin(profile, clients, calls).await,
        other => other,
    };
    let answer = begun.map_err(|(operation, fault)| unread(profile, fault.why(operation)))?;
    keep(profile, answer, None, kept, now)
}

/// Begins a session and asks it for the content.
async fn begin(
    profile: &Profile,
    clients: &Clients,
    calls: &Calls,
) -> Result<GetLatestConfigurationOutput, (Operation, Fault)> {
    let send = || {
        let request = clients.appconfigdata.start_configuration_session();
        request
            .application_identifier(&profile.application)
            .environment_identifier(&profile.environment)
            .configuration_profile_identifier(&profile.profile)
            .required_minimum_poll_interval_in_seconds(POLL_INTERVAL)
            .send()
    };
    let begun = calls.within(START, send).await.map_err(|fault| (START, fault))?;
    let token = begun.initial_configuration_token.unwrap_or_default();
    get(clients, calls, &token).await.map_err(|fault| (GET, fault))
}

async fn get(clients: &Clients, calls: &Calls, token: &str) -> Result<GetLatestConfigurationOutput, Fault> {
    calls.within(GET, || clients.appconfigdata.get_latest_configuration().configuration_token(token).send()).await
}

/// Reads an answer, which is empty where the content is still that of `last`, and keeps it for the next time.
fn keep(
    profile: &Profile,
    answer: GetLatestConfigurationOutput,
    last: Option<Result<Policy, Outage>>,
    kept: &Kept,
    now: Timestamp,
) -> Result<Policy, Outage> {
    let content = answer.configuration.map(aws_smithy_types::Blob::into_inner).unwrap_or_default();
    let read = match (content.is_empty(), last) {
        (true, Some(last)) => last,
        (true, None) => {
            let why = "AppConfig has no content for it; deploy a configuration to this environment";
            return Err(unread(profile, Why::NotObserved(why.to_owned())));
        }
        (false, _) => {
            let version = answer.version_label.map(|label| format!(" ({label})")).unwrap_or_default();
            parsed(&format!("{profile}{version}"), &content)
        }
    };
    let interval = SignedDuration::from_secs(answer.next_poll_interval_in_seconds.max(POLL_INTERVAL).into());
    let next = now.checked_add(interval).unwrap_or(now);
    let token = answer.next_poll_configuration_token.filter(|token| !token.is_empty());
    *kept.0.borrow_mut() = token.map(|token| Session { token, next, read: read.clone() });
    read
}

fn unread(profile: &Profile, why: Why) -> Outage {
    outage(format!("read the policy {profile} of AppConfig"), why)
}

fn parsed(name: &str, bytes: &[u8]) -> Result<Policy, Outage> {
    let invalid = |errors: SourceErrors| {
        let first: Vec<String> = errors.0.iter().take(MOST_MISTAKES).map(ToString::to_string).collect();
        let more = errors.0.len().saturating_sub(MOST_MISTAKES);
        let more = if more == 0 { String::new() } else { format!("; and {more} more mistakes") };
        outage("go by the policy", Why::NotObserved(format!("{}{more}", first.join("; "))))
    };
    Policy::parse(name, bytes).map_err(invalid)
}
