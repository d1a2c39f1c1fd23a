//! The functions that answer CodeDeploy, and what stands by when they cannot.

use fitgate::{
    aws::settings::{self, PolicySource, Settings},
    event::Phase,
};
use serde_json::{Value, json};

use crate::template::{properties, read, resources, texts};

const HOOKS: [&str; 2] = ["PreTrafficFunction", "PostTrafficFunction"];
const FUNCTIONS: [&str; 3] = ["PreTrafficFunction", "PostTrafficFunction", "FailureAnswerFunction"];

#[test]
fn codedeploy_may_call_the_hooks_by_their_names() {
    let template = read();
    let names: Vec<_> = HOOKS.iter().map(|id| &properties(&template, id)["FunctionName"]).collect();
    assert_eq!(names, Phase::ALL.map(Phase::hook_name));
    // The managed policies of CodeDeploy's role allow no other prefix; a function's name takes 64 characters.
    for name in Phase::ALL.map(Phase::hook_name) {
        assert!(name.starts_with("CodeDeployHook_") && name.len() <= 64, "{name}");
    }
}

#[test]
fn each_function_is_a_binary_of_this_package() {
    let template = read();
    let binaries: Vec<_> = FUNCTIONS
        .iter()
        .map(|id| {
            let metadata = &template["Resources"][id]["Metadata"];
            assert_eq!(metadata["BuildMethod"], "rust-cargolambda", "{id}");
            assert_eq!(properties(&template, id)["Runtime"], "provided.al2023", "{id}");
            assert_eq!(properties(&template, id)["Architectures"], json!([{ "Ref": "Architecture" }]), "{id}");
            metadata["BuildProperties"]["Binary"].as_str().expect("the name of a binary")
        })
        .collect();
    assert_eq!(binaries, ["pre_traffic", "post_traffic", "failure_answer"]);
    assert_eq!(template["Parameters"]["Architecture"]["AllowedValues"], json!(["arm64", "x86_64"]));
}

#[test]
fn a_hook_that_dies_is_answered_for_at_once() {
    let template = read();
    for id in HOOKS {
        let config = &properties(&template, id)["EventInvokeConfig"];
        assert_eq!(config["MaximumRetryAttempts"], 0, "{id}: a second run would judge another moment");
        assert_eq!(config["MaximumEventAgeInSeconds"], 60, "{id}");
        let answerer = json!({ "Fn::GetAtt": ["FailureAnswerFunction", "Arn"] });
        assert_eq!(config["DestinationConfig"]["OnFailure"], json!({ "Type": "Lambda", "Destination": answerer }));

        // Lambda calls the destination with the role of the hook.
        let role = properties(&template, id)["Role"]["Fn::GetAtt"][0].as_str().expect("a role of this template");
        let statements = properties(&template, role)["Policies"][0]["PolicyDocument"]["Statement"].clone();
        let statements = statements.as_array().expect("statements");
        let invoke = statements.iter().find(|statement| statement["Action"] == "lambda:InvokeFunction");
        assert_eq!(invoke.expect("the hook may call its destination")["Resource"], answerer, "{id}");
    }
}

#[test]
fn what_nobody_can_answer_is_kept() {
    let template = read();
    let config = &properties(&template, "FailureAnswerFunction")["EventInvokeConfig"];
    let queue = json!({ "Fn::GetAtt": ["UnansweredEvents", "Arn"] });
    assert_eq!(config["DestinationConfig"]["OnFailure"], json!({ "Type": "SQS", "Destination": queue }));
    // CodeDeploy waits for an hour.
    assert_eq!(config["MaximumEventAgeInSeconds"], 3_600);
}

#[test]
fn there_is_time_to_judge_and_to_answer() {
    let template = read();
    for id in HOOKS {
        let hook = properties(&template, id);
        let timeout = hook["Timeout"].as_u64().expect("a number of seconds");
        let reserve = &hook["Environment"]["Variables"]["FITGATE_ANSWER_RESERVE_SECONDS"];
        let reserve: u64 = reserve.as_str().expect("a text").parse().expect("a number of seconds");
        assert_eq!(reserve, fitgate::hook::DEFAULT_RESERVE.as_secs(), "{id}");
        assert!(timeout >= 10 * reserve && timeout <= 900, "{id}: {timeout} s");
    }
}

#[test]
fn each_function_has_a_role_and_a_log_of_its_own() {
    let template = read();
    for of in [&["Role", "Fn::GetAtt"][..], &["LoggingConfig", "LogGroup", "Ref"]] {
        let mut seen: Vec<String> = FUNCTIONS
            .iter()
            .map(|id| of.iter().fold(properties(&template, id), |value, key| &value[key]).to_string())
            .collect();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 3, "{seen:?}");
    }
    for (id, group) in resources(&template, "AWS::Logs::LogGroup") {
        assert!(group["Properties"]["RetentionInDays"].as_u64().is_some_and(|days| days <= 90), "{id}");
    }
}

/// A hook of the same stack as what it judges would make a circle of the two if it knew anything of it.
#[test]
fn nothing_of_the_hooks_knows_the_sample_application() {
    let template = read();
    let all = template["Resources"].as_object().expect("Resources");
    let sample: Vec<_> = all.iter().filter(|(_, it)| it["Condition"] == "InstallsSample").map(|(id, _)| id).collect();
    assert!(sample.len() > 10, "{sample:?}");
    for (id, resource) in all.iter().filter(|(_, it)| it["Condition"] != "InstallsSample") {
        let named =
            |text: &&str| sample.iter().any(|of| text.split(|c: char| !c.is_alphanumeric()).any(|it| it == *of));
        let knows: Vec<_> = texts(resource).into_iter().filter(named).collect();
        assert!(knows.is_empty(), "{id} knows of the sample application: {knows:?}");
    }
}

#[test]
fn either_part_installs_without_the_other() {
    let template = read();
    assert_eq!(template["Conditions"]["InstallsHooks"], not_installed("sample"));
    assert_eq!(template["Conditions"]["InstallsSample"], not_installed("hooks"));
    assert_eq!(template["Parameters"]["Install"]["AllowedValues"], json!(["both", "hooks", "sample"]));
    for (name, output) in template["Outputs"].as_object().expect("Outputs") {
        let condition = output["Condition"].as_str().unwrap_or_default();
        assert!(["InstallsHooks", "InstallsSample"].contains(&condition), "output {name} of something conditional");
    }
}

fn not_installed(part: &str) -> Value {
    json!({ "Fn::Not": [{ "Fn::Equals": [{ "Ref": "Install" }, part] }] })
}

#[test]
fn other_stacks_import_the_names() {
    let template = read();
    for (output, function) in [("PreTrafficHook", "PreTrafficFunction"), ("PostTrafficHook", "PostTrafficFunction")] {
        let output = &template["Outputs"][output];
        assert_eq!(output["Value"], json!({ "Ref": function }));
        let name = output["Export"]["Name"].as_str().expect("a fixed name");
        let readme = include_str!("../../README.md");
        assert!(readme.contains(&format!("!ImportValue {name}")), "the README does not say {name}");
    }
}

#[test]
fn the_history_is_kept_and_encrypted() {
    let template = read();
    let table = &template["Resources"]["History"];
    assert_eq!((&table["DeletionPolicy"], &table["UpdateReplacePolicy"]), (&json!("Retain"), &json!("Retain")));
    let table = &table["Properties"];
    assert_eq!(
        table["KeySchema"],
        json!([{ "AttributeName": "Stack", "KeyType": "HASH" }, { "AttributeName": "Deployment", "KeyType": "RANGE" }])
    );
    assert_eq!(table["BillingMode"], "PAY_PER_REQUEST");
    assert_eq!(table["SSESpecification"]["KMSMasterKeyId"], json!({ "Fn::GetAtt": ["Key", "Arn"] }));
    assert_eq!(table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], true);
    assert_eq!(table["DeletionProtectionEnabled"], true);
}

#[test]
fn the_examples_call_the_hooks_by_their_names() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    for file in ["terraform/main.tf", "serverless-framework/serverless.yml"] {
        let text = std::fs::read_to_string(root.join(file)).expect("an example");
        assert!(Phase::ALL.iter().all(|phase| text.contains(phase.hook_name())), "{file}");
    }
    // It puts the names together.
    let text = std::fs::read_to_string(root.join("cdk/app.js")).expect("an example");
    for phase in Phase::ALL {
        let (_, end) = phase.hook_name().split_once("CodeDeployHook_fitgate_").expect("the prefix");
        assert!(
            text.contains("`CodeDeployHook_fitgate_${name}`") && text.contains(&format!("hook(\"{end}\")")),
            "{end}"
        );
    }
}

/// SAM passes the name of a binary to cargo-lambda, and no features. Without these it would compile the terminal
/// program's dependencies into the hooks, and build what there is of them as the terminal program is built.
#[test]
fn the_hooks_are_built_without_the_terminal_program() {
    let manifest = include_str!("../../Cargo.toml");
    let (_, build) = manifest.split_once("[package.metadata.lambda.build]\n").expect("how cargo-lambda builds");
    let lines = build.lines().take_while(|line| !line.is_empty()).filter(|line| !line.starts_with('#'));
    let lines: Vec<_> = lines.collect();
    let config = r#"config = ['profile.release.package.fitgate.opt-level="s"', 'profile.release.lto="fat"']"#;
    assert_eq!(lines, ["no_default_features = true", "features = [\"aws\"]", config]);
}

/// What template.yaml sets is what the functions read, and to values that they take.
#[test]
fn the_functions_understand_their_variables() {
    let template = read();
    let known = [settings::MODE, settings::POLICY_APPCONFIG, settings::HISTORY_TABLE, settings::ANSWER_RESERVE];
    for id in FUNCTIONS {
        let variables = properties(&template, id)["Environment"]["Variables"].as_object().expect("variables");
        assert!(variables.keys().all(|name| known.contains(&name.as_str())), "{id}: {variables:?}");
        let value = |name: &str| match variables.get(name)? {
            Value::String(text) => Some(text.clone()),
            // The names that CloudFormation would fill in.
            reference => match reference.pointer("/Ref").and_then(Value::as_str) {
                Some("Mode") => template["Parameters"]["Mode"]["Default"].as_str().map(str::to_owned),
                Some(resource) => Some(resource.to_owned()),
                None => reference["Fn::Sub"].as_str().map(|text| text.replace(['$', '{', '}'], "")),
            },
        };
        let settings = Settings::read(|name| value(name).map(Into::into));
        assert!(settings.mistakes.is_empty(), "{id}: {:?}", settings.mistakes);
        assert!(matches!(settings.policy, PolicySource::AppConfig(_)), "{id}");
        assert_eq!(settings.history_table.is_some(), HOOKS.contains(&id), "{id}: only hooks keep a history");
    }
}
