//! `fitgate checks permissions`

use std::path::PathBuf;

use super::{Format, Trouble, checks::print_json, note, policy, print};
use crate::{
    aws::permissions::{Installation, MOST_CHARACTERS, every_need, in_documents, json, of_hook, statements, yaml},
    job,
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Only what the checks of this policy need [default: what every check needs, opt-in ones too]
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// The account of the hooks, to write a document for IAM itself [default: CloudFormation fills it in]
    #[arg(long, value_name = "ID", value_parser = account, requires = "region")]
    account: Option<String>,
    /// The region of the hooks, with --account
    #[arg(long, value_name = "NAME", value_parser = region, requires = "account")]
    region: Option<String>,
    /// The table of the history, with --account [default: no history is kept]
    #[arg(long, value_name = "NAME", value_parser = name, requires = "account")]
    history_table: Option<String>,
    /// The policy in AppConfig by its ids, with --account [default: a file holds it]
    #[arg(long, value_name = "APPLICATION/ENVIRONMENT/PROFILE", value_parser = configuration, requires = "account")]
    appconfig: Option<[String; 3]>,
    /// How to write it: text is YAML for a CloudFormation template
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Trouble> {
    let needs = match &arguments.policy {
        Some(path) => job::needs(&policy::load(path)?),
        None => every_need(),
    };
    let documents = in_documents(statements(&of_hook(&needs), &installation(arguments)));
    if documents.len() > 1 {
        let count = documents.len();
        note(&format!(
            "these are {count} documents: a managed policy of IAM has room for {MOST_CHARACTERS} characters"
        ));
    }
    match (arguments.format, documents.as_slice()) {
        (Format::Text, documents) => print(&documents.iter().map(|it| yaml(it)).collect::<Vec<_>>().join("---\n")),
        (Format::Json, [one]) => print_json(&json(one)),
        (Format::Json, several) => print_json(&several.iter().map(|it| json(it)).collect::<Vec<_>>()),
    }
}

fn installation(arguments: &Arguments) -> Installation {
    let (Some(account), Some(region)) = (&arguments.account, &arguments.region) else {
        return Installation::default();
    };
    let mut installation = Installation {
        partition: partition(region).to_owned(),
        region: region.clone(),
        account: account.clone(),
        history_table: None,
        policy: None,
    };
    if let Some(table) = &arguments.history_table {
        installation = installation.with_history(table);
    }
    if let Some([application, environment, profile]) = &arguments.appconfig {
        installation = installation.with_policy([application, environment, profile]);
    }
    installation
}

/// The partition of a region.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
fn partition(region: &str) -> &'static str {
    match region {
        region if region.starts_with("cn-") => "aws-cn",
        region if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

fn account(text: &str) -> Result<String, String> {
    let valid = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if valid { Ok(text.to_owned()) } else { Err("an account is twelve digits".to_owned()) }
}

fn region(text: &str) -> Result<String, String> {
    let valid = text.contains('-') && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if valid { Ok(text.to_owned()) } else { Err("a region is a name like eu-west-1".to_owned()) }
}

/// Neither a path nor a pattern, which would widen the statement.
fn name(text: &str) -> Result<String, String> {
    let valid = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    if valid { Ok(text.to_owned()) } else { Err(format!("{text:?} is no name: letters, digits, `.`, `_` and `-`")) }
}

fn configuration(text: &str) -> Result<[String; 3], String> {
    let names: Vec<_> = text.split('/').map(name).collect::<Result<_, _>>()?;
    names.try_into().map_err(|_| "three ids with `/` between them".to_owned())
}
