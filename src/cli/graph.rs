//! `fitgate graph`

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use clap::ValueEnum;

use super::{
    Exit, Trouble,
    connection::Connection,
    input,
    looking::{looked, saved},
    note, print,
    templates::{self, Parameters},
};
use crate::{
    facts::Facts,
    policy::Policy,
    report::graph::{Picture, dot, json, mermaid, page, text},
    stack::{Graph, Stack},
};

/// How the graph is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Drawing {
    /// A list for people, in 80 columns
    Text,
    /// For Graphviz
    Dot,
    /// A Mermaid flowchart, which GitHub and GitLab draw
    Mermaid,
    /// A page with a drawing and a table, which fetches nothing
    Html,
    /// For scripts; the words are a contract
    Json,
}

/// What the help says below the options.
const AFTER: &str = "\
A template with open conditions is drawn with all its branches as one; what only some of them have is marked (if). \
More than three edges of one resource by a wildcard permission are one line of text and no arrows; JSON has them all.

Exit codes: 0 drawn, 2 could not be read or written.";

#[derive(Debug, clap::Args)]
#[command(after_help = AFTER)]
pub(super) struct Arguments {
    /// A template (CloudFormation, SAM), the cdk.out folder of a CDK app with one stack, or - for
    /// standard input
    #[arg(value_name = "TEMPLATE", required_unless_present_any = ["stack", "facts"])]
    template: Option<PathBuf>,
    /// A live stack, by name or ARN; nested stacks are part of it
    #[arg(long, value_name = "NAME", conflicts_with_all = ["template", "facts"])]
    stack: Option<String>,
    /// Facts that `fitgate audit --save` wrote
    #[arg(long, value_name = "FILE", conflicts_with_all = ["template", "stack", "region", "profile"])]
    facts: Option<PathBuf>,
    /// The value of a template parameter, or of a pseudo parameter such as AWS::Region
    #[arg(
        long = "parameter",
        value_name = "NAME=VALUE",
        value_parser = templates::parameter,
        conflicts_with_all = ["stack", "facts"]
    )]
    parameters: Vec<(String, String)>,
    #[command(flatten)]
    connection: Connection,
    /// How to write the graph
    #[arg(long, value_enum, default_value_t = Drawing::Text)]
    format: Drawing,
    /// Write it to a file [default: standard output]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Draws one stack, whatever it is read from.
pub(super) fn run(arguments: &Arguments) -> Result<Exit, Trouble> {
    let picture = picture(arguments)?;
    let written = written(&picture, arguments.format)?;
    match &arguments.output {
        Some(path) => {
            write(path, &written)?;
            note(&format!("wrote {}", path.display()));
        }
        None => print(&written)?,
    }
    Ok(Exit::Proceed)
}

fn picture(arguments: &Arguments) -> Result<Picture, Trouble> {
    match (&arguments.template, &arguments.facts, &arguments.stack) {
        (Some(path), ..) => {
            let mut parameters = Parameters::new(&arguments.parameters)?;
            let template = templates::load_one(path, &mut parameters, &Policy::default())?;
            parameters.all_used()?;
            Ok(of(input::shown(path), template.branches.iter().map(|branch| &branch.facts)))
        }
        (None, Some(file), _) => Ok(of(input::shown(file), [&saved(file)?])),
        (None, None, Some(stack)) => {
            // What a stack is does not depend on what its owner wants to be checked.
            let audited = looked(&arguments.connection, stack, &Policy::default())?;
            audited.remarks.iter().for_each(|remark| note(remark));
            Ok(of(stack.clone(), [&audited.facts]))
        }
        (None, None, None) => Err(NothingToDraw.into()),
    }
}

/// The graphs of a stack's branches as one picture.
pub(super) fn of<'a>(title: String, facts: impl IntoIterator<Item = &'a Facts>) -> Picture {
    let facts: Vec<&Facts> = facts.into_iter().collect();
    let resources = facts.iter().map(|facts| facts.resources.len()).sum();
    let graphs = super::threads().for_resources(resources).map(facts, |facts| Graph::of(&Stack::of(facts)));
    Picture::of(title, &graphs.iter().collect::<Vec<&Graph>>())
}

fn written(picture: &Picture, format: Drawing) -> Result<String, Trouble> {
    Ok(match format {
        Drawing::Text => text(picture),
        Drawing::Dot => dot(picture),
        Drawing::Mermaid => mermaid(picture),
        Drawing::Html => format!("{}\n", page(picture)),
        Drawing::Json => format!("{}\n", serde_json::to_string_pretty(&json(picture))?),
    })
}

/// Neither a template nor a stack nor a file: clap refuses that before.
#[derive(Debug, thiserror::Error)]
#[error("nothing to draw; name a template, or give --stack or --facts")]
struct NothingToDraw;

/// A file that cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}: {source}", path.display())]
struct Unwritable {
    path: PathBuf,
    source: io::Error,
}

fn write(path: &Path, text: &str) -> Result<(), Unwritable> {
    fs::write(path, text).map_err(|source| Unwritable { path: path.to_owned(), source })
}
