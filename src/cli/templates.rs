//! Templates as they are named on the command line: files, and the folder of a synthesized CDK app.

use std::{collections::BTreeMap, path::Path};

use super::{Trouble, input, mistake};
use crate::{
    check::Place,
    inventory::LogicalId,
    report::Location,
    template::{self, Options, Template},
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

/// Reads one template, and says on standard error what CloudFormation might not like.
pub(super) fn load(path: &Path, parameters: &BTreeMap<String, String>) -> Result<Template, Trouble> {
    let bytes = input::read(path, WANTED)?;
    let beside = input::Beside::of(path);
    let options = Options { parameters: parameters.clone(), files: Some(&beside), ..Options::default() };
    let template = template::read(&path.display().to_string(), &bytes, &options)?;
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
