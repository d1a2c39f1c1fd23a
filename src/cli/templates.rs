//! Templates as they are named on the command line: files, and the folder of a synthesized CDK app.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use super::{Trouble, input, mistake, templates_in};
use crate::{
    check::Place,
    inventory::LogicalId,
    policy::Policy,
    report::Location,
    source::{Limits, read::nearest},
    template::{self, Options, PSEUDO_PARAMETERS, Template, cdk},
};

/// What a directory should have been.
const WANTED: &str = "a template file, or the cdk.out folder of a synthesized CDK app";

/// A parameter that is not of the form `NAME=VALUE`.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0:?} is no parameter; write NAME=VALUE")]
pub(super) struct NoParameter(String);

/// Reads `NAME=VALUE`.
pub(super) fn parameter(written: &str) -> Result<(String, String), NoParameter> {
    match written.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(NoParameter(written.to_owned())),
    }
}

/// The parameters given on the command line, for all templates together.
#[derive(Debug, Default)]
pub(super) struct Parameters {
    given: BTreeMap<String, String>,
    /// What the templates read so far declare.
    declared: BTreeSet<String>,
}

/// Parameters given on the command line that cannot be meant.
#[derive(Debug, thiserror::Error)]
pub(super) enum ParameterError {
    /// Two values for one name.
    #[error("parameter {0} is given twice; give it once")]
    Twice(String),
    /// A name that none of the templates knows.
    #[error(
        "no template given has a parameter {name:?}{}",
        near.as_ref().map(|near| format!("; did you mean {near:?}?")).unwrap_or_default()
    )]
    Unknown {
        /// The name.
        name: String,
        /// The name that was probably meant.
        near: Option<String>,
    },
}

impl Parameters {
    /// Takes what was written on the command line.
    pub(super) fn new(written: &[(String, String)]) -> Result<Self, ParameterError> {
        let mut given = BTreeMap::new();
        for (name, value) in written {
            if given.insert(name.clone(), value.clone()).is_some() {
                return Err(ParameterError::Twice(name.clone()));
            }
        }
        Ok(Self { given, declared: BTreeSet::new() })
    }

    /// Refuses a name that none of the templates read declares: a mistyped one would leave its parameter as it was.
    pub(super) fn all_used(&self) -> Result<(), ParameterError> {
        let known = || PSEUDO_PARAMETERS.iter().copied().chain(self.declared.iter().map(String::as_str));
        match self.given.keys().find(|name| !known().any(|known| known == *name)) {
            None => Ok(()),
            Some(name) => {
                Err(ParameterError::Unknown { name: name.clone(), near: nearest(name, known()).map(str::to_owned) })
            }
        }
    }
}

/// A template file with what is known of the place it is made for.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) path: PathBuf,
    /// Pseudo parameters that the CDK application settles.
    settled: BTreeMap<String, String>,
}

/// The templates that a path stands for: itself, those of a `cdk.out` folder, or all that a folder holds.
pub(super) fn sources(path: &Path) -> Result<Vec<Source>, Trouble> {
    let manifest = path.join(cdk::MANIFEST);
    if manifest.is_file() {
        return synthesized(path, &manifest);
    }
    let one = |path: PathBuf| Source { path, settled: BTreeMap::new() };
    if !path.is_dir() {
        return Ok(vec![one(path.to_owned())]);
    }
    let mut all = Vec::new();
    for found in templates_in::folder(path)? {
        let manifest = found.join(cdk::MANIFEST);
        match manifest.is_file() {
            true => all.extend(synthesized(&found, &manifest)?),
            false => all.push(one(found)),
        }
    }
    Ok(all)
}

/// The templates of a synthesized CDK app.
fn synthesized(path: &Path, manifest: &Path) -> Result<Vec<Source>, Trouble> {
    let name = manifest.display().to_string();
    let bytes = input::read(manifest, WANTED)?;
    let stacks = cdk::stacks(&name, &bytes, &input::Beside::of(manifest), &Limits::default())?;
    let source = |stack: cdk::StackTemplate| {
        let settled = [("AWS::AccountId", stack.account), ("AWS::Region", stack.region)];
        let settled = settled.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        Source { path: path.join(stack.path), settled: settled.collect() }
    };
    Ok(stacks.into_iter().map(source).collect())
}

/// Reads one template, and says on standard error what CloudFormation might not like.
pub(super) fn load(source: &Source, parameters: &mut Parameters, policy: &Policy) -> Result<Template, Trouble> {
    let path = source.path.as_path();
    let bytes = input::read(path, WANTED)?;
    let beside = input::Beside::of(path);
    // What is given on the command line goes before what the application says.
    let mut given = source.settled.clone();
    given.extend(parameters.given.clone());
    let options = Options {
        parameters: given,
        files: Some(&beside),
        // Rules of the user's own ask for what no check reads.
        keep_written: !policy.rules.checks().is_empty(),
        ..Options::default()
    };
    let template = template::read(&input::shown(path), &bytes, &options)?;
    parameters.declared.extend(template.parameters.iter().cloned());
    for warning in &template.warnings {
        super::tell(&mistake::shown("warning", warning));
    }
    Ok(template)
}

/// Where a finding stands in its template.
pub(super) fn locate(template: &Template, resource: &LogicalId, place: Option<&Place>) -> Option<Location> {
    let elsewhere = place.and_then(|place| place.resource.as_ref());
    let property = place.map(|place| place.property.as_str());
    // A part that the transform made has no place of its own: the subject's is shown then.
    let found = |id: &LogicalId, property| Some((template.spans.document(id)?, template.spans.locate(id, property)?));
    let (file, at) = elsewhere
        .and_then(|id| found(id, property))
        .or_else(|| found(resource, property))
        .or_else(|| found(resource, None))?;
    Some(Location { file: file.to_owned(), line: at.line, column: at.column })
}

/// Reads the one template that a path stands for; a `cdk.out` folder must hold just one stack.
pub(super) fn load_one(path: &Path, parameters: &mut Parameters, policy: &Policy) -> Result<Template, Trouble> {
    let sources = sources(path)?;
    match sources.as_slice() {
        [one] => load(one, parameters, policy),
        several => Err(Several {
            folder: path.to_owned(),
            files: several.iter().map(|source| source.path.display().to_string()).collect(),
        }
        .into()),
    }
}

/// A folder of several stacks where one is wanted.
#[derive(Debug, thiserror::Error)]
#[error("{} holds several stacks; name one of {}", folder.display(), files.join(", "))]
struct Several {
    folder: PathBuf,
    files: Vec<String>,
}
