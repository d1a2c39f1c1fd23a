//! The owner's policy: from AppConfig, from a file, and never silently the shipped one.

use std::{fs, path::PathBuf, time::Duration};

use fitgate::{
    aws::{
        Calls, Clients, Rates,
        policy_source::Kept,
        settings::{PolicySource, Profile},
    },
    policy::{Mode, Policy},
    world::Outage,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::{
    double::{Double, Fault, Which},
    release::now,
};

const START: &str = "appconfigdata:StartConfigurationSession";
const GET: &str = "appconfigdata:GetLatestConfiguration";
const PROFILE: &str = "fitgate/prod/policy";

const OBSERVE: &str = "version: 1\nmode: observe\n";
const ENFORCE: &str = "version: 1\nmode: enforce\n";

/// A warm function that asks for its policy again and again.
struct Reader {
    source: PolicySource,
    clients: Clients,
    calls: Calls,
    kept: Kept,
}

impl Reader {
    fn new(double: &Double, source: PolicySource) -> Self {
        Self { source, clients: double.clients(), calls: Calls::new(Rates::Documented), kept: Kept::default() }
    }

    fn of_appconfig(double: &Double) -> Self {
        let [application, environment, profile] = ["fitgate", "prod", "policy"].map(str::to_owned);
        Self::new(double, PolicySource::AppConfig(Profile { application, environment, profile }))
    }

    /// So many seconds after the first invocation.
    async fn at(&self, seconds: i64) -> Result<Policy, Outage> {
        let at: Timestamp = now() + SignedDuration::from_secs(seconds);
        self.source.fetch(&self.clients, &self.calls, &self.kept, at).await
    }

    async fn mode_at(&self, seconds: i64) -> Mode {
        self.at(seconds).await.expect("a policy").mode
    }

    async fn trouble_at(&self, seconds: i64) -> String {
        self.at(seconds).await.expect_err("no policy").to_string()
    }
}

fn publish(double: &Double, content: &str, version: &str) {
    double.set(GET, PROFILE, json!({"Content": content, "ContentType": "text/yaml", "VersionLabel": version}));
}

// ── AppConfig ──

#[tokio::test(start_paused = true)]
async fn a_policy_that_cannot_be_fetched_is_an_outage() {
    let cases = [
        (START, Fault::Denied, "access denied; grant appconfig:StartConfigurationSession"),
        (GET, Fault::Denied, "access denied; grant appconfig:GetLatestConfiguration"),
        (START, Fault::NotFound, "not found (ResourceNotFoundException)"),
        (START, Fault::Throttled, "was throttled"),
        (GET, Fault::Throttled, "was throttled"),
        (START, Fault::Hang, "timed out"),
        (GET, Fault::Hang, "timed out"),
        (START, Fault::Status500, "failed: InternalServerException"),
        (GET, Fault::Reset, "failed:"),
        (START, Fault::Garbage, "failed:"),
    ];
    for (operation, fault, told) in cases {
        let double = Double::new();
        publish(&double, OBSERVE, "1");
        double.fail(operation, Which::Always, fault.clone());
        let said = Reader::of_appconfig(&double).trouble_at(0).await;
        assert!(said.starts_with("cannot read the policy fitgate/prod/policy of AppConfig: "), "{said}");
        assert!(said.contains(told), "{operation} {fault:?}: {said}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_invalid_policy_names_the_line_and_is_not_the_shipped_one() {
    let double = Double::new();
    publish(&double, "version: 1\nmode: watch\nfitnes:\n  minimum: 50\n", "7");
    let reader = Reader::of_appconfig(&double);
    for seconds in [0, 5, 100] {
        let said = reader.trouble_at(seconds).await;
        assert!(said.starts_with("cannot go by the policy: fitgate/prod/policy (7):2:7: "), "{said}");
        assert!(said.contains("; fitgate/prod/policy (7):3:1: "), "{said}");
    }
    publish(&double, "", "8");
    let said = Reader::of_appconfig(&double).trouble_at(0).await;
    assert!(said.contains("AppConfig has no content for it; deploy a configuration"), "{said}");
    let many: String = (0..50).map(|number| format!("unknown{number}: 1\n")).collect();
    publish(&double, &format!("version: 1\n{many}"), "9");
    let said = Reader::of_appconfig(&double).trouble_at(0).await;
    assert!(said.contains("and 45 more mistakes") && said.len() < 2_000, "{said}");
}

#[tokio::test(start_paused = true)]
async fn garbage_as_content_is_an_invalid_policy() {
    let double = Double::new();
    publish(&double, OBSERVE, "1");
    // The body of this operation is the configuration itself, whatever it is.
    double.fail(GET, Which::Always, Fault::Garbage);
    let said = Reader::of_appconfig(&double).trouble_at(0).await;
    assert!(said.starts_with("cannot go by the policy: "), "{said}");
}

#[tokio::test(start_paused = true)]
async fn a_warm_function_asks_no_more_often_than_appconfig_allows() {
    let double = Double::new();
    publish(&double, OBSERVE, "1");
    let reader = Reader::of_appconfig(&double);
    assert_eq!(reader.mode_at(0).await, Mode::Observe);
    publish(&double, ENFORCE, "2");
    // The double says 60 s.
    assert_eq!(reader.mode_at(59).await, Mode::Observe);
    assert_eq!((double.count(START), double.count(GET)), (1, 1));
    assert_eq!(reader.mode_at(60).await, Mode::Enforce);
    // Nothing new: an empty answer is the policy that it was.
    assert_eq!(reader.mode_at(200).await, Mode::Enforce);
    assert_eq!((double.count(START), double.count(GET)), (1, 3));
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_no_longer_good_makes_a_new_session() {
    let double = Double::new();
    publish(&double, OBSERVE, "1");
    let reader = Reader::of_appconfig(&double);
    assert_eq!(reader.mode_at(0).await, Mode::Observe);
    publish(&double, ENFORCE, "2");
    double.fail(GET, Which::Times(1), Fault::Refused { status: 400, code: "BadRequestException" });
    assert_eq!(reader.mode_at(100_000).await, Mode::Enforce);
    assert_eq!(double.count(START), 2);
    // The answer that carried the next token got lost: the retry of the used one is refused.
    double.fail(GET, Which::Times(1), Fault::AnswerLost);
    assert_eq!(reader.mode_at(200_000).await, Mode::Enforce);
    assert_eq!(double.count(START), 3);
}

#[tokio::test(start_paused = true)]
async fn a_policy_of_earlier_does_not_stand_in_for_one_that_cannot_be_read() {
    let double = Double::new();
    publish(&double, OBSERVE, "1");
    let reader = Reader::of_appconfig(&double);
    assert_eq!(reader.mode_at(0).await, Mode::Observe);
    double.fail("appconfigdata:*", Which::Always, Fault::Status500);
    assert!(reader.trouble_at(60).await.contains("InternalServerException"));
    double.heal();
    assert_eq!(reader.mode_at(61).await, Mode::Observe);
}

#[tokio::test(start_paused = true)]
async fn a_fetch_ends_with_the_time_for_observing() {
    let double = Double::new();
    publish(&double, OBSERVE, "1");
    double.fail(START, Which::Always, Fault::Hang);
    let reader = Reader::of_appconfig(&double);
    let started = tokio::time::Instant::now();
    reader.calls.begin(Some(started + Duration::from_secs(3)));
    assert!(reader.trouble_at(0).await.contains("timed out"));
    assert_eq!(started.elapsed(), Duration::from_secs(3));
}

// ── a file ──

#[tokio::test(start_paused = true)]
async fn a_file_is_read_each_time_and_told_by_its_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("policy.yaml");
    let double = Double::new();
    let reader = Reader::new(&double, PolicySource::File(path.clone()));
    let said = reader.trouble_at(0).await;
    assert!(said.starts_with(&format!("cannot read the policy {}: ", path.display())), "{said}");
    fs::write(&path, OBSERVE).expect("a file");
    assert_eq!(reader.mode_at(0).await, Mode::Observe);
    fs::write(&path, ENFORCE).expect("a file");
    assert_eq!(reader.mode_at(1).await, Mode::Enforce);
    fs::write(&path, "version: 2\n").expect("a file");
    let said = reader.trouble_at(2).await;
    assert!(said.contains(&format!("{}:1:10: version: unknown version", path.display())), "{said}");
    // Larger than any policy, and larger than what is read of a file.
    fs::write(&path, vec![b' '; 2 * 1024 * 1024]).expect("a file");
    let said = reader.trouble_at(3).await;
    assert!(said.contains("bytes; at most"), "{said}");

    let said = Reader::new(&double, PolicySource::File(PathBuf::from("/"))).trouble_at(0).await;
    assert!(said.contains("cannot read the policy /: "), "{said}");
    assert_eq!(double.count("*"), 0);
}

#[tokio::test(start_paused = true)]
async fn without_a_source_it_is_the_shipped_policy() {
    let double = Double::new();
    assert_eq!(Reader::new(&double, PolicySource::Shipped).at(0).await, Ok(Policy::default()));
    assert_eq!(double.count("*"), 0);
}
