//! The stages of REST APIs: those that are resources, and those that a deployment makes on its way.

use std::borrow::Cow;

use crate::{
    check::Verdict,
    facts::{
        Observed, Properties, Resource, Target, Text, Untyped,
        iam::{Known, all_known},
    },
    inventory::LogicalId,
    stack::Stack,
};

/// The types that are stages, or make some.
pub(super) const STAGES: &[&str] = &["AWS::ApiGateway::Deployment", "AWS::ApiGateway::Stage"];
/// Where a deployment describes the stage that it makes.
const DESCRIPTION: &str = "StageDescription";
/// The stage that every deployment of SAM makes besides the one it was asked for, and that nobody can set up.
/// <https://github.com/aws/serverless-application-model/issues/191>
const OF_SAM: &str = "Stage";

/// A stage, wherever it is described.
pub(super) struct Stage<'a> {
    id: &'a LogicalId,
    /// In the names of `AWS::ApiGateway::Stage`.
    pub(super) settings: Cow<'a, Untyped>,
    /// Whether a deployment makes it.
    pub(super) is_made: bool,
    /// The id of its API.
    pub(super) api: Observed<Text>,
    name: Observed<Text>,
}

/// Judges the stage that a resource is, or that it makes; none where it makes none.
pub(super) fn judge(resource: &Resource, judge: impl FnOnce(&Stage<'_>) -> Option<Verdict>) -> Option<Verdict> {
    let Properties::Untyped(properties) = &resource.properties else { return None };
    let is_made = resource.reference.r#type.as_str() == "AWS::ApiGateway::Deployment";
    let name = properties.get::<Text>("StageName");
    let settings = if is_made {
        let described = properties.get::<Untyped>(DESCRIPTION);
        let is_sams = name.present().and_then(Text::as_str) == Some(OF_SAM);
        match described {
            _ if name.is_absent() => return None,
            Observed::Absent if is_sams => return None,
            Observed::Present(described) => Cow::Owned(described),
            Observed::Absent => Cow::Owned(Untyped::default()),
            Observed::Unknown(why) => return Some(Verdict::inconclusive(why).at(DESCRIPTION)),
        }
    } else {
        Cow::Borrowed(properties.as_ref())
    };
    let id = &resource.reference.logical_id;
    judge(&Stage { id, settings, is_made, api: properties.get("RestApiId"), name })
}

impl Stage<'_> {
    /// Where a property of the stage is written.
    pub(super) fn place(&self, path: &str) -> String {
        if self.is_made { format!("{DESCRIPTION}.{path}") } else { path.to_owned() }
    }

    /// Passes where `path` is `true`.
    pub(super) fn must_be_true(&self, path: &str, otherwise: &str) -> Verdict {
        self.settings.must_be_true(path, otherwise).at(self.place(path))
    }

    /// Passes where something is at `path`.
    pub(super) fn must_be_there(&self, path: &str, otherwise: &str) -> Verdict {
        self.settings.must_be_there(path, otherwise).at(self.place(path))
    }

    /// Whether an API's id and a stage's name mean this stage.
    pub(super) fn is(&self, api: &Text, name: &Text, stack: &Stack<'_>) -> Known {
        all_known([self.is_of(api, stack), self.is_called(name, stack)])
    }

    fn is_of(&self, api: &Text, stack: &Stack<'_>) -> Known {
        let Some(own) = self.api.as_text()? else { return Ok(false) };
        let resolve = |text| stack.directory.resolve(text, &["AWS::ApiGateway::RestApi"]);
        match (resolve(&own), resolve(api)) {
            _ if own.as_ref() == api => Ok(true),
            (Target::Resource(own), Target::Resource(other)) => Ok(own == other),
            (Target::Elsewhere, Target::Elsewhere) => own.same(api),
            (Target::Unknown(why), _) | (_, Target::Unknown(why)) => Err(why),
            _ => Ok(false),
        }
    }

    /// `Ref` of a stage is its name.
    fn is_called(&self, name: &Text, stack: &Stack<'_>) -> Known {
        if name.references().next().is_some()
            && let Target::Resource(id) = stack.directory.resolve(name, &["AWS::ApiGateway::Stage"])
        {
            return Ok(&id == self.id);
        }
        match self.name.as_text()? {
            Some(own) => own.same(name),
            None => Ok(false),
        }
    }
}
