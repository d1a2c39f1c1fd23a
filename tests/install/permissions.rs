//! The roles of template.yaml hold the statements that fitgate writes, and fitgate writes no more than it calls for.

use std::{collections::BTreeSet, fs, path::PathBuf};

use fitgate::{
    aws::permissions::{self, Installation, Statement},
    checks,
    need::Need,
};
use serde_json::json;

use crate::template;

const TABLE: &str = "src/aws/permissions/table.rs";

fn of_hook() -> BTreeSet<&'static str> {
    permissions::of_hook(&permissions::every_need())
}

fn statements(actions: &BTreeSet<&str>) -> Vec<Statement> {
    permissions::statements(actions, &Installation::default())
}

/// `template` with the lines between the markers of `section` replaced by `content`, indented like the markers.
fn with_section(template: &str, section: &str, content: &str) -> String {
    let mut out = Vec::new();
    let mut lines = template.lines();
    let mut found = false;
    while let Some(line) = lines.next() {
        out.push(line.to_owned());
        if !line.trim_start().starts_with(&format!("# {section}:begin")) {
            continue;
        }
        found = true;
        let indent = &line[..line.len() - line.trim_start().len()];
        out.extend(content.lines().map(|line| format!("{indent}{line}")));
        let end = format!("# {section}:end");
        let end = lines.find(|line| line.trim() == end).unwrap_or_else(|| panic!("template.yaml has no {end}"));
        out.push(end.to_owned());
    }
    assert!(found, "template.yaml has no # {section}:begin");
    out.join("\n") + "\n"
}

#[test]
fn the_roles_hold_what_is_generated() {
    let found = fs::read_to_string(template::path()).expect("template.yaml");
    let hook = permissions::in_documents(statements(&of_hook()));
    let [first, second] = hook.as_slice() else {
        panic!("the hooks need {} managed policies; give template.yaml as many", hook.len())
    };
    let answerer = permissions::yaml(&statements(&permissions::of_failure_answerer()));
    let expected = with_section(&found, "hook-permissions-1", &permissions::yaml(first));
    let expected = with_section(&expected, "hook-permissions-2", &permissions::yaml(second));
    let expected = with_section(&expected, "failure-answer-permissions", &answerer);
    if found == expected {
        return;
    }
    if std::env::var_os("UPDATE_TEMPLATE").is_some() {
        fs::write(template::path(), expected).expect("it can be written");
        return;
    }
    let line = found.lines().zip(expected.lines()).find(|(found, expected)| found != expected);
    panic!(
        "template.yaml no longer allows what the checks need, at {line:?}; write it anew with \
         UPDATE_TEMPLATE=1 cargo test --test install"
    );
}

#[test]
fn both_hooks_have_these_permissions_and_no_other_managed_ones() {
    let template = template::read();
    for role in ["PreTrafficRole", "PostTrafficRole"] {
        let role = template::properties(&template, role);
        assert_eq!(
            role["ManagedPolicyArns"],
            json!([{ "Ref": "HookPermissions" }, { "Ref": "FurtherHookPermissions" }])
        );
    }
    assert!(template::properties(&template, "FailureAnswerRole").get("ManagedPolicyArns").is_none());
}

#[test]
fn every_action_that_a_check_needs_is_limited_as_far_as_it_can_be() {
    for action in of_hook() {
        assert!(permissions::is_listed(action), "{action} has no row in {TABLE}: say what it can be limited to");
    }
    let written = permissions::yaml(&statements(&of_hook()));
    assert!(!written.contains("Unlisted"), "{written}");
}

/// What only the commands of people call, with the permissions of those people.
const NOT_BY_HOOKS: &[&str] = &["cloudformation:ListExports", "dynamodb:GetItem"];

/// What an observer calls for its need besides the need's own operation, and only where the need is asked for.
const BESIDES: &[&str] = &["lambda:ListEventSourceMappings"];

/// The action of every `Operation` that the sources name, with its file: what is called besides what checks need.
fn operations() -> Vec<(String, String)> {
    let mut open = vec![PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/aws")];
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).expect("a source file");
            let text = text.split("#[cfg(test)]").next().unwrap_or_default();
            for start in ["Operation::named(\"", "action: \""] {
                let names = text.split(start).skip(1).filter_map(|rest| rest.split_once('"'));
                found.extend(names.map(|(name, _)| (name.to_owned(), path.display().to_string())));
            }
        }
    }
    found
}

/// Whatever the policy of the owner turns off.
fn own() -> BTreeSet<&'static str> {
    permissions::of_hook(&BTreeSet::new())
}

#[test]
fn whatever_the_hooks_call_they_may_call() {
    let (own, all) = (own(), of_hook());
    assert!(BESIDES.iter().all(|action| all.contains(action) && !own.contains(action)));
    for (action, file) in operations() {
        let elsewhere = [NOT_BY_HOOKS, BESIDES].concat();
        let allowed = own.contains(action.as_str()) || elsewhere.contains(&action.as_str());
        assert!(allowed, "{file} calls {action}: add it to src/aws/permissions/mod.rs, or say here why not");
    }
}

#[test]
fn nothing_is_allowed_that_the_hooks_do_not_call() {
    let called: BTreeSet<_> = operations().into_iter().map(|(action, _)| action).collect();
    for action in own() {
        // Without it GetFunction shows no tags.
        assert!(called.contains(action) || action == "lambda:ListTags", "nobody calls {action}");
    }
}

#[test]
fn the_table_has_nothing_that_nobody_asks_for_and_nothing_twice() {
    let asked = of_hook();
    let asked = asked.union(&permissions::of_failure_answerer()).copied().collect::<BTreeSet<_>>();
    let mut seen = BTreeSet::new();
    for action in permissions::listed() {
        assert!(asked.contains(action), "{TABLE} has {action}, which nothing asks for");
        assert!(seen.insert(action), "{TABLE} has {action} twice");
    }
}

#[test]
fn an_action_without_a_row_is_allowed_by_itself_and_says_so() {
    let actions = BTreeSet::from(["s3:GetBucketAcl", "quantum:GetQubit"]);
    let statements = statements(&actions);
    let last = statements.last().expect("two statements");
    assert_eq!((statements.len(), last.sid), (2, "Unlisted"));
    assert_eq!(
        (last.actions.as_slice(), last.resources.as_slice()),
        (&["quantum:GetQubit".to_owned()][..], &["*".to_owned()][..])
    );
    assert!(last.reason.is_some());
}

#[test]
fn a_hook_changes_nothing_but_its_answer_its_metrics_and_its_history() {
    let reads = |action: &str| {
        let verb = action.split_once(':').expect("service and verb").1;
        ["Get", "List", "Describe", "BatchGet", "Query", "GET", "Decrypt"].iter().any(|read| verb.starts_with(read))
    };
    let writes: Vec<_> = of_hook().into_iter().filter(|action| !reads(action)).collect();
    assert_eq!(
        writes,
        [
            "appconfig:StartConfigurationSession",
            "cloudwatch:PutMetricData",
            "codedeploy:PutLifecycleEventHookExecutionStatus",
            "dynamodb:PutItem",
        ]
    );
    for statement in statements(&of_hook()) {
        let changes = statement.actions.iter().any(|action| !reads(action));
        let everything = statement.resources == ["*"];
        assert!(!(changes && everything && statement.condition.is_none()), "{statement:?}");
    }
}

#[test]
fn a_statement_for_everything_says_why_and_no_other_does() {
    for statement in statements(&of_hook()) {
        assert_eq!(statement.resources == ["*"], statement.reason.is_some(), "{statement:?}");
        assert!(statement.resources.len() == 1 || !statement.resources.contains(&"*".to_owned()), "{statement:?}");
    }
}

#[test]
fn sids_are_letters_and_stand_once() {
    let mut seen = BTreeSet::new();
    for statement in statements(&of_hook()) {
        assert!(statement.sid.chars().all(|c| c.is_ascii_alphanumeric()), "{}", statement.sid);
        assert!(seen.insert(statement.sid), "{} stands twice", statement.sid);
    }
}

#[test]
fn each_document_fits_into_a_managed_policy_and_together_they_are_the_whole() {
    let longest = Installation {
        partition: "aws-us-gov".to_owned(),
        region: "ap-southeast-1".to_owned(),
        account: "123456789012".to_owned(),
        ..Installation::default()
    };
    let longest = longest.with_history(&"h".repeat(255)).with_policy(["abcd123", "abcd123", "abcd123"]);
    // As template.yaml divides them, with everything filled in.
    let divided = permissions::in_documents(statements(&of_hook()));
    let mut filled = permissions::statements(&of_hook(), &longest).into_iter();
    for document in &divided {
        let part: Vec<Statement> = filled.by_ref().take(document.len()).collect();
        let sids = |statements: &[Statement]| statements.iter().map(|it| it.sid).collect::<Vec<_>>();
        assert_eq!(sids(&part), sids(document));
        let text = permissions::json(&part).to_string();
        assert!(!text.contains("${") && text.len() <= permissions::MOST_CHARACTERS, "{} characters", text.len());
    }
    assert_eq!(filled.next(), None);
    assert_eq!(divided.concat(), statements(&of_hook()));
}

#[test]
fn a_policy_with_fewer_checks_asks_for_less() {
    let all = of_hook();
    let few = permissions::of_hook(&BTreeSet::from([Need::BucketEncryption]));
    assert!(few.is_subset(&all) && few.len() < all.len());
    assert!(few.contains("s3:GetEncryptionConfiguration") && !few.contains("s3:GetBucketAcl"));
    let none = permissions::of_hook(&BTreeSet::new());
    assert!(none.contains("codedeploy:PutLifecycleEventHookExecutionStatus"), "it answers, whatever it observes");
}

#[test]
fn every_check_counts_opt_in_ones_too() {
    let needs = permissions::every_need();
    for check in checks::all() {
        assert!(check.needs.iter().all(|need| needs.contains(need)), "{}", check.id);
    }
}

#[test]
fn json_is_a_document_for_iam_where_everything_is_known_and_for_cloudformation_otherwise() {
    let actions = BTreeSet::from(["s3:GetBucketAcl"]);
    assert_eq!(
        permissions::json(&statements(&actions)),
        json!({ "Version": "2012-10-17", "Statement": [{
            "Sid": "Buckets",
            "Effect": "Allow",
            "Action": ["s3:GetBucketAcl"],
            "Resource": { "Fn::Sub": "arn:${AWS::Partition}:s3:::*" },
            "Condition": { "StringEquals": { "aws:ResourceAccount": { "Fn::Sub": "${AWS::AccountId}" } } },
        }]})
    );
    let known = Installation {
        partition: "aws".to_owned(),
        region: "eu-west-1".to_owned(),
        account: "123456789012".to_owned(),
        ..Installation::default()
    };
    assert_eq!(
        permissions::json(&permissions::statements(&actions, &known))["Statement"][0]["Resource"],
        "arn:aws:s3:::*"
    );
}

#[test]
fn what_is_not_installed_needs_no_permission() {
    let bare = Installation { history_table: None, policy: None, ..Installation::default() };
    let all: Vec<_> = statements(&of_hook()).iter().map(|statement| statement.sid).collect();
    let left: Vec<_> = permissions::statements(&of_hook(), &bare).iter().map(|statement| statement.sid).collect();
    let gone: Vec<_> = all.into_iter().filter(|sid| !left.contains(sid)).collect();
    assert_eq!(gone, ["Policy", "History"]);
}

#[test]
fn yaml_quotes_what_yaml_would_read_as_something_else() {
    let known = Installation { account: "012345678901".to_owned(), ..Installation::default() };
    let actions = BTreeSet::from(["s3:GetBucketAcl", "ec2:DescribeSubnets"]);
    let written = permissions::yaml(&permissions::statements(&actions, &known));
    assert!(written.contains("aws:ResourceAccount: \"012345678901\"\n"), "{written}");
    assert!(
        written.contains("    # Everything: these actions have no resource type to name.\n    Resource: \"*\"\n"),
        "{written}"
    );
    assert!(written.contains("    Resource: !Sub arn:${AWS::Partition}:s3:::*\n"), "{written}");
}
