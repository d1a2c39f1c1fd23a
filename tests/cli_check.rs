//! `fitgate check` as people run it: several templates, parameters, folders, places, and inputs made to break it.
#![cfg(feature = "cli")]
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::Value;

/// Runs `fitgate check` in a folder with this on standard input.
fn check_with(folder: &Path, arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_fitgate"))
        .arg("check")
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // A program that reads nothing closes its end first.
    let _ = child.stdin.take().expect("standard input").write_all(input);
    child.wait_with_output().expect("the program ends")
}

fn check(folder: &Path, arguments: &[&str]) -> Output {
    check_with(folder, arguments, b"")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("output is UTF-8")
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", text(&output.stdout), text(&output.stderr)))
}

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        fs::write(path, content).expect("a file");
    }
    folder
}

/// `resource verdict file:line:column` of one check.
fn places(report: &Value, check: &str) -> Vec<String> {
    let findings = report["findings"].as_array().expect("findings");
    let of_check = findings.iter().filter(|finding| finding["check"] == check);
    let words = of_check.map(|finding| {
        let (at, text) = (&finding["location"], |value: &Value| value.as_str().unwrap_or("?").to_owned());
        let (resource, verdict, file) = (text(&finding["resource"]), text(&finding["verdict"]), text(&at["file"]));
        format!("{resource} {verdict} {file}:{}:{}", at["line"], at["column"])
    });
    words.collect()
}

const STAGED: &[u8] = b"Parameters: {Status: {Type: String}}
Resources: {B: {Type: AWS::S3::Bucket, Properties: {VersioningConfiguration: {Status: !Ref Status}}}}
";
const PLAIN: &[u8] = b"Resources: {B: {Type: AWS::S3::Bucket}}\n";

#[test]
fn a_parameter_belongs_to_the_templates_that_declare_it() {
    let folder = folder(&[("staged.yaml", STAGED), ("plain.yaml", PLAIN), ("empty.yaml", b"")]);
    let folder = folder.path();
    for inputs in [["staged.yaml", "plain.yaml"], ["plain.yaml", "staged.yaml"]] {
        let given = ["--parameter", "Status=Suspended", "--parameter", "AWS::Region=eu-west-1", "--format", "json"];
        let output = check(folder, &[&inputs[..], &given[..]].concat());
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let reports = json(&output);
        let staged = inputs.iter().position(|input| *input == "staged.yaml").expect("the template");
        assert_eq!(places(&reports[staged], "s3-versioning"), ["B fail staged.yaml:2:79"]);
    }

    let refused: [(&[&str], &str); 5] = [
        (
            &["staged.yaml", "plain.yaml", "--parameter", "Statu=Enabled"],
            "error: no template given has a parameter \"Statu\"; did you mean \"Status\"?\n",
        ),
        (&["plain.yaml", "--parameter", "Status=Enabled"], "error: no template given has a parameter \"Status\"\n"),
        (
            &["plain.yaml", "--parameter", "AWS::Regio=eu"],
            "error: no template given has a parameter \"AWS::Regio\"; did you mean\n       \"AWS::Region\"?\n",
        ),
        (
            &["staged.yaml", "--parameter", "Status=a", "--parameter", "Status=b"],
            "error: parameter Status is given twice; give it once\n",
        ),
        // The template that cannot be read may be the one that has the parameter.
        (
            &["empty.yaml", "--parameter", "Status=a"],
            "error: empty.yaml: the document is empty\n  hint: write the document, or name another file\n",
        ),
    ];
    for (arguments, message) in refused {
        let output = check(folder, arguments);
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), String::new()), "{arguments:?}");
        assert_eq!(text(&output.stderr), message);
    }
}

#[test]
fn a_dash_is_standard_input() {
    let folder = folder(&[]);
    let output = check_with(folder.path(), &["-", "--format", "json"], STAGED);
    assert_eq!(places(&json(&output), "s3-versioning"), ["B inconclusive <stdin>:2:79"]);
    let nothing = check(folder.path(), &["-"]);
    assert_eq!((nothing.status.code(), nothing.stdout.len()), (Some(2), 0));
    assert!(text(&nothing.stderr).starts_with("error: <stdin>: the document is empty\n"), "{}", text(&nothing.stderr));
}

/// Findings are where the author wrote what they are about, called as the author called the file.
#[test]
fn places_in_every_way_of_writing() {
    let bucket =
        |status: &str| format!("Type: AWS::S3::Bucket, Properties: {{VersioningConfiguration: {{Status: {status}}}}}");
    let crlf = format!(
        "\u{feff}Resources:\r\n  A: {{Type: 'AWS::SNS::Topic'}}\r\n  B: {{Metadata: é😀, {}}}\r\n",
        bucket("Suspended")
    );
    let pretty = "{\r\n\t\"Resources\": {\r\n\t\t\"B\": {\r\n\t\t\t\"Metadata\": \"é😀\", \"Type\": \"AWS::S3::Bucket\",\r\n\t\t\t\"Properties\": {\"VersioningConfiguration\": {\"Status\": \"Suspended\"}}\r\n\t\t}\r\n\t}\r\n}";
    let minified = r#"{"Resources":{"B":{"Type":"AWS::S3::Bucket","Properties":{"VersioningConfiguration":{"Status":"Suspended"}}}}}"#;
    let outer = "Resources:\n  N: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ./deep/inner.yaml}}\n";
    let inner = format!("Resources:\n  B: {{{}}}\n", bucket("Suspended"));
    let sam = "Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Runtime: python3.7
    Environment: {Variables: {KEY: AKIAIOSFODNN7EXAMPLE}}
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      Handler: a.b
      CodeUri: ./
      AutoPublishAlias: live
      DeploymentPreference: {Type: AllAtOnce}
      Events:
        Queue: {Type: SQS, Properties: {Queue: arn:aws:sqs:eu-west-1:123456789012:q}}
";
    let policy = "Resources:
  B: {Type: AWS::S3::Bucket}
  P:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref B
      PolicyDocument:
        Statement:
          - {Effect: Allow, Principal: '*', Action: 's3:*', Resource: '*'}
";
    let folder = folder(&[
        ("crlf.yaml", crlf.as_bytes()),
        ("pretty.json", pretty.as_bytes()),
        ("minified.json", minified.as_bytes()),
        ("nest/outer.yaml", outer.as_bytes()),
        ("nest/deep/inner.yaml", inner.as_bytes()),
        ("sam.yaml", sam.as_bytes()),
        ("policy.yaml", policy.as_bytes()),
    ]);
    let cases = [
        ("crlf.yaml", "s3-versioning", "B fail crlf.yaml:3:83"),
        ("./crlf.yaml", "s3-versioning", "B fail ./crlf.yaml:3:83"),
        ("pretty.json", "s3-versioning", "B fail pretty.json:5:47"),
        ("minified.json", "s3-versioning", "B fail minified.json:1:86"),
        ("nest/outer.yaml", "s3-versioning", "N/B fail nest/deep/inner.yaml:2:69"),
        ("nest/../nest/outer.yaml", "s3-versioning", "N/B fail nest/../nest/deep/inner.yaml:2:69"),
        ("policy.yaml", "s3-policy-no-public-principal", "B fail policy.yaml:9:29"),
        ("policy.yaml", "s3-versioning", "B fail policy.yaml:2:3"),
        ("sam.yaml", "lambda-runtime-supported", "F fail sam.yaml:4:5"),
        ("sam.yaml", "lambda-no-secret-in-env", "F fail sam.yaml:5:31"),
        ("sam.yaml", "codedeploy-not-all-at-once", "FDeploymentGroup fail sam.yaml:13:36"),
        ("sam.yaml", "esm-report-batch-failures", "FQueue fail sam.yaml:15:9"),
    ];
    for (input, check_id, place) in cases {
        let output = check(folder.path(), &[input, "--format", "json"]);
        assert_eq!(places(&json(&output), check_id), [place], "{input} {check_id}");
    }
}

#[test]
fn the_cdk_output_is_judged_stack_by_stack() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = check(root, &["tests/templates/cdk/cdk.out", "--all", "--format", "json"]);
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
    let reports = json(&output);
    let files =
        ["Catalogue.template.json", "Orders.template.json"].map(|file| format!("tests/templates/cdk/cdk.out/{file}"));
    assert_eq!(reports.as_array().map(Vec::len), Some(2));
    for (report, (file, unknown)) in reports.as_array().expect("a list").iter().zip(files.iter().zip([0, 2])) {
        // Everything in these stacks is written out, but for what the second imports: a resource that a policy names.
        assert_eq!(report["counts"]["inconclusive"], unknown, "{file}");
        let written = fs::read_to_string(root.join(file)).expect("the template");
        for finding in report["findings"].as_array().expect("findings") {
            let at = &finding["location"];
            assert_eq!(at["file"], file.as_str(), "{finding}");
            let line = at["line"].as_u64().and_then(|line| usize::try_from(line).ok()).expect("a line");
            let column = at["column"].as_u64().and_then(|column| usize::try_from(column).ok()).expect("a column");
            let line = written.lines().nth(line - 1).expect("such a line");
            assert!(matches!(line.as_bytes()[column - 1], b'"' | b'{' | b'['), "{finding}: {line}");
        }
    }
    let (catalogue, orders) = (&reports[0], &reports[1]);
    let [catalogue_file, orders_file] = files;
    let expected = [
        (catalogue, "s3-tls-only", vec![format!("Products229621C6 fail {catalogue_file}:3:3")]),
        // The bucket policy is found behind Fn::GetAtt and Fn::Join.
        (orders, "s3-tls-only", vec![format!("Receipts59C0D3E0 pass {orders_file}:43:3")]),
        // A property that is written is shown where it is written.
        (orders, "lambda-log-format-json", vec![format!("Order702A5B72 fail {orders_file}:379:5")]),
        (orders, "lambda-alias-exists", vec![format!("Order702A5B72 pass {orders_file}:372:3")]),
        (
            orders,
            "dynamodb-encryption-kms",
            vec![
                format!("OrdersA9B65338 partial {orders_file}:146:5"),
                format!("Drafts48781BBF fail {orders_file}:156:3"),
            ],
        ),
    ];
    for (report, check_id, expected) in expected {
        assert_eq!(places(report, check_id), expected, "{check_id}");
    }
}

/// Exit code 2, one message, nothing on standard output, in bounded time.
#[test]
fn inputs_made_to_break_it() {
    let bomb: String = (1..12).fold("a0: &a0 [x]\n".to_owned(), |text, level| {
        let before = format!("*a{},", level - 1).repeat(9);
        text + &format!("a{level}: &a{level} [{before}]\n")
    });
    let crowd: String = (0..6000).map(|n| format!("  R{n}: {{Type: 'AWS::S3::Bucket'}}\n")).collect();
    let manifest = |path: &str| {
        format!(
            r#"{{"artifacts": {{"A": {{"type": "aws:cloudformation:stack", "properties": {{"templateFile": "{path}"}}}}}}}}"#
        )
    };
    let folder = folder(&[
        ("brackets.yaml", "[".repeat(4_000_000).as_bytes()),
        ("brackets.json", "[".repeat(4_000_000).as_bytes()),
        ("dashes.yaml", "- ".repeat(2_000_000).as_bytes()),
        ("bomb.yaml", bomb.as_bytes()),
        ("circle.yaml", b"Resources: &a\n  A: *a\n"),
        ("latin.yaml", b"Resources: {\xe9: {Type: AWS::S3::Bucket}}\n"),
        ("crowd.yaml", format!("Resources:\n{crowd}").as_bytes()),
        ("large.yaml", &vec![b'#'; 5 << 20]),
        ("outside/manifest.json", manifest("../crowd.yaml").as_bytes()),
        ("absolute/manifest.json", manifest("/etc/passwd").as_bytes()),
        ("gone/manifest.json", manifest("gone.json").as_bytes()),
        ("nothing/README", b""),
    ]);
    let folder = folder.path();
    let mut cases = vec![
        ("brackets.yaml", "nested deeper than 64 levels"),
        ("brackets.json", "nested deeper than 64 levels"),
        ("dashes.yaml", "nested deeper than 64 levels"),
        ("bomb.yaml", "more than 1000000 values, aliases expanded"),
        ("circle.yaml", "circle.yaml:2:6: an alias repeats the value that it is part of"),
        ("latin.yaml", "latin.yaml: the text is not UTF-8"),
        ("crowd.yaml", "the template comes to 6000 resources; at most 5000 are read"),
        ("large.yaml", "large.yaml has more than 4194304 bytes"),
        ("outside", "outside/manifest.json:1:16: ../crowd.yaml leads out of the folder of the manifest"),
        ("absolute", "absolute/manifest.json:1:16: /etc/passwd leads out of the folder of the manifest"),
        ("gone", "no such file: gone/gone.json"),
        ("nothing", "nothing is a directory without templates; name a template file, or the cdk.out folder"),
    ];
    if cfg!(unix) {
        let made = Command::new("mkfifo").arg(folder.join("pipe")).status().expect("mkfifo");
        assert!(made.success());
        cases.push(("pipe", "pipe is a named pipe; name a file, or - for standard input"));
        #[cfg(unix)]
        std::os::unix::fs::symlink("circle", folder.join("circle")).expect("a link to itself");
        cases.push(("circle", "cannot read circle: Too many levels of symbolic links"));
        cases.push(("/dev/zero", "/dev/zero has more than 4194304 bytes"));
    }
    for (input, message) in cases {
        let output = check(folder, &[input]);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{input}: {}", text(&output.stderr));
        let said = text(&output.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(message), "{input}: {said}");
        assert_eq!(said.matches("error: ").count(), 1, "{said}");
        for line in text(&output.stderr).lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}

/// Whatever a nested stack names, only regular files of the template's own folder are read.
#[test]
fn nested_stacks_are_read_from_their_folder_only() {
    let template = |url: &str| {
        format!(
            "Resources:\n  B: {{Type: AWS::S3::Bucket}}\n  N: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: {url}}}}}\n"
        )
    };
    let cases = [
        ("../other.yaml", "app/../other.yaml cannot be read: it is outside the template's folder"),
        ("/etc/passwd", "/etc/passwd cannot be read: it is outside the template's folder"),
        ("gone.yaml", "app/gone.yaml cannot be read: no such file"),
        ("folder", "app/folder cannot be read: it is a directory"),
        ("https://bucket.s3.amazonaws.com/t.yaml", "its template is not a file beside this one"),
    ];
    for (url, message) in cases {
        let folder = folder(&[("app/t.yaml", template(url).as_bytes()), ("app/folder/x", b""), ("other.yaml", PLAIN)]);
        let output = check(folder.path(), &["app/t.yaml", "--format", "json"]);
        let said = text(&output.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains("app/t.yaml:3:3: what the nested stack N holds is not judged:"), "{said}");
        assert!(said.contains(message), "{url}: {said}");
        assert_eq!(places(&json(&output), "s3-versioning"), ["B fail app/t.yaml:2:3"]);
    }
}

/// A template is somebody else's text: it must not move the cursor or paint the terminal.
#[test]
fn control_characters_stay_in_the_template() {
    let template = b"Resources:\n  B:\n    Type: AWS::S3::Bucket\n    \"Bad\\e[2J\": 1\n    Properties: {VersioningConfiguration: {Status: \"x\\e[31mRED\\nline\"}}\n";
    let folder = folder(&[("t.yaml", template)]);
    let output = Command::new(env!("CARGO_BIN_EXE_fitgate"))
        .args(["check", "t.yaml"])
        .current_dir(folder.path())
        .env("CLICOLOR_FORCE", "1")
        .output()
        .expect("the program starts");
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(out.contains("versioning is x·[31mRED line"), "{out}");
    assert!(!out.contains("\u{1b}[31mRED") && !err.contains("\u{1b}[2J"), "{out}{err}");
}
