//! One template after the other, nested ones inside the one that holds them.

use std::collections::BTreeMap;

use super::anatomy;
use super::exempt;
use super::nested::MOST_READ;
use super::notes::Notes;
use super::parameters::{Given, Parameters};
use super::stack::{self, Variant};
use super::validate::Makers;
use super::{Options, Spans, TemplateError, foreach, include, long_form, makers, sam};
use crate::source::{self, Kind, Node, SourceError};

/// A template to read, and where it stands.
pub(super) struct Input<'i> {
    /// How messages call it.
    pub(super) name: &'i str,
    /// How messages call the outermost template; the names of files are relative to its folder.
    pub(super) outermost: &'i str,
    pub(super) bytes: &'i [u8],
    /// The folder in which files that it names are looked up, relative to that of the outermost template.
    pub(super) folder: &'i str,
    /// `Nested/`, or nothing.
    pub(super) prefix: &'i str,
    pub(super) given: &'i Given,
    /// The paths of this template and of those around it.
    pub(super) around: &'i [String],
}

/// Reads templates and remembers what was found.
pub(super) struct Reader<'o, 'f> {
    pub(super) options: &'o Options<'f>,
    pub(super) spans: Spans,
    /// The parameters that the outermost template declares.
    pub(super) parameters: Vec<String>,
    pub(super) warnings: Vec<SourceError>,
    /// What the templates read so far exempt.
    pub(super) exemptions: exempt::Found,
    /// Nested templates read so far, by what they were given.
    pub(super) nested: BTreeMap<String, Vec<Variant>>,
    /// Nested templates that may still be read.
    pub(super) left: usize,
}

impl<'o, 'f> Reader<'o, 'f> {
    pub(super) fn new(options: &'o Options<'f>) -> Self {
        let (spans, nested) = (Spans::default(), BTreeMap::new());
        let exemptions = exempt::Found::default();
        Self { options, spans, parameters: Vec::new(), warnings: Vec::new(), exemptions, nested, left: MOST_READ }
    }

    /// The branches of a template.
    pub(super) fn read(&mut self, input: &Input<'_>) -> Result<Vec<Variant>, TemplateError> {
        let root = source::parse(input.name, input.bytes, &self.options.limits)?;
        let mut notes = Notes::new(input.name, input.bytes);
        let mut prepared = self.prepare(root, input, &mut notes)?;
        self.exemptions.add(std::mem::take(&mut prepared.exemptions), prepared.root.at, &mut notes);
        let (root, parameters) = (&prepared.root, &prepared.parameters);
        if input.prefix.is_empty() {
            self.parameters = parameters.names().map(str::to_owned).collect();
        } else {
            parameters.only_declared(input.given, &mut notes);
        }
        let variants = stack::variants(root, input.prefix, parameters, &prepared.makers, &mut notes);
        let variants = self.nest(variants, root, input, &mut notes)?;
        self.warnings.extend(notes.warnings.into_list());
        notes.errors.finish(Some(()))?;
        self.spans.add(input.name, prepared.root, input.prefix);
        Ok(variants)
    }

    /// Does everything that a transform would do.
    fn prepare(&self, root: Node, input: &Input<'_>, notes: &mut Notes) -> Result<Prepared, SourceError> {
        let root = long_form(root, &mut notes.errors);
        anatomy::examine(input.name, input.bytes, &root, notes)?;
        let root = include::expand(root, input, self.options, notes);
        let parameters = Parameters::read(root.get("Parameters"), input.given, self.options.live.as_ref(), notes);
        let root = foreach::expand(root, &parameters, self.options.limits.nodes, notes);
        let makers = makers(&root, notes);
        let exemptions = exempt::read(&root, input, self.options.live.is_some(), notes);
        let root = serverless(root, &parameters, notes);
        anatomy::bounded(&root, notes);
        Ok(Prepared { root, parameters, makers, exemptions })
    }
}

struct Prepared {
    root: Node,
    parameters: Parameters,
    makers: Makers,
    exemptions: exempt::Found,
}

/// The template with SAM's resources expanded.
fn serverless(root: Node, parameters: &Parameters, notes: &mut Notes) -> Node {
    let at = root.at;
    match sam::expand(root, &|name| parameters.node(name, at)) {
        Ok(expanded) => {
            for problem in expanded.problems {
                notes.warnings.add(problem.at, &problem, None);
            }
            expanded.template
        }
        Err(problem) => {
            notes.errors.add(problem.at, &problem, None);
            Node::new(Kind::Null, at)
        }
    }
}
