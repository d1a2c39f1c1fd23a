//! OpenAPI documents as API Gateway imports them: operations, who may call them, and what they call.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html>

use std::borrow::Cow;

use serde_json::Value;

use crate::{
    check::Verdict,
    facts::{Observed, TEXT, Text, Why, unknown_marker},
};

const ANY: &str = "x-amazon-apigateway-any-method";
const METHODS: &[&str] = &["get", "put", "post", "delete", "options", "head", "patch", "trace", ANY];
/// What stays in a document whose macros nobody ran.
const TRANSFORM: &str = "Fn::Transform";

/// The document of an API.
pub(super) struct Document<'a> {
    body: Cow<'a, Value>,
}

/// A part that nobody can tell.
pub(super) struct Unread {
    pub(super) why: Why,
    pub(super) place: String,
}

/// A method of a path.
pub(super) struct Operation<'a> {
    /// In capitals; `ANY` for any.
    pub(super) method: String,
    /// What is written of it.
    pub(super) value: &'a Value,
    /// Where it is written.
    pub(super) place: String,
}

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Callers {
    /// Whether a caller must be authorized, by IAM or by an authorizer.
    pub(super) authorized: bool,
    /// Whether a caller must be a user of a Cognito pool.
    pub(super) of_pool: bool,
    /// Whether a caller must show an API key.
    pub(super) with_key: bool,
}

impl<'a> Document<'a> {
    /// The document of an API that has one.
    pub(super) fn of(body: &'a Observed<Value>, elsewhere: &Observed<Value>) -> Option<Result<Self, Unread>> {
        let unread = |why, place: &str| Some(Err(Unread { why, place: place.to_owned() }));
        match body {
            Observed::Present(body @ Value::Object(map)) if !map.contains_key(TEXT) => {
                Some(Ok(Self { body: Cow::Borrowed(body) }))
            }
            // A document may be written as text.
            Observed::Present(body) => {
                let text = body.as_str().map(Text::literal).or_else(|| Text::from_marker(body));
                match text.as_ref().and_then(Text::embedded_json) {
                    Some(body) => Some(Ok(Self { body: Cow::Owned(body) })),
                    None => {
                        let malformed = || Why::Malformed("the document is no JSON object".to_owned());
                        let open = text.filter(|text| text.as_str().is_none());
                        unread(open.map_or_else(malformed, |text| text.why_unresolved()), "Body")
                    }
                }
            }
            Observed::Unknown(why) => unread(why.clone(), "Body"),
            Observed::Absent if elsewhere.is_absent() => None,
            Observed::Absent => unread(Why::Unresolved("the API's definition lies in S3".to_owned()), "BodyS3Location"),
        }
    }

    /// What stands at the top under this name, `x-amazon-apigateway-policy` for example.
    pub(super) fn top(&self, name: &str) -> Observed<&Value> {
        match self.body.get(name) {
            Some(value) => known(value).map_or_else(Observed::Unknown, Observed::Present),
            None if self.body.get(TRANSFORM).is_some() => Observed::Unknown(included()),
            None => Observed::Absent,
        }
    }

    /// Its operations in order, and what is not known among them.
    pub(super) fn operations(&self) -> Vec<Result<Operation<'_>, Unread>> {
        let mut operations = Vec::new();
        if self.body.get(TRANSFORM).is_some() {
            operations.push(Err(Unread { why: included(), place: "Body".to_owned() }));
        }
        for (path, item, place) in self.members(self.body.get("paths"), "Body.paths", &mut operations) {
            if item.get("$ref").is_some() {
                let why = Why::Unresolved(format!("what {path} refers to was not looked at"));
                operations.push(Err(Unread { why, place: place.clone() }));
            }
            for (method, value, place) in self.members(Some(item), &place, &mut operations) {
                let lower = method.to_ascii_lowercase();
                if METHODS.contains(&lower.as_str()) {
                    let method = if lower == ANY { "ANY".to_owned() } else { lower.to_ascii_uppercase() };
                    operations.push(Ok(Operation { method, value, place }));
                }
            }
        }
        operations
    }

    /// The members of an object with their places; what is not known of it goes to the operations.
    fn members<'d>(
        &'d self,
        object: Option<&'d Value>,
        place: &str,
        operations: &mut Vec<Result<Operation<'d>, Unread>>,
    ) -> Vec<(&'d str, &'d Value, String)> {
        let mut members = Vec::new();
        let mut unread = |why, place: String| operations.push(Err(Unread { why, place }));
        let Some(object) = object else { return members };
        if let Err(why) = known(object) {
            unread(why, place.to_owned());
            return members;
        }
        for (name, value) in object.as_object().into_iter().flatten() {
            let place = format!("{place}.{name}");
            match known(value) {
                Err(why) => unread(why, place),
                Ok(_) if name == TRANSFORM => unread(included(), place),
                Ok(value) => members.push((name.as_str(), value, place)),
            }
        }
        members
    }

    /// The worst of what `judge` says of the operations; none where it has nothing to say.
    pub(super) fn judge(&self, judge: impl Fn(&Operation<'_>) -> Option<Result<Verdict, Why>>) -> Option<Verdict> {
        let said = self.operations().into_iter().filter_map(|operation| match operation {
            Ok(operation) => {
                let verdict = judge(&operation)?.unwrap_or_else(Verdict::inconclusive);
                Some(verdict.at(&operation.place))
            }
            Err(unread) => Some(Verdict::inconclusive(unread.why).at(unread.place)),
        });
        said.reduce(Verdict::worse)
    }

    /// Who may call the operation.
    ///
    /// # Errors
    /// With the reason, where nobody can tell.
    pub(super) fn callers(&self, operation: &Operation<'_>) -> Result<Callers, Why> {
        let mut callers = Callers::default();
        let own = operation.value.get("x-amazon-apigateway-auth").map(known).transpose()?;
        callers.authorized = lower(own.and_then(|own| own.get("type")))? == "aws_iam";
        let Some(required) = operation.value.get("security").or_else(|| self.body.get("security")) else {
            return Ok(callers);
        };
        for requirement in known(required)?.as_array().into_iter().flatten() {
            for name in known(requirement)?.as_object().into_iter().flatten().map(|(name, _)| name) {
                if let Some(scheme) = self.scheme(name)? {
                    callers.demand(scheme)?;
                }
            }
        }
        Ok(callers)
    }

    /// OpenAPI 3 keeps security schemes in `components`, OpenAPI 2 at the top. One that is nowhere demands nothing:
    /// SAM's `NONE` and `api_key_false`.
    fn scheme(&self, name: &str) -> Result<Option<&Value>, Why> {
        let components = self.body.get("components").map(known).transpose()?;
        let groups =
            [components.and_then(|components| components.get("securitySchemes")), self.body.get("securityDefinitions")];
        for group in groups.into_iter().flatten() {
            if let Some(scheme) = known(group)?.get(name) {
                return known(scheme).map(Some);
            }
        }
        Ok(None)
    }

    /// What the operation calls; one that a `$ref` points to as well.
    ///
    /// # Errors
    /// With the reason, where nobody can tell.
    pub(super) fn integration<'v>(&'v self, operation: &Operation<'v>) -> Result<Option<&'v Value>, Why> {
        let written = operation.value.get("x-amazon-apigateway-integration");
        let Some(integration) = written.map(known).transpose()? else { return Ok(None) };
        let Some(reference) = integration.get("$ref") else { return Ok(Some(integration)) };
        let pointer = reference.as_str().and_then(|reference| reference.strip_prefix('#'));
        let target = pointer.and_then(|pointer| self.body.pointer(pointer));
        let nowhere = || Why::Unresolved(format!("the integration {reference} is not in the document"));
        target.map(known).transpose()?.map(Some).ok_or_else(nowhere)
    }
}

impl Callers {
    /// Adds what a security scheme demands; one without a word of API Gateway's demands nothing of it.
    fn demand(&mut self, scheme: &Value) -> Result<(), Why> {
        const POOL: &str = "cognito_user_pools";
        let kind = scheme.get("x-amazon-apigateway-authtype");
        let authorizer = scheme.get("x-amazon-apigateway-authorizer").map(known).transpose()?;
        let is_pool = lower(kind)? == POOL || lower(authorizer.and_then(|it| it.get("type")))? == POOL;
        let is_key = lower(scheme.get("type"))? == "apikey" && lower(scheme.get("name"))? == "x-api-key";
        let is_authorizer = kind.is_some() || authorizer.is_some();
        self.authorized |= is_authorizer;
        self.of_pool |= is_pool;
        self.with_key |= is_key && !is_authorizer;
        Ok(())
    }
}

/// A word in lower case; the empty one where there is none.
fn lower(value: Option<&Value>) -> Result<String, Why> {
    let word = value.map(known).transpose()?.and_then(Value::as_str);
    Ok(word.unwrap_or_default().to_ascii_lowercase())
}

/// The value, unless it or a part of its text is known only after deployment.
fn known(value: &Value) -> Result<&Value, Why> {
    match unknown_marker(value).or_else(|| Text::from_marker(value).map(|text| text.why_unresolved())) {
        Some(why) => Err(why),
        None => Ok(value),
    }
}

fn included() -> Why {
    Why::Unresolved("Fn::Transform includes a part of the document".to_owned())
}
