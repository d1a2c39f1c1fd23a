//! The functions, aliases and versions of a stack, and how to tell which of them a text means.

use std::collections::BTreeMap;

use super::{FunctionTarget, Qualifier};
use crate::{
    facts::{Facts, Observed, Part, Properties, Text, Why},
    inventory::LogicalId,
};

/// Which function is meant, and by which qualifier.
#[derive(Debug, Clone, Default)]
pub struct Functions {
    by_logical_id: BTreeMap<String, Entry>,
    names: Vec<(Observed<Text>, LogicalId)>,
    account: Option<String>,
    region: Option<String>,
}

/// What a logical id stands for, as far as calls care.
#[derive(Debug, Clone)]
enum Entry {
    Function(LogicalId),
    Alias {
        id: LogicalId,
        function: Observed<Text>,
        name: Observed<Text>,
    },
    Version {
        function: Observed<Text>,
    },
    /// Of this type, which may hand on a function it got from elsewhere.
    Indirect,
    /// Of this type, which is no function.
    Other,
}

impl Functions {
    /// Indexes the functions, aliases and versions.
    pub fn of(facts: &Facts) -> Self {
        let mut functions = Self {
            account: facts.stack.account.present().cloned(),
            region: facts.stack.region.present().cloned(),
            ..Self::default()
        };
        for resource in &facts.resources {
            let id = &resource.reference.logical_id;
            let entry = match &resource.properties {
                Properties::Function(function) => {
                    functions.names.push((function.function_name.clone(), id.clone()));
                    Entry::Function(id.clone())
                }
                Properties::Alias(alias) => {
                    Entry::Alias { id: id.clone(), function: alias.function_name.clone(), name: alias.name.clone() }
                }
                Properties::Version(version) => Entry::Version { function: version.function_name.clone() },
                Properties::Unreadable(why) => match resource.reference.r#type.as_str() {
                    "AWS::Lambda::Function" => {
                        functions.names.push((Observed::Unknown(why.clone()), id.clone()));
                        Entry::Function(id.clone())
                    }
                    "AWS::Lambda::Alias" => Entry::Alias {
                        id: id.clone(),
                        function: Observed::Unknown(why.clone()),
                        name: Observed::Unknown(why.clone()),
                    },
                    _ => Entry::of_type(resource.reference.r#type.as_str()),
                },
                _ => Entry::of_type(resource.reference.r#type.as_str()),
            };
            if let (Entry::Function(_), Some(physical)) = (&entry, &resource.reference.physical_id) {
                functions.names.push((Observed::Present(Text::literal(physical)), id.clone()));
            }
            functions.by_logical_id.insert(id.to_string(), entry);
        }
        functions
    }

    /// Whom the property calls; `None` where it is known to call no function at all.
    ///
    /// Understands `Ref` and `GetAtt` of functions, aliases and versions, names, partial and whole ARNs, each with
    /// or without a qualifier, and any of them wrapped in an API Gateway integration URI.
    pub fn target_of(&self, property: &Observed<Text>) -> Option<FunctionTarget> {
        match property {
            Observed::Present(text) => self.target(text),
            Observed::Absent => None,
            Observed::Unknown(why) => Some(FunctionTarget::Unknown(why.clone())),
        }
    }

    /// As [`Functions::target_of`], of a text.
    pub fn target(&self, text: &Text) -> Option<FunctionTarget> {
        if let Some(why) = stage_variable(text) {
            return Some(FunctionTarget::Unknown(why));
        }
        let inner = match unwrap_integration(text) {
            Wrapping::Function(inner) => inner,
            Wrapping::OtherService => return None,
            Wrapping::None => text.clone(),
        };
        self.by_reference(&inner).unwrap_or_else(|| self.by_arn_or_name(&inner))
    }

    /// A text that begins with a reference to a resource, and what follows it. `None`: it does not begin so.
    fn by_reference(&self, text: &Text) -> Option<Option<FunctionTarget>> {
        let (Part::Reference { resource, attribute }, rest) = text.parts().split_first()? else { return None };
        let rest = Text::new(rest.iter().cloned());
        // Not in this branch of the template, so none of its functions.
        let Some(entry) = self.by_logical_id.get(resource) else { return Some(Some(FunctionTarget::Elsewhere)) };
        let unknown = || Some(FunctionTarget::Unknown(text.why_unresolved()));
        Some(match (entry, attribute.as_deref()) {
            (Entry::Function(id), None | Some("Arn")) => self.qualified(id, &rest, text),
            (Entry::Alias { .. } | Entry::Version { .. }, _) if !rest.parts().is_empty() => unknown(),
            (Entry::Alias { id, function, name }, None | Some("AliasArn")) => {
                let name = name.present().and_then(Text::as_str).map(str::to_owned);
                self.of_parent(function, Qualifier::Alias { name, resource: Some(id.clone()) })
            }
            (Entry::Version { function }, None | Some("FunctionArn")) => {
                self.of_parent(function, Qualifier::Version(None))
            }
            (Entry::Other, _) => None,
            _ => unknown(),
        })
    }

    /// The function that an alias or a version belongs to, by that qualifier.
    fn of_parent(&self, function: &Observed<Text>, qualifier: Qualifier) -> Option<FunctionTarget> {
        let text = match function {
            Observed::Present(text) => text,
            Observed::Absent => {
                let why = Why::Malformed("an alias or version without FunctionName".to_owned());
                return Some(FunctionTarget::Unknown(why));
            }
            Observed::Unknown(why) => return Some(FunctionTarget::Unknown(why.clone())),
        };
        // Only a function can own an alias: a reference to anything else is not followed again, or aliases of
        // each other would never end. What qualifier the owner is written with does not matter.
        let name = after(text, ":function:");
        let owner = match name.as_ref().unwrap_or(text).parts() {
            [Part::Reference { resource, .. }, ..] => match self.by_logical_id.get(resource) {
                Some(Entry::Function(id)) if name.is_none() => Ok(id.clone()),
                Some(Entry::Function(_)) => self.located(text).map(|(id, _)| id),
                Some(_) => Err(Some(FunctionTarget::Unknown(text.why_unresolved()))),
                None => Err(Some(FunctionTarget::Elsewhere)),
            },
            _ => self.located(text).map(|(id, _)| id),
        };
        let unqualified = |function| Some(FunctionTarget::Function { function, qualifier: Qualifier::Unqualified });
        let owner = owner.map_or_else(|other| other, unqualified);
        owner.map(|owner| owner.qualified(qualifier))
    }

    /// `arn:…:function:name[:qualifier]`, `account:function:name[:qualifier]` or `name[:qualifier]`.
    fn by_arn_or_name(&self, text: &Text) -> Option<FunctionTarget> {
        self.located(text).map_or_else(|other| other, |(id, qualifier)| self.qualified(&id, &qualifier, text))
    }

    /// The function of this stack, and what follows its name; else whom the text calls instead.
    fn located(&self, text: &Text) -> Result<(LogicalId, Text), Option<FunctionTarget>> {
        let shape = shape(text);
        let is_arn = shape.starts_with("arn:") || text.literal_prefix().is_empty() && shape.contains(":lambda:");
        let name = match after(text, ":function:") {
            Some(name) => name,
            None if is_arn => {
                return Err(match shape.split(':').nth(2) {
                    Some(service) if !service.contains(OPEN) => None,
                    _ => Some(FunctionTarget::Unknown(text.why_unresolved())),
                });
            }
            None => text.clone(),
        };
        if is_arn && self.is_foreign(&shape) {
            return Err(Some(FunctionTarget::Elsewhere));
        }
        if let [Part::Reference { resource, attribute: None }, rest @ ..] = name.parts()
            && let Some(Entry::Function(id)) = self.by_logical_id.get(resource)
        {
            return Ok((id.clone(), Text::new(rest.iter().cloned())));
        }
        if let Some(by_reference) = self.by_reference(&name) {
            return Err(by_reference);
        }
        let (name, qualifier) = split_name(&name);
        match self.named(&name) {
            Ok(Some(id)) => Ok((id, qualifier)),
            Ok(None) => Err(Some(FunctionTarget::Elsewhere)),
            Err(why) => Err(Some(FunctionTarget::Unknown(why))),
        }
    }

    /// Whether account or region of the ARN are written out and are not those of the stack.
    fn is_foreign(&self, shape: &str) -> bool {
        let differs = |field: usize, own: &Option<String>| {
            let written = shape.split(':').nth(field).filter(|written| !written.is_empty() && !written.contains(OPEN));
            matches!((written, own), (Some(written), Some(own)) if written != own)
        };
        differs(3, &self.region) || differs(4, &self.account)
    }

    /// The function of this name; `None` where no function of the stack can have it.
    fn named(&self, name: &Text) -> Result<Option<LogicalId>, Why> {
        if let Some((_, id)) = self.names.iter().find(|(known, _)| known.present() == Some(name)) {
            return Ok(Some(id.clone()));
        }
        let Some(written) = name.as_str() else { return Err(name.why_unresolved()) };
        for (known, _) in &self.names {
            match known {
                Observed::Present(text) if text.equals(written).is_none() => return Err(text.why_unresolved()),
                Observed::Unknown(why) => return Err(why.clone()),
                // A generated name ends in random characters: nobody can have written it down beforehand.
                Observed::Present(_) | Observed::Absent => {}
            }
        }
        Ok(None)
    }

    /// The function by what follows its name: nothing, or a colon and a qualifier.
    fn qualified(&self, function: &LogicalId, rest: &Text, whole: &Text) -> Option<FunctionTarget> {
        let qualifier = match rest.parts() {
            [] => Qualifier::Unqualified,
            [Part::Literal(literal)] => match literal.strip_prefix(':') {
                Some(written) => self.written_qualifier(function, written),
                None => return Some(FunctionTarget::Unknown(whole.why_unresolved())),
            },
            [Part::Literal(colon), Part::Reference { resource, attribute }] if colon == ":" => {
                match (self.by_logical_id.get(resource), attribute.as_deref()) {
                    (Some(Entry::Version { .. }), Some("Version")) => Qualifier::Version(None),
                    _ => Qualifier::Unknown(whole.why_unresolved()),
                }
            }
            [Part::Literal(literal), ..] if literal.starts_with(':') => Qualifier::Unknown(whole.why_unresolved()),
            _ => return Some(FunctionTarget::Unknown(whole.why_unresolved())),
        };
        Some(FunctionTarget::Function { function: function.clone(), qualifier })
    }

    /// A qualifier that is written out.
    pub(crate) fn written_qualifier(&self, function: &LogicalId, written: &str) -> Qualifier {
        match written {
            "$LATEST" => Qualifier::Latest,
            number if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) => {
                Qualifier::Version(Some(number.to_owned()))
            }
            name => Qualifier::Alias { name: Some(name.to_owned()), resource: self.alias(function, name) },
        }
    }

    /// A qualifier that is a reference: `GetAtt` of a version's number.
    pub(crate) fn referenced_qualifier(&self, text: &Text) -> Qualifier {
        match text.parts() {
            [Part::Reference { resource, attribute: Some(attribute) }]
                if attribute == "Version"
                    && matches!(self.by_logical_id.get(resource), Some(Entry::Version { .. })) =>
            {
                Qualifier::Version(None)
            }
            _ => Qualifier::Unknown(text.why_unresolved()),
        }
    }

    /// The alias of a function by its name.
    fn alias(&self, function: &LogicalId, wanted: &str) -> Option<LogicalId> {
        self.by_logical_id.values().find_map(|entry| match entry {
            Entry::Alias { id, function: owner, name }
                if name.present().and_then(Text::as_str) == Some(wanted)
                    && self
                        .of_parent(owner, Qualifier::Unqualified)
                        .is_some_and(|target| target.function() == Some(function)) =>
            {
                Some(id.clone())
            }
            _ => None,
        })
    }
}

impl Entry {
    fn of_type(r#type: &str) -> Self {
        let indirect = ["AWS::CloudFormation::", "AWS::ServiceCatalog::", "AWS::SSM::Parameter", "Custom::"];
        // SAM and macros: whatever was not expanded may be a function.
        let macros = ["AWS::Serverless::"];
        if indirect.iter().chain(&macros).any(|prefix| r#type.starts_with(prefix)) || r#type.ends_with("::MODULE") {
            Self::Indirect
        } else {
            Self::Other
        }
    }
}

/// Stands for a part that is not literal while a text is cut at its colons.
const OPEN: char = '\u{1}';

/// The literal parts, with a sign where another part stands.
fn shape(text: &Text) -> String {
    text.parts()
        .iter()
        .map(|part| match part {
            Part::Literal(literal) => literal.clone(),
            _ => OPEN.to_string(),
        })
        .collect()
}

/// What follows the first `mark` in a literal part.
fn after(text: &Text, mark: &str) -> Option<Text> {
    text.parts().iter().enumerate().find_map(|(index, part)| {
        let Part::Literal(literal) = part else { return None };
        let (_, rest) = literal.split_once(mark)?;
        let tail = text.parts()[index + 1..].iter().cloned();
        Some(Text::new([Part::Literal(rest.to_owned())].into_iter().chain(tail)))
    })
}

/// A name and what follows it, from the first colon on.
fn split_name(text: &Text) -> (Text, Text) {
    let mut name = Vec::new();
    for (index, part) in text.parts().iter().enumerate() {
        match part {
            Part::Literal(literal) if literal.contains(':') => {
                let at = literal.find(':').unwrap_or(literal.len());
                name.push(Part::Literal(literal[..at].to_owned()));
                let tail = text.parts()[index + 1..].iter().cloned();
                return (Text::new(name), Text::new([Part::Literal(literal[at..].to_owned())].into_iter().chain(tail)));
            }
            part => name.push(part.clone()),
        }
    }
    (text.clone(), Text::new([]))
}

/// What an API Gateway integration URI wraps.
enum Wrapping {
    Function(Text),
    OtherService,
    None,
}

/// `arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{ARN}/invocations`
/// <https://docs.aws.amazon.com/apigateway/latest/api/API_Integration.html#apigw-Type-Integration-uri>
fn unwrap_integration(text: &Text) -> Wrapping {
    if let Some(inner) = after(text, "/functions/") {
        return Wrapping::Function(strip_suffix(&inner, "/invocations"));
    }
    let shape = shape(text);
    if !shape.contains(":apigateway:") {
        return Wrapping::None;
    }
    match shape.split(':').nth(4) {
        Some(service) if !service.contains(OPEN) && service != "lambda" => Wrapping::OtherService,
        _ => Wrapping::None,
    }
}

fn strip_suffix(text: &Text, suffix: &str) -> Text {
    let mut parts = text.parts().to_vec();
    if let Some(Part::Literal(last)) = parts.last_mut() {
        // Response streaming ends in `/response-streaming-invocations`.
        for end in ["/response-streaming-invocations", suffix] {
            if let Some(short) = last.strip_suffix(end) {
                *last = short.to_owned();
                break;
            }
        }
    }
    Text::new(parts)
}

fn stage_variable(text: &Text) -> Option<Why> {
    let written = text.parts().iter().find_map(|part| match part {
        Part::Literal(literal) => literal.find("${stageVariables").map(|at| &literal[at..]),
        _ => None,
    })?;
    let end = written.find('}').map_or(written.len(), |at| at + 1);
    Some(Why::Unresolved(format!("the stage variable {} names the function", &written[..end])))
}
